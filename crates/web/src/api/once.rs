//! The header `Idempotency-Key`: a repeated request has one effect and gets the same response as the first.
//!
//! `app` stores the response in the transaction of the work ([`once`], [`once_kept`]). If that transaction only begins
//! long work, a repeated request gets the current result ([`once_begun`]).

use crate::Web;
use crate::api::gate::TokenMember;
use crate::api::json::{read, refuse_other_types, whole_body};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{App, Claim, Error, Keyed, OnceAnswer};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The name of the header.
pub const HEADER: &str = "idempotency-key";
/// The maximum length of a key, in characters.
const LONGEST: usize = 255;

/// The key of a request, with a hash that identifies the request.
#[derive(Clone, Debug)]
pub struct RequestKey {
    key: String,
    hash: Vec<u8>,
}

/// The key of a request, if it has one, and the hash of its method, address and the pieces of its body so far.
pub struct RequestFingerprint {
    key: Option<String>,
    hash: Sha256,
}

impl<S: Sync> FromRequestParts<S> for RequestFingerprint {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let mut hash = Sha256::new();
        for part in [parts.method.as_str(), &parts.uri.to_string()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        Ok(Self {
            key: key_of(parts)?,
            hash,
        })
    }
}

impl RequestFingerprint {
    /// Adds the next piece of the body to the hash.
    pub fn update(&mut self, piece: &[u8]) {
        self.hash.update(piece);
    }

    /// Completes the hash after the last piece of the body.
    pub fn key(self) -> Option<RequestKey> {
        let hash = self.hash.finalize().to_vec();
        self.key.map(|key| RequestKey { key, hash })
    }
}

fn key_of(parts: &Parts) -> Result<Option<String>, ApiProblem> {
    let Some(value) = parts.headers.get(HEADER) else {
        return Ok(None);
    };
    let sent = value.to_str().unwrap_or_default().trim();
    let text = sent.trim_matches('"');
    if text.is_empty() || sent.len() > LONGEST {
        let detail = format!("an Idempotency-Key has 1 to {LONGEST} visible ASCII characters, such as a UUID");
        return Err(ApiProblem::new(StatusCode::BAD_REQUEST, "bad_idempotency_key", detail));
    }
    Ok(Some(text.to_owned()))
}

/// The JSON body of a request that may have a key.
pub struct IdempotentJson<T> {
    pub body: T,
    pub key: Option<RequestKey>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for IdempotentJson<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        let (mut asked, bytes, headers) = taken(request, state).await?;
        refuse_other_types(&headers)?;
        asked.update(&bytes);
        Ok(Self {
            body: read(&bytes)?,
            key: asked.key(),
        })
    }
}

/// A request without a body that may have a key.
pub struct IdempotentEmpty(pub Option<RequestKey>);

impl<S: Send + Sync> FromRequest<S> for IdempotentEmpty {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        let (asked, bytes, _) = taken(request, state).await?;
        if !bytes.is_empty() {
            let detail = "this operation takes no body; its options are in the query";
            return Err(ApiProblem::new(StatusCode::BAD_REQUEST, "unexpected_body", detail));
        }
        Ok(Self(asked.key()))
    }
}

async fn taken<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<(RequestFingerprint, axum::body::Bytes, axum::http::HeaderMap), ApiProblem> {
    let (mut parts, body) = request.into_parts();
    let asked = RequestFingerprint::from_request_parts(&mut parts, state).await?;
    let headers = parts.headers.clone();
    let bytes = whole_body(Request::from_parts(parts, body), state).await?;
    Ok((asked, bytes, headers))
}

/// A response that can be stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    body: Value,
}

impl Reply {
    pub fn new(status: StatusCode, body: &impl Serialize) -> Self {
        Self {
            status: status.as_u16(),
            location: None,
            etag: None,
            body: serde_json::to_value(body).unwrap_or_default(),
        }
    }

    /// Sets the address of the created resource.
    #[must_use]
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// Sets the entity tag of the resource.
    #[must_use]
    pub fn tagged(mut self, etag: String) -> Self {
        self.etag = Some(etag);
        self
    }

    /// The address of the created resource.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The body, parsed as the type that it was created from.
    pub fn body<T: DeserializeOwned>(self) -> Option<T> {
        serde_json::from_value(self.body).ok()
    }

    /// Whether the body is empty, because the response was stored before there was a result.
    pub fn is_empty(&self) -> bool {
        self.body.is_null()
    }

    /// The response as it is stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = match status {
            StatusCode::NO_CONTENT => status.into_response(),
            status => crate::api::json::answer(status, &self.body),
        };
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, self.etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// Runs work and, if there is a key, stores the response that `reply` makes of its result.
pub async fn once<T: 'static>(
    web: &Arc<Web>,
    member: TokenMember,
    key: Option<RequestKey>,
    reply: impl Fn(&T) -> Reply + Send + 'static,
    work: impl FnOnce(&App, Option<OnceAnswer<'_, T>>) -> Result<T, Error> + Send + 'static,
) -> Result<Response, ApiProblem> {
    once_kept(web, member, key, move |app, keyed| {
        let write = |result: &T| reply(result).to_text();
        let once = keyed.map(|keyed| OnceAnswer { keyed, write: &write });
        Ok(reply(&work(app, once)?))
    })
    .await
}

/// Runs work that stores its response itself if there is a key.
pub async fn once_kept(
    web: &Arc<Web>,
    member: TokenMember,
    key: Option<RequestKey>,
    work: impl FnOnce(&App, Option<&Keyed>) -> Result<Reply, Error> + Send + 'static,
) -> Result<Response, ApiProblem> {
    once_begun(web, member, key, work, |_, kept| Ok(kept)).await
}

/// Runs work that stores a response when it begins, if there is a key. For a repeated request, `finish` converts the
/// stored response into the one that is sent.
pub async fn once_begun(
    web: &Arc<Web>,
    member: TokenMember,
    key: Option<RequestKey>,
    work: impl FnOnce(&App, Option<&Keyed>) -> Result<Reply, Error> + Send + 'static,
    finish: impl FnOnce(&App, Reply) -> Result<Reply, Error> + Send + 'static,
) -> Result<Response, ApiProblem> {
    let done = blocking(web, move |app| match key {
        None => Ok((work(app, None)?, false)),
        Some(RequestKey { key, hash }) => match app.claim_key(member.actor, &key, &hash)? {
            Claim::Answered(text) => {
                let kept = serde_json::from_str(&text).map_err(|_| Error::Broken)?;
                Ok((finish(app, kept)?, true))
            }
            Claim::New(keyed) => match work(app, Some(&keyed)) {
                Ok(reply) => Ok((reply, false)),
                Err(error) => {
                    // If releasing the key fails too, the claim expires after a while.
                    let _ = app.release_key(&keyed);
                    Err(error)
                }
            },
        },
    });
    let (reply, replayed) = done.await?;
    let mut response = reply.into_response();
    if replayed {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    Ok(response)
}
