//! Contacts to try the program with, made up by us: an import like any other, which is undone to remove them.

use crate::App;
use crate::View;
use crate::access::Actor;
use crate::error::Error;
use store::ImportId;
use store::imports::{self, ImportState};

/// The contacts, with two pairs of duplicates among them.
const CSV: &str = include_str!("sample_contacts.csv");
/// The name by which the import is known again.
const SAMPLE_CONTACTS: &str = "Sample contacts.csv";

impl App {
    /// Begins to import the sample contacts.
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
            // The duplicates are there to be found and merged.
            &|settings| settings.options.duplicates = crate::import_options::Duplicates::Create,
            None,
        )?;
        self.start_draft(actor, import)?;
        Ok(import)
    }
}

impl View<'_, '_> {
    /// The member's import of the sample contacts, if it is done and can be undone.
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
