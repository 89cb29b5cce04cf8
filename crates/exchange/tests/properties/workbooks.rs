//! Our own Excel workbooks, read back: the same contacts under the same ids.

use crate::contacts::{contact, id, version};
use crate::{look_with, rows_of, tried};
use exchange::convert::convert;
use exchange::export::Exported;
use exchange::export::crystalqore::Needs;
use exchange::export::xlsx::Writer;
use exchange::open::Overrides;
use proptest::prelude::*;
use std::io::Write;

fn exported() -> impl Strategy<Value = Vec<Exported>> {
    let one = (id(), version(), contact()).prop_map(|(id, version, contact)| Exported { id, version, contact });
    prop::collection::vec(one, 1..12)
}

/// Returns the table that a workbook of the contacts is converted to.
fn table(contacts: &[Exported]) -> Vec<u8> {
    let mut needs = Needs::default();
    contacts.iter().for_each(|e| needs.add(&e.contact));
    let mut writer = Writer::new(needs.layout(&[]), 0).unwrap();
    contacts.iter().for_each(|e| writer.write(e).unwrap());
    let mut bytes = Vec::new();
    writer.finish(&mut bytes).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let mut table = Vec::new();
    convert(file, None, &mut table).unwrap();
    table
}

proptest! {
    #![proptest_config(tried(80))]

    #[test]
    fn a_workbook_is_read_back_as_it_was_written(contacts in exported()) {
        let table = table(&contacts);
        let converted = Overrides { converted: true, ..Overrides::default() };
        let looked = look_with(&table, &converted).ok_or_else(|| TestCaseError::fail("our own workbook is refused"))?;
        prop_assert_eq!(looked.layout, Some("crystalqore"), "columns: {:?}", looked.opened.header);
        let rows = rows_of(&table, &looked, 1000);
        prop_assert_eq!(rows.len(), contacts.len());
        for (at, (row, was)) in rows.into_iter().zip(&contacts).enumerate() {
            prop_assert_eq!(row.line, at as u64 + 2, "the row of the sheet");
            let judged = row.judged.ok_or_else(|| TestCaseError::fail("a contact became a blank row"))?;
            prop_assert!(judged.reasons.iter().all(|r| r.warning), "{:?} of {:?}", judged.reasons, row.cells);
            prop_assert_eq!((judged.id, judged.version), (Some(was.id), Some(was.version)));
            prop_assert_eq!(&judged.contact, &was.contact);
        }
    }
}
