//! Sends an export while it is computed: the next piece is fetched once the browser has accepted the previous one; no
//! thread waits in between.

use crate::ui::error_page::Problem;
use app::{Download, Error, Piece, REQUEST_POOL};
use axum::body::Body;
use bytes::Bytes;
use std::io;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;

/// The response body, once its first bytes exist. An error before that can still be sent as an error response.
///
/// # Errors
/// An error that occurred before anything could be sent.
pub async fn body_of(download: Download) -> Result<Body, Problem> {
    let (mut piece, mut download) = next(download).await?;
    while matches!(piece, Ok(Piece::NotYet)) {
        (piece, download) = next(download).await?;
    }
    let first = piece.map_err(Problem::App)?;
    let (pieces, body) = mpsc::channel(1);
    tokio::spawn(send(first, download, pieces));
    Ok(Body::from_stream(ReceiverStream::new(body)))
}

/// Sends a download to its end, or until the browser disconnects. If it fails, the connection is aborted, so that an
/// incomplete file cannot be mistaken for a complete one.
async fn send(first: Piece, mut download: Download, pieces: mpsc::Sender<io::Result<Bytes>>) {
    let mut piece = Ok(first);
    loop {
        match piece {
            Ok(Piece::Bytes(bytes)) => {
                if pieces.send(Ok(bytes.into())).await.is_err() {
                    return;
                }
            }
            Ok(Piece::NotYet) if pieces.is_closed() => return,
            Ok(Piece::NotYet) => {}
            Ok(Piece::End) => return,
            Err(error) => return break_off(&error, &pieces).await,
        }
        piece = match next(download).await {
            Ok((piece, same)) => {
                download = same;
                piece
            }
            Err(_) => return break_off(&Error::Broken, &pieces).await,
        };
    }
}

async fn break_off(error: &Error, pieces: &mpsc::Sender<io::Result<Bytes>>) {
    tracing::warn!(code = error.code(), %error, "an export was broken off");
    // If the browser is gone, the error cannot be delivered.
    let _ = pieces.send(Err(io::Error::other(error.code()))).await;
}

/// Fetches the next piece on a thread that may block. If the receiver is gone, the download ends.
async fn next(mut download: Download) -> Result<(Result<Piece, Error>, Download), Problem> {
    let (sender, receiver) = oneshot::channel();
    REQUEST_POOL.spawn(move || {
        let piece = download.next_piece();
        let _ = sender.send((piece, download));
    });
    receiver.await.map_err(|_| Problem::Broken)
}
