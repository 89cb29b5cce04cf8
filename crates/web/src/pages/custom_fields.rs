//! The workspace's custom fields: the list, and the actions of an admin.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, Tone, notice, page, table_frame};
use crate::ui::words::number;
use app::{DefinedField, Error, FieldId, Filter, Scope};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::{CustomField, FieldKind};
use serde::Deserialize;
use std::sync::Arc;

/// The form that defines a field.
#[derive(Clone, Default, Deserialize)]
pub struct NewForm {
    name: String,
    kind: String,
    #[serde(default)]
    choices: String,
}

/// The form that sets a field's choices.
#[derive(Deserialize)]
pub struct ChoicesForm {
    choices: String,
}

/// The form that moves a field up or down.
#[derive(Deserialize)]
pub struct MoveForm {
    way: String,
}

/// A field, and how many contacts that the member sees have a value; `None` while they are being counted.
struct Row {
    defined: DefinedField,
    contacts: Option<u64>,
}

/// What the page shows besides the list.
#[derive(Default)]
struct Shown {
    flash: Option<Flash>,
    /// The rejected form of a new field, and the reason.
    wrong: Option<(NewForm, String)>,
    /// Any other problem.
    problem: Option<String>,
}

/// `GET /fields`
pub async fn list(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
) -> Result<Response, Problem> {
    view(
        &web,
        &signed,
        Shown {
            flash,
            ..Shown::default()
        },
    )
    .await
}

