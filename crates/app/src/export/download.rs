//! Downloads: exports that a browser fetches at its own pace.
//!
//! Owns the spool file, which the export fills as fast as the disk allows, and delivers it piece by piece while it
//! grows. So a database connection is held only while the export is computed, not while a slow client reads. The file
//! has no name and is deleted with its download.

use crate::access::Actor;
use crate::error::Error;
use crate::export::ExportRequest;
use crate::jobs::long_reads::Lane;
use crate::jobs::thread_pool::REQUEST_POOL;
use crate::{App, access};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Member;

/// Maximum number of concurrent downloads of one member, including stalled ones.
const OF_A_MEMBER: usize = 3;
/// Maximum number of concurrent downloads of all members.
const OF_ALL: usize = 32;
/// Size of a piece, in bytes.
const PIECE: usize = 64 * 1024;
/// How long `next_piece` waits for data.
const WAIT: Duration = Duration::from_millis(250);
/// How long an export waits for other exports to be computed, in microseconds.
const TURN_TIMEOUT: i64 = 10 * 1_000_000;
/// How long a check of the member's access remains valid, in microseconds.
const BELIEVED: i64 = 1_000_000;

/// Counts the running downloads of each member.
#[derive(Default)]
pub(crate) struct Downloads(Arc<Mutex<HashMap<Member, usize>>>);

/// One of the concurrent downloads that a member may have.
struct Place {
    downloads: Arc<Mutex<HashMap<Member, usize>>>,
    member: Member,
}

impl Downloads {
    fn take_place(&self, member: Member) -> Result<Place, Error> {
        let mut counts = lock(&self.0);
        if counts.get(&member).is_some_and(|count| *count >= OF_A_MEMBER) {
            return Err(Error::ManyDownloads { most: OF_A_MEMBER });
        }
        if counts.values().sum::<usize>() >= OF_ALL {
            return Err(Error::ExportsBusy);
        }
        *counts.entry(member).or_default() += 1;
        Ok(Place {
            downloads: Arc::clone(&self.0),
            member,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = lock(&self.downloads);
        if let Some(count) = counts.get_mut(&self.member) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.member);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The buffer between the computing thread, which writes, and the download, which reads.
struct Spool {
    file: Mutex<File>,
    state: Mutex<State>,
    grown: Condvar,
    /// Set when the rest is no longer needed.
    stop: AtomicBool,
}

#[derive(Default)]
struct State {
    written: u64,
    /// Whether writing has ended.
    ended: bool,
    failed: Option<Error>,
}

impl Spool {
    fn end(&self, failed: Option<Error>) {
        let mut state = lock(&self.state);
        state.failed = failed;
        state.ended = true;
        self.grown.notify_all();
    }

    fn is_wanted(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn read_at(&self, from: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(bytes)
    }
}

/// The writing end of a spool. Dropping it ends the spool, even if the export panics.
struct Writer(Arc<Spool>);

impl Write for &Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.0.is_wanted() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let mut file = lock(&self.0.file);
        file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        drop(file);
        lock(&self.0.state).written += bytes.len() as u64;
        self.0.grown.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !lock(&self.0.state).ended {
            self.0.end(Some(Error::Broken));
        }
    }
}

/// The next part of a download.
#[derive(Debug)]
pub enum Piece {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// No data yet: the export is being computed, or waits for its turn.
    NotYet,
    /// The end: the export is complete.
    End,
}

/// An export that is computed and fetched at the same time. Dropping it stops both.
pub struct Download {
    app: Arc<App>,
    actor: Actor,
    spool: Arc<Spool>,
    /// Bytes that were delivered.
    read: u64,
    /// When the member's access was last checked.
    checked_at: Option<i64>,
    _place: Place,
}

impl App {
    /// Starts an export whose output is fetched from the [`Download`]. `watch` is called now and then with the number
    /// of contacts written.
    ///
    /// # Errors
    /// [`Error::ManyDownloads`] if the member has too many downloads that are not fetched yet; [`Error::ExportsBusy`];
    /// if the file cannot be created. Later errors are returned by [`Download::next_piece`].
    pub fn begin_download(
        self: &Arc<Self>,
        actor: Actor,
        request: ExportRequest,
        mut watch: impl FnMut(u64) + Send + 'static,
    ) -> Result<Download, Error> {
        let place = self.downloads.take_place(actor.member)?;
        let no_room = |e| Error::io("beginning an export in", &self.data, e);
        let spool = Arc::new(Spool {
            file: Mutex::new(tempfile::tempfile_in(&self.data).map_err(no_room)?),
            state: Mutex::default(),
            grown: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let (app, writer) = (Arc::clone(self), Writer(Arc::clone(&spool)));
        REQUEST_POOL.spawn(move || {
            let outcome = app.compute_download(actor, &request, &writer, &mut watch);
            // Observers learn of the end before the last piece is fetched.
            drop(watch);
            writer.0.end(outcome.err());
        });
        Ok(Download {
            app: Arc::clone(self),
            actor,
            spool,
            read: 0,
            checked_at: None,
            _place: place,
        })
    }

    fn compute_download(
        &self,
        actor: Actor,
        request: &ExportRequest,
        writer: &Writer,
        watch: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let until = self.system.now() + TURN_TIMEOUT;
        let is_wanted = || writer.0.is_wanted() && self.system.now() < until;
        let Some(_turn) = self.long_reads.begin(Lane::Export, is_wanted) else {
            return Err(Error::ExportsBusy);
        };
        self.store.read(|tx| access::active(tx, actor))?;
        let mut out = BufWriter::with_capacity(PIECE, writer);
        let report = self.export_watched(actor, request, &mut out, &mut |contacts| {
            watch(contacts);
            writer.0.is_wanted()
        })?;
        watch(report.contacts);
        out.flush()
            .map_err(|e| Error::io("writing an export to", &self.data, e))
    }
}

impl Download {
    /// Returns the next piece. Blocks for a fraction of a second at most.
    ///
    /// # Errors
    /// Errors of computing the export; [`Error::Forbidden`] once the member is deactivated.
    pub fn next_piece(&mut self) -> Result<Piece, Error> {
        let available = {
            let state = lock(&self.spool.state);
            let is_waiting = |state: &mut State| state.written == self.read && !state.ended;
            let waited = self.spool.grown.wait_timeout_while(state, WAIT, is_waiting);
            let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if let Some(error) = state.failed.take() {
                return Err(error);
            }
            match state.written - self.read {
                0 if state.ended => return Ok(Piece::End),
                0 => return Ok(Piece::NotYet),
                available => available,
            }
        };
        self.check_right()?;
        let mut bytes = vec![0; usize::try_from(available).unwrap_or(PIECE).min(PIECE)];
        self.spool
            .read_at(self.read, &mut bytes)
            .map_err(|e| Error::io("reading an export in", &self.app.data, e))?;
        self.read += bytes.len() as u64;
        Ok(Piece::Bytes(bytes))
    }

    /// Checks that the member was not deactivated since the last check.
    fn check_right(&mut self) -> Result<(), Error> {
        let now = self.app.system.now();
        let is_recent = |at: i64| (0..BELIEVED).contains(&(now - at));
        if !self.checked_at.is_some_and(is_recent) {
            self.app.store.read(|tx| access::active(tx, self.actor))?;
            self.checked_at = Some(now);
        }
        Ok(())
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.spool.stop.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[path = "download_tests.rs"]
mod tests;
