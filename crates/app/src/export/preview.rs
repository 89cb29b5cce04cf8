//! The first contacts of an export as they would be written.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::export::{ExportReport, ExportRequest, Pages, exported_of, write_format};
use crate::search::filter::Filter;
use exchange::export::ExportFormat;
use model::ContactId;
use store::Tx;

impl App {
    /// Returns the first contacts of an export, at most `contacts`, as text: a workbook as CSV with the same columns,
    /// and an archive as its first file. Columns that only other contacts need are missing. Nothing is recorded in the
    /// audit log, because no file leaves the server.
    ///
    /// # Errors
    /// If the database fails.
    pub fn export_preview(&self, actor: Actor, request: &ExportRequest, contacts: usize) -> Result<String, Error> {
        let mut written = Vec::new();
        self.store.read(|tx| {
            let first = first_of(tx, actor, request, contacts)?;
            let request = ExportRequest {
                selection: Some(first),
                filter: Filter::default(),
                format: match request.format {
                    ExportFormat::Xlsx => ExportFormat::CrystalQore,
                    ExportFormat::GoogleParts => ExportFormat::Google,
                    format => format,
                },
                bom: false,
                ..request.clone()
            };
            let mut report = ExportReport::default();
            write_format(tx, actor, &request, 0, &mut written, &mut |_| true, &mut report)
        })?;
        Ok(String::from_utf8_lossy(&written).into_owned())
    }
}

/// Returns the ids of the first contacts that match the filter, at most `contacts`.
fn first_of(tx: &mut Tx<'_>, actor: Actor, request: &ExportRequest, contacts: usize) -> Result<Vec<ContactId>, Error> {
    let mut pages = Pages::new(tx, actor, request)?;
    let mut first = Vec::new();
    while first.len() < contacts
        && let Some(rows) = pages.next(tx)?
    {
        first.extend(exported_of(rows, request)?.iter().map(|exported| exported.id));
    }
    first.truncate(contacts);
    Ok(first)
}
