//! Receiving a file: its pieces are written to the object store as they arrive, so no file is ever held in memory, and
//! a slow one keeps no thread and no turn.
//!
//! Owns the way from the request to the object store.

use crate::Web;
use crate::bridge::blocking::{blocking, without_turn};
use crate::bridge::uploads::{NoPlace, Place};
use crate::ui::error_page::Problem;
use app::{Actor, ArrivingFile, Error, ImportId};
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use bytes::Bytes;
use std::mem;
use std::sync::Arc;

/// Bytes that are collected before they are written.
const WRITTEN_AT_ONCE: usize = 256 * 1024;

/// Bytes that are still taken of a file that was refused.
const DRAINED: usize = 16 * 1024 * 1024;

/// Letters that are kept of a file's name: as many as file systems take.
const NAME_LETTERS: usize = 255;

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
        Some(name) => last_part(name),
        None => PASTED.to_owned(),
    };
    let Some(first) = first_piece(web, &mut field).await? else {
        return Ok(None);
    };
    let received = match receive(web, actor, first, &mut field).await {
        Ok(received) => received,
        Err(refused) => {
            // A browser hears of it only behind the end of what it sends.
            drain(&mut field).await;
            return Err(refused);
        }
    };
    let begun = blocking(web, move |app| {
        let Arriving { file, place } = received;
        let begun = app.begin_draft_of(actor, &name, file);
        drop(place);
        begun
    });
    match begun.await {
        Ok(import) => Ok(Some(import)),
        Err(Problem::App(error)) => Err(Refused::File(error)),
        Err(problem) => Err(Refused::Request(problem)),
    }
}

/// The first piece that holds more than blanks: a form without a file has an empty one.
async fn first_piece(web: &Web, field: &mut Field<'_>) -> Result<Option<Bytes>, Refused> {
    while let Some(piece) = field.chunk().await.map_err(|error| Refused::unread(web, &error))? {
        if !piece.trim_ascii().is_empty() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

/// A file that is arriving, and the place that it takes among the uploads.
struct Arriving {
    file: ArrivingFile,
    place: Place,
}

impl Arriving {
    async fn begin(web: &Arc<Web>, actor: Actor) -> Result<Self, Refused> {
        let place = web.uploads.take(actor).map_err(no_place)?;
        let (app, limit) = (Arc::clone(&web.app), web.upload_limit());
        let begun = without_turn(move || {
            Ok(Self {
                file: app.receive_file(actor, limit)?,
                place,
            })
        });
        begun.await.map_err(Refused::Request)?.map_err(Refused::File)
    }

    /// Writes pieces, on a thread that may block.
    async fn write(mut self, pieces: Vec<Bytes>) -> Result<Self, Refused> {
        let written = without_turn(move || {
            pieces.iter().try_for_each(|piece| self.file.write(piece))?;
            Ok(self)
        });
        written.await.map_err(Refused::Request)?.map_err(Refused::File)
    }
}

fn no_place(why: NoPlace) -> Refused {
    let why = match why {
        NoPlace::OfMember(most) => format!(
            "You are already uploading {most} files, the most at once. Wait until one of them has finished, then upload this one."
        ),
        NoPlace::InAll => "Too many files are being uploaded right now. Try again in a minute.".to_owned(),
    };
    Refused::Request(Problem::TooMany(why))
}

/// Receives a file to its end. Between the pieces no thread waits for it.
async fn receive(web: &Arc<Web>, actor: Actor, first: Bytes, field: &mut Field<'_>) -> Result<Arriving, Refused> {
    let mut arriving = Arriving::begin(web, actor).await?;
    let mut bytes = first.len();
    let mut pieces = vec![first];
    while let Some(piece) = field.chunk().await.map_err(|error| Refused::unread(web, &error))? {
        bytes += piece.len();
        pieces.push(piece);
        if bytes >= WRITTEN_AT_ONCE {
            bytes = 0;
            arriving = arriving.write(mem::take(&mut pieces)).await?;
        }
    }
    arriving.write(pieces).await
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

/// Browsers give a bare name; others may give a path, or more than any file is called.
fn last_part(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let last: String = last.chars().filter(|c| is_shown(*c)).take(NAME_LETTERS).collect();
    match last.trim() {
        "" => "file.csv".to_owned(),
        last => last.to_owned(),
    }
}

/// Whether a character of a name is shown as itself: control characters are not, and those that turn the direction of writing
/// make `gpj.exe` look like `exe.jpg`.
fn is_shown(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_folders() {
        assert_eq!(last_part("C:\\Users\\ann\\contacts.csv"), "contacts.csv");
        assert_eq!(last_part("a/b.csv"), "b.csv");
        assert_eq!(last_part("/"), "file.csv");
        assert_eq!(last_part("a\u{0}\nb.csv"), "ab.csv");
        assert_eq!(last_part("a\u{202e}vsc.exe\u{2066}\u{200f}.csv"), "avsc.exe.csv");
        assert_eq!(last_part(&"x".repeat(100_000)).len(), NAME_LETTERS);
    }
}
