//! The limits of the server: the number of connections, how long a client may take, the number of concurrent uploads.

use std::num::NonZeroU32;
use std::time::Duration;

/// Requests per minute: a sustained rate of 100 per second.
const API_REQUESTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(5_999);

/// The limits of the server. See the module documentation.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections in total.
    pub connections: usize,
    /// Time for the head of a request, counted from the start of the connection or from its first byte.
    pub head: Duration,
    /// Time that a connection may be idle between two requests. Longer than the keep-alive time of proxies (nginx 60 s,
    /// Caddy 120 s), so that a proxy never sends a request on a connection that is being closed.
    pub idle: Duration,
    /// The time of waiting for a body within which [`Limits::body_bytes`] of it must arrive.
    pub body: Duration,
    /// The minimum number of bytes of a body that must arrive within [`Limits::body`].
    pub body_bytes: u64,
    /// Time within which a client must accept at least one byte of a response.
    pub write: Duration,
    /// Time for open requests to finish during shutdown.
    pub grace: Duration,
    /// Concurrent uploads of one member.
    pub uploads_each: usize,
    /// Concurrent uploads in total.
    pub uploads: usize,
    /// API requests per minute and token.
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
    /// Connections from one address, where clients connect directly: enough for an office behind one address, and too
    /// few for one client to use up all connections.
    pub(super) fn connections_each(&self) -> usize {
        (self.connections / 4).max(16)
    }

    /// The interval between checks for overdue connections: short enough that a limit is exceeded only slightly.
    pub(super) fn tick(&self) -> Duration {
        let shortest = self.head.min(self.idle).min(self.write);
        (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }

    /// Multiplies all waiting times by `factor`.
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
