//! An import does what its preview reports, accounts for every row, and can be undone without a trace.

use crate::files::{choices, csv, incoming, past};
use crate::{Choices, Installation, contacts_in, skipped_rows, tried};
use app::{Duplicates, Match, Notable, UndoReport};
use proptest::prelude::*;

/// The fields of an undo report.
fn told(report: &UndoReport) -> (u64, u64, u64, &[String]) {
    (report.removed, report.restored, report.kept, &report.kept_names)
}

/// The rows that a summary lists, with the codes of their reasons.
fn named(rows: &[Notable]) -> Vec<(u64, Vec<&str>)> {
    let codes = |row: &Notable| row.reasons.iter().map(|r| r.code.as_str()).collect();
    rows.iter().map(|row| (row.line, codes(row))).collect()
}

/// A case found by the property below: an id from another machine lies between the ids that the batch generates.
#[test]
fn a_dry_run_counts_a_restored_contact_once() {
    let installation = Installation::new(1);
    let row = |id: &str| format!("{id},v1,Ann\r\n");
    let between = "01900000-0000-7000-8000-000000000063";
    let file = format!(
        "CrystalQore ID,CrystalQore Version,First Name\r\n{}{}{}",
        row(""),
        row(between),
        row("")
    );
    let import = installation.import(&file, &Choices::default()).import.unwrap();
    let dry = installation.app.undo(installation.actor, import, true).unwrap();
    assert_eq!(told(&dry), (3, 0, 0, &[][..]));
}

proptest! {
    #![proptest_config(tried(120))]

    #[test]
    fn the_preview_is_the_result_and_undo_is_the_way_back(
        past in past(),
        incoming in incoming(),
        choices in choices(),
        probe in csv(),
        probe_choices in self::choices(),
    ) {
        let (installation, export) = past.lived();
        let file = incoming.csv(&export);
        let before = installation.seen();
        let probed = installation.preview(&probe, &probe_choices).counts;

        let preview = installation.preview(&file, &choices);
        prop_assert_eq!(&installation.seen(), &before, "a preview changed the directory");
        let result = installation.import(&file, &choices);
        prop_assert_eq!(preview.counts, result.counts, "the preview told something else, of\n{}", file);
        prop_assert_eq!(named(&preview.notable), named(&result.notable), "of\n{}", file);

        let counts = result.counts;
        let records = csv::Reader::from_reader(file.as_bytes()).records().filter(|r| {
            r.as_ref().is_ok_and(|r| r.iter().any(|cell| !cell.is_empty()))
        }).count() as u64;
        prop_assert_eq!(counts.rows, records, "rows got lost, of\n{}", file);
        prop_assert_eq!(counts.rows, counts.new + counts.update + skipped_rows(&counts));
        let after = installation.seen();
        prop_assert_eq!(contacts_in(&after), contacts_in(&before) + counts.new, "of\n{}", file);
        prop_assert!(counts.new + counts.update > 0 || after == before, "nothing was written, and yet it differs");

        let import = result.import.unwrap();
        let dry = installation.app.undo(installation.actor, import, true).unwrap();
        prop_assert_eq!(&installation.seen(), &after, "a dry run changed the directory");
        let undone = installation.app.undo(installation.actor, import, false).unwrap();
        prop_assert_eq!(told(&dry), told(&undone));
        prop_assert_eq!((undone.removed, undone.kept), (counts.new, 0), "of\n{}", file);
        prop_assert_eq!(&installation.seen(), &before, "after the undo of\n{}", file);
        // Match keys are not visible, so a probe file checks that they are restored as well.
        prop_assert_eq!(installation.preview(&probe, &probe_choices).counts, probed, "after the undo of\n{}\nfor\n{}", file, probe);
    }

    #[test]
    fn a_file_imported_again_creates_nothing(past in past(), file in csv(), first in choices()) {
        let (installation, _) = past.lived();
        let mut first: Choices = first;
        // With these options a later row could remove the email or phone by which an earlier one matches, or complete
        // the name, so that the phone alone is no longer sufficient.
        first.options.duplicates = match (first.options.duplicates, first.options.matching) {
            (Duplicates::Update | Duplicates::Fill, Match::EmailOrPhoneAndName) => Duplicates::Skip,
            (Duplicates::Update, _) => Duplicates::Fill,
            (duplicates, _) => duplicates,
        };
        installation.import(&file, &first);
        let before = installation.seen();
        let mut again = first;
        again.options.duplicates = Duplicates::Skip;
        let counts = installation.import(&file, &again).counts;
        prop_assert_eq!((counts.new, counts.update), (0, 0), "{:?} of\n{}\nafter {:#?}", first, file, past);
        prop_assert_eq!(installation.seen(), before);
    }
}
