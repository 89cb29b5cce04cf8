//! CrystalQore CSV: complete and exact. Imported into an empty directory, it results in the same contacts; imported
//! unchanged into the same directory, it changes nothing.
//!
//! The columns are those that the exported contacts need, so [`Needs`] is first filled from all contacts and then
//! becomes a [`Layout`]. Phone numbers are written in international form; their original spelling is not exported.

use super::Exported;
use crate::cell_lists::list_cell;
use crate::formula_guard::guarded;
use crate::native::{CUSTOM, ID, VCARD_LINES, VERSION, part_header, text_header, version_text};
use model::{AddressPart, Contact, Label, Slot, TextField, VcardLine};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Bytes that are buffered before they are written.
const BUFFER: usize = 64 * 1024;

/// A column: a slot, and its position among the columns of that slot, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) slot: Slot,
    pub(crate) place: usize,
}

/// The columns of an export.
#[derive(Clone, Debug)]
pub struct Layout {
    columns: Vec<Column>,
}

/// Collects which columns the contacts of an export need.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    texts: BTreeSet<TextField>,
    /// The largest number of values of each label that a contact has.
    emails: BTreeMap<(u8, Label), usize>,
    phones: BTreeMap<(u8, Label), usize>,
    websites: BTreeMap<(u8, Label), usize>,
    addresses: BTreeMap<(u8, Label), BTreeSet<AddressPart>>,
    birthday: bool,
    custom: BTreeSet<String>,
    vcard_lines: bool,
}

impl Needs {
    /// Adds the columns that a contact needs.
    pub fn add(&mut self, contact: &Contact) {
        for field in TextField::ALL {
            if !contact.text(field).is_empty() {
                self.texts.insert(field);
            }
        }
        count_labels(&mut self.emails, contact.emails.iter().map(|e| &e.label));
        count_labels(&mut self.phones, contact.phones.iter().map(|p| &p.label));
        count_labels(&mut self.websites, contact.websites.iter().map(|w| &w.label));
        for address in &contact.addresses {
            let parts = self
                .addresses
                .entry((address.label.rank().0, address.label.clone()))
                .or_default();
            parts.extend(AddressPart::ALL.into_iter().filter(|p| !address.part(*p).is_empty()));
        }
        self.birthday |= contact.birthday.is_some();
        self.vcard_lines |= !contact.vcard_lines.is_empty();
        for name in contact.custom.keys() {
            if !self.custom.contains(name) {
                self.custom.insert(name.clone());
            }
        }
    }

    /// Returns the columns: the usual ones, and those that the contacts need. Custom fields are in the order of
    /// `fields`; fields that are not in `fields` follow, sorted by name.
    pub fn layout(mut self, fields: &[&str]) -> Layout {
        self.texts.extend([
            TextField::FirstName,
            TextField::LastName,
            TextField::Company,
            TextField::Title,
            TextField::Notes,
        ]);
        self.emails.entry((0, Label::NONE)).or_insert(1);
        for label in ["work", "mobile"].map(Label::exact) {
            self.phones.entry((label.rank().0, label)).or_insert(1);
        }
        self.addresses
            .entry((0, Label::NONE))
            .or_default()
            .extend(AddressPart::ALL);
        let mut columns = Vec::new();
        let mut one = |slot| columns.push(Column { slot, place: 0 });
        one(Slot::Id);
        one(Slot::Version);
        self.texts
            .iter()
            .filter(|f| **f != TextField::Notes)
            .for_each(|f| one(Slot::Text(*f)));
        push_labels(&mut columns, &self.emails, Slot::Email);
        push_labels(&mut columns, &self.phones, Slot::Phone);
        for ((_, label), parts) in &self.addresses {
            columns.extend(parts.iter().map(|part| Column {
                slot: Slot::Address(label.clone(), *part),
                place: 0,
            }));
        }
        push_labels(&mut columns, &self.websites, Slot::Website);
        if self.birthday {
            columns.push(Column {
                slot: Slot::Birthday,
                place: 0,
            });
        }
        columns.push(Column {
            slot: Slot::Tags,
            place: 0,
        });
        columns.push(Column {
            slot: Slot::Text(TextField::Notes),
            place: 0,
        });
        let known = fields
            .iter()
            .filter_map(|name| self.custom.take(*name))
            .collect::<Vec<_>>();
        columns.extend(known.into_iter().chain(self.custom).map(|name| Column {
            slot: Slot::Custom(name),
            place: 0,
        }));
        if self.vcard_lines {
            columns.push(Column {
                slot: Slot::VcardLines,
                place: 0,
            });
        }
        Layout { columns }
    }
}

