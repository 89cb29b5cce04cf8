//! The third step: the outcome that each row would have, and every way to change it before the import.
//!
//! Defines the forms of the step: options, corrections, decisions, start.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::options::date_order;
use crate::pages::import::preview_view::{Shown, view};
use crate::pages::import::row_query::{PAGE, RowQuery};
use crate::pages::import::{Number, elsewhere, to};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use app::{
    Actor, App, BadValues, CellFix, Code, Conflicts, Decision, DraftSettings, Duplicates, Error, Fix, ImportId, Match,
    RowClass,
};
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use model::{ContactId, Region};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a page waits for the preview of a file: enough for most files to be previewed completely.
const WAIT: Duration = Duration::from_millis(800);
/// Larger files are only waited for until there are rows to show.
const SMALL: u64 = 4 * 1024 * 1024;

/// `GET /imports/{import}/preview`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(at): Query<RowQuery>,
) -> Response {
    let import = ImportId(number);
    let actor = signed.actor;
    match blocking(&web, move |app| shown(app, actor, import, &at)).await {
        Ok(shown) => view(&signed, &shown).into_response(),
        Err(problem) => elsewhere(import, problem),
    }
}

fn shown(app: &App, actor: Actor, import: ImportId, at: &RowQuery) -> Result<Shown, Error> {
    let draft = app.draft(actor, import)?;
    let mut state = app.preview_state(actor, import, Duration::ZERO)?;
    if !state.complete && (draft.file_size <= SMALL || state.counts.rows == 0) {
        state = app.preview_state(actor, import, WAIT)?;
    }
    let class = at.class(&state.counts);
    let rows = app.preview_rows(actor, import, class, at.page(), PAGE)?;
    let invalid = class == RowClass::Invalid && state.counts.invalid > 0;
    let (problems, columns) = if invalid {
        let file = app.mapped_file(actor, import)?;
        (app.preview_problems(actor, import)?, file.columns)
    } else {
        Default::default()
    };
    Ok(Shown {
        draft,
        state,
        class,
        only_problems: at.only_problems(),
        rows,
        problems,
        columns,
    })
}

/// The rows to which a form returns: those it was shown with.
#[derive(Debug, Deserialize)]
pub struct Back {
    class: Option<String>,
    page: Option<u64>,
    columns: Option<String>,
}

impl Back {
    fn to(&self, import: ImportId) -> Redirect {
        match self.class.as_deref().and_then(RowClass::parse) {
            None => to(import, "preview"),
            Some(class) => {
                let (class, page) = (class.as_str(), self.page.unwrap_or(1));
                let columns = self.columns.as_deref().filter(|columns| *columns == "problems");
                let columns = columns.map_or("", |_| "&columns=problems");
                to(import, &format!("preview?class={class}&page={page}{columns}"))
            }
        }
    }
}

/// The options of the import; options that are not sent keep their values.
#[derive(Debug, Deserialize)]
pub struct Options {
    duplicates: Option<String>,
    matching: Option<String>,
    conflicts: Option<String>,
    empty: Option<String>,
    lists: Option<String>,
    bad: Option<String>,
    region: Option<String>,
    dates: Option<String>,
}

impl Options {
    fn apply(&self, settings: &mut DraftSettings) {
        let options = &mut settings.options;
        if let Some(word) = &self.duplicates {
            options.duplicates = match word.as_str() {
                "update" => Duplicates::Update,
                "fill" => Duplicates::Fill,
                "create" => Duplicates::Create,
                _ => Duplicates::Skip,
            };
        }
        if let Some(word) = &self.matching {
            options.matching = match word.as_str() {
                "email" => Match::Email,
                "phone" => Match::Phone,
                "name" => Match::EmailOrPhoneAndName,
                _ => Match::EmailOrPhone,
            };
        }
        if let Some(word) = &self.conflicts {
            options.conflicts = if word == "overwrite" {
                Conflicts::Overwrite
            } else {
                Conflicts::Skip
            };
        }
        if let Some(word) = &self.empty {
            options.empty_cells_clear = word == "clear";
        }
        if let Some(word) = &self.lists {
            options.replace_lists = word == "replace";
        }
        if let Some(word) = &self.bad {
            settings.bad_values = if word == "leave" {
                BadValues::LeaveOut
            } else {
                BadValues::Reject
            };
        }
        if let Some(code) = &self.region {
            settings.region = Region::from_code(code);
        }
        if let Some(word) = &self.dates {
            settings.date_order = date_order(word);
        }
    }
}

