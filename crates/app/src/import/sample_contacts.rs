//! Fictitious contacts for trying the program. They are added by an ordinary import and removed by undoing it.

use crate::App;
use crate::View;
use crate::access::Actor;
use crate::error::Error;
use store::ImportId;
use store::imports::{self, ImportState};

/// The contacts, including two pairs of duplicates.
const CSV: &str = include_str!("sample_contacts.csv");
/// The file name by which the import is recognised later.
const SAMPLE_CONTACTS: &str = "Sample contacts.csv";

impl App {
    /// Starts an import of the sample contacts.
    ///
    /// # Errors
    /// When the object store or the database fails.
    pub fn add_sample_contacts(&self, actor: Actor) -> Result<ImportId, Error> {
        let import = self.begin_draft_with(
            actor,
            SAMPLE_CONTACTS,
            {
                let mut file = self.receive_file(actor, CSV.len() as u64)?;
                file.write(CSV.as_bytes())?;
                file
            },
            // Both contacts of each pair are created, so that the member can find and merge the duplicates.
            &|settings| settings.options.duplicates = crate::import_options::Duplicates::Create,
            None,
        )?;
        self.start_draft(actor, import)?;
        Ok(import)
    }
}

impl View<'_, '_> {
    /// Returns the member's import of the sample contacts, if it is done and can be undone.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sample_contacts(&mut self) -> Result<Option<ImportId>, Error> {
        let imports = imports::list(self.tx, self.actor.workspace)?;
        let mut samples = imports.iter().filter(|import| {
            import.owner == self.actor.member
                && import.file_name == SAMPLE_CONTACTS
                && import.state == ImportState::Done
                && import.forgotten_at.is_none()
        });
        Ok(samples.next().map(|import| import.id))
    }
}
