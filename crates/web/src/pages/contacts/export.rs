//! The export dialog and the download.
//!
//! Defines the fields of the dialog, the name of the file, and the record of each download's progress.

use crate::Web;
use crate::bridge::blocking::{blocking, without_turn};
use crate::bridge::download::body_of;
use crate::pages::contacts::list_query::ListQuery;
use crate::pages::contacts::selection::{Selection, SelectionForm};
use crate::session::CurrentMember;
use crate::ui::contact_text::title;
use crate::ui::error_page::Problem;
use crate::ui::file_name::attachment;
use crate::ui::form_data::{all, first};
use crate::ui::layout::{Page, Section, Tone, notice, page};
use crate::ui::truncate::cut;
use crate::ui::words::contacts;
use app::{Error, ExportFormat, ExportRequest, Filter, Losses, Order, Scope};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::{Form, Query};
use maud::{Markup, html};
use model::{AddressPart, ContactId, Label, Slot, TextField};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The most contacts for which the dialog counts in advance what the format cannot hold.
const LOSSES_COUNTED: u64 = 50_000;

/// The most downloads whose progress is kept.
const REMEMBERED: usize = 256;

/// The progress of a download.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Progress {
    contacts: u64,
    ended: bool,
}

static DOWNLOADS: LazyLock<Mutex<HashMap<String, Progress>>> = LazyLock::new(Mutex::default);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    All,
    Mine,
    Shared,
    Filter,
    Selection,
}

const WHICH: [(Which, &str, &str); 5] = [
    (Which::Selection, "selection", "The selection"),
    (Which::Filter, "filter", "The current filter"),
    (Which::All, "all", "All contacts"),
    (Which::Mine, "mine", "My contacts"),
    (Which::Shared, "shared", "Shared with me"),
];

const DELIMITERS: [(u8, &str, &str); 3] = [
    (b',', "comma", "Comma"),
    (b';', "semicolon", "Semicolon (Excel in much of Europe)"),
    (b'\t', "tab", "Tab"),
];

/// The submitted dialog.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ExportForm {
    #[serde(flatten)]
    selection: Selection,
    #[serde(flatten)]
    criteria: ListQuery,
    #[serde(deserialize_with = "first")]
    which: String,
    #[serde(deserialize_with = "first")]
    format: String,
    #[serde(deserialize_with = "first")]
    delimiter: String,
    #[serde(deserialize_with = "all")]
    bom: Vec<String>,
    #[serde(deserialize_with = "first")]
    order: String,
    #[serde(rename = "column", deserialize_with = "all")]
    columns: Vec<String>,
    #[serde(deserialize_with = "first")]
    ticket: String,
}

impl From<SelectionForm> for ExportForm {
    fn from(sent: SelectionForm) -> Self {
        Self {
            selection: sent.selection,
            criteria: sent.criteria,
            ..Self::default()
        }
    }
}

/// The choices of a submitted dialog, with defaults filled in.
struct Chosen {
    which: Which,
    ids: Vec<ContactId>,
    criteria: ListQuery,
    format: ExportFormat,
    delimiter: u8,
    bom: bool,
    by_name: bool,
    columns: Vec<String>,
}

impl Chosen {
    fn new(sent: ExportForm) -> Self {
        let (ids, criteria) = (sent.selection.ids, sent.criteria);
        let fitting = if !ids.is_empty() {
            Which::Selection
        } else if criteria.is_empty() && criteria.scope() == Scope::Shared {
            Which::Shared
        } else if criteria.is_empty() {
            Which::All
        } else {
            Which::Filter
        };
        let which = WHICH.iter().find(|(_, name, _)| *name == sent.which);
        let delimiter = DELIMITERS.iter().find(|(_, name, _)| *name == sent.delimiter);
        Self {
            which: which.map_or(fitting, |(which, _, _)| *which),
            ids,
            criteria,
            format: ExportFormat::from_name(&sent.format).unwrap_or_default(),
            delimiter: delimiter.map_or(b',', |(byte, _, _)| *byte),
            // A cleared checkbox sends only the hidden field before it.
            bom: sent.bom.is_empty() || sent.bom.iter().any(|value| value == "yes"),
            by_name: sent.order == "name",
            columns: sent.columns,
        }
    }

