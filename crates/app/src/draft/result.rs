//! What became of an import and of each of its rows.

use super::{RowClass, RowsPage};
use crate::{Actor, App, Error, ImportReport};
use store::ImportId;

impl App {
    /// One import, as the list has it.
    ///
    /// # Errors
    /// When there is no such import.
    pub fn import_report(&self, _actor: Actor, import: ImportId) -> Result<ImportReport, Error> {
        Err(Error::NoImport(import))
    }

    /// A page of the rows of an import that came to a class, from 0.
    ///
    /// # Errors
    /// [`Error::RowsGone`] when the file or what became of its rows is not kept any more.
    pub fn result_rows(
        &self,
        _actor: Actor,
        import: ImportId,
        _class: RowClass,
        _page: u64,
        _size: u64,
    ) -> Result<RowsPage, Error> {
        Err(Error::RowsGone(import))
    }
}
