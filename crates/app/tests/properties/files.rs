//! Random files, from few values, and random choices.

use crate::{Choices, Installation};
use app::{BadValues, Conflicts, Duplicates, ImportOptions, Match};
use model::ContactId;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Columns with their possible values.
const COLUMNS: &[(&str, &[&str])] = &[
    ("First Name", &["Ann", "Ann", "Anna", "Bob", "Zoë", "=1+1", ""]),
    ("Last Name", &["Ivers", "Ivers", "Oduya", ""]),
    ("Email", EMAILS),
    ("Phone", PHONES),
    ("Mobile", PHONES),
    ("Email (Home)", EMAILS),
    ("Fax", &["+1 202 555 0101", "", ""]),
    ("Company", &["Acme, Inc.", "", "", ""]),
    ("City", &["Bonn", "", ""]),
    ("Tag", &["vip", "vip, \"a, b\"", "", ""]),
    ("Birthday", &["1980-12-31", "03/04/1980", "soon", "", ""]),
    ("Notes", &["two\nlines", "'=x", "", ""]),
];

const EMAILS: &[&str] = &[
    "a@x.org",
    "A@X.org",
    "b@x.org",
    "c@x.org",
    "d@x.org",
    "a@x.org; b@x.org",
    "a.b@gmail.com",
    "ab@gmail.com",
    "nope",
    "",
    "",
    "",
];

const PHONES: &[&str] = &[
    "+1 202 555 0101",
    "(202) 555-0101",
    "202-555-0102",
    "+12025550103",
    "(202) 555-0101 x5",
    "(202) 555-0103 / 202-555-0104",
    "12345",
    "",
    "",
    "",
];

/// A row: for each column the index of its value.
type Picks = Vec<Index>;

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = cells.map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
    quoted.join(",") + "\r\n"
}

/// A CSV file with some of the columns, always including email.
pub fn csv() -> impl Strategy<Value = String> {
    let picks = prop::collection::vec(any::<Index>(), COLUMNS.len());
    let columns = prop::collection::vec(any::<bool>(), COLUMNS.len());
    (columns, prop::collection::vec(picks, 0..12)).prop_map(|(wanted, rows)| written(&wanted, &rows))
}

fn written(wanted: &[bool], rows: &[Picks]) -> String {
    let columns: Vec<usize> = (0..COLUMNS.len()).filter(|at| wanted[*at] || *at < 3).collect();
    let cell = |picks: &Picks, at: usize| COLUMNS[at].1[picks[at].index(COLUMNS[at].1.len())];
    let header = line(columns.iter().map(|at| COLUMNS[*at].0));
    let lines = rows.iter().map(|picks| line(columns.iter().map(|at| cell(picks, *at))));
    header + &lines.collect::<String>()
}

pub fn choices() -> impl Strategy<Value = Choices> {
    let duplicates = prop_oneof![
        1 => Just(Duplicates::Skip),
        3 => Just(Duplicates::Update),
        2 => Just(Duplicates::Fill),
        1 => Just(Duplicates::Create),
    ];
    let matching = select(
        &[
            Match::Email,
            Match::Phone,
            Match::EmailOrPhone,
            Match::EmailOrPhoneAndName,
        ][..],
    );
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (duplicates, matching, flags).prop_map(
        |(duplicates, matching, (overwrite, empty_cells_clear, replace_lists, leave_out))| Choices {
            options: ImportOptions {
                duplicates,
                matching,
                conflicts: if overwrite {
                    Conflicts::Overwrite
                } else {
                    Conflicts::Skip
                },
                empty_cells_clear,
                replace_lists,
            },
            bad_values: if leave_out {
                BadValues::LeaveOut
            } else {
                BadValues::Reject
            },
        },
    )
}

/// A change to an export before it is imported again.
#[derive(Clone, Debug)]
enum Edit {
    /// A cell gets a value of another column of the random files.
    Cell {
        row: Index,
        column: Index,
        from: Index,
        value: Index,
    },
    /// A row is repeated.
    Repeat {
        row: Index,
    },
    Remove {
        row: Index,
    },
    /// The id becomes that of a contact of another installation, or of no contact.
    Id {
        row: Index,
        id: u8,
    },
    Version {
        row: Index,
        version: &'static str,
    },
}

