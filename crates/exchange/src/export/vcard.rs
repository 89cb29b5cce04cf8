//! vCards: one for each contact, in version 3.0, which every program reads, or 4.0.
//!
//! Read back by [`crate::vcard`] they result in the same contacts: values for which vCards have no property are
//! written as properties of our own, which other programs ignore.

use super::Exported;
use crate::native::version_text;
use crate::vcard::Picture;
use crate::vcard::kept;
use crate::vcard::text::{escaped, push_folded};
use model::{Address, Birthday, Contact, Label, Text, VcardLine, Version};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The version of a vCard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VcardVersion {
    /// 3.0 (RFC 2426).
    V3,
    /// 4.0 (RFC 6350).
    V4,
}

/// Writes one contact as a card.
///
/// # Errors
/// Errors of the output.
pub fn write(out: &mut dyn Write, exported: &Exported, version: VcardVersion) -> io::Result<()> {
    out.write_all(card_of(exported, version).as_bytes())
}

/// Returns a contact as a vCard.
pub fn card_of(exported: &Exported, version: VcardVersion) -> String {
    let mut card = Card {
        out: String::with_capacity(1024),
        version,
        groups: groups_of(&exported.contact),
        next_group: 1,
    };
    card.line("BEGIN:VCARD");
    card.line(match version {
        VcardVersion::V3 => "VERSION:3.0",
        VcardVersion::V4 => "VERSION:4.0",
    });
    card.line("PRODID:-//CrystalQore//CrystalQore//EN");
    match version {
        VcardVersion::V3 => card.line(&format!("UID:{}", exported.id)),
        VcardVersion::V4 => card.line(&format!("UID:urn:uuid:{}", exported.id)),
    }
    card.line(&format!("REV:{}", moment(exported.version, version)));
    card.line(&format!("X-CRYSTALQORE-VERSION:{}", version_text(exported.version)));
    card.contact(&exported.contact);
    card.line("END:VCARD");
    card.out
}

/// Returns a contact as a small vCard for a QR code: the values that a phone displays, without properties that only
/// CrystalQore reads.
pub fn small_card_of(contact: &Contact) -> String {
    let mut card = Card {
        out: String::new(),
        version: VcardVersion::V3,
        groups: HashSet::new(),
        next_group: 1,
    };
    card.line("BEGIN:VCARD");
    card.line("VERSION:3.0");
    card.names(contact);
    card.values(contact);
    card.line("END:VCARD");
    card.out
}

/// Returns the property groups that kept lines use, in lower case.
fn groups_of(contact: &Contact) -> HashSet<String> {
    let lines = contact.vcard_lines.iter();
    lines.filter_map(VcardLine::group).map(str::to_lowercase).collect()
}

struct Card {
    out: String,
    version: VcardVersion,
    /// The group names that are in use.
    groups: HashSet<String>,
    next_group: u64,
}

impl Card {
    fn line(&mut self, line: &str) {
        push_folded(&mut self.out, line);
    }

    fn contact(&mut self, contact: &Contact) {
        self.names(contact);
        self.values(contact);
        if !contact.tags.is_empty() {
            let tags: Vec<String> = contact.tags.iter().map(|tag| escaped(tag.as_str())).collect();
            self.line(&format!("CATEGORIES:{}", tags.join(",")));
        }
        self.text("NOTE", &contact.notes);
        for (name, value) in &contact.custom {
            self.line(&format!(
                "X-CRYSTALQORE-FIELD:{};{}",
                escaped(name),
                escaped(value.as_str())
            ));
        }
        for line in &contact.vcard_lines {
            self.kept(line);
        }
    }

    fn names(&mut self, contact: &Contact) {
        self.line(&format!("FN:{}", escaped(&contact.display_name())));
        let parts = [
            &contact.last_name,
            &contact.first_name,
            &contact.middle_name,
            &contact.prefix,
            &contact.suffix,
        ];
        self.line(&format!("N:{}", components(parts)));
        self.single(contact, "NICKNAME", escaped(contact.nickname.as_str()));
        let organisation = match (contact.company.is_empty(), contact.department.is_empty()) {
            (true, true) => String::new(),
            (false, true) => escaped(contact.company.as_str()),
            (_, false) => components([&contact.company, &contact.department]),
        };
        self.single(contact, "ORG", organisation);
        self.single(contact, "TITLE", escaped(contact.title.as_str()));
    }

    /// Writes a property of which a contact holds one value. It is written empty if lines with further values were
    /// kept, because the first of them would be read as the value.
    fn single(&mut self, contact: &Contact, name: &str, value: String) {
        let has_further = || {
            contact
                .vcard_lines
                .iter()
                .any(|line| line.name().eq_ignore_ascii_case(name))
        };
        if !value.is_empty() || has_further() {
            self.line(&format!("{name}:{value}"));
        }
    }

