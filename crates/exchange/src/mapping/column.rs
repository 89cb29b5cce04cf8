//! What is proposed for one column of a file.

use super::piece::Piece;
use model::Slot;
use serde::Serialize;

/// What is proposed for a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name in the file.
    pub header: String,
    /// The slot it fills; none if it is left out.
    pub slot: Option<Slot>,
    /// Which piece of the slot's value it holds, if not all of it.
    pub piece: Option<Piece>,
    /// The columns whose values it gives the label of, if it is a label column.
    pub label_for: Vec<usize>,
    /// A slot that it might fill, but not surely enough to be applied.
    pub proposal: Option<Slot>,
    /// How sure, from 0 to 1.
    pub confidence: f64,
    /// Why, in words.
    pub reason: String,
}

impl Column {
    pub(super) fn new(header: &str, slot: Option<Slot>, confidence: f64, reason: impl Into<String>) -> Self {
        Self {
            header: header.to_owned(),
            slot,
            piece: None,
            label_for: Vec::new(),
            proposal: None,
            confidence,
            reason: reason.into(),
        }
    }

    /// The field as the design's JSON names it: the slot, `label`, or none.
    pub fn field(&self) -> Option<String> {
        if self.label_for.is_empty() {
            self.slot.as_ref().map(Slot::to_string)
        } else {
            Some("label".to_owned())
        }
    }
}

impl Serialize for Column {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("header", &self.header)?;
        map.serialize_entry("field", &self.field())?;
        if let Some(piece) = &self.piece {
            map.serialize_entry("piece", piece)?;
        }
        if let Some(proposal) = &self.proposal {
            map.serialize_entry("proposal", &proposal.to_string())?;
        }
        map.serialize_entry("confidence", &self.confidence)?;
        map.serialize_entry("reason", &self.reason)?;
        map.end()
    }
}
