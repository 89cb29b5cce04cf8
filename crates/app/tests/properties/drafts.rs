//! The preview of a draft equals its result, whatever was corrected and decided, and shows every row exactly once.

use crate::files::{choices, csv, incoming, past};
use crate::{Choices, Installation, tried};
use app::{Counts, Decision, DraftSettings, Duplicates, Fix, ImportId, PreviewRow, RowClass, RowsPage, Stopped, Watch};
use model::{ContactId, Region};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Longer than the preview of a few rows takes.
const LONG: Duration = Duration::from_secs(60);

/// What a member does before the import starts.
#[derive(Clone, Debug)]
enum ByHand {
    Fix(Fix),
    Decide(u64, Decision),
    Undo,
}

fn by_hand() -> impl Strategy<Value = Vec<ByHand>> {
    let value = || select(&["a@x.org", "b@x.org", "+1 202 555 0101", "nope", "Ann", ""][..]);
    let cell = (0..14_u64, 0..6_usize, value()).prop_map(|(record, column, value)| Fix::Cell {
        record,
        column,
        value: value.to_owned(),
    });
    let replace = (0..6_usize, value(), value(), any::<bool>()).prop_map(|(column, find, with, whole)| Fix::Replace {
        column,
        find: find.to_owned(),
        with: with.to_owned(),
        whole,
    });
    let decision = select(vec![
        Decision::Skip,
        Decision::Update { contact: None },
        Decision::Fill { contact: None },
        Decision::Create,
        Decision::Update {
            contact: Some(ContactId::from_u128(7)),
        },
    ]);
    let one = prop_oneof![
        2 => cell.prop_map(ByHand::Fix),
        1 => replace.prop_map(ByHand::Fix),
        3 => (0..14_u64, decision).prop_map(|(row, decision)| ByHand::Decide(row, decision)),
        1 => Just(ByHand::Undo),
    ];
    prop::collection::vec(one, 0..6)
}

impl Installation {
    fn draft(&self, csv: &str, choices: &Choices) -> ImportId {
        let import = self
            .app
            .begin_draft(self.actor, "file.csv", &mut csv.as_bytes(), 1_000_000)
            .unwrap();
        self.app.set_draft(self.actor, import, settings(choices)).unwrap();
        import
    }

    fn do_by_hand(&self, import: ImportId, what: &ByHand) {
        match what {
            ByHand::Fix(fix) => self.app.fix_rows(self.actor, import, fix.clone()),
            ByHand::Decide(row, decision) => self.app.decide(self.actor, import, *row, Some(*decision)),
            ByHand::Undo => self.app.undo_last_fix(self.actor, import),
        }
        .unwrap();
    }

    /// Starts a draft and runs it to completion.
    fn run(&self, import: ImportId) -> Counts {
        self.app.start_draft(self.actor, import).unwrap();
        let watch = Watch {
            progress: &mut |_| {},
            stop: &AtomicBool::new(false),
        };
        let summary = self.app.resume(self.actor, import, watch).unwrap();
        assert_eq!(summary.stopped, Stopped::No);
        summary.counts
    }
}

fn settings(choices: &Choices) -> DraftSettings {
    DraftSettings {
        region: Region::from_code("US"),
        bad_values: choices.bad_values,
        options: choices.options,
        ..DraftSettings::default()
    }
}

/// The rows of all pages of all classes, by their numbers.
fn all_rows(counts: &Counts, mut page_of: impl FnMut(RowClass, u64) -> RowsPage) -> BTreeMap<u64, PreviewRow> {
    let mut all = BTreeMap::new();
    for class in RowClass::ALL {
        let mut seen = 0;
        for page in 0.. {
            let rows = page_of(class, page);
            assert_eq!(rows.total, class.count_in(counts), "{class:?}");
            if rows.rows.is_empty() {
                assert_eq!(page.max(1), rows.pages);
                break;
            }
            for row in rows.rows {
                assert_eq!(row.class, class);
                seen += 1;
                assert!(all.insert(row.number, row).is_none(), "a row is shown twice");
            }
        }
        assert_eq!(seen, class.count_in(counts), "{class:?}");
    }
    assert_eq!(all.len() as u64, counts.rows);
    all
}

fn lines_and_classes(rows: &BTreeMap<u64, PreviewRow>) -> Vec<(u64, u64, RowClass, &[String])> {
    rows.values()
        .map(|row| (row.number, row.line, row.class, row.cells.as_slice()))
        .collect()
}

