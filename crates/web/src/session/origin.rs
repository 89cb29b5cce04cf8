//! How a browser reaches the server: by HTTPS or not, under which host name, and whether through a proxy.

use crate::Web;
use axum::http::{HeaderMap, HeaderName, header};

pub fn is_secure(web: &Web, headers: &HeaderMap) -> bool {
    let forwarded = || headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    web.serve.secure || (web.serve.trust_proxy && forwarded())
}

/// The origin (scheme and host) under which the browser reaches the server. Empty if the request has no host.
pub fn origin(web: &Web, headers: &HeaderMap) -> String {
    let scheme = if is_secure(web, headers) { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map_or_else(String::new, |host| format!("{scheme}://{host}"))
}

/// Whether a proxy has forwarded the request.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    let by_proxies = ["forwarded", "via", "x-real-ip"];
    let mut names = headers.keys().map(HeaderName::as_str);
    names.any(|name| name.starts_with("x-forwarded-") || by_proxies.contains(&name))
}
