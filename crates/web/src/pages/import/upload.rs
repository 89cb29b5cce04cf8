//! The first step: choosing a file, or pasting rows.
//!
//! Contains the page, the description of accepted files, and the messages for rejected files.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::mapping::PROBLEM;
use crate::pages::import::receive::{Refused, take};
use crate::pages::import::{Step, address, steps, wizard};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::layout::{Tone, notice};
use crate::ui::sources::sources;
use crate::ui::truncate::cut;
use crate::ui::words::bytes;
use app::{Error, ImportId, SourceFormat};
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use std::sync::Arc;

/// File types that the browser's dialog offers first; other files are accepted as well, because the format is
/// detected from the content.
const ACCEPTED: &str = ".csv,.tsv,.txt,.tab,.xlsx,.xlsm,.xls,.ods,.vcf,.zip,.gz,text/csv,text/tab-separated-values,text/plain,text/vcard,\
                        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,application/zip,application/gzip";

/// `GET /import`
pub async fn form(State(web): State<Arc<Web>>, signed: CurrentMember) -> Markup {
    view(&web, &signed, None)
}

/// `GET /import/sample.csv`
pub async fn sample(_: CurrentMember) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"crystalqore-sample.csv\"",
        ),
    ];
    (headers, app::SAMPLE_CSV)
}

/// `POST /import`: creates a draft from the file or the pasted rows, and leads to the next step.
pub async fn receive(State(web): State<Arc<Web>>, signed: CurrentMember, request: Request) -> Response {
    let scripted = wants_address(request.headers());
    let form = match Multipart::from_request(request, &()).await {
        Ok(form) => form,
        Err(rejection) => return rejection.into_response(),
    };
    match first_file(&web, &signed, form).await {
        Ok(import) => match next_step(&web, &signed, import).await {
            Ok(step) => received(import, step, scripted),
            Err(problem) => problem.into_response(),
        },
        Err(Refused::Request(problem)) => problem.into_response(),
        Err(Refused::Nothing) => nothing(&web, &signed),
        Err(Refused::File(error)) => refused(&web, &signed, error),
    }
}

/// Whether the request is from the script, which uploads the file itself to show the progress and expects only the
/// URL of the next page.
fn wants_address(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes() == b"application/json")
}

/// The first step for a new draft. The columns of vCards are known, so there is nothing to map.
async fn next_step(web: &Arc<Web>, signed: &CurrentMember, import: ImportId) -> Result<&'static str, Problem> {
    let actor = signed.actor;
    let draft = blocking(web, move |app| app.draft(actor, import)).await?;
    let is_mapped = draft.source.is_some_and(|source| source.format == SourceFormat::Vcard);
    Ok(if is_mapped { "preview" } else { "map" })
}

fn received(import: ImportId, step: &str, scripted: bool) -> Response {
    let next = address(import, step);
    if scripted {
        return (StatusCode::CREATED, [(header::LOCATION, next)]).into_response();
    }
    Redirect::to(&next).into_response()
}

/// Creates a draft from the first non-empty field of the form.
async fn first_file(web: &Arc<Web>, signed: &CurrentMember, mut form: Multipart) -> Result<ImportId, Refused> {
    while let Some(field) = form.next_field().await.map_err(|error| Refused::unread(web, &error))? {
        if let Some(import) = take(web, signed.actor, field).await? {
            return Ok(import);
        }
    }
    Err(Refused::Nothing)
}

fn nothing(web: &Web, signed: &CurrentMember) -> Response {
    let problem = html! { p { "Choose a file or paste rows first." } };
    crate::pages::import::refused(view(web, signed, Some(problem)))
}

/// The upload page with the reason if the file was rejected; other errors are error pages.
fn refused(web: &Web, signed: &CurrentMember, error: Error) -> Response {
    let problem = html! { p { (cut(&error.for_members(), PROBLEM)) } };
    let status = match &error {
        Error::Open(_) | Error::NothingMapped(_) | Error::Mapping(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::TooLarge { .. } | Error::Quota(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        _ => return Problem::App(error).into_response(),
    };
    (status, view(web, signed, Some(problem))).into_response()
}

fn view(web: &Web, signed: &CurrentMember, problem: Option<Markup>) -> Markup {
    let limit = web.upload_limit();
    wizard(
        signed,
        "Import contacts",
        html! {
            div.stack {
                h1 { "Import contacts" }
                (steps(Step::Upload, None))
            }
            div.columns-2.import-start {
                form.stack method="post" action="/import" enctype="multipart/form-data" data-upload data-limit=(limit) data-limit-text=(bytes(limit)) {
                    div id="upload-problem" aria-live="assertive" {
                        @if let Some(problem) = problem { (notice(Tone::Bad, problem)) }
                    }
                    div.drop data-drop {
                        label.drop-title for="file" { "CSV file, Excel workbook or vCard" }
                        p.muted data-with-script { "Drop a file here or choose one. You can review everything before importing." }
                        input id="file" type="file" name="file" accept=(ACCEPTED) aria-describedby="accepted";
                        p.hint.muted id="accepted" { "CSV, TSV, TXT, XLSX, XLS, ODS or VCF, also in a ZIP archive or packed with gzip, up to " (bytes(limit)) "." }
                        div.uploading id="uploading" hidden {
                            progress id="upload-progress" max="100" value="0" aria-label="Upload" {}
                            p id="upload-status" role="status" {}
                        }
                    }
                    details.card.paste {
                        summary { "Or paste rows" }
                        div.field {
                            label for="rows" { "Rows" }
                            textarea.mono id="rows" name="rows" rows="6" spellcheck="false" autocomplete="off" aria-describedby="rows-hint" {}
                            p.hint id="rows-hint" { "Copied from a spreadsheet or text file, with the column names in the first line." }
                        }
                    }
                    div.actions {
                        button.button-primary { "Continue" }
                        a.button.button-quiet href="/contacts" { "Cancel" }
                    }
                }
                (accepted())
            }
        },
    )
}

/// Which sources and formats can be imported.
fn accepted() -> Markup {
    html! {
        aside.card.stack aria-label="What can be imported" {
            h2 { "Where are your contacts?" }
            (sources())
            p { "Exports of Google, Outlook, iCloud, LinkedIn, Thunderbird, Yahoo, HubSpot, Salesforce, Mailchimp and many more are recognised without mapping. Other tables are mapped by their column names, in many languages." }
            ul.plain {
                li { "Encoding, separator and lines before the column names are detected." }
                li { "You review every row before anything is saved." }
                li { "You can undo an import; changed contacts get their old values back." }
            }
            p.small.muted { "From Numbers, export the sheet as Excel workbook (.xlsx) or CSV first." }
            div { a.button href="/import/sample.csv" download="crystalqore-sample.csv" { "Download sample CSV" } }
        }
    }
}
