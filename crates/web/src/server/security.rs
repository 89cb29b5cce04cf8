//! Middleware for every request and answer: refuses requests that another site sends or that come under an unknown host
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

/// Nothing but our own stylesheet, script, forms and small embedded pictures; nobody may show us in a frame.
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

/// Addresses that are secrets: knowing one is enough to enter. Requests from their pages give no more than the host's name
/// as their referrer: that much a form needs, because without it an older browser does not say that it comes from a page of ours.
const SECRETS: [&str; 2] = ["/join/", "/reset/"];

/// Refuses what must not come in, and puts the headers on what goes out.
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
    // What is not said to be for everybody may hold somebody's contacts.
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
        // "none" is the person at the browser.
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(sent)) => sent == origin(web, headers),
        // No browser; without a cookie it can do no more than anybody.
        (None, None) => !headers.contains_key(header::COOKIE),
    };
    (!reads && !ours).then_some(Problem::CrossSite)
}

/// The host that a request is for: none if it names none, or more than one.
fn only_host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let mut named = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else {
        return None;
    };
    let host = host.to_str().ok().filter(|host| !host.is_empty())?;
    // A whole address in the request line names it too.
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
