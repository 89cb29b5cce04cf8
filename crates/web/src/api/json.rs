//! JSON bodies and queries, with every unknown field refused by name, and JSON responses.

use crate::api::problem::{ApiProblem, escaped};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::{self, DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use serde_path_to_error::{Path, Segment};
use std::fmt;
use std::str::FromStr;

/// The JSON body of a request.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        refuse_other_types(request.headers())?;
        let bytes = whole_body(request, state).await?;
        Ok(Self(read(&bytes)?))
    }
}

/// Refuses a body whose content type is not JSON.
pub fn refuse_other_types(headers: &HeaderMap) -> Result<(), ApiProblem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" | "application/merge-patch+json" => Ok(()),
        _ => Err(ApiProblem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "send JSON, with the header `Content-Type: application/json`",
        )),
    }
}

/// Reads the whole body, up to the limit of the route.
pub async fn whole_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiProblem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|refused| crate::ui::error_page::Problem::Status(refused.status()).into())
}

/// Parses an object that is part of a body. A list in its place is refused; serde would take its items for the fields.
pub fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let members = serde_json::Map::deserialize(deserializer)?;
    T::deserialize(serde_json::Value::Object(members)).map_err(de::Error::custom)
}

/// Parses a body.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiProblem> {
    if bytes
        .trim_ascii_start()
        .first()
        .is_some_and(|first| b"[\"0123456789-tfn".contains(first))
    {
        let detail = "the body is a JSON object".to_owned();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(ApiProblem::of_value(status, "invalid_body", String::new(), detail));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer_of(error.path());
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => ApiProblem::of_value(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_body",
                pointer,
                inner.to_string(),
            ),
            _ => not_json(&inner),
        }
    })?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> ApiProblem {
    ApiProblem::new(
        StatusCode::BAD_REQUEST,
        "invalid_json",
        format!("the body is no JSON: {error}"),
    )
}

fn pointer_of(path: &Path) -> String {
    let parts = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", escaped(key))),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parts.collect()
}

/// The query of a request.
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let query = parts.uri.query().unwrap_or_default();
        let fields = form_urlencoded::parse(query.as_bytes());
        let deserializer = serde_html_form::Deserializer::new(fields);
        let read = serde_path_to_error::deserialize(deserializer);
        read.map(Self).map_err(|error| {
            let name = error.path().to_string();
            ApiProblem::of_parameter(&name, format!("{name}: {}", error.into_inner()))
        })
    }
}

/// Parses a parameter such as a number. An empty one is refused; otherwise it would count as missing.
pub fn filled<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(de::Error::custom)
}

/// Parses a parameter that is one of several words. An empty one is refused; otherwise it would count as missing.
pub fn chosen<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let word = String::deserialize(deserializer)?;
    T::deserialize(word.into_deserializer()).map(Some)
}

/// A response with a JSON body.
pub fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_string(body).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A response with status 200 and a JSON body.
pub fn ok(body: &impl Serialize) -> Response {
    answer(StatusCode::OK, body)
}

/// Formats a time for JSON: RFC 3339 in UTC.
pub fn instant(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .unwrap_or_default()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only whether it can be read is looked at")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only whether it can be read is looked at")]
        number: u8,
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_place() {
        let wrong = |text: &str| {
            let problem = read::<Outer>(text.as_bytes()).unwrap_err();
            let pointer = problem.details().errors.first().and_then(|error| error.pointer.clone());
            (
                problem.status().as_u16(),
                pointer.unwrap_or_default(),
                problem.details().detail.clone(),
            )
        };
        let (status, pointer, detail) = wrong(r#"{"inner": [{"number": 1}, {"number": 1, "nummer": 2}]}"#);
        assert_eq!((status, pointer.as_str()), (422, "/inner/1/nummer"));
        assert!(detail.contains("unknown field `nummer`"), "{detail}");
        assert_eq!(wrong(r#"{"inner": [{"number": 256}]}"#).1, "/inner/0/number");
        assert_eq!(wrong("{\"inner\": [").0, 400);
        assert_eq!(wrong("[[]]").0, 422);
        assert_eq!(wrong("{\"inner\": []} 1").0, 400);
    }
}
