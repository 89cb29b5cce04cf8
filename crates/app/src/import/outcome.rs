//! What becomes of a row, and what the member has decided about rows.

use exchange::reason::Reason;
use model::ContactId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A contact is created.
    New { contact: ContactId },
    /// A contact is changed.
    Update { contact: ContactId },
    /// The contact says already what the row says.
    Unchanged { contact: ContactId },
    /// The contact is there.
    Duplicate {
        of: ContactId,
        /// Whether it shares a phone or an email with somebody who is not surely the same (`model::by_key`).
        possible: bool,
    },
    /// Two contacts match.
    Ambiguous { of: Vec<ContactId> },
    /// The contact was changed since the export that the row comes from.
    Conflict { of: ContactId },
    /// The row cannot be imported.
    Invalid,
}

/// An outcome and what there is to say about it beside the row's own reasons.
#[derive(Clone, Debug)]
pub struct RowResult {
    /// What becomes of the row.
    pub outcome: Outcome,
    pub reason: Option<Reason>,
    /// The line of the earlier row of this file that it matches.
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

/// What was decided for single rows, by their numbers among the records of the file.
pub(crate) type Decisions = BTreeMap<u64, Decision>;

/// What a member decided for one row that matches a contact, whatever holds for the others. It says nothing of a row that
/// matches none, nor of one that cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is skipped.
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
    /// A new contact is made.
    Create,
}

/// Contacts are stored as the text of their ids.
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
