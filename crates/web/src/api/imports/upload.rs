//! `POST /imports`: creates a draft from an uploaded file.

use crate::Web;
use crate::api::gate::TokenMember;
use crate::api::imports::resource::{ImportResource, address};
use crate::api::imports::settings::{
    BadValuesName, ConflictsName, DateOrderName, DuplicatesName, EmptyCellsName, ImportSettings, MatchName,
    UnmappedName, WrongChoice,
};
use crate::api::json::{Query, chosen, filled, read};
use crate::api::once::{Reply, RequestFingerprint, once_begun};
use crate::api::problem::ApiProblem;
use crate::bridge::arriving::{Arriving, Receiving, file_name};
use crate::ui::error_page::Problem;
use app::{App, DraftSettings, Error, ImportId, JsonRow, Keyed, OnceAnswer, rows_as_csv};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use http_body::Body as _;
use serde::Deserialize;
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The name of a file sent without one.
const UNNAMED: &str = "file.csv";
/// The size limit of rows sent as JSON, in bytes. They are held in memory; files never are.
const JSON_ROWS: usize = 32 << 20;

/// Options of an uploaded file.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// The name of the file.
    #[param(example = "contacts.csv")]
    name: Option<String>,
    /// Whether to start the import immediately, without checking the preview.
    start: bool,
    /// What to do with a row that matches a contact: skip it, update the contact, fill its blanks, or create another contact.
    #[param(inline)]
    #[serde(deserialize_with = "chosen")]
    duplicates: Option<DuplicatesName>,
    /// What counts as a match.
    #[param(inline)]
    #[serde(rename = "match", deserialize_with = "chosen")]
    matching: Option<MatchName>,
    /// What to do with a row whose contact was changed here since the row was exported.
    #[param(inline)]
    #[serde(deserialize_with = "chosen")]
    conflicts: Option<ConflictsName>,
    /// What to do with an empty cell when updating: keep the contact's value, or clear it.
    #[param(inline)]
    #[serde(deserialize_with = "chosen")]
    empty_cells: Option<EmptyCellsName>,
    /// Whether the lists of a row replace those of the contact, instead of being added.
    #[serde(deserialize_with = "filled")]
    replace_lists: Option<bool>,
    /// What to do with a value that cannot be read: reject its row, or leave the value out.
    #[param(inline)]
    #[serde(deserialize_with = "chosen")]
    bad_values: Option<BadValuesName>,
    /// What to do with columns that match no field: ignore them, or keep them as custom fields.
    #[param(inline)]
    #[serde(deserialize_with = "chosen")]
    unmapped: Option<UnmappedName>,
    /// The country of phone numbers without country code, as a two-letter code.
    #[param(example = "US")]
    region: Option<String>,
    /// The file's encoding, such as `utf-8` or `windows-1252`.
    encoding: Option<String>,
    /// The file's delimiter: `,`, `;`, `|` or `tab`.
    delimiter: Option<String>,
    /// The header row: `auto`, `none`, or its number from 1.
    header: Option<String>,
    /// The order of day and month in dates; if omitted, it is detected or assumed.
    #[param(inline)]
    #[serde(deserialize_with = "chosen")]
    date_order: Option<DateOrderName>,
}

impl UploadQuery {
    fn settings(&self) -> ImportSettings {
        ImportSettings {
            duplicates: self.duplicates,
            matching: self.matching,
            conflicts: self.conflicts,
            empty_cells: self.empty_cells,
            replace_lists: self.replace_lists,
            bad_values: self.bad_values,
            unmapped: self.unmapped,
            region: self.region.clone(),
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone(),
            header: self.header.clone(),
            date_order: self.date_order,
        }
    }
}

/// Rows sent instead of a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rows": [{"First Name": "Ann", "Email": "ann@acme.example"}]}))]
pub struct RowsBody {
    /// The rows, each with its values by column name. The columns are mapped like those of a file.
    rows: Vec<JsonRow>,
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().starts_with("application/json"))
}

/// Uploads a file to import.
///
/// The body is the file itself, or rows as JSON. No contacts are changed: the response is an import whose rows are being
/// previewed. With `start=true`, the import is started immediately.
#[utoipa::path(
    post, path = "/api/v1/imports", tag = "Imports", operation_id = "create_import",
    params(UploadQuery),
    request_body(content((String = "text/csv"), (RowsBody = "application/json")), description = "The file, or rows"),
    responses((status = 201, description = "The import", body = ImportResource, headers(("Location" = String)))),
)]
pub async fn create(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
    mut asked: RequestFingerprint,
    mut body: Body,
) -> Result<Response, ApiProblem> {
    let settings = query.settings();
    settings
        .check()
        .map_err(|WrongChoice { name, what }| ApiProblem::of_parameter(name, format!("{name}: {what}")))?;
    let mut receiving = Receiving::begin(&web, member.actor).await?;
    let mut bytes = 0;
    let is_json = is_json(&headers);
    let mut rows = Vec::new();
    while let Some(piece) = next_piece(&mut body).await? {
        bytes += piece.len();
        asked.update(&piece);
        if !is_json {
            receiving = receiving.add(piece).await?;
        } else if bytes > JSON_ROWS {
            return Err(Problem::Status(StatusCode::PAYLOAD_TOO_LARGE).into());
        } else {
            rows.extend_from_slice(&piece);
        }
    }
    if is_json {
        let sent: RowsBody = read(&rows)?;
        receiving = receiving.add(rows_as_csv(&sent.rows)?.into()).await?;
    }
    let Arriving { file, place } = receiving.end().await?;
    if bytes == 0 {
        return Err(ApiProblem::new(
            StatusCode::BAD_REQUEST,
            "no_file",
            "the body is the file; it was empty",
        ));
    }
    let name = query.name.as_deref().map_or_else(|| UNNAMED.to_owned(), file_name);
    let start = query.start;
    let actor = member.actor;
    // Also runs for a repeated request: if the process ended before the start, the import is started now.
    let finish = move |app: &App, import: ImportId| -> Result<Reply, Error> {
        if start {
            started(app.start_draft(actor, import))?;
        }
        let resource = ImportResource::read(app, actor, import)?;
        Ok(Reply::new(StatusCode::CREATED, &resource).at(address(import)))
    };
    let work = move |app: &App, keyed: Option<&Keyed>| {
        let choose = move |chosen: &mut DraftSettings| {
            // Every setting was checked before the file arrived.
            let _ = settings.apply(chosen);
        };
        // Only the address of the import is stored; its state is read for each response.
        let write = |import: &ImportId| {
            let made = Reply::new(StatusCode::CREATED, &Value::Null);
            made.at(address(*import)).to_text()
        };
        let once = keyed.map(|keyed| OnceAnswer { keyed, write: &write });
        let import = app.begin_draft_with(actor, &name, file, &choose, once)?;
        drop(place);
        finish(app, import)
    };
    once_begun(&web, member, asked.key(), work, move |app, kept| {
        finish(app, import_of(&kept).ok_or(Error::Broken)?)
    })
    .await
}

fn import_of(made: &Reply) -> Option<ImportId> {
    let number = made.location()?.rsplit('/').next()?;
    number.parse().ok().map(ImportId)
}

/// Treats an import that was already started as success.
fn started(outcome: Result<(), Error>) -> Result<(), Error> {
    match outcome {
        Err(Error::NotADraft { .. }) => Ok(()),
        outcome => outcome,
    }
}

async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, ApiProblem> {
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(_)) => {
                let why = "The file did not arrive whole. Send it once more.";
                return Err(Problem::BadRequest(why.to_owned()).into());
            }
        }
    }
}