/// Edits that can be applied to any export.
#[derive(Clone, Debug)]
pub struct Edits(Vec<Edit>);

pub fn edits() -> impl Strategy<Value = Edits> {
    let at = any::<Index>;
    let edit = prop_oneof![
        6 => (at(), at(), at(), at()).prop_map(|(row, column, from, value)| Edit::Cell { row, column, from, value }),
        2 => at().prop_map(|row| Edit::Repeat { row }),
        1 => at().prop_map(|row| Edit::Remove { row }),
        2 => (at(), any::<u8>()).prop_map(|(row, id)| Edit::Id { row, id }),
        4 => (at(), select(&["", "v0", "v1", "v2", "vzz", "v1y2p0ij32e8e7", "v-5", "nonsense"][..]))
            .prop_map(|(row, version)| Edit::Version { row, version }),
    ];
    prop::collection::vec(edit, 0..8).prop_map(Edits)
}

impl Edits {
    /// An export with the edits applied.
    pub fn on(&self, export: &str) -> String {
        let mut reader = csv::Reader::from_reader(export.as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut rows: Vec<Vec<String>> = reader
            .records()
            .map(|r| r.unwrap().iter().map(str::to_owned).collect())
            .collect();
        for edit in &self.0 {
            make(edit, &mut rows);
        }
        let lines = rows.iter().map(|row| line(row.iter().map(String::as_str)));
        line(header.iter().map(String::as_str)) + &lines.collect::<String>()
    }
}

fn make(edit: &Edit, rows: &mut Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let count = rows.len();
    match edit {
        Edit::Cell {
            row,
            column,
            from,
            value,
        } => {
            let cells = &mut rows[row.index(count)];
            let values = COLUMNS[from.index(COLUMNS.len())].1;
            // After id and version.
            let column = 2 + column.index(cells.len() - 2);
            values[value.index(values.len())].clone_into(&mut cells[column]);
        }
        Edit::Repeat { row } => rows.push(rows[row.index(count)].clone()),
        Edit::Remove { row } => drop(rows.remove(row.index(count))),
        Edit::Id { row, id } => rows[row.index(count)][0] = foreign_id(*id),
        Edit::Version { row, version } => (*version).clone_into(&mut rows[row.index(count)][1]),
    }
}

/// No id, an invalid one, one of no contact, or the id of a contact of another installation.
fn foreign_id(id: u8) -> String {
    match id {
        0..40 => String::new(),
        40..50 => "nonsense".to_owned(),
        50..60 => ContactId::nil().to_string(),
        60..70 => ContactId::max().to_string(),
        _ => {
            // Generated earlier, on another machine.
            let milliseconds = 0x018F_0000_0000 + u128::from(id % 16);
            ContactId::from_u128(milliseconds << 80 | 7 << 76 | 2 << 62 | 99).to_string()
        }
    }
}

/// The imports, with their choices, that a directory went through before the import under test.
#[derive(Clone, Debug)]
pub struct Past(Vec<(String, Choices)>);

pub fn past() -> impl Strategy<Value = Past> {
    prop::collection::vec((csv(), choices()), 1..4).prop_map(Past)
}

impl Past {
    /// An installation with that past, and an export taken after its first import.
    pub fn lived(&self) -> (Installation, String) {
        let installation = Installation::new(1);
        let mut export = String::new();
        for (csv, choices) in &self.0 {
            installation.import(csv, choices);
            if export.is_empty() {
                export = installation.csv();
            }
        }
        (installation, export)
    }
}

/// A file to import: a new one, or an edited export.
#[derive(Clone, Debug)]
pub enum Incoming {
    New(String),
    Edited(Edits),
}

pub fn incoming() -> impl Strategy<Value = Incoming> {
    prop_oneof![
        2 => csv().prop_map(Incoming::New),
        3 => edits().prop_map(Incoming::Edited),
    ]
}

impl Incoming {
    /// The CSV text, given an export to edit.
    pub fn csv(&self, export: &str) -> String {
        match self {
            Self::New(csv) => csv.clone(),
            Self::Edited(edits) => edits.on(export),
        }
    }
}
