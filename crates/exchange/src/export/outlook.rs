//! The CSV of Outlook for Windows, in English, with the 92 columns that Outlook writes.
//!
//! Each column holds one value. Values for which no column is left are counted ([`losses`]).

use super::loss::{Loss, counted};
use crate::formula_guard::guarded;
use model::{Address, Birthday, Contact, Label, LabeledPhone};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Bytes that are buffered before they are written.
const BUFFER: usize = 64 * 1024;

const HEADER: [&str; 92] = [
    "Title",
    "First Name",
    "Middle Name",
    "Last Name",
    "Suffix",
    "Company",
    "Department",
    "Job Title",
    "Business Street",
    "Business Street 2",
    "Business Street 3",
    "Business City",
    "Business State",
    "Business Postal Code",
    "Business Country/Region",
    "Home Street",
    "Home Street 2",
    "Home Street 3",
    "Home City",
    "Home State",
    "Home Postal Code",
    "Home Country/Region",
    "Other Street",
    "Other Street 2",
    "Other Street 3",
    "Other City",
    "Other State",
    "Other Postal Code",
    "Other Country/Region",
    "Assistant's Phone",
    "Business Fax",
    "Business Phone",
    "Business Phone 2",
    "Callback",
    "Car Phone",
    "Company Main Phone",
    "Home Fax",
    "Home Phone",
    "Home Phone 2",
    "ISDN",
    "Mobile Phone",
    "Other Fax",
    "Other Phone",
    "Pager",
    "Primary Phone",
    "Radio Phone",
    "TTY/TDD Phone",
    "Telex",
    "Account",
    "Anniversary",
    "Assistant's Name",
    "Billing Information",
    "Birthday",
    "Business Address PO Box",
    "Categories",
    "Children",
    "Directory Server",
    "E-mail Address",
    "E-mail Type",
    "E-mail Display Name",
    "E-mail 2 Address",
    "E-mail 2 Type",
    "E-mail 2 Display Name",
    "E-mail 3 Address",
    "E-mail 3 Type",
    "E-mail 3 Display Name",
    "Gender",
    "Government ID Number",
    "Hobby",
    "Home Address PO Box",
    "Initials",
    "Internet Free Busy",
    "Keywords",
    "Language",
    "Location",
    "Manager's Name",
    "Mileage",
    "Notes",
    "Office Location",
    "Organizational ID Number",
    "Other Address PO Box",
    "Priority",
    "Private",
    "Profession",
    "Referred By",
    "Sensitivity",
    "Spouse",
    "User 1",
    "User 2",
    "User 3",
    "User 4",
    "Web Page",
];

/// The columns of emails, each with the column of its type.
const EMAILS: [(&str, &str); 3] = [
    ("E-mail Address", "E-mail Type"),
    ("E-mail 2 Address", "E-mail 2 Type"),
    ("E-mail 3 Address", "E-mail 3 Type"),
];

/// The columns for a phone with this label, the best one first.
fn phone_columns(label: &Label) -> &'static [&'static str] {
    match label.as_str() {
        "work" => &["Business Phone", "Business Phone 2"],
        "home" => &["Home Phone", "Home Phone 2"],
        "mobile" => &["Mobile Phone"],
        "fax" => &["Business Fax", "Home Fax", "Other Fax"],
        "other" => &["Other Phone", "Primary Phone", "Car Phone"],
        _ => &["Primary Phone", "Other Phone", "Car Phone"],
    }
}

/// The prefix of the columns for an address with this label.
fn address_columns(label: &Label) -> &'static str {
    match label.as_str() {
        "work" => "Business",
        "home" => "Home",
        _ => "Other",
    }
}

/// The cells of a contact by column, and the values for which no column was left.
struct Row {
    cells: BTreeMap<&'static str, String>,
    lost: Vec<(Loss, u64)>,
}

impl Row {
    fn from_contact(contact: &Contact) -> Self {
        let mut row = Self {
            cells: BTreeMap::new(),
            lost: Vec::new(),
        };
        row.texts(contact);
        let emails = row.emails(contact);
        let (phones, phone_labels) = row.phones(&contact.phones);
        let (addresses, address_labels) = row.addresses(&contact.addresses);
        let yearless = row.birthday(contact.birthday);
        row.put(
            "Web Page",
            contact.websites.first().map_or("", |website| website.value.as_str()),
        );
        let is_labelled = |label: &Label| !label.is_none();
        row.lost = counted([
            (Loss::Emails, emails),
            (
                Loss::EmailLabels,
                contact
                    .emails
                    .iter()
                    .take(EMAILS.len())
                    .filter(|e| is_labelled(&e.label))
                    .count(),
            ),
            (Loss::Phones, phones),
            (Loss::PhoneLabels, phone_labels),
            (Loss::Addresses, addresses),
            (Loss::AddressLabels, address_labels),
            (Loss::Websites, contact.websites.len().saturating_sub(1)),
            (
                Loss::WebsiteLabels,
                contact
                    .websites
                    .iter()
                    .take(1)
                    .filter(|w| is_labelled(&w.label))
                    .count(),
            ),
            (Loss::YearlessBirthdays, yearless),
            (Loss::Nicknames, usize::from(!contact.nickname.is_empty())),
            (Loss::CustomFields, contact.custom.len()),
            (Loss::VcardLines, contact.vcard_lines.len()),
        ]);
        row
    }

