//! The proposal for one column of a file.

use super::piece::Piece;
use crate::native::slot_of_header;
use model::Slot;
use serde::Serialize;

/// The proposal for a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name in the file.
    pub header: String,
    /// The slot it fills; `None` if it is left out.
    pub slot: Option<Slot>,
    /// Which piece of the slot's value it holds, if not all of it.
    pub piece: Option<Piece>,
    /// If it is a label column, the columns whose labels it holds.
    pub label_for: Vec<usize>,
    /// A slot that it might fill, but not with enough confidence to be applied.
    pub proposal: Option<Slot>,
    /// The confidence, from 0 to 1.
    pub confidence: f64,
    /// The reason, in words.
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

    /// The field as written in the JSON output: the slot, `label`, or `None`.
    pub fn field(&self) -> Option<String> {
        if !self.label_for.is_empty() {
            return Some("label".to_owned());
        }
        self.slot.as_ref().filter(|_| !self.is_kept()).map(Slot::to_string)
    }

    /// Whether its values have no built-in field and are kept as vCard lines for exports, such as *File As* of Google.
    pub fn is_kept(&self) -> bool {
        self.slot == Some(Slot::VcardLines) && slot_of_header(&self.header).is_none()
    }
}

impl Serialize for Column {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("header", &self.header)?;
        map.serialize_entry("field", &self.field())?;
        if self.is_kept() {
            map.serialize_entry("kept", &Slot::VcardLines.to_string())?;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_only_kept_names_no_field() {
        let kept = Column::new("File As", Some(Slot::VcardLines), 1.0, "kept");
        let json = serde_json::to_value(&kept).unwrap();
        assert_eq!(
            (&json["field"], &json["kept"]),
            (&serde_json::Value::Null, &"vcard_lines".into())
        );
        let own = Column::new("vCard Lines", Some(Slot::VcardLines), 1.0, "ours");
        let json = serde_json::to_value(&own).unwrap();
        assert_eq!((&json["field"], json.get("kept")), (&"vcard_lines".into(), None));
    }
}
