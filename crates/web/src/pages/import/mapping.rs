//! The second step: which column fills which field, and how the file is read.
//!
//! Defines the form of the step: what it shows, how it is parsed, and which of the submitted values are choices of
//! the member.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::fields::LABEL_COLUMN;
use crate::pages::import::mapping_model::{DraftView, Shown, shown};
use crate::pages::import::mapping_view::view;
use crate::pages::import::options::date_order;
use crate::pages::import::{Number, elsewhere, refused, to};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::truncate::{brief, cut};
use app::{Actor, App, Charset, Column, Draft, DraftSettings, Error, HeaderChoice, ImportId, MappedFile, MappingError};
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Response};
use model::Region;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The page of columns in the URL.
#[derive(Debug, Deserialize)]
pub struct At {
    /// The page of them, from 1.
    page: Option<usize>,
}

impl At {
    /// The page, from 0.
    fn page(&self) -> usize {
        self.page.unwrap_or(1).saturating_sub(1)
    }
}

/// `GET /imports/{import}/map`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(at): Query<At>,
) -> Response {
    let import = ImportId(number);
    let actor = signed.actor;
    match blocking(&web, move |app| look(app, actor, import, WAIT)).await {
        Ok(looked) => view(&signed, &Shown::new(&looked, at.page())).into_response(),
        Err(problem) => elsewhere(import, problem),
    }
}

/// How long the page waits for the preview to find problems in a small file.
const WAIT: Duration = Duration::from_millis(300);
/// Larger files are not waited for: their preview takes longer.
const SMALL: u64 = 1024 * 1024;

fn look(app: &App, actor: Actor, import: ImportId, wait: Duration) -> Result<DraftView, Error> {
    let draft = app.draft(actor, import)?;
    let file = app.mapped_file(actor, import)?;
    let wait = if draft.file_size <= SMALL { wait } else { Duration::ZERO };
    let state = app.preview_state(actor, import, wait)?;
    Ok(DraftView {
        counting: !state.complete && state.problem.is_none(),
        problems: app.preview_problems(actor, import)?,
        draft,
        file,
    })
}

/// The most characters shown of a problem, because it may quote the file.
pub const PROBLEM: usize = 1_000;

/// The submitted form: names and values.
type Sent = Vec<(String, String)>;

/// `POST /imports/{import}/map`
pub async fn change(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(at): Query<At>,
    Form(sent): Form<Sent>,
) -> Response {
    match changed(&web, &signed, ImportId(number), at.page(), sent).await {
        Ok(answer) => answer,
        Err(problem) => elsewhere(ImportId(number), problem),
    }
}

async fn changed(
    web: &Arc<Web>,
    signed: &CurrentMember,
    import: ImportId,
    page: usize,
    sent: Sent,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let looked = blocking(web, move |app| look(app, actor, import, Duration::ZERO)).await?;
    let (draft, file) = (&looked.draft, &looked.file);
    let form = MapForm::read(sent);
    let again = |problem: &str| {
        let mut shown = Shown::new(&looked, page);
        shown.problem = Some(problem);
        shown.chosen = Some(&form.columns);
        // The submitted choices stay visible until the form is sent again, so no script may replace it.
        shown.counting = false;
        refused(view(signed, &shown))
    };
    if form.continues() && !form.fills_any(&file.columns) {
        return Ok(again(
            "No column is mapped yet. Choose a field for at least one column.",
        ));
    }
    let mut settings = form.settings(&draft.settings, file);
    settings.sheet = form.sheet(draft);
    if settings != draft.settings {
        let set = blocking(web, move |app| app.set_draft(actor, import, settings)).await;
        match set {
            Err(Problem::App(Error::Mapping(error))) => return Ok(again(&mapping_problem(&error))),
            Err(Problem::App(error @ (Error::Open(_) | Error::UnknownField(_)))) => {
                return Ok(again(&cut(&error.for_members(), PROBLEM)));
            }
            other => other?,
        }
    }
    let next = match form.page_asked().unwrap_or(page + 1) {
        _ if form.continues() => "preview".to_owned(),
        1 => "map".to_owned(),
        page => format!("map?page={page}"),
    };
    Ok(to(import, &next).into_response())
}

/// The message for a mapping error, without references to command line options.
fn mapping_problem(error: &MappingError) -> String {
    match error {
        MappingError::Twice { slot, first, second } => format!(
            "Both “{}” and “{}” are mapped to {}, which takes one column. Choose another field for one of them, or don't import it.",
            brief(first),
            brief(second),
            brief(&crate::pages::import::fields::words_of(slot))
        ),
        other => cut(&other.to_string(), PROBLEM).into_owned(),
    }
}

/// The submitted form of the step.
struct MapForm {
    /// The action of the button; empty if the form was submitted by changing a choice.
    does: String,
    /// The fields above the table, by name.
    fields: HashMap<String, String>,
    /// The choice for each column, by column index.
    columns: HashMap<usize, String>,
}

impl MapForm {
    fn read(sent: Sent) -> Self {
        let mut form = Self {
            does: String::new(),
            fields: HashMap::new(),
            columns: HashMap::new(),
        };
        for (name, value) in sent {
            let column = name.strip_prefix("column-").and_then(|at| at.parse().ok());
            match column {
                Some(at) => {
                    form.columns.insert(at, value);
                }
                None if name == "do" => form.does = value,
                None => {
                    form.fields.insert(name, value);
                }
            }
        }
        form
    }

