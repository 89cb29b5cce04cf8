//! Runs an operation and returns everything it yields as text, so that the answers of two installations can be
//! compared.

use crate::installation::Installation;
use crate::operation::{Export, Import, Operation, Stop};
use app::{Error, ExportRequest, Filter, ImportId, ImportRequest, ImportSummary, Opening, Stopped, UndoReport, Watch};
use model::Region;
use std::fmt::Debug;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// The result as text. Of an error only the code, because its message may contain file names.
fn outcome_text<T: Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("error {}", error.code()),
    }
}

impl Installation {
    /// Runs the operation. `place` is the index of this installation among the two.
    pub fn answer(&self, operation: &Operation, place: usize) -> String {
        let (app, actor) = (&self.app, self.actor);
        match operation {
            Operation::Create(contact) => outcome_text(app.create_contact(actor, (**contact).clone())),
            Operation::Look(id) => outcome_text(app.contact(actor, *id)),
            Operation::Edit(id, version, contact) => {
                outcome_text(app.edit_contact(actor, *id, *version, (**contact).clone()))
            }
            Operation::Delete(id) => outcome_text(app.delete_contact(actor, *id)),
            Operation::Restore(id) => outcome_text(app.restore_contact(actor, *id)),
            Operation::Trash => outcome_text(app.trash(actor, None, 1000)),
            Operation::ForgetOldTrash => outcome_text(app.forget_old_trash(actor)),
            Operation::Import(import) => self.import(import),
            Operation::Resume(import) => self.resume(*import),
            Operation::Undo(import) => self.undo(*import),
            Operation::Imports => outcome_text(app.imports(actor)),
            Operation::Export(export) => self.export(export).unwrap_or_else(|e| outcome_text::<()>(Err(e))),
            Operation::Index(places) => {
                if places[place] {
                    app.index_texts(actor, 1_000_000).unwrap();
                }
                String::new()
            }
        }
    }

    /// All contacts, the trash and the imports.
    pub fn everything(&self) -> String {
        use app::Order;
        [
            self.found("", Order::Created),
            self.found("", Order::Name),
            self.answer(&Operation::Trash, 0),
            self.answer(&Operation::Imports, 0),
        ]
        .join("\n")
    }

    fn import(&self, import: &Import) -> String {
        let rejected = self.folder.path().join("rejected.csv");
        let request = ImportRequest {
            path: &self.put(&import.csv),
            file_name: "file.csv",
            opening: Opening {
                region: Some(Region::US),
                bad_values: import.bad_values,
                ..Opening::default()
            },
            options: import.options,
            rejected: import.rejected.then_some(rejected.as_path()),
        };
        let preview = watching(Stop::Never, |watch| self.app.preview(self.actor, &request, watch));
        let result = watching(import.stop, |watch| self.app.import(self.actor, &request, watch));
        if let (Ok(preview), Ok(result)) = (&preview, &result)
            && result.stopped == Stopped::No
        {
            assert_eq!(preview.counts, result.counts, "the preview reported something else");
        }
        text_of_run(preview) + &text_of_run(result) + &read(&rejected)
    }

    fn resume(&self, import: ImportId) -> String {
        let result = watching(Stop::Never, |watch| self.app.resume(self.actor, import, watch));
        text_of_run(result) + &read(&self.folder.path().join("rejected.csv"))
    }

    /// Does a dry run first, which must report the same as the undo.
    fn undo(&self, import: ImportId) -> String {
        let undo = |dry| self.app.undo(self.actor, import, dry).map(|report| counts(&report));
        let (dry, done) = (outcome_text(undo(true)), outcome_text(undo(false)));
        assert_eq!(dry, done, "the dry run reported something else");
        done
    }

    pub fn export(&self, export: &Export) -> Result<String, Error> {
        let request = ExportRequest {
            scope: export.scope,
            selection: None,
            filter: export.filter.parse::<Filter>()?,
            format: export.format,
            order: export.order,
            columns: export.columns.clone(),
            delimiter: export.delimiter,
            bom: export.bom,
        };
        let mut out = Vec::new();
        let report = self.app.export(self.actor, &request, &mut out)?;
        // Only for this order, because the list may have to catch up, which takes time.
        if export.order == app::Order::Name {
            self.list_agrees(&export.filter);
        }
        Ok(format!("{report:?}\n{}", String::from_utf8(out).unwrap()))
    }
}

fn watching<T>(stop: Stop, run: impl FnOnce(Watch<'_>) -> T) -> T {
    let flag = AtomicBool::new(stop == Stop::BeforeItBegins);
    run(Watch {
        progress: &mut |_| flag.store(stop != Stop::Never, Ordering::Relaxed),
        stop: &flag,
    })
}

fn text_of_run(outcome: Result<ImportSummary, Error>) -> String {
    outcome_text(outcome.map(|s| (s.import, s.counts, s.notable, s.numbers_of, s.stopped))) + "\n"
}

fn counts(report: &UndoReport) -> (u64, u64, u64, Vec<String>) {
    (report.removed, report.restored, report.kept, report.kept_names.clone())
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
