//! Receiving a file that a form sends.
//!
//! Owns the way from the form to the draft; the pieces are written as `bridge::arriving` says.

use crate::Web;
use crate::bridge::arriving::{Arriving, Receiving, file_name};
use crate::bridge::blocking::blocking;
use crate::ui::error_page::Problem;
use app::{Actor, Error, ImportId};
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use bytes::Bytes;
use std::sync::Arc;

/// Bytes that are still taken of a file that was refused.
const DRAINED: usize = 16 * 1024 * 1024;

/// The name of rows that were pasted.
const PASTED: &str = "Pasted rows.csv";

/// Why nothing was taken in.
#[derive(Debug)]
pub enum Refused {
    /// There was no file in the form.
    Nothing,
    /// The file, or taking it in, is at fault.
    File(Error),
    /// The request is.
    Request(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::App(error) => Self::File(error),
            problem => Self::Request(problem),
        }
    }
}

impl Refused {
    /// What a request that could not be read means.
    pub fn unread(web: &Web, error: &MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let limit = web.upload_limit();
            return Self::File(Error::TooLarge { limit });
        }
        Self::Request(Problem::BadRequest(
            "The file did not arrive completely. Upload it again.".to_owned(),
        ))
    }
}

/// Takes a field of a form in as a file; none if it is empty.
pub async fn take(web: &Arc<Web>, actor: Actor, mut field: Field<'_>) -> Result<Option<ImportId>, Refused> {
    let name = match field.file_name() {
        Some(name) => file_name(name),
        None => PASTED.to_owned(),
    };
    let Some(first) = first_piece(web, &mut field).await? else {
        return Ok(None);
    };
    let Arriving { file, place } = match receive(web, actor, first, &mut field).await {
        Ok(received) => received,
        Err(refused) => {
            // A browser hears of it only behind the end of what it sends.
            drain(&mut field).await;
            return Err(refused);
        }
    };
    let begun = blocking(web, move |app| {
        let begun = app.begin_draft_of(actor, &name, file);
        drop(place);
        begun
    });
    Ok(Some(begun.await?))
}

async fn receive(web: &Arc<Web>, actor: Actor, first: Bytes, field: &mut Field<'_>) -> Result<Arriving, Refused> {
    let mut receiving = Receiving::begin(web, actor).await?.add(first).await?;
    while let Some(piece) = next_piece(web, field).await? {
        receiving = receiving.add(piece).await?;
    }
    Ok(receiving.end().await?)
}

async fn next_piece(web: &Web, field: &mut Field<'_>) -> Result<Option<Bytes>, Refused> {
    field.chunk().await.map_err(|error| Refused::unread(web, &error))
}

/// The first piece that holds more than blanks: a form without a file has an empty one.
async fn first_piece(web: &Web, field: &mut Field<'_>) -> Result<Option<Bytes>, Refused> {
    while let Some(piece) = next_piece(web, field).await? {
        if !piece.trim_ascii().is_empty() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

/// Takes what is still sent of a file that was refused, up to a limit.
async fn drain(field: &mut Field<'_>) {
    let mut bytes = 0;
    while let Ok(Some(piece)) = field.chunk().await
        && bytes < DRAINED
    {
        bytes += piece.len();
    }
}