fn count_labels<'a>(counts: &mut BTreeMap<(u8, Label), usize>, labels: impl Iterator<Item = &'a Label>) {
    let mut before: Option<&Label> = None;
    let mut run = 0;
    // Values with the same label are adjacent, because a contact's values are sorted by label.
    for label in labels {
        run = if before == Some(label) { run + 1 } else { 1 };
        before = Some(label);
        let rank = label.rank().0;
        match counts.get_mut(&(rank, label.clone())) {
            Some(most) => *most = (*most).max(run),
            None => {
                counts.insert((rank, label.clone()), run);
            }
        }
    }
}

fn push_labels(columns: &mut Vec<Column>, counts: &BTreeMap<(u8, Label), usize>, slot: impl Fn(Label) -> Slot) {
    for ((_, label), most) in counts {
        columns.extend((0..*most).map(|place| Column {
            slot: slot(label.clone()),
            place,
        }));
    }
}

impl Layout {
    /// Keeps only the columns whose slot is chosen. Id and version always stay, because an update would not find the
    /// contacts without them.
    pub fn only(mut self, wanted: impl Fn(&Slot) -> bool) -> Self {
        self.columns
            .retain(|c| matches!(c.slot, Slot::Id | Slot::Version) || wanted(&c.slot));
        self
    }

    /// The slots of the columns.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.columns.iter().map(|c| &c.slot)
    }

    /// The column names.
    pub(super) fn headers(&self) -> impl Iterator<Item = String> {
        self.columns.iter().map(header_of)
    }

    /// The values of a contact by column, as texts without guards.
    pub(super) fn texts<'e>(&self, exported: &'e Exported) -> impl Iterator<Item = Cow<'e, str>> {
        self.columns.iter().map(|column| text_of(column, exported))
    }
}

/// Writes contacts as CSV lines.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
    layout: Layout,
}

impl<W: Write> Writer<W> {
    /// Writes the header row. Lines end with CRLF (RFC 4180); the caller writes a byte order mark first if one is
    /// needed.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn new(out: W, delimiter: u8, layout: Layout) -> io::Result<Self> {
        let mut writer = Self::behind_header(out, delimiter, layout);
        let header = writer.layout.columns.iter().map(header_of);
        writer.csv.write_record(header.map(|h| guarded(&h).into_owned()))?;
        Ok(writer)
    }

    /// Creates a writer without a header row, for lines that follow others.
    pub fn behind_header(out: W, delimiter: u8, layout: Layout) -> Self {
        let csv = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(BUFFER)
            .from_writer(out);
        Self { csv, layout }
    }

    /// Writes one contact.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn write(&mut self, exported: &Exported) -> io::Result<()> {
        for column in &self.layout.columns {
            self.csv.write_field(cell_of(column, exported).as_bytes())?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Writes what is left in the buffer.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

fn cell_of<'e>(column: &Column, exported: &'e Exported) -> Cow<'e, str> {
    let text = text_of(column, exported);
    match column.slot {
        // The plus of a phone number is not taken for a formula, because spreadsheets leave text with blanks
        // unchanged.
        Slot::Id | Slot::Version | Slot::Phone(_) => text,
        _ => match text {
            Cow::Borrowed(text) => guarded(text),
            Cow::Owned(text) => Cow::Owned(guarded(&text).into_owned()),
        },
    }
}

