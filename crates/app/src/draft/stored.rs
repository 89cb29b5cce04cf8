//! What is stored of a draft: making it, changing it, starting it, dropping it.

use super::{ColumnProblem, Decision, Draft, DraftSettings, MappedFile, PreviewState, RowClass, RowsPage};
use crate::{Actor, App, Error};
use exchange::fixes::Fix;
use std::io::Read;
use std::time::Duration;
use store::ImportId;

impl App {
    /// Takes a file in, at most `limit` bytes of it, and begins to prepare its import. The preview is begun at once.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; when it is no table; those of the object store and the database.
    pub fn begin_draft(
        &self,
        _actor: Actor,
        _file_name: &str,
        _content: &mut dyn Read,
        _limit: u64,
    ) -> Result<ImportId, Error> {
        Err(Error::NoImport(ImportId(0)))
    }

    /// A draft, or what became of it.
    ///
    /// # Errors
    /// When there is no such import that was prepared by this member.
    pub fn draft(&self, _actor: Actor, import: ImportId) -> Result<Draft, Error> {
        Err(Error::NoImport(import))
    }

    /// How the file is read and what its columns become.
    ///
    /// # Errors
    /// [`Error::NotADraft`]; when the file cannot be read with these settings.
    pub fn mapped_file(&self, _actor: Actor, import: ImportId) -> Result<MappedFile, Error> {
        Err(Error::NoImport(import))
    }

    /// Changes what is chosen. The preview is made anew.
    ///
    /// # Errors
    /// [`Error::NotADraft`]; [`Error::Mapping`] if the choices do not fit the file; when it cannot be read with them.
    pub fn set_draft(&self, _actor: Actor, import: ImportId, _settings: DraftSettings) -> Result<(), Error> {
        Err(Error::NoImport(import))
    }

    /// Corrects values of the file. The preview is made anew.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn fix_rows(&self, _actor: Actor, import: ImportId, _fix: Fix) -> Result<(), Error> {
        Err(Error::NoImport(import))
    }

    /// Takes the last correction back, if there is any. The preview is made anew.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn undo_last_fix(&self, _actor: Actor, import: ImportId) -> Result<(), Error> {
        Err(Error::NoImport(import))
    }

    /// Decides on one row; `None` takes the decision back. The preview is made anew.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn decide(&self, _actor: Actor, import: ImportId, _row: u64, _decision: Option<Decision>) -> Result<(), Error> {
        Err(Error::NoImport(import))
    }

    /// How far the preview has come; it is begun if there is none for what is chosen now. Waits at most so long for it to
    /// be complete.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn preview_state(&self, _actor: Actor, import: ImportId, _wait: Duration) -> Result<PreviewState, Error> {
        Err(Error::NoImport(import))
    }

    /// A page of the rows of a class, from 0, of those that the preview has come past.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn preview_rows(
        &self,
        _actor: Actor,
        import: ImportId,
        _class: RowClass,
        _page: u64,
        _size: u64,
    ) -> Result<RowsPage, Error> {
        Err(Error::NoImport(import))
    }

    /// What is wrong with invalid rows, by column and kind, the commonest first.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn preview_problems(&self, _actor: Actor, import: ImportId) -> Result<Vec<ColumnProblem>, Error> {
        Err(Error::NoImport(import))
    }

    /// Starts the import: it is running from now on, and whoever runs imports takes it up. The mapping is remembered for
    /// this header row.
    ///
    /// # Errors
    /// [`Error::NotADraft`]; [`Error::NothingMapped`].
    pub fn start_draft(&self, _actor: Actor, import: ImportId) -> Result<(), Error> {
        Err(Error::NoImport(import))
    }

    /// Drops a draft with its file.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn discard_draft(&self, _actor: Actor, import: ImportId) -> Result<(), Error> {
        Err(Error::NoImport(import))
    }
}