    /// The scope of the export. For the current filter it is the scope of the list from which the dialog was opened.
    fn scope(&self) -> Scope {
        match self.which {
            Which::Mine => Scope::Mine,
            Which::Shared => Scope::Shared,
            Which::Filter => self.criteria.scope(),
            Which::All | Which::Selection => Scope::All,
        }
    }

    fn filter(&self) -> Result<Filter, Error> {
        match self.which {
            Which::Filter => self.criteria.filter(),
            _ => Ok(Filter::default()),
        }
    }

    fn request(&self) -> Result<ExportRequest, Error> {
        let all = columns();
        let chosen = |slot: &Slot| self.columns.iter().any(|name| *name == slot.to_string());
        // Choosing all listed columns also includes custom fields, so no column list is passed.
        let some = self.columns.is_empty() || all.iter().all(chosen);
        Ok(ExportRequest {
            scope: self.scope(),
            selection: (self.which == Which::Selection).then(|| self.ids.clone()),
            filter: self.filter()?,
            format: self.format,
            order: if self.by_name { Order::Name } else { Order::Created },
            columns: if some || !self.format.has_columns() {
                Vec::new()
            } else {
                all.into_iter().filter(chosen).collect()
            },
            delimiter: self.delimiter,
            bom: self.bom && self.format.is_csv(),
        })
    }
}

/// The columns that can be chosen; each covers all its labels.
fn columns() -> Vec<Slot> {
    let mut columns: Vec<Slot> = TextField::ALL.into_iter().map(Slot::Text).collect();
    columns.extend([
        Slot::Email(Label::NONE),
        Slot::Phone(Label::NONE),
        Slot::Website(Label::NONE),
    ]);
    columns.extend(AddressPart::ALL.map(|part| Slot::Address(Label::NONE, part)));
    columns.extend([Slot::Birthday, Slot::Tags, Slot::VcardLines]);
    columns
}

/// `GET /export`
pub async fn form(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Query(sent): Query<ExportForm>,
) -> Result<Markup, Problem> {
    show(&web, &signed, sent).await
}

/// `POST /export`: renders the dialog again with the choices so far.
pub async fn again(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<ExportForm>,
) -> Result<Markup, Problem> {
    show(&web, &signed, sent).await
}