    fn text(&mut self, name: &str, text: &Text) {
        if !text.is_empty() {
            self.line(&format!("{name}:{}", escaped(text.as_str())));
        }
    }

    fn values(&mut self, contact: &Contact) {
        for email in &contact.emails {
            self.labelled("EMAIL", &email.label, &escaped(email.value.as_str()));
        }
        for phone in &contact.phones {
            self.labelled("TEL", &phone.label, &escaped(&phone.phone.international()));
        }
        for address in &contact.addresses {
            self.labelled("ADR", &address.label, &address_value(address));
        }
        for website in &contact.websites {
            self.labelled("URL", &website.label, &escaped(website.value.as_str()));
        }
        if let Some(birthday) = contact.birthday {
            self.birthday(birthday);
        }
    }

    fn labelled(&mut self, name: &str, label: &Label, value: &str) {
        let internet = match (name, self.version) {
            ("EMAIL", VcardVersion::V3) => ";TYPE=INTERNET",
            _ => "",
        };
        let of_type = match label.as_str() {
            "" => "",
            "mobile" => "CELL",
            "work" => "WORK",
            "home" => "HOME",
            "fax" => "FAX",
            "other" => "OTHER",
            own => return self.grouped(&format!("{name}{internet}:{value}"), own),
        };
        let of_type = match self.version {
            VcardVersion::V3 => of_type.to_owned(),
            VcardVersion::V4 => of_type.to_lowercase(),
        };
        let parameter = if of_type.is_empty() {
            String::new()
        } else {
            format!(";TYPE={of_type}")
        };
        self.line(&format!("{name}{internet}{parameter}:{value}"));
    }

    /// Writes a line and its label as a property group, as Apple does.
    fn grouped(&mut self, line: &str, label: &str) {
        let mut group = format!("item{}", self.next_group);
        while self.groups.contains(&group) {
            self.next_group += 1;
            group = format!("item{}", self.next_group);
        }
        self.next_group += 1;
        self.line(&format!("{group}.{line}"));
        self.line(&format!("{group}.X-ABLabel:{}", escaped(label)));
    }

    fn birthday(&mut self, birthday: Birthday) {
        let (month, day) = (birthday.month(), birthday.day());
        let line = match (birthday.year(), self.version) {
            (Some(year), VcardVersion::V3) => format!("BDAY:{year:04}-{month:02}-{day:02}"),
            (Some(year), VcardVersion::V4) => format!("BDAY:{year:04}{month:02}{day:02}"),
            // 3.0 has no date without a year; this is Apple's extension, with a leap year as placeholder.
            (None, VcardVersion::V3) => format!("BDAY;X-APPLE-OMIT-YEAR=1604:1604-{month:02}-{day:02}"),
            (None, VcardVersion::V4) => format!("BDAY:--{month:02}{day:02}"),
        };
        self.line(&line);
    }

    fn kept(&mut self, line: &VcardLine) {
        let uri = match self.version {
            VcardVersion::V3 => None,
            VcardVersion::V4 => picture_uri(line),
        };
        if let Some(uri) = uri {
            return self.line(&uri);
        }
        match kept::label_of(line).filter(|_| line.group().is_none()) {
            Some((line, label)) => self.grouped(&line, &label),
            None => self.line(line.as_str()),
        }
    }
}

/// Returns a picture as a data URI for version 4.0, which has no `ENCODING`. `None` if the line has parameters besides
/// encoding and type; it is then written unchanged.
fn picture_uri(line: &VcardLine) -> Option<String> {
    let picture = Picture::of_line(line)?;
    (picture.line().as_ref() == Some(line)).then(|| picture.line_of_v4())
}

fn components<const N: usize>(texts: [&Text; N]) -> String {
    texts.map(|text| escaped(text.as_str())).join(";")
}

fn address_value(address: &Address) -> String {
    let parts = [
        &address.address,
        &address.city,
        &address.state,
        &address.zip_code,
        &address.country,
    ];
    format!(";;{}", components(parts))
}

/// Formats a version, which is a time in microseconds, as a UTC timestamp.
fn moment(version: Version, of: VcardVersion) -> String {
    let seconds = version.div_euclid(1_000_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut out = String::new();
    // Writing into memory cannot fail.
    let _ = match of {
        VcardVersion::V3 => write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
        VcardVersion::V4 => write!(out, "{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z"),
    };
    out
}

/// The Gregorian date of a day counted from 1970-01-01, in eras of 400 years that begin in March.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
#[path = "vcard_tests.rs"]
mod tests;
