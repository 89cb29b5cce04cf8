//! A member who works while the server is under attack.

use crate::http::{self, Session};
use crate::server::{Server, WANDA};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The time limit of a response. An idle machine needs less than a tenth of it; the tests must not fail on a busy
/// one.
const LIMIT: Duration = Duration::from_secs(5);
/// The pause between two rounds of requests.
const PAUSE: Duration = Duration::from_millis(100);

/// Requests the list of contacts and the health of the server in a loop.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Longest>,
}

/// The longest response times.
#[derive(Clone, Copy, Debug, Default)]
pub struct Longest {
    pub contacts: Duration,
    pub health: Duration,
    pub rounds: u32,
}

impl Watch {
    /// Starts the loop. At least one round is always completed.
    pub fn begin(server: &Server) -> Self {
        let session = server.sign_in(WANDA);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut longest = Longest::default();
            while !stopped.load(Ordering::Relaxed) || longest.rounds == 0 {
                longest.round(&session);
                thread::sleep(PAUSE);
            }
            longest
        });
        Self { stop, thread }
    }

    /// Ends the loop and prints the longest times. Fails if a response was not `200 OK` or took too long.
    #[expect(
        clippy::print_stderr,
        reason = "the figures are for a person who runs the tests with --no-capture"
    )]
    pub fn end(self, attack: &str) -> Longest {
        self.stop.store(true, Ordering::Relaxed);
        let longest = self.thread.join().unwrap();
        eprintln!("{attack}: {longest:?}");
        longest
    }
}

impl Longest {
    fn round(&mut self, session: &Session) {
        self.contacts = self
            .contacts
            .max(timed("/contacts", || session.get("/contacts").status));
        self.health = self
            .health
            .max(timed("/healthz", || http::get(&session.address, "/healthz").status));
        self.rounds += 1;
    }
}

#[expect(clippy::disallowed_methods, reason = "the test measures how long others wait")]
fn timed(path: &str, ask: impl FnOnce() -> u16) -> Duration {
    let began = Instant::now();
    assert_eq!(ask(), 200, "{path}");
    let took = began.elapsed();
    assert!(took < LIMIT, "{path} took {took:?}");
    took
}
