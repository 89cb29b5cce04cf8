//! Middleware for every request and response: refuses requests that come from another site or under an unknown host
//! name, and adds the security headers.

use crate::Web;
use crate::session::origin::origin;
use crate::ui::error_page::{Problem, render_error};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Allows only the server's own stylesheet, script and forms and small embedded images; no site may put a page into a
/// frame.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Paths that contain a secret which grants access. Requests from their pages send only the origin as referrer. The
/// origin is needed for forms: without it, an older browser does not reveal that the form comes from a page of this
/// server.
const SECRETS: [&str; 2] = ["/join/", "/reset/"];

/// Refuses disallowed requests, and adds the headers to every response.
pub async fn check(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let holds_a_secret = SECRETS.iter().any(|path| request.uri().path().starts_with(path));
    let mut response = match refusal(&web, request.method(), request.uri(), request.headers()) {
        Some(problem) => problem.into_response(),
        None => render_error(next.run(request).await),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if holds_a_secret {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    }
    if web.serve.secure {
        let a_year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    // A response that is not explicitly cacheable may contain private contacts.
    let private = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(private);
    response
}

fn refusal(web: &Web, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Problem> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = only_host(uri, headers) else {
        let why = "A request must name the server that it is for, once, in its Host header.";
        return Some(Problem::BadRequest(why.to_owned()));
    };
    if !web.serve.answers_to(without_port(host)) {
        return Some(Problem::StrangeHost);
    }
    let reads = method == Method::GET || method == Method::HEAD;
    let ours = match (text(HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        // "none" means that the user opened the address directly.
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(sent)) => sent == origin(web, headers),
        // Not a browser. Without a cookie the request has no more rights than any visitor.
        (None, None) => !headers.contains_key(header::COOKIE),
    };
    (!reads && !ours).then_some(Problem::CrossSite)
}

/// The host that a request is for. `None` if the request names no host, or more than one.
fn only_host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let mut named = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else {
        return None;
    };
    let host = host.to_str().ok().filter(|host| !host.is_empty())?;
    // An absolute address in the request line names the host as well.
    uri.authority()
        .is_none_or(|authority| authority.as_str() == host)
        .then_some(host)
}

/// A host without its port. An IPv6 address keeps its brackets.
pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_part_of_a_name() {
        let hosts = ["localhost:80", "localhost", "[::1]:8080", "[::1]", "127.0.0.1:1", "::1"];
        let names = hosts.map(without_port);
        assert_eq!(names, ["localhost", "localhost", "[::1]", "[::1]", "127.0.0.1", "::1"]);
    }
}