pub async fn show(web: &Arc<Web>, signed: &CurrentMember, sent: ExportForm) -> Result<Markup, Problem> {
    let chosen = Chosen::new(sent);
    let (actor, which, selected) = (signed.actor, chosen.which, chosen.ids.len() as u64);
    let (filter, scope) = (chosen.filter(), chosen.scope());
    let count = match (which, filter) {
        (_, Err(error)) => Err(error.to_string()),
        (Which::Selection, _) => Ok(Some(selected)),
        (_, Ok(filter)) => Ok(blocking(web, move |app| app.count_contacts(actor, scope, &filter)).await?),
    };
    let lost = match (&count, chosen.request()) {
        (Ok(Some(count)), Ok(request)) if loses(chosen.format) && *count <= LOSSES_COUNTED => {
            blocking(web, move |app| app.export_losses(actor, &request)).await?
        }
        _ => None,
    };
    let first = match chosen.request() {
        Ok(request) => blocking(web, move |app| app.export_preview(actor, &request, PREVIEWED)).await?,
        Err(_) => String::new(),
    };
    let head = Page {
        title: "Export contacts",
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    Ok(page(head, dialog(&chosen, &count, lost.as_ref(), &first)))
}

fn dialog(chosen: &Chosen, count: &Result<Option<u64>, String>, lost: Option<&Losses>, first: &str) -> Markup {
    let offered = WHICH.iter().filter(|(which, _, _)| match which {
        Which::Selection => !chosen.ids.is_empty(),
        Which::Filter => !chosen.criteria.is_empty(),
        _ => true,
    });
    html! {
        div.narrow {
            nav aria-label="Way back" { a href=(chosen.criteria.list_url(0)) { "← Contacts" } }
            h1 { "Export contacts" }
            form.stack method="post" action="/export/file" data-export data-recount="export-count" {
                (chosen.criteria.hidden())
                @for id in &chosen.ids { input type="hidden" name="id" value=(id); }
                input type="hidden" name="ticket" value="";
                fieldset.card {
                    legend.visually-hidden { "Which contacts" }
                    h2 { "Which contacts" }
                    @for (which, name, title) in offered {
                        label.choice { input type="radio" name="which" value=(name) checked[*which == chosen.which]; (title) }
                    }
                }
                fieldset.card {
                    legend.visually-hidden { "Format" }
                    h2 { "Format" }
                    @for format in ExportFormat::ALL {
                        label.choice {
                            input type="radio" name="format" value=(format.name()) checked[chosen.format == format];
                            span { (format.title()) ": " (format.purpose()) }
                        }
                    }
                    div.grid-2 {
                        div.field {
                            label for="delimiter" { "Delimiter of CSV" }
                            select id="delimiter" name="delimiter" { @for (byte, name, title) in DELIMITERS { option value=(name) selected[byte == chosen.delimiter] { (title) } } }
                        }
                        div.field {
                            label for="order" { "Order" }
                            select id="order" name="order" {
                                option value="created" selected[!chosen.by_name] { "Date created" }
                                option value="name" selected[chosen.by_name] { "By name" }
                            }
                        }
                    }
                    input type="hidden" name="bom" value="no";
                    label.choice { input type="checkbox" name="bom" value="yes" checked[chosen.bom]; "Excel-compatible (adds a UTF-8 byte order mark)" }
                }
                details.card {
                    summary { "Columns" }
                    p.hint.muted.small { "All columns are exported unless you leave some out; columns of own fields come only with all. Only CSV has columns to choose; other formats are whole." }
                    div.checks {
                        @for slot in columns() {
                            @let name = slot.to_string();
                            label.choice { input type="checkbox" name="column" value=(name) checked[chosen.columns.is_empty() || chosen.columns.contains(&name)]; (title(&name)) }
                        }
                    }
                }
                div id="export-count" {
                    @match count {
                        Ok(Some(count)) => p role="status" { "This exports " strong { (contacts(*count)) } "." },
                        Ok(None) => p role="status" { "The contacts are being counted; the export can begin already." },
                        Err(why) => (notice(Tone::Warn, html! { p { (why) } })),
                    }
                    (losses(chosen.format, lost))
                    (preview(chosen.format, first))
                    @if let Ok(Some(count)) = count { progress hidden data-export-progress value="0" max=((*count).max(1)) aria-label="Contacts exported" {} }
                }
                div.actions {
                    button.button-primary { "Export" }
                    button data-without-script formaction="/export" { "Count again" }
                    a.button href=(chosen.criteria.url("/contacts", 0)) { "Cancel" }
                }
                p.muted.small data-export-status role="status" {}
            }
        }
    }
}

/// Contacts in the preview of the output.
const PREVIEWED: usize = 3;
/// The most lines of the preview, and the most characters per line.
const LINES: usize = 24;
const LINE: usize = 400;

/// The beginning of the file.
fn preview(format: ExportFormat, first: &str) -> Markup {
    let lines: Vec<_> = first.lines().take(LINES).map(|line| cut(line, LINE)).collect();
    let about = match format {
        ExportFormat::Xlsx => "The first rows, as the workbook will have them",
        ExportFormat::GoogleParts => "The beginning of the first file of the archive",
        _ => "The beginning of the file",
    };
    html! {
        @if !lines.is_empty() {
            figure.file-preview {
                figcaption.small.muted { (about) ":" }
                pre.small tabindex="0" aria-label=(about) role="region" { (lines.join("\n")) }
            }
        }
    }
}

/// Whether a format cannot hold some values.
fn loses(format: ExportFormat) -> bool {
    matches!(
        format,
        ExportFormat::Google | ExportFormat::GoogleParts | ExportFormat::Outlook
    )
}

/// What the format cannot hold, with numbers if they were counted.
fn losses(format: ExportFormat, lost: Option<&Losses>) -> Markup {
    if !loses(format) {
        return html! {};
    }
    html! {
        @match lost {
            Some(lost) if lost.is_empty() => p { (format.title()) " holds everything of them." },
            Some(lost) => (notice(Tone::Warn, html! {
                p { (format.title()) " has no place for " (lost.words()) " of " (contacts(lost.contacts)) ". CSV holds everything." }
            })),
            None => p.muted.small { (format.title()) " may not hold everything: it has places for fewer values. CSV holds everything." },
        }
    }
}

/// Whether the export covers all contacts that the member sees or owns, which requires a recent proof.
pub fn exports_everything(body: &[u8]) -> bool {
    // An unreadable form requires a proof as well.
    let Ok(sent) = serde_html_form::from_bytes(body) else {
        return true;
    };
    let chosen = Chosen::new(sent);
    match chosen.which {
        Which::All | Which::Mine => true,
        Which::Filter => chosen.criteria.is_empty() && chosen.criteria.scope() != Scope::Shared,
        Which::Shared | Which::Selection => false,
    }
}

/// `POST /export/file`
pub async fn file(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(mut sent): Form<ExportForm>,
) -> Result<Response, Problem> {
    let ticket = Some(std::mem::take(&mut sent.ticket));
    let request = Chosen::new(sent).request()?;
    let ticket = ticket
        .filter(|ticket| (16..=64).contains(&ticket.len()))
        .map(|ticket| format!("{}/{ticket}", signed.session));
    let (kind, ending) = (
        request.format.media_type(request.delimiter),
        request.format.extension(request.delimiter),
    );
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let of_format = match request.format {
        ExportFormat::Google | ExportFormat::GoogleParts => ExportFormat::Google.name(),
        ExportFormat::Outlook => request.format.name(),
        _ => "",
    };
    let name = attachment(&["contacts", &signed.workspace_name, of_format, &today], ending);
    let actor = signed.actor;
    let mut noted = Noted::begin(ticket);
    let app = Arc::clone(&web.app);
    let begin = move || app.begin_download(actor, request, move |contacts| noted.show(contacts));
    let download = without_turn(begin).await??;
    let body = body_of(download).await?;
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

/// Records the progress of a download for the page that started it. Dropping it marks the download as ended.
struct Noted {
    ticket: Option<String>,
    contacts: u64,
}

impl Noted {
    fn begin(ticket: Option<String>) -> Self {
        note(ticket.as_deref(), Progress::default());
        Self { ticket, contacts: 0 }
    }

    fn show(&mut self, contacts: u64) {
        self.contacts = contacts;
        note(self.ticket.as_deref(), Progress { contacts, ended: false });
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        let contacts = self.contacts;
        note(self.ticket.as_deref(), Progress { contacts, ended: true });
    }
}

fn note(ticket: Option<&str>, progress: Progress) {
    let Some(ticket) = ticket else { return };
    let mut downloads = DOWNLOADS.lock().unwrap_or_else(PoisonError::into_inner);
    if downloads.len() >= REMEMBERED && !downloads.contains_key(ticket) {
        downloads.retain(|_, progress| !progress.ended);
        if downloads.len() >= REMEMBERED {
            return;
        }
    }
    downloads.insert(ticket.to_owned(), progress);
}

/// The identifier that a page chose for its download.
#[derive(Deserialize)]
pub struct Ticket {
    ticket: String,
}

/// `GET /export/progress`
pub async fn progress(signed: CurrentMember, Query(asked): Query<Ticket>) -> Result<Response, Problem> {
    let downloads = DOWNLOADS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = downloads.get(&format!("{}/{}", signed.session, asked.ticket));
    let progress = known.copied().ok_or(Problem::NotFound)?;
    let json = serde_json::to_string(&progress).map_err(|_| Problem::Broken)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}