fn text_of<'e>(column: &Column, exported: &'e Exported) -> Cow<'e, str> {
    let contact = &exported.contact;
    let at = column.place;
    let borrowed = |text: Option<&'e str>| Cow::Borrowed(text.unwrap_or_default());
    match &column.slot {
        Slot::Id => exported.id.to_string().into(),
        Slot::Version => version_text(exported.version).into(),
        Slot::Phone(label) => {
            let phone = nth_of(&contact.phones, label, at, |p| &p.label);
            phone.map_or(Cow::Borrowed(""), |p| p.phone.international().into())
        }
        Slot::Text(field) => contact.text(*field).as_str().into(),
        Slot::Email(label) => {
            let email = nth_of(&contact.emails, label, at, |e| &e.label);
            borrowed(email.map(|e| e.value.as_str()))
        }
        Slot::Website(label) => {
            let website = nth_of(&contact.websites, label, at, |w| &w.label);
            borrowed(website.map(|w| w.value.as_str()))
        }
        Slot::Address(label, part) => {
            let address = contact.addresses.iter().find(|a| a.label == *label);
            borrowed(address.map(|a| a.part(*part).as_str()))
        }
        Slot::Birthday => contact.birthday.map_or(Cow::Borrowed(""), |b| b.to_string().into()),
        Slot::Tags => list_cell(contact.tags.iter().map(model::Text::as_str)).into(),
        Slot::Custom(name) => borrowed(contact.custom.get(name).map(model::Text::as_str)),
        Slot::VcardLines => lines_cell(&contact.vcard_lines).into(),
        Slot::FullName => Cow::Borrowed(""),
    }
}

/// Joins the kept lines of a vCard into one cell, one per line.
fn lines_cell(lines: &[VcardLine]) -> String {
    lines.iter().map(VcardLine::as_str).collect::<Vec<_>>().join("\n")
}

/// Returns the value at position `at` among the values of its label. Values are sorted by label, and there may be as
/// many values as columns, so this is a binary search instead of a scan.
fn nth_of<'a, T>(values: &'a [T], label: &Label, at: usize, label_of: impl Fn(&T) -> &Label) -> Option<&'a T> {
    let first = values.partition_point(|value| label_of(value).rank() < label.rank());
    values.get(first + at).filter(|value| label_of(value) == label)
}

/// The name of a column.
pub(crate) fn header_of(column: &Column) -> String {
    let labelled = |name: &str, label: &Label| {
        let shown = match label.as_str() {
            "" => name.to_owned(),
            "work" | "home" | "mobile" | "fax" | "other" => {
                let (first, rest) = label.as_str().split_at(1);
                format!("{name} ({}{rest})", first.to_uppercase())
            }
            own => format!("{name} ({own})"),
        };
        if column.place == 0 {
            shown
        } else {
            format!("{shown} {}", column.place + 1)
        }
    };
    match &column.slot {
        Slot::Id => ID.to_owned(),
        Slot::Version => VERSION.to_owned(),
        Slot::Text(field) => text_header(*field).to_owned(),
        Slot::FullName => "Full Name".to_owned(),
        Slot::Email(label) => labelled("Email", label),
        Slot::Phone(label) => labelled("Phone", label),
        Slot::Website(label) => labelled("Website", label),
        Slot::Address(label, part) => labelled(part_header(*part), label),
        Slot::Birthday => "Birthday".to_owned(),
        Slot::Tags => "Tag".to_owned(),
        Slot::Custom(name) => format!("{CUSTOM}{name}"),
        Slot::VcardLines => VCARD_LINES.to_owned(),
    }
}

#[cfg(test)]
#[path = "crystalqore_tests.rs"]
mod tests;
