//! `GET /exports`: contacts as a file, sent while it is computed.
//!
//! Trailers at the end of the response contain the number of contacts and a digest of the file. They are missing if the
//! file was cut off.

use crate::Web;
use crate::api::contacts::list::ScopeName;
use crate::api::gate::TokenMember;
use crate::api::json::Query;
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::without_turn;
use crate::bridge::download::body_of;
use app::{ExportFormat, ExportRequest, Filter, Order};
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use model::Slot;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use utoipa::{IntoParams, ToSchema};

/// The trailer with the number of contacts.
const COUNT: &str = "crystalqore-contacts";
/// The trailer with the digest of the file before compression for transfer.
const DIGEST: &str = "unencoded-digest";

/// The format of an export.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FormatName {
    /// CrystalQore CSV. Importing it again results in exactly the same contacts.
    #[default]
    Csv,
    /// The same columns as an Excel workbook.
    Xlsx,
    /// The CSV of Google Contacts.
    Google,
    /// The same in a ZIP archive of files of 3,000 contacts each, the maximum that Google imports at once.
    #[serde(rename = "google-parts")]
    GoogleParts,
    /// The CSV of Outlook for Windows.
    Outlook,
    /// vCard 3.0.
    Vcard,
    /// vCard 4.0.
    Vcard4,
    /// JSON Lines.
    Jsonl,
}

impl From<FormatName> for ExportFormat {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Self::CrystalQore,
            FormatName::Xlsx => Self::Xlsx,
            FormatName::Google => Self::Google,
            FormatName::GoogleParts => Self::GoogleParts,
            FormatName::Outlook => Self::Outlook,
            FormatName::Vcard => Self::Vcard,
            FormatName::Vcard4 => Self::Vcard4,
            FormatName::Jsonl => Self::Jsonl,
        }
    }
}

/// The order of the exported contacts.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderName {
    #[default]
    Created,
    Name,
}

/// Which contacts to export, and in which format.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// The format: `csv` (CrystalQore CSV, which can be imported again without loss), `xlsx`, `google`, `google-parts` (a
    /// ZIP archive of files of 3,000 contacts each), `outlook`, `vcard`, `vcard4` or `jsonl` [default: csv].
    #[param(inline)]
    format: FormatName,
    /// Which contacts: `mine`, `shared` with the member, or `all` [default: all].
    #[param(inline)]
    scope: ScopeName,
    /// Words and conditions, as in the list of contacts.
    filter: String,
    /// The columns to export, separated by commas, such as `first_name,email:work` (`csv` and `xlsx`).
    columns: String,
    /// The order: `created` or `name` [default: created].
    #[param(inline)]
    order: OrderName,
    /// Whether the file begins with a byte order mark, for Excel (CSV).
    bom: bool,
}

/// Exports contacts.
///
/// The file is streamed while it is computed; if an error occurs, the response is aborted. For a request with `TE: trailers`,
/// the trailer `Crystalqore-Contacts` contains the number of contacts, and `Unencoded-Digest` (in the form of RFC 9530) the
/// SHA-256 of the file. Every export is recorded in the audit log.
#[utoipa::path(
    get, path = "/api/v1/exports", tag = "Exports", operation_id = "export_contacts",
    params(ExportQuery),
    responses((status = 200, description = "The file",
        content(
            (String = "text/csv"), (String = "application/jsonl"), (String = "text/vcard"),
            (Vec<u8> = "application/zip"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ))),
)]
pub async fn export(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiProblem> {
    let request = request(&query)?;
    let kind = request.format.media_type(request.delimiter);
    let ending = request.format.extension(request.delimiter);
    let written = Arc::new(AtomicU64::new(0));
    let (app, counted) = (Arc::clone(&web.app), Arc::clone(&written));
    let begin = move || {
        app.begin_download(member.actor, request, move |contacts| {
            counted.store(contacts, Ordering::Relaxed)
        })
    };
    let download = without_turn(begin).await?.map_err(ApiProblem::from)?;
    let body = Counted {
        body: body_of(download).await?,
        contacts: written,
        digest: Some(Sha256::new()),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"contacts.{ending}\""),
        ),
        (header::TRAILER, format!("{COUNT}, {DIGEST}")),
    ];
    Ok((headers, Body::new(body)).into_response())
}

fn request(query: &ExportQuery) -> Result<ExportRequest, ApiProblem> {
    let names = query.columns.split(',').map(str::trim).filter(|name| !name.is_empty());
    let columns = names.map(|name| {
        let unknown = |_| ApiProblem::of_parameter("columns", format!("columns: {name} is no field"));
        name.parse::<Slot>().map_err(unknown)
    });
    Ok(ExportRequest {
        scope: query.scope.into(),
        selection: None,
        filter: Filter::from_str(&query.filter)?,
        format: query.format.into(),
        order: match query.order {
            OrderName::Created => Order::Created,
            OrderName::Name => Order::Name,
        },
        columns: columns.collect::<Result<_, _>>()?,
        delimiter: b',',
        bom: query.bom,
    })
}

/// A body followed by trailers with the number of contacts and a digest. A body that is aborted has no trailers.
struct Counted {
    body: Body,
    contacts: Arc<AtomicU64>,
    /// The digest of the bytes sent so far. `None` once the trailers were produced.
    digest: Option<Sha256>,
}

impl Counted {
    /// Produces the trailers, once.
    fn trailers(&mut self) -> Option<Frame<Bytes>> {
        let digest = BASE64_STANDARD.encode(self.digest.take()?.finalize());
        let mut trailers = HeaderMap::new();
        let count = HeaderValue::from(self.contacts.load(Ordering::Relaxed));
        trailers.insert(HeaderName::from_static(COUNT), count);
        if let Ok(digest) = HeaderValue::from_str(&format!("sha-256=:{digest}:")) {
            trailers.insert(HeaderName::from_static(DIGEST), digest);
        }
        Some(Frame::trailers(trailers))
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let frame = match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => frame,
            Poll::Ready(None) => return Poll::Ready(this.trailers().map(Ok)),
            other => return other,
        };
        if let (Some(digest), Some(data)) = (&mut this.digest, frame.data_ref()) {
            digest.update(data);
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
