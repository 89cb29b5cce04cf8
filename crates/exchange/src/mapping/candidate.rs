//! A column while its proposal is being worked out: the evidence of its words and values, and its slot so far.

use super::column::Column;
use super::lexicon::{Field, Kind, Party};
use super::meaning::{Reading, Verdict};
use super::piece::Piece;
use super::values::Profile;
use model::{AddressPart, Label, Slot, TextField};

/// The reason of columns that were not recognised.
pub const UNKNOWN: &str = "Not recognised; the column is left out";

/// A column with all evidence about it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The proposal so far.
    pub column: Column,
    /// The evidence of the words of its header.
    pub reading: Reading,
    /// The evidence of its values.
    pub profile: Profile,
    /// Whether a layout has decided its slot.
    pub is_fixed: bool,
}

impl Candidate {
    /// The field that the header names; `None` if the column is left out or decided by a layout.
    pub fn field(&self) -> Option<Field> {
        match self.reading.verdict {
            Verdict::Field(field) if !self.is_fixed => Some(field),
            _ => None,
        }
    }

    /// Whether it has no slot and may get one.
    pub fn is_open(&self) -> bool {
        !self.is_fixed && self.column.slot.is_none() && self.column.label_for.is_empty()
    }

    /// Assigns the slot of a field.
    pub fn give(&mut self, field: Field, confidence: f64, reason: &str) {
        self.reading.verdict = Verdict::Field(field);
        let slot = slot_of(field, &self.reading);
        self.column.piece = slot.as_ref().and_then(|_| piece_of(field));
        self.column.slot = slot;
        self.column.proposal = None;
        self.column.confidence = confidence;
        reason.clone_into(&mut self.column.reason);
    }

    /// Assigns a slot.
    pub fn give_slot(&mut self, slot: Slot, confidence: f64, reason: &str) {
        self.column.slot = Some(slot);
        self.column.piece = None;
        self.column.proposal = None;
        self.column.confidence = confidence;
        reason.clone_into(&mut self.column.reason);
    }

    /// Leaves the column out.
    pub fn leave_out(&mut self, reason: impl Into<String>) {
        self.reading.verdict = Verdict::NotOurs;
        self.column.slot = None;
        self.column.piece = None;
        self.column.proposal = None;
        self.column.confidence = 0.9;
        self.column.reason = reason.into();
    }

    /// Leaves the column out because it belongs to another person.
    pub fn leave_to(&mut self, party: Party) {
        self.leave_out(format!("Not imported: belongs to {}", party.words()));
    }
}

/// Returns the slot for a field and its kind; `None` if no slot exists for the field or for this kind of it.
pub fn slot_of(field: Field, reading: &Reading) -> Option<Slot> {
    let kind = reading.kind;
    let is_first = reading.group.unwrap_or(1) < 2 && !reading.is_second;
    let text = |field| {
        let odd = matches!(kind, Some(Kind::Home | Kind::Mobile | Kind::Fax | Kind::Other));
        (is_first && !odd).then_some(Slot::Text(field))
    };
    let is_of_calls = matches!(kind, Some(Kind::Mobile | Kind::Fax));
    let address = |part| (!is_of_calls).then(|| Slot::Address(address_label(kind), part));
    match field {
        Field::FirstName => text(TextField::FirstName),
        Field::MiddleName => text(TextField::MiddleName),
        Field::LastName | Field::LastNamePrefix => text(TextField::LastName),
        Field::Prefix => text(TextField::Prefix),
        Field::Suffix => text(TextField::Suffix),
        Field::Nickname => text(TextField::Nickname),
        Field::Company => text(TextField::Company),
        Field::Title | Field::Occupation => text(TextField::Title),
        Field::Department => text(TextField::Department),
        Field::Notes => text(TextField::Notes),
        Field::FullName | Field::FullNameLastFirst => text(TextField::FirstName).map(|_| Slot::FullName),
        Field::Email => (kind != Some(Kind::Fax)).then(|| Slot::Email(list_label(kind))),
        Field::Website => (!is_of_calls).then(|| Slot::Website(list_label(kind))),
        Field::Phone | Field::CallingCode | Field::AreaCode | Field::Extension => {
            let own = if reading.is_second { "other" } else { "work" };
            Some(Slot::Phone(phone_label(kind, own)))
        }
        Field::PhoneWork => Some(Slot::Phone(phone_label(kind, "work"))),
        Field::PhoneMobile => Some(Slot::Phone(phone_label(kind.filter(|k| *k == Kind::Fax), "mobile"))),
        Field::PhoneHome => Some(Slot::Phone(phone_label(kind, "home"))),
        Field::PhoneFax => Some(Slot::Phone(Label::exact("fax"))),
        Field::PhoneOther => Some(Slot::Phone(phone_label(kind, "other"))),
        Field::Address | Field::HouseNumber | Field::Unit => address(AddressPart::Street),
        Field::City | Field::Place => address(AddressPart::City),
        Field::State => address(AddressPart::State),
        Field::ZipCode => address(AddressPart::ZipCode),
        Field::Country => address(AddressPart::Country),
        Field::Tags => (!is_of_calls).then_some(Slot::Tags),
        Field::Birthday | Field::BirthDay | Field::BirthMonth | Field::BirthYear => {
            (is_first && !is_of_calls).then_some(Slot::Birthday)
        }
        Field::None => None,
    }
}

/// Returns the piece of its slot that a field is.
pub fn piece_of(field: Field) -> Option<Piece> {
    Some(match field {
        Field::LastNamePrefix => Piece::NamePrefix,
        Field::FullNameLastFirst => Piece::LastFirst,
        Field::CallingCode => Piece::CallingCode,
        Field::AreaCode => Piece::AreaCode,
        Field::Extension => Piece::Extension,
        Field::HouseNumber => Piece::HouseNumber,
        Field::Unit => Piece::Unit,
        Field::Place => Piece::Place,
        Field::BirthDay => Piece::Day,
        Field::BirthMonth => Piece::Month,
        Field::BirthYear => Piece::Year,
        _ => return None,
    })
}

fn list_label(kind: Option<Kind>) -> Label {
    match kind {
        Some(Kind::Work) => Label::exact("work"),
        Some(Kind::Home) => Label::exact("home"),
        Some(Kind::Other | Kind::Shipping) => Label::exact("other"),
        _ => Label::NONE,
    }
}

/// Returns the label of an address of a kind.
pub fn address_label(kind: Option<Kind>) -> Label {
    match kind {
        Some(Kind::Work) => Label::exact("work"),
        Some(Kind::Home) => Label::exact("home"),
        Some(Kind::Other) => Label::exact("other"),
        Some(Kind::Shipping) => Label::exact("shipping"),
        Some(Kind::Billing) => Label::exact("billing"),
        Some(Kind::Mailing) => Label::exact("mailing"),
        Some(Kind::Mobile | Kind::Fax) | None => Label::NONE,
    }
}

fn phone_label(kind: Option<Kind>, own: &str) -> Label {
    Label::exact(match kind {
        Some(Kind::Fax) => "fax",
        Some(Kind::Mobile) => "mobile",
        Some(Kind::Home) => "home",
        Some(Kind::Work) => "work",
        Some(Kind::Other | Kind::Shipping) => "other",
        Some(Kind::Billing | Kind::Mailing) | None => own,
    })
}
