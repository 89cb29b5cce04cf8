//! Contacts to try the program with, made up by us: an import like any other, which is undone to remove them.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use store::ImportId;

/// The contacts, with two pairs of duplicates among them.
const CSV: &str = include_str!("sample_contacts.csv");
/// The name by which the import is known again.
pub const SAMPLE_CONTACTS: &str = "Sample contacts.csv";

impl App {
    /// Begins to import the sample contacts.
    ///
    /// # Errors
    /// Those of the object store and the database.
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
