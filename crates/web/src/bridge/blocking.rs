//! Calls `app`, which blocks, from handlers, which must not: on a thread pool, with a limit for each kind of work. Also
//! streams what `app` writes as a response body.

use crate::Web;
use crate::ui::error_page::Problem;
use app::{App, REQUEST_POOL};
use axum::body::Body;
use bytes::Bytes;
use std::any::Any;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;

/// Pieces of a response that are buffered for a slow reader. The writer waits when there are as many.
const WAITING_PIECES: usize = 4;
/// Bytes that are sent as one piece.
const PIECE: usize = 64 * 1024;

/// A kind of work with a limit of its own, so that other work cannot block it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Requests of members.
    Pages,
    /// Looking up sessions and checking readiness. Takes a moment, on database connections that nothing else uses.
    Sessions,
    /// Signing in: hashing a password takes long.
    SignIn,
}

/// The limits on concurrent work in each lane. Further work waits.
pub struct Turns {
    pages: Arc<Semaphore>,
    sessions: Arc<Semaphore>,
    sign_in: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        let of = |turns| Arc::new(Semaphore::new(turns));
        Self {
            pages: of(64),
            sessions: of(16),
            sign_in: of(8),
        }
    }
}

impl Turns {
    fn lane(&self, lane: Lane) -> &Arc<Semaphore> {
        match lane {
            Lane::Pages => &self.pages,
            Lane::Sessions => &self.sessions,
            Lane::SignIn => &self.sign_in,
        }
    }
}

/// Runs `work` on a thread that may block.
pub fn blocking<T: Send + 'static>(
    web: &Arc<Web>,
    work: impl FnOnce(&App) -> Result<T, app::Error> + Send + 'static,
) -> Blocking<'_, T> {
    blocking_in(web, Lane::Pages, work)
}

/// Runs `work` on a thread that may block, once this lane has capacity.
pub fn blocking_in<T: Send + 'static>(
    web: &Arc<Web>,
    lane: Lane,
    work: impl FnOnce(&App) -> Result<T, app::Error> + Send + 'static,
) -> Blocking<'_, T> {
    let work = |app: &App| Ok(Box::new(work(app)?) as Done);
    Blocking {
        run: Box::pin(run(web, lane, Box::new(work))),
        result: PhantomData,
    }
}

/// Work on another thread. The future inside does not depend on the type of the result, so it is compiled once.
pub struct Blocking<'w, T> {
    run: Pin<Box<dyn Future<Output = Result<Done, Problem>> + Send + 'w>>,
    result: PhantomData<fn() -> T>,
}

impl<T: 'static> Future for Blocking<'_, T> {
    type Output = Result<T, Problem>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.run.as_mut().poll(context).map_ok(|done| {
            #[expect(clippy::expect_used, reason = "`work` made it of this type")]
            let done = done.downcast().expect("the result of `work`");
            *done
        })
    }
}

/// The result of any type of work.
type Done = Box<dyn Any + Send>;
type Work = Box<dyn FnOnce(&App) -> Result<Done, app::Error> + Send>;

async fn run(web: &Arc<Web>, lane: Lane, work: Work) -> Result<Done, Problem> {
    let turn = Arc::clone(web.turns.lane(lane)).acquire_owned().await;
    let app = Arc::clone(&web.app);
    let worked = without_turn(move || {
        let _turn = turn;
        work(&app)
    });
    worked.await?.map_err(|error| {
        if error.tells_damage() {
            web.app.note_damage();
        }
        Problem::App(error)
    })
}

/// Runs work that blocks only for a moment, such as writing to a file, on a thread that may block. The caller limits
/// how much of it runs at once.
///
/// # Errors
/// If the work panicked; the panic's own message is in the log.
pub async fn without_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let (sender, receiver) = oneshot::channel();
    REQUEST_POOL.spawn(move || {
        // The request that waited for the result may be gone.
        let _ = sender.send(work());
    });
    receiver.await.map_err(|_| Problem::Broken)
}

/// A response body that `work` writes piece by piece, in constant memory. If `work` fails, the connection is aborted,
/// so that an incomplete response cannot be mistaken for a complete one.
pub fn written(
    web: &Arc<Web>,
    work: impl FnOnce(&App, &mut dyn Write) -> Result<(), app::Error> + Send + 'static,
) -> Body {
    let app = Arc::clone(&web.app);
    let (pieces, body) = mpsc::channel::<io::Result<Bytes>>(WAITING_PIECES);
    // Does not count towards the lane limits: a slow reader must not block other requests.
    REQUEST_POOL.spawn(move || {
        let mut out = io::BufWriter::with_capacity(PIECE, Pieces(pieces.clone()));
        let outcome = work(&app, &mut out).map_err(io::Error::other);
        if let Err(error) = outcome.and_then(|()| out.flush()) {
            tracing::warn!(%error, "an answer was broken off");
            // If the reader is gone, the error cannot be delivered.
            let _ = pieces.blocking_send(Err(error));
        }
    });
    Body::from_stream(ReceiverStream::new(body))
}

/// Sends the written bytes to the response body.
struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