/// `POST /fields`
pub async fn add(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<NewForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let wanted = CustomField {
        kind: FieldKind::parse(&sent.kind).unwrap_or_default(),
        choices: lines(&sent.choices),
        ..CustomField::of_text(&sent.name)
    };
    let added = blocking(&web, move |app| app.define_field(actor, &wanted)).await;
    match added {
        Ok(_) => Ok(done("Field added.")),
        Err(Problem::App(Error::Field(why))) => {
            let shown = Shown {
                wrong: Some((sent, why)),
                ..Shown::default()
            };
            view(&web, &signed, shown).await
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /fields/{id}/choices`
pub async fn set_choices(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<i64>,
    Form(sent): Form<ChoicesForm>,
) -> Result<Response, Problem> {
    let (actor, choices) = (signed.actor, lines(&sent.choices));
    let set = blocking(&web, move |app| app.set_choices(actor, FieldId(id), &choices)).await;
    answer(&web, &signed, set, "Choices changed. Existing values are kept.").await
}

/// `POST /fields/{id}/move`
pub async fn move_one(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<i64>,
    Form(sent): Form<MoveForm>,
) -> Result<Response, Problem> {
    let (actor, up) = (signed.actor, sent.way == "up");
    let moved = blocking(&web, move |app| app.move_field(actor, FieldId(id), up)).await;
    answer(&web, &signed, moved, "Field moved.").await
}

/// `POST /fields/{id}/archive`
pub async fn archive(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let archived = blocking(&web, move |app| app.archive_field(actor, FieldId(id), true)).await;
    let done = "Field archived. Its values are kept, and you can restore it.";
    answer(&web, &signed, archived, done).await
}

/// `POST /fields/{id}/restore`
pub async fn restore(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let restored = blocking(&web, move |app| app.archive_field(actor, FieldId(id), false)).await;
    answer(&web, &signed, restored, "Field restored.").await
}

fn done(what: &str) -> Response {
    redirect("/fields", Flash::text(what))
}

async fn answer(
    web: &Arc<Web>,
    signed: &CurrentMember,
    result: Result<(), Problem>,
    what: &str,
) -> Result<Response, Problem> {
    match result {
        Ok(()) => Ok(done(what)),
        Err(Problem::App(Error::Field(why))) => {
            let shown = Shown {
                problem: Some(why),
                ..Shown::default()
            };
            view(web, signed, shown).await
        }
        Err(problem) => Err(problem),
    }
}

/// The lines of a text, as choices.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

async fn view(web: &Arc<Web>, signed: &CurrentMember, shown: Shown) -> Result<Response, Problem> {
    let actor = signed.actor;
    let rows = blocking(web, move |app| {
        app.may_govern(actor)?;
        let fields = app.custom_fields(actor)?.into_iter();
        fields
            .map(|defined| {
                let filter = Filter::default().with_field(&defined.field.name, "")?;
                let contacts = app.count_contacts(actor, Scope::All, &filter)?;
                Ok(Row { defined, contacts })
            })
            .collect::<Result<Vec<_>, Error>>()
    })
    .await?;
    let head = Page {
        title: "Custom fields",
        viewer: Some(signed.viewer()),
        here: Section::Fields,
    };
    let (archived, offered): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.defined.field.archived);
    let wrong = shown.wrong.is_some() || shown.problem.is_some();
    let content = html! {
        h1 { "Custom fields" }
        @if let Some(flash) = &shown.flash { (flash.notice("/fields")) }
        @if let Some(problem) = &shown.problem { (notice(Tone::Bad, html! { p { (problem) "." } })) }
        p.muted { "Extra fields for all contacts in this workspace. Available in imports, exports, filters and lists." }
        @if offered.is_empty() { p { "No custom fields yet." } } @else { (table("Custom fields in order", &offered)) }
        @if !archived.is_empty() {
            h2 { "Archived" }
            p.muted { "Archived fields are hidden. Existing values are kept and exported." }
            (table("Archived fields", &archived))
        }
        (new(shown.wrong.as_ref()))
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((status, page(head, content)).into_response())
}

fn kind_words(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "Text",
        FieldKind::Number => "Number",
        FieldKind::Date => "Date",
        FieldKind::Choice => "Choice",
    }
}

fn table(label: &str, rows: &[Row]) -> Markup {
    let last = rows.len().saturating_sub(1);
    table_frame(
        label,
        false,
        html! {
            table.table {
                thead { tr {
                    th scope="col" { "Name" }
                    th scope="col" { "Type" }
                    th scope="col" { "Choices" }
                    th.number scope="col" { "Contacts you see" }
                    th scope="col" { "Change" }
                } }
                tbody { @for (at, row) in rows.iter().enumerate() {
                    tr {
                        th scope="row" { (row.defined.field.name) }
                        td { (kind_words(row.defined.field.kind)) }
                        td.wrap { (choices(&row.defined)) }
                        td.number { (uses(row)) }
                        td { (changes(&row.defined, at == 0, at == last)) }
                    }
                } }
            }
        },
    )
}

/// The number of contacts with a value, with a link to them.
fn uses(row: &Row) -> Markup {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &format!("field:\"{}\"", row.defined.field.name))
        .finish();
    html! {
        @match row.contacts {
            Some(0) => "0",
            Some(count) => a href={"/contacts?" (query)} { (number(count)) },
            None => "…",
        }
    }
}

fn choices(defined: &DefinedField) -> Markup {
    let own = &defined.field;
    let id = format!("choices-{}", defined.id.0);
    html! {
        @if own.kind == FieldKind::Choice {
            (own.choices.join(", "))
            @if !own.archived {
                details {
                    summary { "Edit choices" span.visually-hidden { " of " (own.name) } }
                    form.stack method="post" action={"/fields/" (defined.id.0) "/choices"} {
                        (field(&id, &format!("Choices of {}", own.name), Some("One per line."), None, |about| html! {
                            textarea id=(id) name="choices" rows="6" aria-describedby=[about] { "\n" (own.choices.join("\n")) }
                        }))
                        div.actions { button { "Change choices" } }
                    }
                }
            }
        }
    }
}

fn changes(defined: &DefinedField, first: bool, last: bool) -> Markup {
    let at = format!("/fields/{}", defined.id.0);
    let name = &defined.field.name;
    html! {
        div.actions {
            @if defined.field.archived {
                form method="post" action={(at) "/restore"} { button.button-small aria-label={"Restore " (name)} { "Restore" } }
            } @else {
                @if !(first && last) {
                    form.actions method="post" action={(at) "/move"} {
                        button.button-small name="way" value="up" disabled[first] aria-label={"Move " (name) " up"} { "↑" }
                        button.button-small name="way" value="down" disabled[last] aria-label={"Move " (name) " down"} { "↓" }
                    }
                }
                form method="post" action={(at) "/archive"} { button.button-small aria-label={"Archive " (name)} { "Archive" } }
            }
        }
    }
}

fn new(wrong: Option<&(NewForm, String)>) -> Markup {
    let entered = wrong.map(|(form, _)| form.clone()).unwrap_or_default();
    let error = wrong.map(|(_, why)| why.as_str());
    html! {
        section.card.narrow aria-labelledby="new" {
            h2 id="new" { "Add a field" }
            form.stack method="post" action="/fields" {
                (field("name", "Name", None, error, |about| html! {
                    input id="name" name="name" value=(entered.name) maxlength="100" required autocomplete="off" aria-describedby=[about] aria-invalid=[error.map(|_| "true")];
                }))
                (field("kind", "Type", Some("The name and type of a field cannot be changed. Archive it and add a new one instead."), None, |about| html! {
                    select id="kind" name="kind" aria-describedby=[about] {
                        @for kind in FieldKind::ALL { option value=(kind.as_str()) selected[entered.kind == kind.as_str()] { (kind_words(kind)) } }
                    }
                }))
                div.choices {
                    (field("choices", "Choices", Some("For the type Choice: one per line."), None, |about| html! {
                        textarea id="choices" name="choices" rows="4" aria-describedby=[about] { "\n" (entered.choices) }
                    }))
                }
                div.actions { button.button-primary { "Save" } }
            }
        }
    }
}
