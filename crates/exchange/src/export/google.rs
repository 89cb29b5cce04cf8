//! The CSV of Google Contacts, in the layout that Google has written since 2024.
//!
//! There are as many numbered groups of columns as the contact with the most values needs. Values that begin like a
//! formula are guarded, except for numbers and dates, which a guard would damage.

use super::loss::{Loss, counted};
use crate::formula_guard::guarded;
use crate::google_lines::{Group, GroupValue, group_of, single};
use model::{Address, Contact, Label, VcardLine};
use std::io::{self, Write};

/// Bytes that are buffered before they are written.
const BUFFER: usize = 64 * 1024;

/// The columns before the numbered groups.
const FIXED: [&str; 17] = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Phonetic First Name",
    "Phonetic Middle Name",
    "Phonetic Last Name",
    "Name Prefix",
    "Name Suffix",
    "Nickname",
    "File As",
    "Organization Name",
    "Organization Title",
    "Organization Department",
    "Birthday",
    "Notes",
    "Photo",
    "Labels",
];

/// The columns of an address after its label.
const OF_ADDRESS: [&str; 8] = [
    "Formatted",
    "Street",
    "City",
    "PO Box",
    "Region",
    "Postal Code",
    "Country",
    "Extended Address",
];

/// The separator between several values of a cell.
const BETWEEN: &str = " ::: ";

/// The group whose contacts Google displays.
const MY_CONTACTS: &str = "* myContacts";

/// The number of groups of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    emails: usize,
    phones: usize,
    addresses: usize,
    relations: usize,
    websites: usize,
    events: usize,
    custom: usize,
}

impl Needs {
    /// Raises the numbers of groups to what a contact needs.
    pub fn add(&mut self, contact: &Contact) {
        let lines = Lines::from_contact(contact);
        let raise = |most: &mut usize, count: usize| *most = (*most).max(count);
        raise(&mut self.emails, contact.emails.len());
        raise(&mut self.phones, contact.phones.len());
        raise(&mut self.addresses, contact.addresses.len());
        raise(&mut self.relations, lines.relations.len());
        raise(&mut self.websites, contact.websites.len());
        raise(&mut self.events, lines.events.len());
        raise(&mut self.custom, contact.custom.len() + lines.custom.len());
    }

    fn header(&self) -> Vec<String> {
        let mut header: Vec<String> = FIXED.iter().map(|name| (*name).to_owned()).collect();
        let mut group = |name: &str, count: usize, parts: &[&str]| {
            for number in 1..=count {
                header.extend(parts.iter().map(|part| format!("{name} {number} - {part}")));
            }
        };
        let of_address: Vec<&str> = std::iter::once("Label").chain(OF_ADDRESS).collect();
        let labelled = ["Label", "Value"];
        group("E-mail", self.emails, &labelled);
        group("Phone", self.phones, &labelled);
        group("Address", self.addresses, &of_address);
        group("Relation", self.relations, &labelled);
        group("Website", self.websites, &labelled);
        group("Event", self.events, &labelled);
        group("Custom Field", self.custom, &labelled);
        header
    }
}

/// The kept lines of a contact for which Google has columns.
#[derive(Default)]
struct Lines {
    events: Vec<GroupValue>,
    relations: Vec<GroupValue>,
    custom: Vec<GroupValue>,
    /// Parts of addresses, with the label of the address they belong to.
    post_boxes: Vec<GroupValue>,
    extended: Vec<GroupValue>,
    /// The number of lines that have no column.
    left: usize,
}

impl Lines {
    fn from_contact(contact: &Contact) -> Self {
        let mut lines = Self::default();
        let has_address = |label: &str| contact.addresses.iter().any(|a| a.label == Label::new(label));
        for line in &contact.vcard_lines {
            match group_of(line) {
                Some((Group::Event, value)) => lines.events.push(value),
                Some((Group::Relation, value)) => lines.relations.push(value),
                Some((Group::CustomField, value)) => lines.custom.push(value),
                Some((Group::PostBox, value)) if has_address(&value.label) => lines.post_boxes.push(value),
                Some((Group::ExtendedAddress, value)) if has_address(&value.label) => lines.extended.push(value),
                _ if is_single(contact, line) => {}
                _ => lines.left += 1,
            }
        }
        lines
    }
}

/// Whether a line fills a column that is not part of a numbered group.
fn is_single(contact: &Contact, line: &VcardLine) -> bool {
    let mut headers = crate::google_lines::single_headers();
    headers.any(|header| single(&contact.vcard_lines, header).is_some_and(|(filling, _)| filling == line))
}

/// Counts the values that the Google format cannot hold.
pub fn losses(contact: &Contact) -> Vec<(Loss, u64)> {
    counted([(Loss::VcardLines, Lines::from_contact(contact).left)])
}

/// Writes contacts as CSV lines.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
    needs: Needs,
}

impl Writer<Vec<u8>> {
    /// Returns everything that was written so far.
    ///
    /// # Errors
    /// None in practice: the output is memory.
    pub fn written(&mut self) -> io::Result<&Vec<u8>> {
        self.csv.flush()?;
        Ok(self.csv.get_ref())
    }
}

