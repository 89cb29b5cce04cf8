//! Receives the file of an upload form and creates a draft from it. The pieces are written by `bridge::arriving`.

use crate::Web;
use crate::bridge::arriving::{Arriving, Receiving, file_name};
use crate::bridge::blocking::blocking;
use crate::ui::error_page::Problem;
use app::{Actor, Error, ImportId};
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use bytes::Bytes;
use std::sync::Arc;

/// The most bytes of a rejected file that are still read.
const DRAINED: usize = 16 * 1024 * 1024;

/// The file name for pasted rows.
const PASTED: &str = "Pasted rows.csv";

/// Why no draft was created.
#[derive(Debug)]
pub enum Refused {
    /// There was no file in the form.
    Nothing,
    /// The file is rejected, or could not be stored.
    File(Error),
    /// The request is invalid.
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
    /// The error for a request that could not be read.
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

/// Stores a form field as the file of a new draft; `None` if the field is empty.
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
            // A browser reads the response only after it has sent the whole body.
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

/// The first piece that is not blank: a form without a file has an empty field.
async fn first_piece(web: &Web, field: &mut Field<'_>) -> Result<Option<Bytes>, Refused> {
    while let Some(piece) = next_piece(web, field).await? {
        if !piece.trim_ascii().is_empty() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

/// Reads the rest of a rejected file, up to a limit.
async fn drain(field: &mut Field<'_>) {
    let mut bytes = 0;
    while let Ok(Some(piece)) = field.chunk().await
        && bytes < DRAINED
    {
        bytes += piece.len();
    }
}
