//! Taking a file in while it arrives: the pieces of the request go straight to `app`, which reads on a thread of its own, so
//! no file is ever held in memory.
//!
//! Owns the bridge between the two. Leaves out what is done with the file.

use crate::Web;
use crate::blocking::on_thread;
use crate::problem::Problem;
use app::{Actor, Error, ImportId};
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use bytes::Bytes;
use std::io::{self, Read};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Pieces that wait for a slow disk; the sender of the file waits then.
const WAITING_PIECES: usize = 16;

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
            "The file did not arrive whole. Send it once more.".to_owned(),
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
    let (pieces, arriving) = mpsc::channel(WAITING_PIECES);
    let app = Arc::clone(&web.app);
    let limit = web.upload_limit();
    let reading = on_thread(web, move || {
        let mut content = Arriving::new(arriving);
        app.begin_draft(actor, &name, &mut content, limit)
    });
    let (sent, read) = tokio::join!(send(web, first, &mut field, pieces), reading);
    let read = read.map_err(Refused::Request)?;
    // What is wrong with the file says more than that the rest of it was not read.
    match (sent, read) {
        (Err(refused), Ok(import)) => {
            let app = Arc::clone(&web.app);
            // A part of a file is none. If it cannot be dropped, it lies in the list of imports, not started.
            let _ = on_thread(web, move || app.discard_draft(actor, import)).await;
            Err(refused)
        }
        (Err(refused), Err(Error::Read(_))) => Err(refused),
        (_, Err(error)) => Err(Refused::File(error)),
        (Ok(()), Ok(import)) => Ok(Some(import)),
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

/// Hands on what arrives, until the end or until nobody reads any more.
async fn send(
    web: &Web,
    first: Bytes,
    field: &mut Field<'_>,
    pieces: mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), Refused> {
    let mut next = Some(first);
    while let Some(piece) = next {
        // Nobody reads a file that was refused, but a browser hears of it only behind the end of what it sends.
        let _ = pieces.send(Ok(piece)).await;
        next = match field.chunk().await {
            Ok(piece) => piece,
            Err(error) => {
                let _ = pieces.send(Err(io::Error::other("it did not arrive whole"))).await;
                return Err(Refused::unread(web, &error));
            }
        };
    }
    Ok(())
}

/// Browsers give a bare name; others may give a path, or more than any file is called.
fn last_part(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let last: String = last.chars().filter(|c| !c.is_control()).take(NAME_LETTERS).collect();
    match last.trim() {
        "" => "file.csv".to_owned(),
        last => last.to_owned(),
    }
}

/// The pieces of a file as something to read.
struct Arriving {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
}

impl Arriving {
    fn new(pieces: mpsc::Receiver<io::Result<Bytes>>) -> Self {
        Self {
            pieces,
            rest: Bytes::new(),
        }
    }
}

impl Read for Arriving {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.rest = piece?,
            }
        }
        let n = self.rest.len().min(into.len());
        into[..n].copy_from_slice(&self.rest.split_to(n));
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_in_their_order_and_a_broken_one_is_told() {
        let (pieces, arriving) = mpsc::channel(4);
        for piece in [&b"ab"[..], b"", b"cde"] {
            pieces.try_send(Ok(Bytes::from_static(piece))).unwrap();
        }
        pieces.try_send(Err(io::Error::other("gone"))).unwrap();
        drop(pieces);
        let mut arriving = Arriving::new(arriving);
        let mut read = [0; 5];
        arriving.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"abcde");
        assert!(arriving.read(&mut read).is_err());
        assert_eq!(arriving.read(&mut read).unwrap(), 0);
    }

    #[test]
    fn names_have_no_folders() {
        assert_eq!(last_part("C:\\Users\\ann\\contacts.csv"), "contacts.csv");
        assert_eq!(last_part("a/b.csv"), "b.csv");
        assert_eq!(last_part("/"), "file.csv");
        assert_eq!(last_part("a\u{0}\nb.csv"), "ab.csv");
        assert_eq!(last_part(&"x".repeat(100_000)).len(), NAME_LETTERS);
    }
}
