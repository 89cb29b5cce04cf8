//! Our own CSV format: the names of its columns, and the notation of a contact's version.

use crate::formula_guard::unguarded;
use model::{AddressPart, Label, Slot, TextField, Version};

pub(crate) const ID: &str = "CrystalQore ID";
pub(crate) const VERSION: &str = "CrystalQore Version";
pub(crate) const CUSTOM: &str = "Custom: ";
pub(crate) const VCARD_LINES: &str = "vCard Lines";

/// The column of remarks on reading a card, in a table made of vCards.
pub(crate) const VCARD_REMARKS: &str = "vCard Remarks";

/// The ending of a text that was cut because it exceeds a spreadsheet cell. Such a text is not read back.
pub(crate) const CUT_TEXT: &str = " [cut here: a cell of a spreadsheet holds 32,767 characters]";

/// The columns with which every export of ours begins.
pub(crate) const OWN_COLUMNS: [&str; 2] = [ID, VERSION];

/// Writes a version for a file: as a word, because spreadsheets would round so long a number.
pub fn version_text(version: Version) -> String {
    let mut digits = Vec::new();
    let mut rest = version.unsigned_abs();
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize]);
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    digits.push(b'v');
    digits.iter().rev().map(|b| char::from(*b)).collect()
}

/// The end of the year 9999 in microseconds. No clock gives a later version, and there is room to count further.
pub(crate) const LAST_VERSION: Version = 253_402_300_799_999_999;

/// Parses the output of [`version_text`]. `None` for a value that no clock gives: a broken cell must not become the
/// version of a contact.
pub fn read_version(cell: &str) -> Option<Version> {
    let version = Version::from_str_radix(cell.trim().strip_prefix('v')?, 36).ok()?;
    (0..=LAST_VERSION).contains(&version).then_some(version)
}

pub(crate) fn text_header(field: TextField) -> &'static str {
    match field {
        TextField::Prefix => "Prefix",
        TextField::FirstName => "First Name",
        TextField::MiddleName => "Middle Name",
        TextField::LastName => "Last Name",
        TextField::Suffix => "Suffix",
        TextField::Nickname => "Nickname",
        TextField::Company => "Company",
        TextField::Department => "Department",
        TextField::Title => "Title",
        TextField::Notes => "Notes",
    }
}

pub(crate) fn part_header(part: AddressPart) -> &'static str {
    match part {
        AddressPart::Street => "Address",
        AddressPart::City => "City",
        AddressPart::State => "State",
        AddressPart::ZipCode => "Zip Code",
        AddressPart::Country => "Country",
    }
}

/// Whether this is the header row of our own export.
pub(crate) fn is_own_header(cells: &[String]) -> bool {
    OWN_COLUMNS.iter().all(|own| cells.iter().any(|cell| cell == own))
}

/// Returns the slot that a header of our own export names; `None` for other headers.
pub fn slot_of_header(header: &str) -> Option<Slot> {
    let header = unguarded(header);
    match header {
        ID => return Some(Slot::Id),
        VERSION => return Some(Slot::Version),
        "Birthday" => return Some(Slot::Birthday),
        "Tag" => return Some(Slot::Tags),
        VCARD_LINES => return Some(Slot::VcardLines),
        _ => {}
    }
    if let Some(name) = header.strip_prefix(CUSTOM) {
        return (!name.is_empty()).then(|| Slot::Custom(name.to_owned()));
    }
    if let Some(field) = TextField::ALL.into_iter().find(|f| text_header(*f) == header) {
        return Some(Slot::Text(field));
    }
    let (name, label) = name_and_label(header)?;
    match name {
        "Email" => Some(Slot::Email(label)),
        "Phone" => Some(Slot::Phone(label)),
        "Website" => Some(Slot::Website(label)),
        name => AddressPart::ALL
            .into_iter()
            .find(|p| part_header(*p) == name)
            .map(|p| Slot::Address(label, p)),
    }
}

/// Splits a header into name and label: `Email`, `Email 2`, `Email (Home)`, `Email (Home) 2`.
fn name_and_label(header: &str) -> Option<(&str, Label)> {
    let header = match header.rsplit_once(' ') {
        Some((rest, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => header,
    };
    match header.split_once(" (") {
        Some((name, label)) => Some((name, Label::exact(label.strip_suffix(')')?))),
        None => Some((header, Label::NONE)),
    }
}
