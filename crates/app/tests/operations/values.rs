//! Random contacts, files and filters, from few values, so that they often match each other.

use crate::random::Random;
use model::{Birthday, Contact, DateOrder, Email, Label, LabeledEmail, LabeledPhone, Phone, Region, Text};

const FIRST: &[&str] = &["Ann", "Ann", "Anna", "Bob", "Zoë", "王小明", "100% a_b", "=1+1", ""];
const LAST: &[&str] = &["Ivers", "Ivers", "Oduya", "Ångström", r"O\Dea", ""];
const COMPANIES: &[&str] = &["Acme, Inc.", "Blue Yonder", "", "", ""];
const TAGS: &[&str] = &["vip", "vip, \"a, b\"", "trade show", "", ""];
const EMAILS: &[&str] = &[
    "a@x.org",
    "A@X.org",
    "b@x.org",
    "c@x.org",
    "a.b@gmail.com",
    "ab@gmail.com",
];
const PHONES: &[&str] = &[
    "+1 202 555 0101",
    "(202) 555-0101",
    "202-555-0102",
    "+12025550103",
    "(202) 555-0101 x5",
];
const MANY_EMAILS: &[&str] = &["a@x.org; b@x.org", "nope", "", "", ""];
const MANY_PHONES: &[&str] = &["(202) 555-0103 / 202-555-0104", "12345", "", "", ""];
const BIRTHDAYS: &[&str] = &["1980-12-31", "03/04/1980", "soon", "", ""];
const NOTES: &[&str] = &["two\nlines", "'=x", "", ""];

/// Columns with their possible values.
const COLUMNS: &[(&str, &[&[&str]])] = &[
    ("First Name", &[FIRST]),
    ("Last Name", &[LAST]),
    ("Email", &[EMAILS, MANY_EMAILS]),
    ("Phone", &[PHONES, MANY_PHONES]),
    ("Mobile", &[PHONES, MANY_PHONES]),
    ("Email (Home)", &[EMAILS, MANY_EMAILS]),
    ("Fax", &[PHONES, MANY_PHONES]),
    ("Company", &[COMPANIES]),
    ("City", &[&["Bonn", "", ""]]),
    ("Tag", &[TAGS]),
    ("Birthday", &[BIRTHDAYS]),
    ("Notes", &[NOTES]),
];

fn cell(random: &mut Random, column: usize) -> &'static str {
    let values = random.pick(COLUMNS[column].1);
    random.pick(values)
}

/// A random contact; sometimes one without any identifying value.
pub fn contact(random: &mut Random) -> Contact {
    let mut contact = Contact {
        first_name: random.pick(FIRST).into(),
        last_name: random.pick(LAST).into(),
        company: random.pick(COMPANIES).into(),
        notes: random.pick(NOTES).into(),
        birthday: Birthday::parse(random.pick(BIRTHDAYS), DateOrder::DayFirst),
        tags: random.several(3, |random| Text::new(random.pick(TAGS))),
        emails: random.several(3, email),
        phones: random.several(3, phone),
        ..Contact::default()
    };
    if random.once_in(20) {
        contact = Contact {
            notes: contact.notes,
            ..Contact::default()
        };
    }
    contact
}

fn email(random: &mut Random) -> LabeledEmail {
    LabeledEmail {
        label: Label::new(random.pick(&["", "home", "Summer House"])),
        value: Email::parse(random.pick(EMAILS)).unwrap(),
    }
}

fn phone(random: &mut Random) -> LabeledPhone {
    LabeledPhone {
        label: Label::new(random.pick(&["", "mobile", "fax"])),
        phone: Phone::parse(random.pick(PHONES), Some(Region::US)).unwrap(),
    }
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = cells.map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
    quoted.join(",") + "\r\n"
}

/// A CSV file with some of the columns, always names and email; rarely one of several chunks.
pub fn csv(random: &mut Random) -> String {
    if random.once_in(30) {
        long_csv(random)
    } else {
        short_csv(random)
    }
}

