//! Invariants of import for any bytes: the file is refused, or every record in it is validated.

use exchange::judge::{BadValues, Judge, Judged, Regions, survey};
use exchange::mapping::{BoundMapping, propose};
use exchange::open::{Batch, OpenError, Opened, Overrides, Record, Records, Source, decoded, open};
use model::{Blanks, Contact, Fill, Lists};

/// Files with more columns are skipped: comparing unknown column names with known ones takes a second here, and does
/// not depend on the bytes of the rows.
const MOST_COLUMNS: usize = 24;

/// Opens, maps and validates a file as an import does.
pub fn check(source: Vec<u8>) {
    let opened = match open(&source, &Overrides::default()) {
        Ok(opened) => opened,
        Err(OpenError::Refused(_)) => return,
        Err(error) => panic!("memory could not be read: {error}"),
    };
    if opened.header.len() > MOST_COLUMNS {
        return;
    }
    let (layout, columns) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    let mapping = BoundMapping::bind(&columns, &[]).expect("a proposal binds");
    let told = survey(records_of(&source, &opened), opened.header_row, &mapping, false).expect("memory can be read");
    let judge = Judge::new(mapping, layout.map(str::to_owned))
        .with_regions(Regions {
            suggested: told.region,
            ..Regions::default()
        })
        .with_date_order(told.date_order)
        .keeping_patches(true);
    let lenient = judge.clone().with_bad_values(BadValues::LeaveOut);
    let mut records = records_of(&source, &opened);
    let mut batch = Batch::default();
    while records.fill(&mut batch, 7).expect("memory can be read") {
        for record in batch
            .records()
            .filter(|r| opened.header_row.is_none_or(|at| r.index() > at))
        {
            look(record, judge.judge(record));
            look(record, lenient.judge(record));
        }
    }
}

fn records_of(source: &Vec<u8>, opened: &Opened) -> Records<Box<dyn std::io::Read + Send>> {
    let input = decoded(source as &dyn Source, &opened.encoding).expect("memory can be read");
    Records::new(input, opened.dialect.clone())
}

/// Checks the invariants of a row.
fn look(record: Record<'_>, judged: Option<Judged>) {
    let Some(row) = judged else {
        assert!(record.text().trim().is_empty(), "a row with values got no judgement");
        return;
    };
    assert_eq!(row.line, record.line());
    assert!(
        row.is_invalid() || row.contact.has_identity(),
        "a contact that nobody can know"
    );
    let mut again = row.contact.clone();
    again.normalise();
    assert_eq!(again, row.contact, "normalising twice is not once");
    let stored = Contact::from_json(&row.contact.to_json()).expect("what is stored can be read");
    assert_eq!(stored, row.contact, "the store gives back another contact");
    if let Some(patch) = &row.patch {
        for fill in [Fill::Update(Blanks::Keep, Lists::Add), Fill::Blanks] {
            let mut same = row.contact.clone();
            patch.apply(&mut same, fill);
            assert_eq!(same, row.contact, "a row changes the contact that it made ({fill:?})");
        }
    }
}
