//! The picture of a contact.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::selection::id;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use app::Picture;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// `GET /contacts/{id}/photo`: the picture with the media type of its bytes. A browser that has cached it revalidates
/// it each time, so that members who may no longer see the contact do not see its picture.
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let stored = blocking(&web, move |app| app.read(actor, |view| view.contact(id))).await?;
    let Some(picture) = Picture::of_contact(&stored.contact) else {
        return Err(Problem::NotFound);
    };
    let tag = format!("\"{:032x}\"", xxh3_128(&picture.bytes));
    let known = headers.get(header::IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::CONTENT_TYPE, picture.kind.media_type().to_owned()),
    ];
    Ok(match is_known {
        true => (StatusCode::NOT_MODIFIED, about).into_response(),
        false => (about, picture.bytes).into_response(),
    })
}
