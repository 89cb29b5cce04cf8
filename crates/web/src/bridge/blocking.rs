//! Calling `app`, which blocks, from handlers, which must not: on a pool of threads, with a limit for each kind of work. Also
//! sends what `app` writes as the body of an answer, piece by piece.

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

/// Pieces of an answer that wait for a slow reader. The writer waits when there are as many.
const WAITING_PIECES: usize = 4;
/// Bytes that are sent as one piece.
const PIECE: usize = 64 * 1024;

/// Work that has turns of its own, so that other work cannot take them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What members do.
    Pages,
    /// Looking up who asks, and whether all is well. It takes a moment, on connections to the database that nothing else uses.
    Sessions,
    /// Signing in: hashing a password takes a while.
    SignIn,
}

/// How much is worked on at once in each lane; what is more waits.
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

/// Runs `work` on a thread that may block, when it has a turn in this lane.
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

/// Work on another thread. What it waits for is the same for every type of result, so that it is compiled once.
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

/// Work whose result has any type.
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

/// Runs what blocks only for a moment, such as writing to a file, on a thread that may block. The caller limits how much of
/// it there is.
///
/// # Errors
/// If it panicked; the panic's own message is in the log.
pub async fn without_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let (sender, receiver) = oneshot::channel();
    REQUEST_POOL.spawn(move || {
        // The request that waited for it may be gone.
        let _ = sender.send(work());
    });
    receiver.await.map_err(|_| Problem::Broken)
}

/// The body of an answer that `work` writes piece by piece, in constant memory. If `work` fails, the connection is broken
/// off, so that nobody takes the beginning for the whole.
pub fn written(
    web: &Arc<Web>,
    work: impl FnOnce(&App, &mut dyn Write) -> Result<(), app::Error> + Send + 'static,
) -> Body {
    let app = Arc::clone(&web.app);
    let (pieces, body) = mpsc::channel::<io::Result<Bytes>>(WAITING_PIECES);
    // Not with a turn: a slow reader must not keep others from theirs.
    REQUEST_POOL.spawn(move || {
        let mut out = io::BufWriter::with_capacity(PIECE, Pieces(pieces.clone()));
        let outcome = work(&app, &mut out).map_err(io::Error::other);
        if let Err(error) = outcome.and_then(|()| out.flush()) {
            tracing::warn!(%error, "an answer was broken off");
            // If the reader has gone, there is nobody to tell.
            let _ = pieces.blocking_send(Err(error));
        }
    });
    Body::from_stream(ReceiverStream::new(body))
}

/// Hands what is written to the answer's body.
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