    /// Fills a column. Text that a spreadsheet would evaluate as a formula is guarded.
    fn put(&mut self, column: &'static str, text: &str) {
        if !text.is_empty() {
            self.cells.insert(column, guarded(text).into_owned());
        }
    }

    fn texts(&mut self, contact: &Contact) {
        for (column, text) in [
            ("Title", &contact.prefix),
            ("First Name", &contact.first_name),
            ("Middle Name", &contact.middle_name),
            ("Last Name", &contact.last_name),
            ("Suffix", &contact.suffix),
            ("Company", &contact.company),
            ("Department", &contact.department),
            ("Job Title", &contact.title),
            ("Notes", &contact.notes),
        ] {
            self.put(column, text.as_str());
        }
        let tags = contact.tags.iter();
        let tags: Vec<String> = tags
            .map(|tag| tag.as_str().replace([';', ',', '"', '|', '\n'], " "))
            .collect();
        self.put("Categories", &tags.join(";"));
    }

    /// Fills the email columns. Returns how many emails have no column.
    fn emails(&mut self, contact: &Contact) -> usize {
        for ((address, kind), email) in EMAILS.iter().zip(&contact.emails) {
            self.put(address, email.value.as_str());
            self.put(kind, "SMTP");
        }
        contact.emails.len().saturating_sub(EMAILS.len())
    }

    /// Fills the phone columns. Returns how many phones have no column, and how many get another label.
    fn phones(&mut self, phones: &[LabeledPhone]) -> (usize, usize) {
        let (mut lost, mut relabelled) = (0, 0);
        for phone in phones {
            let columns = phone_columns(&phone.label).iter();
            match columns.copied().find(|column| !self.cells.contains_key(column)) {
                Some(column) => {
                    relabelled += usize::from(!phone.label.is_built_in() && !phone.label.is_none());
                    self.cells.insert(column, phone.phone.international());
                }
                None => lost += 1,
            }
        }
        (lost, relabelled)
    }

    /// Fills the address columns. Returns how many addresses have no columns, and how many get another label.
    fn addresses(&mut self, addresses: &[Address]) -> (usize, usize) {
        let (mut lost, mut relabelled) = (0, 0);
        let mut taken = Vec::new();
        for address in addresses {
            let begin = address_columns(&address.label);
            if taken.contains(&begin) {
                lost += 1;
                continue;
            }
            taken.push(begin);
            let kept = ["", "work", "home", "other"].contains(&address.label.as_str());
            relabelled += usize::from(!kept);
            for (part, text) in [
                ("Street", &address.address),
                ("City", &address.city),
                ("State", &address.state),
                ("Postal Code", &address.zip_code),
                ("Country/Region", &address.country),
            ] {
                let is_of =
                    |column: &&&str| column.strip_prefix(begin).and_then(|rest| rest.strip_prefix(' ')) == Some(part);
                if let Some(column) = HEADER.iter().find(is_of) {
                    self.put(column, text.as_str());
                }
            }
        }
        (lost, relabelled)
    }

    /// Fills the birthday column. Returns how many birthdays are lost: Outlook has no date without a year.
    fn birthday(&mut self, birthday: Option<Birthday>) -> usize {
        match birthday.map(|day| (day, day.year())) {
            Some((day, Some(year))) => {
                let date = format!("{}/{}/{year:04}", day.month(), day.day());
                self.cells.insert("Birthday", date);
                0
            }
            Some((_, None)) => 1,
            None => 0,
        }
    }
}

/// Counts the values that the Outlook format cannot hold.
pub fn losses(contact: &Contact) -> Vec<(Loss, u64)> {
    Row::from_contact(contact).lost
}

/// Writes contacts as CSV lines.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Self::behind_header(out);
        writer.csv.write_record(HEADER)?;
        Ok(writer)
    }

    /// Creates a writer without a header row, for lines that follow others.
    pub fn behind_header(out: W) -> Self {
        let csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .quote_style(csv::QuoteStyle::Always)
            .buffer_capacity(BUFFER)
            .from_writer(out);
        Self { csv }
    }

    /// Writes one contact.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn write(&mut self, contact: &Contact) -> io::Result<()> {
        let mut row = Row::from_contact(contact);
        let cells = HEADER.iter().map(|column| row.cells.remove(column).unwrap_or_default());
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

#[cfg(test)]
#[path = "outlook_tests.rs"]
mod tests;