proptest! {
    #![proptest_config(tried(80))]

    #[test]
    fn the_preview_of_a_draft_is_its_result(
        past in past(),
        incoming in incoming(),
        choices in choices(),
        by_hand in by_hand(),
    ) {
        let (installation, export) = past.lived();
        let file = incoming.csv(&export);
        let before = installation.seen();
        let (app, actor) = (&installation.app, installation.actor);
        let import = installation.draft(&file, &choices);
        for what in &by_hand {
            installation.do_by_hand(import, what);
        }
        let state = app.preview_state(actor, import, LONG).unwrap();
        prop_assert!(state.complete, "{:?}", state);
        prop_assert_eq!(state.will_write, state.counts.new + state.counts.update);
        let shown = all_rows(&state.counts, |class, page| app.preview_rows(actor, import, class, page, 3).unwrap());
        for row in shown.values() {
            let met = matches!(row.class, RowClass::Duplicate | RowClass::Possible | RowClass::Ambiguous | RowClass::Conflict);
            prop_assert!(!met || !row.matches.is_empty(), "{:?} of\n{}", row, file);
            prop_assert!(row.class != RowClass::Invalid || row.reasons.iter().any(|r| !r.warning), "{:?}", row);
        }
        let problems: u64 = app.preview_problems(actor, import).unwrap().iter().map(|p| p.rows).sum();
        prop_assert!(problems == 0 || state.counts.invalid > 0);
        prop_assert_eq!(&installation.seen(), &before, "a preview changed the directory");

        let counts = installation.run(import);
        prop_assert_eq!(state.counts, counts, "the preview told something else, of\n{}\n{:?}", file, by_hand);
        let report = app.import_report(actor, import).unwrap();
        prop_assert_eq!(report.expected, Some(counts));
        let result = all_rows(&counts, |class, page| app.result_rows(actor, import, class, page, 5).unwrap());
        prop_assert_eq!(lines_and_classes(&shown), lines_and_classes(&result));

        app.undo(actor, import, false).unwrap();
        prop_assert_eq!(&installation.seen(), &before, "after the undo of\n{}", file);
        prop_assert!(app.result_rows(actor, import, RowClass::New, 0, 5).is_err());
    }

    #[test]
    fn a_draft_without_anything_done_by_hand_is_an_ordinary_import(past in past(), file in csv(), choices in choices()) {
        let (installation, _) = past.lived();
        let ordinary = installation.preview(&file, &choices).counts;
        let import = installation.draft(&file, &choices);
        prop_assert_eq!(installation.run(import), ordinary);
    }
}

#[test]
fn a_decision_holds_for_its_row_only() {
    let installation = Installation::new(1);
    let (app, actor) = (&installation.app, installation.actor);
    installation.import(
        "First Name,Email\r\nAnn,a@x.org\r\nBob,b@x.org\r\n",
        &Choices::default(),
    );
    let import = installation.draft(
        "First Name,Email,City\r\nAnna,a@x.org,Bonn\r\nBobby,b@x.org,Bonn\r\n",
        &Choices::default(),
    );
    app.decide(actor, import, 1, Some(Decision::Update { contact: None }))
        .unwrap();
    let state = app.preview_state(actor, import, LONG).unwrap();
    assert_eq!(
        (state.counts.update, state.counts.duplicate, state.will_write),
        (1, 1, 1)
    );
    let update = app
        .preview_rows(actor, import, RowClass::Update, 0, 10)
        .unwrap()
        .rows
        .remove(0);
    let changes: Vec<_> = update
        .changes
        .iter()
        .map(|c| (c.slot.as_str(), c.old.as_str(), c.new.as_str()))
        .collect();
    assert_eq!(changes, [("first_name", "Ann", "Anna"), ("city", "", "Bonn")]);
    assert_eq!(update.matches[0].contact.first_name.to_string(), "Ann");
    let counts = installation.run(import);
    assert_eq!(counts.update, 1);
    let result = app
        .result_rows(actor, import, RowClass::Update, 0, 10)
        .unwrap()
        .rows
        .remove(0);
    assert_eq!(result.changes, update.changes, "the result tells what there was before");
    assert_eq!(
        app.draft(actor, import).unwrap().settings.options.duplicates,
        Duplicates::Skip
    );
}

#[test]
fn rows_say_what_a_spreadsheet_has_damaged_and_what_was_taken_out() {
    let installation = Installation::new(1);
    let (app, actor) = (&installation.app, installation.actor);
    installation.import(
        "First Name,Email,Mobile Phone,Zip Code\r\n\
         Ann,a@x.org,+1 202 555 0101,01234\r\nBob,b@x.org,+1 202 555 0102,01235\r\n",
        &Choices::default(),
    );
    let edited = installation
        .csv()
        .replace("+1 202 555 0101", "1.20256E+10")
        .replace("+1 202 555 0102", "")
        .replace("01235", "1235");
    let mut update = Choices::default();
    update.options.duplicates = Duplicates::Update;
    let import = installation.draft(&edited, &update);
    let counts = app.preview_state(actor, import, LONG).unwrap().counts;
    assert_eq!((counts.unchanged, counts.update, counts.rows), (1, 1, 2));
    let about = |row: &PreviewRow| {
        let reasons = row.reasons.iter();
        let reasons: Vec<_> = reasons
            .map(|r| (r.code.as_str(), r.column.clone(), r.warning))
            .collect();
        (reasons, row.changes.clone())
    };
    let previewed = [RowClass::Unchanged, RowClass::Update]
        .map(|class| about(&app.preview_rows(actor, import, class, 0, 10).unwrap().rows[0]));
    let damage = |column: &str| vec![("spreadsheet_damage", column.to_owned(), true)];
    assert_eq!(previewed[0], (damage("Phone (Mobile)"), Vec::new()));
    assert_eq!(previewed[1].0, damage("Zip Code"));
    let changes = previewed[1].1.iter();
    let changes: Vec<_> = changes
        .map(|c| (c.slot.as_str(), c.old.as_str(), c.new.as_str()))
        .collect();
    assert_eq!(changes, [("phone:mobile", "+12025550102", "")]);
    assert_eq!(installation.run(import), counts);
    let results = [RowClass::Unchanged, RowClass::Update]
        .map(|class| about(&app.result_rows(actor, import, class, 0, 10).unwrap().rows[0]));
    assert_eq!(results, previewed, "the result tells what there was before");
}
