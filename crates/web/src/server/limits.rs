//! The limits of the server: how many connections, how long a client may take, how many uploads at once.

use std::num::NonZeroU32;
use std::time::Duration;

/// 100 in a second, all along.
const API_REQUESTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(5_999);

/// How many connections there may be, and how slow a client may be.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections in all.
    pub connections: usize,
    /// Time for the head of a request, from the connection or from its first byte on.
    pub head: Duration,
    /// Time that a connection may be idle between two requests. Longer than proxies keep theirs (nginx 60 s, Caddy 120 s), so
    /// that no request meets a connection that is being closed.
    pub idle: Duration,
    /// Within this time of waiting for a body, [`Limits::body_bytes`] of it must arrive.
    pub body: Duration,
    /// The least that must arrive of a body within [`Limits::body`].
    pub body_bytes: u64,
    /// Time in which a client must take at least one byte of an answer.
    pub write: Duration,
    /// Time for open requests to end once the server is to end.
    pub grace: Duration,
    /// Uploads that may arrive at once from one member.
    pub uploads_each: usize,
    /// Uploads that may arrive at once in all.
    pub uploads: usize,
    /// Requests of the API that a token may send in a minute.
    pub api_requests: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(125),
            body: Duration::from_secs(30),
            body_bytes: 8 * 1024,
            write: Duration::from_secs(60),
            grace: Duration::from_secs(5),
            uploads_each: 4,
            uploads: 64,
            api_requests: API_REQUESTS,
        }
    }
}

impl Limits {
    /// Connections from one address, where clients connect directly: an office behind one address has enough of them, and
    /// nobody takes all.
    pub(super) fn connections_each(&self) -> usize {
        (self.connections / 4).max(16)
    }

    /// How often connections are looked at: often enough that a limit is exceeded by little.
    pub(super) fn tick(&self) -> Duration {
        let shortest = self.head.min(self.idle).min(self.write);
        (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }

    /// With all waiting times multiplied.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            head: self.head.mul_f64(factor),
            idle: self.idle.mul_f64(factor),
            body: self.body.mul_f64(factor),
            write: self.write.mul_f64(factor),
            ..self
        }
    }
}
