//! What a format cannot hold of contacts, counted before and while they are written.

use super::format::ExportFormat;
use super::loss::Loss;
use super::{google, outlook, xlsx};
use model::Contact;
use std::collections::BTreeMap;

/// What is lost of some contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// How many contacts lose something.
    pub contacts: u64,
    /// How many values, by their kind.
    pub values: BTreeMap<Loss, u64>,
}

impl Losses {
    /// Adds what a format loses of a contact.
    pub fn add(&mut self, format: ExportFormat, contact: &Contact) {
        let lost = match format {
            ExportFormat::Google | ExportFormat::GoogleParts => google::losses(contact),
            ExportFormat::Outlook => outlook::losses(contact),
            ExportFormat::Xlsx => xlsx::losses(contact),
            ExportFormat::CrystalQore | ExportFormat::Vcard | ExportFormat::Vcard4 | ExportFormat::Jsonl => return,
        };
        self.contacts += u64::from(!lost.is_empty());
        for (loss, count) in lost {
            *self.values.entry(loss).or_default() += count;
        }
    }

    /// Adds what is lost of other contacts.
    pub fn add_all(&mut self, other: &Self) {
        self.contacts += other.contacts;
        for (loss, count) in &other.values {
            *self.values.entry(*loss).or_default() += count;
        }
    }

    /// Whether nothing is lost.
    pub fn is_empty(&self) -> bool {
        self.contacts == 0
    }

    /// What is lost, in words: `3 custom fields, 1 nickname`.
    pub fn words(&self) -> String {
        let kinds = self.values.iter().map(|(loss, count)| {
            let (one, many) = loss.words();
            format!("{count} {}", if *count == 1 { one } else { many })
        });
        kinds.collect::<Vec<_>>().join(", ")
    }
}
