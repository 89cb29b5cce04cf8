//! Generates contact files of any size, for measurements and tests, with the counts that an import of them must give.
//!
//! A row depends only on the seed and its serial number, except for rows that repeat an earlier row of the same file.
//! So a file that starts at a serial number continues a file that ended just before it. Of a hundred rows about two
//! have an invalid email, one has an invalid phone, one and a half have the email of an earlier row in different case,
//! and as many the phone of an earlier row in another format. Phones without country code are from the United States.

mod phones;
mod values;

use blake2::Blake2bMac512;
use blake2::digest::{KeyInit, Mac};
use phones::Phone;
use std::io;
use values::{
    CITIES, COMPANY_FORMS, COMPANY_NAMES, COMPANY_TRADES, DOMAINS, FIRST_NAMES, HEADER, INVALID_PHONES, LAST_NAMES,
    NOTES, STREETS, TAGS, TITLES,
};

/// How many rows back a repeated row may be.
const FARTHEST_BACK: u32 = 200_000;

/// The rows to generate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub rows: u64,
    pub seed: u64,
    /// The serial number of the first row.
    pub start: u64,
    /// Contacts with lower serial numbers exist already, from the same seed.
    pub existing: u64,
}

/// The counts of an import that creates contacts, skips duplicates, and rejects rows with an invalid email or phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub new: u64,
    /// Rows that repeat an existing contact, even one with neither email nor phone.
    pub existing: u64,
    pub repeated_email: u64,
    pub repeated_phone: u64,
    pub invalid_email: u64,
    pub invalid_phone: u64,
    /// Emails of the new contacts.
    pub emails: u64,
    /// Phones of the new contacts.
    pub phones: u64,
    /// New contacts with neither email nor phone.
    pub without_key: u64,
    /// Rows with a line break in a value.
    pub with_line_break: u64,
}

impl Expected {
    pub fn duplicates(&self) -> u64 {
        self.existing + self.repeated_email + self.repeated_phone
    }

    pub fn invalid(&self) -> u64 {
        self.invalid_email + self.invalid_phone
    }
}

/// Writes the file, and returns the counts of an import of it.
///
/// # Errors
/// Errors of `out`.
pub fn write(out: impl io::Write, request: &Request) -> io::Result<Expected> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    csv.write_record(HEADER)?;
    let generator = Generator { request };
    let mut expected = Expected::default();
    for serial in request.start..request.start + request.rows {
        let row = generator.row(serial);
        expected.add(&row, request.existing);
        csv.write_record(row.cells())?;
    }
    csv.flush()?;
    Ok(expected)
}

/// What is wrong with a row, or which value it repeats from an earlier row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Good,
    InvalidEmail,
    InvalidPhone,
    RepeatedEmail,
    RepeatedPhone,
}

/// A serial number and the random numbers from which its row is built.
struct Draw {
    serial: u64,
    numbers: [u16; 32],
}

impl Draw {
    fn number(&self, at: usize) -> usize {
        usize::from(self.numbers[at])
    }

    fn percent(&self, at: usize) -> u16 {
        self.numbers[at] % 100
    }

    fn pick<T: Copy>(&self, at: usize, from: &[T]) -> T {
        from[self.number(at) % from.len()]
    }

    fn class(&self) -> Class {
        match self.numbers[0] % 10_000 {
            0..200 => Class::InvalidEmail,
            200..300 => Class::InvalidPhone,
            300..450 => Class::RepeatedEmail,
            450..600 => Class::RepeatedPhone,
            _ => Class::Good,
        }
    }

    fn has_email(&self) -> bool {
        self.percent(6) < 92
    }

    fn has_work_phone(&self) -> bool {
        self.percent(7) < 55
    }

    fn has_mobile_phone(&self) -> bool {
        self.percent(8) < 70
    }

    /// Returns the parts of the email before and after the `@`.
    fn email(&self) -> (String, &'static str) {
        let (_, first) = self.pick(1, &FIRST_NAMES);
        let (_, last) = self.pick(2, &LAST_NAMES);
        let local = match self.numbers[4] % 6 {
            0..3 => format!("{first}.{last}"),
            3 => format!("{}{last}", &first[..1]),
            4 => format!("{first}_{last}"),
            _ => format!("{first}+crm."),
        };
        (format!("{local}{}", self.serial), self.pick(3, &DOMAINS))
    }