/// `POST /imports/{import}/options`
pub async fn options(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(back): Query<Back>,
    Form(options): Form<Options>,
) -> Response {
    let import = ImportId(number);
    let set = blocking(&web, move |app| {
        let before = app.draft(signed.actor, import)?.settings;
        let mut settings = before.clone();
        options.apply(&mut settings);
        if settings == before {
            return Ok(());
        }
        app.set_draft(signed.actor, import, settings)
    });
    done(import, &back, set.await)
}

fn done(import: ImportId, back: &Back, outcome: Result<(), Problem>) -> Response {
    match outcome {
        Ok(()) => back.to(import).into_response(),
        Err(problem) => elsewhere(import, problem),
    }
}

/// A correction: of one cell, of a value throughout a column, or of all cells of a column that have a suggestion.
#[derive(Debug, Deserialize)]
pub struct Correction {
    /// Which column, from 0.
    column: Option<usize>,
    /// The column number as shown, from 1.
    nth: Option<usize>,
    row: Option<u64>,
    value: Option<String>,
    find: Option<String>,
    with: Option<String>,
    part: Option<String>,
    /// The kind of reason whose suggestions are accepted throughout the column.
    accept: Option<Code>,
}

impl Correction {
    pub fn fix(self) -> Result<Fix, Problem> {
        let nth = self.nth.and_then(|nth| nth.checked_sub(1));
        let unknown = || Problem::BadRequest("Choose a column.".to_owned());
        let column = self.column.or(nth).ok_or_else(unknown)?;
        if let Some(code) = self.accept {
            return Ok(Fix::Accept { column, code });
        }
        match (self.row, self.find) {
            (Some(record), _) => Ok(Fix::Cell {
                record,
                column,
                value: self.value.unwrap_or_default(),
            }),
            (None, Some(find)) if !find.is_empty() => Ok(Fix::Replace {
                column,
                find,
                with: self.with.unwrap_or_default(),
                whole: self.part.is_none(),
            }),
            _ => Err(Problem::BadRequest("Enter the value to replace.".to_owned())),
        }
    }
}

/// `POST /imports/{import}/fix`
pub async fn fix(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(back): Query<Back>,
    Form(correction): Form<Correction>,
) -> Response {
    let import = ImportId(number);
    let fix = match correction.fix() {
        Ok(fix) => fix,
        Err(problem) => return problem.into_response(),
    };
    let fixed = blocking(&web, move |app| app.fix_rows(signed.actor, import, fix)).await;
    done(import, &back, fixed)
}

/// `POST /imports/{import}/cells`: corrects cells of one or several rows as one step.
pub async fn cells(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(back): Query<Back>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let import = ImportId(number);
    let mut cells = corrected_cells(sent);
    let fix = match (cells.pop(), cells.is_empty()) {
        (None, _) => return back.to(import).into_response(),
        (Some(only), true) => Fix::from(only),
        (Some(last), false) => {
            cells.push(last);
            Fix::Cells { cells }
        }
    };
    let fixed = blocking(&web, move |app| app.fix_rows(signed.actor, import, fix)).await;
    done(import, &back, fixed)
}

/// The cells whose submitted value differs from their value when the page was rendered.
fn corrected_cells(sent: Vec<(String, String)>) -> Vec<CellFix> {
    let place = |name: &str, kind: &str| {
        let (row, column) = name.strip_prefix(kind)?.split_once('-')?;
        Some((row.parse::<u64>().ok()?, column.parse::<usize>().ok()?))
    };
    let was: HashMap<(u64, usize), &String> = sent
        .iter()
        .filter_map(|(name, value)| Some((place(name, "was-")?, value)))
        .collect();
    let cells = sent
        .iter()
        .filter_map(|(name, value)| Some((place(name, "cell-")?, value)));
    cells
        .filter(|(place, value)| was.get(place) != Some(value))
        .map(|((record, column), value)| CellFix {
            record,
            column,
            value: value.clone(),
        })
        .collect()
}

