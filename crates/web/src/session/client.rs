//! Information about the client of a request: address, user agent and cookies.

use crate::Web;
use crate::session::cookie::{device, token};
use app::Caller;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Logs a failed attempt with the address of the client.
pub fn log_failure(caller: &Caller, email: &str, what: &str) {
    tracing::warn!(address = %caller.address, %email, "{what}");
}

/// The client of a request, as far as the network connection and the headers identify it.
pub struct ClientInfo(pub Caller);

impl FromRequestParts<Arc<Web>> for ClientInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Infallible> {
        let text = |name: &str| parts.headers.get_all(name).iter().next_back()?.to_str().ok();
        let forwarded = || forwarded_address(text("x-forwarded-for")?);
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let direct = || direct.map(|from| from.0.ip());
        let address = match web.serve.trust_proxy {
            true => forwarded().or_else(direct),
            false => direct(),
        };
        Ok(Self(Caller {
            address: address.map(|ip| ip.to_string()).unwrap_or_default(),
            agent: text("user-agent").unwrap_or_default().to_owned(),
            session: token(web, &parts.headers),
            device: device(web, &parts.headers),
        }))
    }
}

/// The address written by the proxy in front of the server: a proxy appends the address of its own client, so only the
/// last entry is trusted; earlier entries come from that client. Some proxies add a port. `None` if the entry is not an
/// address.
fn forwarded_address(header: &str) -> Option<IpAddr> {
    let last = header.rsplit(',').next()?.trim();
    let bare = last.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let with_port = || last.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.unwrap_or(last).parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_forwarded_address_counts_with_or_without_a_port() {
        let read = |header: &str| forwarded_address(header).map(|ip| ip.to_string());
        for (header, address) in [
            ("203.0.113.7, 198.51.100.9", Some("198.51.100.9")),
            ("198.51.100.9:1001", Some("198.51.100.9")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:1001", Some("2001:db8::1")),
            ("", None),
            ("198.51.100.9,", None),
            ("unknown", None),
            ("[198.51.100.9", None),
        ] {
            assert_eq!(read(header).as_deref(), address, "{header}");
        }
    }
}
