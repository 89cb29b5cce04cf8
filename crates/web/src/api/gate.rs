//! Middleware in front of every operation: identifies the member of the token, checks the scope that the operation
//! needs, and enforces the rate limit. Session cookies are not accepted, so that a page of another site cannot use
//! them.

use crate::Web;
use crate::api::problem::ApiProblem;
use crate::api::rate_limit::Left;
use crate::bridge::blocking::{Lane, blocking_in};
use crate::session::client::{ClientInfo, log_failure};
use app::{Actor, TokenScope};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The member whose token a request carries. Exists only on operations of the API.
#[derive(Clone, Copy, Debug)]
pub struct TokenMember {
    /// The member as `app` identifies them.
    pub actor: Actor,
}

impl<S: Sync> FromRequestParts<S> for TokenMember {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        // Inserted by `require` only.
        parts.extensions.get::<Self>().copied().ok_or_else(|| no_token(""))
    }
}

/// The token of a request, for responses that may outlast its validity.
#[derive(Clone)]
pub struct TokenSecret(pub String);

impl<S: Sync> FromRequestParts<S> for TokenSecret {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| no_token(""))
    }
}

/// Refuses requests without a token of this scope.
pub async fn require(
    State((web, scope)): State<(Arc<Web>, TokenScope)>,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    let (mut parts, body) = request.into_parts();
    let Some(secret) = bearer(&parts.headers) else {
        return Err(no_token("send the header `Authorization: Bearer` with an API token"));
    };
    let token = secret.clone();
    let found = blocking_in(&web, Lane::Sessions, move |app| app.authenticate(&token)).await?;
    let Some(found) = found else {
        return Err(wrong_token(&web, &mut parts).await);
    };
    let left = match web.api_limits.of_token(&found.token) {
        Ok(left) => left,
        Err(left) => return Ok(with_limits(too_many(left).into_response(), left)),
    };
    if found.note_due {
        note_use(&web, secret.clone());
    }
    if !found.scopes.contains(&scope) {
        return Ok(with_limits(without_scope(scope).into_response(), left));
    }
    parts.extensions.insert(TokenMember { actor: found.actor });
    parts.extensions.insert(TokenSecret(secret));
    let response = next.run(Request::from_parts(parts, body)).await;
    Ok(with_limits(response, left))
}

/// The bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn no_token(detail: &str) -> ApiProblem {
    ApiProblem::new(StatusCode::UNAUTHORIZED, "no_token", detail).with_header(header::WWW_AUTHENTICATE, "Bearer")
}

async fn wrong_token(web: &Arc<Web>, parts: &mut Parts) -> ApiProblem {
    let Ok(ClientInfo(caller)) = ClientInfo::from_request_parts(parts, web).await;
    log_failure(&caller, "", "a request with a wrong API token was refused");
    if let Err(left) = web.api_limits.of_wrong_token(&caller.address) {
        return too_many(left);
    }
    let detail = "this token is not valid: it was mistyped, has expired or was revoked, or its member is not active";
    ApiProblem::new(StatusCode::UNAUTHORIZED, "wrong_token", detail)
        .with_header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
}

fn without_scope(scope: TokenScope) -> ApiProblem {
    let detail = format!(
        "this token has not the scope {}; create one that has it",
        scope.as_str()
    );
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.as_str());
    ApiProblem::new(StatusCode::FORBIDDEN, "insufficient_scope", detail)
        .with_header(header::WWW_AUTHENTICATE, &challenge)
}

fn too_many(left: Left) -> ApiProblem {
    let detail = format!("too many requests; send the next one in {} s", left.wait);
    ApiProblem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
        .with_header(header::RETRY_AFTER, &left.wait.to_string())
}

fn with_limits(mut response: Response, left: Left) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [("ratelimit-policy", left.policy()), ("ratelimit", left.limit())] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Records the use of a token. Runs in the background, because it may have to queue behind an import.
fn note_use(web: &Arc<Web>, secret: String) {
    let web = Arc::clone(web);
    tokio::spawn(async move { blocking_in(&web, Lane::Sessions, move |app| app.note_token_use(&secret)).await });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_behind_the_word_bearer_in_one_header() {
        let read = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            bearer(&headers)
        };
        assert_eq!(read(&["Bearer cq_1"]).as_deref(), Some("cq_1"));
        assert_eq!(read(&["bearer  cq_1 "]).as_deref(), Some("cq_1"));
        for values in [&[][..], &["cq_1"], &["Basic cq_1"], &["Bearer cq_1", "Bearer cq_1"]] {
            assert_eq!(read(values), None, "{values:?}");
        }
    }
}