    fn work_phone(&self) -> Phone {
        Phone::new(self.numbers[5], 2 * self.serial)
    }

    fn mobile_phone(&self) -> Phone {
        Phone::new(self.numbers[5], 2 * self.serial + 1)
    }

    fn written_email(&self) -> String {
        let (local, domain) = self.email();
        match self.percent(11) {
            0..15 => format!("{}@{}", titled(&local), capitalized(domain)),
            15..17 => format!("  {local}@{domain} "),
            _ => format!("{local}@{domain}"),
        }
    }

    /// Returns the same email address in different case.
    fn email_in_other_letters(&self, of: &Draw) -> String {
        let (local, domain) = of.email();
        let domain = domain.to_uppercase();
        match self.numbers[11] & 1 {
            1 => format!("{}@{domain}", local.to_uppercase()),
            _ => format!("{}@{domain}", titled(&local)),
        }
    }

    fn invalid_email(&self) -> String {
        let (local, domain) = self.email();
        match self.numbers[11] % 7 {
            0 => format!("{local}{domain}"),
            1 => format!("{local}@@{domain}"),
            2 => format!("{} x@{domain}", local.replace('.', " ")),
            3 => format!("{local}@"),
            4 => format!("@{domain}"),
            5 => format!("{local}@{}", domain.replace('.', "..")),
            _ => format!("{local} at {domain}"),
        }
    }

    fn written_work_phone(&self) -> String {
        let phone = self.work_phone().written(self.numbers[12].into());
        match self.percent(13) {
            0..4 => format!("{phone} ext. {}", 100 + self.numbers[13] % 900),
            _ => phone,
        }
    }

    fn company(&self) -> String {
        if self.percent(15) < 15 {
            return String::new();
        }
        let (name, trade) = (self.pick(16, &COMPANY_NAMES), self.pick(17, &COMPANY_TRADES));
        format!("{name} {trade}{}", self.pick(18, &COMPANY_FORMS))
    }

    fn address(&self) -> String {
        let house = format!("{} {}", 1 + self.numbers[21] % 999, self.pick(22, &STREETS));
        match self.percent(20) {
            0..25 => String::new(),
            86.. => format!("{house}, Apt {}", self.numbers[21] % 40),
            _ => house,
        }
    }

    fn notes(&self) -> String {
        let (note, more) = (self.pick(24, &NOTES), self.pick(26, &NOTES));
        match self.percent(23) {
            0..25 => format!("{note}{}{more}", self.pick(25, &[". ", ",\n", "\n\n"])),
            25..40 => note.to_owned(),
            _ => String::new(),
        }
    }
}

/// A row of the file and its class.
struct Row {
    draw: Draw,
    class: Class,
    /// The serial number of the row that this row repeats.
    repeats: Option<u64>,
    email: String,
    work_phone: String,
    mobile_phone: String,
    notes: String,
}

impl Row {
    fn cells(&self) -> [String; 14] {
        let draw = &self.draw;
        let (city, state, zip, country) = draw.pick(19, &CITIES);
        [
            draw.pick(1, &FIRST_NAMES).0.to_owned(),
            draw.pick(2, &LAST_NAMES).0.to_owned(),
            self.email.clone(),
            self.work_phone.clone(),
            self.mobile_phone.clone(),
            draw.company(),
            draw.pick(27, &TITLES).to_owned(),
            draw.address(),
            city.to_owned(),
            state.to_owned(),
            format!("{zip}{}", draw.numbers[28] % 10),
            country.to_owned(),
            draw.pick(29, &TAGS).to_owned(),
            self.notes.clone(),
        ]
    }
}

