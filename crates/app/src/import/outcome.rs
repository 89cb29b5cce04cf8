//! The outcome of a row, and the member's decisions about single rows.

use exchange::reason::Reason;
use model::ContactId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// What happens to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A contact is created.
    New { contact: ContactId },
    /// A contact is changed.
    Update { contact: ContactId },
    /// The contact has the row's values already.
    Unchanged { contact: ContactId },
    /// The contact exists, and the rule leaves it unchanged.
    Duplicate {
        of: ContactId,
        /// Whether the row only shares a phone or an email with the contact, which is not certainly the same
        /// (`model::by_key`).
        possible: bool,
    },
    /// More than one contact matches.
    Ambiguous { of: Vec<ContactId> },
    /// The contact was changed since the export that the row comes from.
    Conflict { of: ContactId },
    /// The row cannot be imported.
    Invalid,
}

/// An outcome, with its reason in addition to the row's own reasons.
#[derive(Clone, Debug)]
pub struct RowResult {
    /// What happens to the row.
    pub outcome: Outcome,
    pub reason: Option<Reason>,
    /// The line of the earlier row of this file that the row matches.
    pub earlier_line: Option<u64>,
}

impl RowResult {
    pub(crate) fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            reason: None,
            earlier_line: None,
        }
    }
}

/// The decisions about single rows, by record number in the file.
pub(crate) type Decisions = BTreeMap<u64, Decision>;

/// A member's decision about one row that matches a contact. It overrides the options of the import. It has no effect
/// on a row that matches no contact or cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The row is skipped.
    Skip,
    /// The contact gets the row's values.
    Update {
        /// Which contact, if there is more than one.
        #[serde(with = "contact_text")]
        contact: Option<ContactId>,
    },
    /// The contact gets the row's values where it has none.
    Fill {
        /// Which contact, if there is more than one.
        #[serde(with = "contact_text")]
        contact: Option<ContactId>,
    },
    /// A new contact is created.
    Create,
}

/// Serializes a contact id as text.
pub(crate) mod contact_text {
    use model::ContactId;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(contact: &Option<ContactId>, serializer: S) -> Result<S::Ok, S::Error> {
        contact.map(|id| id.to_string()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ContactId>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| ContactId::try_parse(&text).map_err(serde::de::Error::custom))
            .transpose()
    }
}