/// Emails match less often here, because matching thousands of rows with each other takes minutes.
fn long_csv(random: &mut Random) -> String {
    let rows = random.several(2_500, |random| {
        let email = format!("p{}@x.org", random.below(5_000));
        line([random.pick(FIRST), random.pick(LAST), &email].into_iter())
    });
    line(["First Name", "Last Name", "Email"].into_iter()) + &rows.concat()
}

fn short_csv(random: &mut Random) -> String {
    let columns: Vec<usize> = (0..COLUMNS.len()).filter(|at| *at < 3 || random.once_in(2)).collect();
    let header = line(columns.iter().map(|at| COLUMNS[*at].0));
    let rows = random.several(12, |random| {
        let cells: Vec<&str> = columns.iter().map(|at| cell(random, *at)).collect();
        line(cells.into_iter())
    });
    header + &rows.concat()
}

/// An edited export: some of its rows, some of them changed.
pub fn edited(random: &mut Random, export: &str) -> String {
    let mut reader = csv::Reader::from_reader(export.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut rows: Vec<Vec<String>> = reader
        .records()
        .map(|r| r.unwrap().iter().map(str::to_owned).collect())
        .collect();
    while rows.len() > 12 {
        rows.swap_remove(random.below(rows.len()));
    }
    for _ in 0..random.below(8) {
        if !rows.is_empty() {
            edit(random, &mut rows);
        }
    }
    let lines: Vec<String> = rows.iter().map(|row| line(row.iter().map(String::as_str))).collect();
    line(header.iter().map(String::as_str)) + &lines.concat()
}

fn edit(random: &mut Random, rows: &mut Vec<Vec<String>>) {
    let row = random.below(rows.len());
    match random.below(10) {
        0 => rows.push(rows[row].clone()),
        1 => drop(rows.remove(row)),
        2 => rows[row][0] = foreign_id(random),
        3 | 4 => {
            rows[row][1] = random
                .pick(&["", "v0", "v1", "v1y2p0ij32e8e7", "v-5", "nonsense"])
                .to_owned()
        }
        _ => {
            // A column after id and version gets a random value, possibly one of another column.
            let column = 2 + random.below(rows[row].len() - 2);
            let from = random.below(COLUMNS.len());
            cell(random, from).clone_into(&mut rows[row][column]);
        }
    }
}

/// No id, a broken one, or that of a contact of another installation.
fn foreign_id(random: &mut Random) -> String {
    match random.below(4) {
        0 => String::new(),
        1 => "nonsense".to_owned(),
        _ => {
            let milliseconds = 0x018F_0000_0000 + random.below(8) as u128;
            uuid::Uuid::from_u128(milliseconds << 80 | 7 << 76 | 2 << 62 | 99).to_string()
        }
    }
}

/// Search words: parts of values, also in other spellings, and words that match no contact.
pub const WORDS: &[&str] = &[
    "ann",
    "IVERS",
    "zoe",
    "Zoë",
    "angstr",
    "王",
    "100%",
    "a_b",
    "%",
    "_",
    r"o\d",
    r"\",
    "vip",
    "\"trade show\"",
    "x.org",
    "a@x",
    "b@",
    "acme",
    "\"ann ivers\"",
    "0101",
    "555-01",
    "(202)",
    "+1202",
    "202.555.0103",
    "---",
    "\"\"",
    "nobody",
];

const CONDITIONS: &[&str] = &[
    "tag:vip",
    "company:blue",
    "city:bonn",
    "has:email",
    "no:phone",
    "import:1",
    "import:2",
    "shoe:44",
];

/// A filter as a person would type it; sometimes an invalid one.
pub fn filter(random: &mut Random) -> String {
    let term = |random: &mut Random| {
        let terms = if random.once_in(4) { CONDITIONS } else { WORDS };
        random.pick(terms)
    };
    random.several(4, term).join(" ")
}