/// `POST /imports/{import}/unfix`: undoes the last correction.
pub async fn unfix(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(back): Query<Back>,
) -> Response {
    let import = ImportId(number);
    let undone = blocking(&web, move |app| app.undo_last_fix(signed.actor, import)).await;
    done(import, &back, undone)
}

/// The decision for one row.
#[derive(Debug, Deserialize)]
pub struct Decided {
    row: u64,
    decision: String,
}

/// Parses a decision: `skip`, `create`, `update` or `fill`, the last two optionally with a contact, as in
/// `update:ID`. Any other word removes the decision: the row then follows the options of the import.
fn decision(word: &str) -> Result<Option<Decision>, Problem> {
    let (what, contact) = match word.split_once(':') {
        None => (word, None),
        Some((what, id)) => {
            let unknown = || Problem::BadRequest("This contact does not exist.".to_owned());
            (what, Some(ContactId::try_parse(id).map_err(|_| unknown())?))
        }
    };
    Ok(match what {
        "skip" => Some(Decision::Skip),
        "create" => Some(Decision::Create),
        "update" => Some(Decision::Update { contact }),
        "fill" => Some(Decision::Fill { contact }),
        _ => None,
    })
}

/// `POST /imports/{import}/decide`
pub async fn decide(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(back): Query<Back>,
    Form(decided): Form<Decided>,
) -> Response {
    let import = ImportId(number);
    let decision = match decision(&decided.decision) {
        Ok(decision) => decision,
        Err(problem) => return problem.into_response(),
    };
    let set = blocking(&web, move |app| app.decide(signed.actor, import, decided.row, decision)).await;
    done(import, &back, set)
}

/// `POST /imports/{import}/start`
pub async fn start(State(web): State<Arc<Web>>, signed: CurrentMember, Path(number): Number) -> Response {
    let import = ImportId(number);
    match blocking(&web, move |app| app.start_draft(signed.actor, import)).await {
        Ok(()) => to(import, "running").into_response(),
        Err(problem) => elsewhere(import, problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_words() {
        assert!(matches!(decision("skip"), Ok(Some(Decision::Skip))));
        assert!(matches!(
            decision("update"),
            Ok(Some(Decision::Update { contact: None }))
        ));
        assert!(matches!(decision(""), Ok(None)));
        assert!(decision("update:nobody").is_err());
    }

    #[test]
    fn cells_that_are_sent_as_they_were_are_no_corrections() {
        let sent = [
            ("cell-3-1", "new"),
            ("was-3-1", "old"),
            ("cell-3-2", "same"),
            ("was-3-2", "same"),
            ("cell-4-0", "pasted"),
            ("cell-x-0", "no place"),
        ];
        let sent = sent.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let cells = corrected_cells(sent.to_vec());
        let found: Vec<_> = cells
            .iter()
            .map(|cell| (cell.record, cell.column, cell.value.as_str()))
            .collect();
        assert_eq!(found, [(3, 1, "new"), (4, 0, "pasted")]);
    }

    #[test]
    fn options_that_are_not_sent_stay() {
        let mut settings = DraftSettings::default();
        settings.options.duplicates = Duplicates::Update;
        let sent = Options {
            duplicates: None,
            matching: Some("name".to_owned()),
            conflicts: None,
            empty: Some("clear".to_owned()),
            lists: Some("replace".to_owned()),
            bad: Some("leave".to_owned()),
            region: None,
            dates: None,
        };
        sent.apply(&mut settings);
        assert_eq!(settings.options.duplicates, Duplicates::Update);
        assert_eq!(settings.options.matching, Match::EmailOrPhoneAndName);
        assert!(settings.options.empty_cells_clear && settings.options.replace_lists);
        assert_eq!(settings.bad_values, BadValues::LeaveOut);
    }
}