impl Expected {
    fn add(&mut self, row: &Row, existing: u64) {
        self.with_line_break += u64::from(row.notes.contains('\n'));
        let keys = [&row.email, &row.work_phone, &row.mobile_phone].map(|value| u64::from(!value.is_empty()));
        let is_known = match row.class {
            Class::Good => row.draw.serial < existing,
            _ => row.repeats.is_some_and(|serial| serial < existing),
        };
        let count = match row.class {
            _ if is_known => &mut self.existing,
            Class::InvalidEmail => &mut self.invalid_email,
            Class::InvalidPhone => &mut self.invalid_phone,
            Class::RepeatedEmail => &mut self.repeated_email,
            Class::RepeatedPhone => &mut self.repeated_phone,
            Class::Good => {
                self.emails += keys[0];
                self.phones += keys[1] + keys[2];
                self.without_key += u64::from(keys == [0; 3]);
                &mut self.new
            }
        };
        *count += 1;
    }
}

struct Generator<'a> {
    request: &'a Request,
}

impl Generator<'_> {
    #[expect(clippy::expect_used, reason = "a key of eight bytes is not too long")]
    fn draw(&self, serial: u64) -> Draw {
        let mut hash = Blake2bMac512::new_from_slice(&self.request.seed.to_le_bytes()).expect("a short key");
        hash.update(&serial.to_le_bytes());
        let bytes = hash.finalize().into_bytes();
        let mut numbers = [0; 32];
        for (number, pair) in numbers.iter_mut().zip(bytes.chunks_exact(2)) {
            *number = u16::from_le_bytes([pair[0], pair[1]]);
        }
        Draw { serial, numbers }
    }

    fn row(&self, serial: u64) -> Row {
        let draw = self.draw(serial);
        let class = draw.class();
        let repeated = match class {
            Class::RepeatedEmail => self.earlier(&draw, Draw::has_email),
            Class::RepeatedPhone => self.earlier(&draw, Draw::has_mobile_phone),
            _ => None,
        };
        let class = match class {
            Class::RepeatedEmail | Class::RepeatedPhone if repeated.is_none() => Class::Good,
            class => class,
        };
        let or_nothing = |holds, value: &dyn Fn() -> String| if holds { value() } else { String::new() };
        let email = match (class, &repeated) {
            (Class::RepeatedEmail, Some(earlier)) => draw.email_in_other_letters(earlier),
            (Class::InvalidEmail, _) => draw.invalid_email(),
            _ => or_nothing(draw.has_email(), &|| draw.written_email()),
        };
        let way = u64::from(draw.numbers[14]);
        let mobile_phone = match (class, &repeated) {
            (Class::RepeatedPhone, Some(earlier)) => earlier
                .mobile_phone()
                .written(u64::from(earlier.numbers[14]) + 1 + way % 2),
            (Class::InvalidPhone, _) => draw.pick(14, &INVALID_PHONES).to_owned(),
            _ => or_nothing(draw.has_mobile_phone(), &|| draw.mobile_phone().written(way)),
        };
        Row {
            class,
            repeats: repeated.map(|earlier| earlier.serial),
            email,
            work_phone: or_nothing(draw.has_work_phone(), &|| draw.written_work_phone()),
            mobile_phone,
            notes: draw.notes(),
            draw,
        }
    }

    /// Returns an earlier good row of this file for which `has_value` is true.
    fn earlier(&self, draw: &Draw, has_value: fn(&Draw) -> bool) -> Option<Draw> {
        let random = u32::from(draw.numbers[9]) | u32::from(draw.numbers[10]) << 16;
        let back = u64::from(1 + random % FARTHEST_BACK);
        let first = draw.serial.saturating_sub(back).max(self.request.start);
        let mut rows = (first..draw.serial).map(|serial| self.draw(serial));
        rows.find(|row| row.class() == Class::Good && has_value(row))
    }
}

/// Capitalises every run of letters.
fn titled(text: &str) -> String {
    let mut after_letter = false;
    let title = |letter: char| {
        let titled = if after_letter {
            letter
        } else {
            letter.to_ascii_uppercase()
        };
        after_letter = letter.is_ascii_alphabetic();
        titled
    };
    text.chars().map(title).collect()
}

fn capitalized(text: &str) -> String {
    let mut capitalized = text.to_owned();
    capitalized[..1].make_ascii_uppercase();
    capitalized
}

#[cfg(test)]
mod tests;