impl<W: Write> Writer<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn new(out: W, needs: Needs) -> io::Result<Self> {
        let mut writer = Self::behind_header(out, needs);
        writer.csv.write_record(needs.header())?;
        Ok(writer)
    }

    /// Creates a writer without a header row, for lines that follow others.
    pub fn behind_header(out: W, needs: Needs) -> Self {
        let csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(BUFFER)
            .from_writer(out);
        Self { csv, needs }
    }

    /// Writes one contact.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn write(&mut self, contact: &Contact) -> io::Result<()> {
        let cells = cells(contact, &self.needs);
        Ok(self.csv.write_record(cells)?)
    }

    /// Writes what is left in the buffer.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

fn cells(contact: &Contact, needs: &Needs) -> Vec<String> {
    let lines = Lines::from_contact(contact);
    let kept = |header: &str| {
        single(&contact.vcard_lines, header)
            .map(|(_, value)| value)
            .unwrap_or_default()
    };
    let text = |text: &str| guarded(text).into_owned();
    let mut cells: Vec<String> = vec![
        text(contact.first_name.as_str()),
        text(contact.middle_name.as_str()),
        text(contact.last_name.as_str()),
        text(&kept("Phonetic First Name")),
        text(&kept("Phonetic Middle Name")),
        text(&kept("Phonetic Last Name")),
        text(contact.prefix.as_str()),
        text(contact.suffix.as_str()),
        text(contact.nickname.as_str()),
        text(&kept("File As")),
        text(contact.company.as_str()),
        text(contact.title.as_str()),
        text(contact.department.as_str()),
        contact.birthday.map(|day| day.to_string()).unwrap_or_default(),
        text(contact.notes.as_str()),
        text(&kept("Photo")),
        labels_cell(contact),
    ];
    let emails = contact.emails.iter().map(|e| pair(&e.label, text(e.value.as_str())));
    push_groups(&mut cells, emails, needs.emails);
    let phones = contact.phones.iter().map(|p| pair(&p.label, p.phone.international()));
    push_groups(&mut cells, phones, needs.phones);
    let addresses = contact.addresses.iter().map(|a| address_cells(a, &lines));
    push_groups(&mut cells, addresses, needs.addresses);
    let values = |values: &[GroupValue]| {
        values
            .iter()
            .map(|v| [text(&v.label), text(&v.value)])
            .collect::<Vec<_>>()
    };
    push_groups(&mut cells, values(&lines.relations).into_iter(), needs.relations);
    let websites = contact.websites.iter().map(|w| pair(&w.label, text(w.value.as_str())));
    push_groups(&mut cells, websites, needs.websites);
    push_groups(&mut cells, values(&lines.events).into_iter(), needs.events);
    let custom = contact
        .custom
        .iter()
        .map(|(name, value)| [text(name), text(value.as_str())]);
    push_groups(&mut cells, custom.chain(values(&lines.custom)), needs.custom);
    cells
}

fn push_groups<const N: usize>(cells: &mut Vec<String>, groups: impl Iterator<Item = [String; N]>, count: usize) {
    let end = cells.len() + count * N;
    groups.for_each(|group| cells.extend(group));
    cells.resize(end, String::new());
}

fn pair(label: &Label, value: String) -> [String; 2] {
    [label_words(label), value]
}

/// Returns Google's name of a label.
fn label_words(label: &Label) -> String {
    match label.as_str() {
        "work" => "Work".to_owned(),
        "home" => "Home".to_owned(),
        "mobile" => "Mobile".to_owned(),
        "other" => "Other".to_owned(),
        "fax" => "Work Fax".to_owned(),
        own => guarded(own).into_owned(),
    }
}

fn address_cells(address: &Address, lines: &Lines) -> [String; 9] {
    let text = |text: &str| guarded(text).into_owned();
    let kept = |values: &[GroupValue]| {
        let of_label = values.iter().find(|value| Label::new(&value.label) == address.label);
        of_label.map(|value| text(&value.value)).unwrap_or_default()
    };
    [
        label_words(&address.label),
        String::new(),
        text(address.address.as_str()),
        text(address.city.as_str()),
        kept(&lines.post_boxes),
        text(address.state.as_str()),
        text(address.zip_code.as_str()),
        text(address.country.as_str()),
        kept(&lines.extended),
    ]
}

/// Joins the tags and the group that makes Google display the contact. Separators and quotation marks in tag names are
/// replaced.
fn labels_cell(contact: &Contact) -> String {
    let tags = contact.tags.iter().map(|tag| {
        let name = tag.as_str().replace(":::", ":").replace('"', "'").replace('\n', " ");
        guarded(&name).into_owned()
    });
    let all: Vec<String> = tags.chain([MY_CONTACTS.to_owned()]).collect();
    all.join(BETWEEN)
}

#[cfg(test)]
#[path = "google_tests.rs"]
mod tests;
