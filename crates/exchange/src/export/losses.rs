//! Counts the values of contacts that a format cannot hold, before and while the contacts are written.

use super::format::ExportFormat;
use super::loss::Loss;
use super::{google, outlook, xlsx};
use model::Contact;
use std::collections::BTreeMap;

/// The values of some contacts that a format cannot hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// The number of contacts that lose a value.
    pub contacts: u64,
    /// The number of lost values of each kind.
    pub values: BTreeMap<Loss, u64>,
}

impl Losses {
    /// Adds the values of a contact that the format cannot hold.
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

    /// Adds the losses of other contacts.
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

    /// Describes the losses for users: `3 custom fields, 1 nickname`.
    pub fn words(&self) -> String {
        let kinds = self.values.iter().map(|(loss, count)| {
            let (one, many) = loss.words();
            format!("{count} {}", if *count == 1 { one } else { many })
        });
        kinds.collect::<Vec<_>>().join(", ")
    }
}