    fn continues(&self) -> bool {
        self.does == "continue"
    }

    /// The page of columns that a button requests, from 1.
    fn page_asked(&self) -> Option<usize> {
        self.does.strip_prefix("page-")?.parse().ok()
    }

    /// Removes the choice for the column that an undo button names.
    fn undo(&self, choices: &mut Vec<(String, String)>, columns: &[Column]) {
        let Some(at) = self.does.strip_prefix("undo-").and_then(|at| at.parse::<usize>().ok()) else {
            return;
        };
        let header = columns.get(at).map(|column| column.header.as_str());
        let number = format!("#{}", at + 1);
        choices.retain(|(column, _)| *column != number && Some(column.as_str()) != header);
    }

    /// Whether any column fills a field. Columns on other pages, which were not sent, keep their field.
    fn fills_any(&self, columns: &[Column]) -> bool {
        columns.iter().enumerate().any(|(at, column)| {
            let slot = self.columns.get(&at).cloned().unwrap_or_else(|| shown(column));
            !slot.is_empty() && slot != LABEL_COLUMN
        })
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The chosen sheet: the previous choice, unless the form names a sheet other than the one shown.
    fn sheet(&self, draft: &Draft) -> Option<String> {
        let shown = draft.source.as_ref().and_then(|source| source.sheet.as_deref());
        match self.field("sheet") {
            Some(sheet) if Some(sheet) != shown => Some(sheet.to_owned()),
            _ => draft.settings.sheet.clone(),
        }
    }

    fn settings(&self, before: &DraftSettings, file: &MappedFile) -> DraftSettings {
        let mut settings = before.clone();
        if let Some(name) = self.field("encoding") {
            settings.charset = Charset::from_label(name);
        }
        if let Some(name) = self.field("delimiter") {
            settings.delimiter = delimiter(name);
        }
        if let Some(word) = self.field("header") {
            settings.header = header(word);
        }
        if let Some(code) = self.field("region") {
            settings.region = Region::from_code(code);
        }
        if let Some(word) = self.field("dates") {
            settings.date_order = date_order(word);
        }
        if let Some(word) = self.field("unmapped") {
            settings.keep_unmapped = word == "keep";
        }
        // The columns have changed, or the member resets the mapping: earlier choices no longer apply.
        let other_columns = settings.delimiter != before.delimiter || settings.header != before.header;
        if other_columns || self.does == "fresh" {
            settings.choices.clear();
        } else {
            self.choose(&mut settings.choices, &file.columns);
            self.undo(&mut settings.choices, &file.columns);
        }
        settings
    }

    /// Records only values that differ from what was shown as choices; the rest continues to be detected from the
    /// file.
    fn choose(&self, choices: &mut Vec<(String, String)>, columns: &[Column]) {
        for (at, column) in columns.iter().enumerate() {
            let Some(chosen) = self.columns.get(&at).filter(|slot| *slot != LABEL_COLUMN) else {
                continue;
            };
            if *chosen != shown(column) {
                let name = format!("#{}", at + 1);
                choices.retain(|(column, _)| *column != name);
                choices.push((name, chosen.clone()));
            }
        }
    }
}

fn delimiter(name: &str) -> Option<u8> {
    match name {
        "tab" => Some(b'\t'),
        "," | ";" | "|" => name.bytes().next(),
        _ => None,
    }
}

fn header(word: &str) -> HeaderChoice {
    match word {
        "none" => HeaderChoice::None,
        _ => word.parse().map_or(HeaderChoice::Auto, HeaderChoice::Row),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(sent: &[(&str, &str)]) -> MapForm {
        MapForm::read(sent.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
    }

    fn column(header: &str, slot: &str) -> Column {
        Column {
            header: header.to_owned(),
            slot: slot.parse().ok(),
            piece: None,
            label_for: Vec::new(),
            proposal: None,
            confidence: 1.0,
            reason: String::new(),
        }
    }

    #[test]
    fn only_what_differs_is_a_choice() {
        let columns = [column("A", "email"), column("B", "phone"), column("C", "")];
        let sent = form(&[("column-0", "email"), ("column-1", ""), ("column-2", "custom:C")]);
        let mut choices = vec![("#2".to_owned(), "phone:work".to_owned())];
        sent.choose(&mut choices, &columns);
        let expected = [("#2", ""), ("#3", "custom:C")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(choices, expected);
    }

    #[test]
    fn a_choice_is_taken_back_by_its_column() {
        let columns = [column("A", "email"), column("B", "")];
        let mut choices = vec![("#1".to_owned(), "email".to_owned()), ("#2".to_owned(), String::new())];
        form(&[("do", "undo-0")]).undo(&mut choices, &columns);
        assert_eq!(choices, [("#2".to_owned(), String::new())]);
    }

    #[test]
    fn what_the_form_says_is_read() {
        assert_eq!(delimiter("tab"), Some(b'\t'));
        assert_eq!(delimiter(""), None);
        assert_eq!(header("none"), HeaderChoice::None);
        assert_eq!(header("3"), HeaderChoice::Row(3));
        assert_eq!(header("auto"), HeaderChoice::Auto);
        assert!(form(&[("do", "continue")]).continues());
    }

    #[test]
    fn one_field_at_least_is_filled() {
        let columns = [column("A", ""), column("B", "")];
        assert!(!form(&[("column-0", ""), ("column-1", "=")]).fills_any(&columns));
        assert!(form(&[("column-0", ""), ("column-1", "email")]).fills_any(&columns));
    }
}
