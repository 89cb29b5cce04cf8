//! Addresses that end in a verb, such as `/contacts/{id}:restore`. The router cannot match parts of a segment, so the
//! verb becomes a segment of its own, `/contacts/{id}/:restore`, both in patterns and in requests.

use crate::api::problem::PREFIX;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// The router's pattern for a path of the document.
pub fn pattern(path: &str) -> String {
    with_segment(path).unwrap_or_else(|| path.to_owned())
}

/// Rewrites the address of a request for the router.
pub fn routed(mut request: Request) -> Request {
    if request.uri().path().starts_with(PREFIX)
        && let Some(uri) = rewritten(request.uri())
    {
        *request.uri_mut() = uri;
    }
    request
}

fn rewritten(uri: &Uri) -> Option<Uri> {
    let path = with_segment(uri.path())?;
    let whole = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

/// The path with the verb of its last segment as a segment of its own. `None` if it has no verb.
fn with_segment(path: &str) -> Option<String> {
    let (before, last) = path.rsplit_once('/')?;
    let (name, verb) = last.rsplit_once(':')?;
    let is_verb = !name.is_empty() && !verb.is_empty() && verb.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_verb.then(|| format!("{before}/{name}/:{verb}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_becomes_a_segment() {
        assert_eq!(
            pattern("/api/v1/contacts/{id}:restore"),
            "/api/v1/contacts/{id}/:restore"
        );
        assert_eq!(pattern("/api/v1/contacts:batch"), "/api/v1/contacts/:batch");
        for plain in [
            "/api/v1/contacts",
            "/api/v1/contacts/{id}",
            "/api/v1/x/:y",
            "/api/v1/a:B",
        ] {
            assert_eq!(pattern(plain), plain);
        }
        let asked = |uri: &str| {
            routed(Request::builder().uri(uri).body("".into()).unwrap())
                .uri()
                .to_string()
        };
        assert_eq!(
            asked("/api/v1/imports/3:undo?dry_run=true"),
            "/api/v1/imports/3/:undo?dry_run=true"
        );
        assert_eq!(asked("/contacts/3:undo"), "/contacts/3:undo");
    }
}
