//! The first contacts of an export as they would be written.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::export::{ExportReport, ExportRequest, for_each, write_format};
use crate::search::filter::Filter;
use exchange::export::ExportFormat;
use model::ContactId;

impl App {
    /// The first contacts of an export, at most so many, as text: a workbook as CSV with the same columns. Columns that only
    /// other contacts need are not in it. Nothing is noted in the audit log, because nothing leaves the pages.
    ///
    /// # Errors
    /// When the database fails.
    pub fn export_preview(&self, actor: Actor, request: &ExportRequest, contacts: usize) -> Result<String, Error> {
        let mut written = Vec::new();
        self.store.read(|tx| {
            let mut first: Vec<ContactId> = Vec::new();
            let mut take = |id: ContactId| {
                first.push(id);
                first.len() < contacts
            };
            let ended = for_each(tx, actor, request, &mut |exported| match take(exported.id) {
                true => Ok(()),
                false => Err(enough()),
            });
            if let Err(error) = ended
                && !is_enough(&error)
            {
                return Err(error);
            }
            let request = ExportRequest {
                selection: Some(first),
                filter: Filter::default(),
                format: match request.format {
                    ExportFormat::Xlsx => ExportFormat::CrystalQore,
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

/// Ends reading after the contacts that are wanted.
fn enough() -> Error {
    Error::Read(std::io::ErrorKind::BrokenPipe.into())
}

fn is_enough(error: &Error) -> bool {
    matches!(error, Error::Read(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
}
