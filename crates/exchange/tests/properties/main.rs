//! Properties that must hold for every file and every contact, tested with random ones.
//!
//! `any_bytes.rs`: for any bytes, reading ends and every record is accounted for. `any_cards.rs`: the same for vCards,
//! and no text of a card is lost. `round_trip.rs`: our own export is read back exactly. `foreign_formats.rs`: what
//! exports for other programs keep. `contacts.rs` generates the contacts.

#![expect(clippy::panic, reason = "a test that cannot read memory has failed")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests too")]

mod any_bytes;
mod any_cards;
mod contacts;
mod foreign_formats;
mod round_trip;
mod workbooks;

use exchange::judge::{Judge, Judged, Regions, survey};
use exchange::mapping::{BoundMapping, propose};
use exchange::open::{Batch, OpenError, Opened, Overrides, Records, Source, decoded, open};
use proptest::test_runner::Config;
use std::io::Read;

/// The number of random cases; `PROPTEST_CASES=2560` multiplies it by ten. A failure found becomes a named test, which
/// explains more than a stored seed.
fn tried(cases: u32) -> Config {
    let usual = Config::default();
    Config {
        cases: cases * usual.cases / 256,
        failure_persistence: None,
        ..usual
    }
}

/// A file that was opened and mapped like an import.
struct Looked {
    opened: Opened,
    layout: Option<&'static str>,
    judge: Judge,
}

/// Opens and maps a file. `None` if it is refused.
fn look_at(source: &dyn Source) -> Option<Looked> {
    look_with(source, &Overrides::default())
}

fn look_with(source: &dyn Source, overrides: &Overrides) -> Option<Looked> {
    let opened = match open(source, overrides) {
        Ok(opened) => opened,
        Err(OpenError::Refused(_)) => return None,
        Err(error) => panic!("memory could not be read: {error}"),
    };
    let (layout, columns) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    let mapping = BoundMapping::bind(&columns, &[]).unwrap();
    let told = survey(
        records_of(source, &opened),
        opened.header_row,
        &mapping,
        &model::ContactRules::default(),
        Regions::default(),
    )
    .unwrap();
    let judge = Judge::new(mapping, layout.map(str::to_owned))
        .with_regions(Regions {
            suggested: told.region,
            rows_disagree: told.rows_disagree,
            ..Regions::default()
        })
        .with_column_dates(told.dates)
        .keeping_patches(true);
    Some(Looked { opened, layout, judge })
}

fn records_of(source: &dyn Source, opened: &Opened) -> Records<Box<dyn Read + Send>> {
    Records::new(decoded(source, &opened.encoding).unwrap(), opened.dialect.clone())
}

/// A record after the header, with the result of judging it.
#[derive(Debug)]
struct Row {
    line: u64,
    cells: Vec<String>,
    judged: Option<Judged>,
}

/// Returns all records after the header, read `at_once` at a time.
fn rows_of(source: &dyn Source, looked: &Looked, at_once: usize) -> Vec<Row> {
    let mut records = records_of(source, &looked.opened);
    let mut batch = Batch::default();
    let mut rows = Vec::new();
    while records.fill(&mut batch, at_once).unwrap() {
        let header = looked.opened.header_row;
        for record in batch.records().filter(|r| header.is_none_or(|at| r.index() > at)) {
            rows.push(Row {
                line: record.line(),
                cells: record.cells().map(str::to_owned).collect(),
                judged: looked.judge.judge(record),
            });
        }
    }
    rows
}
