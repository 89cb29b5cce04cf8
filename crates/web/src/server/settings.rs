//! The settings of the server: the address, the host names that it accepts, its limits, and whether a proxy is trusted.

use crate::server::limits::Limits;
use std::net::{IpAddr, SocketAddr};

/// The settings of the server.
#[derive(Clone, Debug)]
pub struct Serve {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The size limit of an uploaded file, in bytes.
    pub upload_limit: u64,
    /// The country assumed for telephone numbers without a country code.
    pub region: Option<model::Region>,
    /// Whether browsers reach the server by HTTPS only: a proxy in front of it terminates TLS.
    pub secure: bool,
    /// Whether the headers in which a proxy describes the client (`X-Forwarded-For`, `X-Forwarded-Proto`) are trusted.
    pub trust_proxy: bool,
    /// Host names under which browsers reach the server.
    pub hosts: Vec<String>,
    /// The token that a request for the metrics must carry. Without one, only this machine may read them.
    pub metrics_token: Option<String>,
    /// Whether webhooks may send to addresses that are not public, such as those of the server's own network.
    pub private_webhooks: bool,
    /// Limits on connections, slow clients, uploads and API requests.
    pub limits: Limits,
}

impl Serve {
    /// Whether these settings make the server reachable from another machine.
    pub(crate) fn is_reached_from_elsewhere(&self) -> bool {
        // A proxy on this machine may accept connections from elsewhere.
        !self.listen.ip().is_loopback() || self.secure || self.trust_proxy || !self.hosts.is_empty()
    }

    /// Whether the server accepts requests for this host name (without port). A page elsewhere can point its own name
    /// at this server's address and then read the responses (DNS rebinding), but it cannot change the name that the
    /// browser sends.
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
