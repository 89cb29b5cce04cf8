//! How to serve: the address, the names that the server answers to, its limits, and whether a proxy is trusted.

use crate::server::limits::Limits;
use std::net::{IpAddr, SocketAddr};

/// How to serve.
#[derive(Clone, Debug)]
pub struct Serve {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Bytes that an uploaded file may have.
    pub upload_limit: u64,
    /// The country of telephone numbers that are typed without country code.
    pub region: Option<model::Region>,
    /// Whether browsers reach it by HTTPS alone: a proxy in front of it speaks TLS.
    pub secure: bool,
    /// Whether what a proxy says of the browser (`X-Forwarded-For`, `X-Forwarded-Proto`) is believed.
    pub trust_proxy: bool,
    /// Names that browsers know it by.
    pub hosts: Vec<String>,
    /// The token that a request for the metrics must carry; without one they are for this machine alone.
    pub metrics_token: Option<String>,
    /// Whether webhooks may send to addresses that are not public, such as those of the server's own network.
    pub private_webhooks: bool,
    /// How many connections there may be, and how slow a client may be.
    pub limits: Limits,
}

impl Serve {
    /// Whether somebody at another machine may get here by these settings.
    pub(crate) fn is_reached_from_elsewhere(&self) -> bool {
        // A proxy on this machine listens for others.
        !self.listen.ip().is_loopback() || self.secure || self.trust_proxy || !self.hosts.is_empty()
    }

    /// Whether a request under this name, without port, is meant for us. A page elsewhere can give its own name our
    /// address and then read what we answer (DNS rebinding), but it cannot change the name that the browser sends.
    pub(crate) fn answers_to(&self, host: &str) -> bool {
        if !self.listen.ip().is_loopback() && self.hosts.is_empty() {
            return true;
        }
        let ip = match self.listen.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        let known = ["localhost", "127.0.0.1", "[::1]", &ip];
        let same = |name: &str| name.eq_ignore_ascii_case(host);
        known.into_iter().any(same) || self.hosts.iter().any(|name| same(name))
    }
}
