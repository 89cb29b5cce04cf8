//! Errors of the API: problem details (RFC 9457) with the stable code of the error.
//!
//! The statuses are the same as on the pages. Error responses of the HTTP framework to API requests, such as for an
//! unknown address or method, are converted to problem details too.

use crate::ui::error_page::{ErrorPage, Problem, status_of, words_of};
use app::{Error, ValueProblem};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The prefix of all API addresses.
pub const PREFIX: &str = "/api/v1/";
const KIND: &str = "application/problem+json";

/// The details of a problem (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "title": "Unprocessable Content", "status": 422, "code": "invalid_values",
    "detail": "/contact/emails/0/value: has no @",
    "errors": [{"pointer": "/contact/emails/0/value", "detail": "has no @"}],
}))]
pub struct ProblemDetails {
    /// The reason phrase of the status.
    pub title: String,
    pub status: u16,
    /// A stable code for programs.
    #[schema(examples("no_such_contact", "changed_meanwhile", "invalid_values"))]
    pub code: String,
    /// What went wrong and what to do, as text for people.
    pub detail: String,
    /// All invalid values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ValueError>,
    /// After a conflict, the current state of the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<Value>,
}

/// An invalid value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ValueError {
    /// The location in the body, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of the query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong.
    pub detail: String,
}

/// The reason why a request is refused.
#[derive(Debug)]
pub struct ApiProblem {
    status: StatusCode,
    /// Boxed, because it is rarely created and often passed on.
    details: Box<ProblemDetails>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl ApiProblem {
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let details = ProblemDetails {
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
            current: None,
        };
        Self {
            status,
            details: Box::new(details),
            headers: Vec::new(),
        }
    }

    /// The problem for a value of the body that cannot be parsed.
    pub fn of_value(status: StatusCode, code: &str, pointer: String, detail: String) -> Self {
        let mut problem = Self::new(status, code, format!("{pointer}: {detail}"));
        problem.details.errors.push(ValueError {
            pointer: Some(pointer),
            parameter: None,
            detail,
        });
        problem
    }

    /// The problem for a query parameter that cannot be parsed.
    pub fn of_parameter(parameter: &str, detail: String) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "bad_parameter", detail.clone());
        problem.details.errors.push(ValueError {
            pointer: None,
            parameter: Some(parameter.to_owned()),
            detail,
        });
        problem
    }

    /// Adds the current resource, and sets the status.
    #[must_use]
    pub fn with_current(mut self, status: StatusCode, current: Value) -> Self {
        self.status = status;
        self.details.status = status.as_u16();
        self.details.title = status.canonical_reason().unwrap_or("Error").to_owned();
        self.details.current = Some(current);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn details(&self) -> &ProblemDetails {
        &self.details
    }
}

impl ApiProblem {
    /// The problem for an error of `app`, as a whole response or as a part of one.
    pub fn of_error(error: &Error) -> Self {
        let mut problem = Self::new(status_of(error), error.code(), words_of(error));
        problem.details.errors = errors_of(error);
        problem
    }
}

impl From<Error> for ApiProblem {
    fn from(error: Error) -> Self {
        Problem::App(error).into()
    }
}

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        let status = problem.status();
        if status.is_server_error() {
            match &problem {
                Problem::App(error) => tracing::error!(code = error.code(), %error, "a request failed"),
                _ => tracing::error!("a request failed"),
            }
        }
        let mut api = Self::new(status, problem.code(), words(&problem));
        if let Problem::App(error) = &problem {
            api.details.errors = errors_of(error);
        }
        if let Some(seconds) = problem.retry_after() {
            api.headers.push((header::RETRY_AFTER, HeaderValue::from(seconds)));
        }
        api
    }
}

/// The text of a problem for programs; the text for browsers mentions buttons and pages.
fn words(problem: &Problem) -> String {
    match problem {
        Problem::NotFound => "there is nothing at this address".to_owned(),
        Problem::Status(status) => of_status(*status).to_owned(),
        other => other.text(),
    }
}

fn of_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            "this address does not take this method; the header Allow names those that it takes"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "more was sent than is taken here; send it in parts",
        StatusCode::NOT_FOUND => "there is nothing at this address",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "this type of content is not taken here",
        status if status.is_server_error() => "the program could not do this; its log says why",
        _ => "the request is not understood",
    }
}

fn errors_of(error: &Error) -> Vec<ValueError> {
    let of = |pointer: String, detail: String| ValueError {
        pointer: Some(pointer),
        parameter: None,
        detail,
    };
    match error {
        Error::Values(problems) => problems
            .iter()
            .map(|ValueProblem { pointer, what }| of(pointer.clone(), what.clone()))
            .collect(),
        Error::Rules(broken) => broken
            .iter()
            .map(|broken| of(format!("/contact/{}", pointer_part(&broken.slot)), broken.what.clone()))
            .collect(),
        Error::NoIdentity => vec![of("/contact".to_owned(), error.to_string())],
        Error::Batch(failures) => failures.iter().flat_map(|(at, error)| in_batch(*at, error)).collect(),
        Error::Filter(_) => vec![ValueError {
            pointer: None,
            parameter: Some("filter".to_owned()),
            detail: error.to_string(),
        }],
        _ => Vec::new(),
    }
}

/// The value errors of an operation of a batch.
fn in_batch(at: usize, error: &Error) -> Vec<ValueError> {
    let place = format!("/operations/{at}");
    let mut errors = errors_of(error);
    if errors.is_empty() {
        errors.push(ValueError {
            pointer: Some(String::new()),
            parameter: None,
            detail: error.for_members(),
        });
    }
    for error in &mut errors {
        error.pointer = error.pointer.take().map(|pointer| format!("{place}{pointer}"));
    }
    errors
}

/// The member of the contact's JSON that contains a slot.
fn pointer_part(slot: &model::Slot) -> String {
    use model::Slot;
    match slot {
        Slot::Text(field) => field.name().to_owned(),
        Slot::Email(_) => "emails".to_owned(),
        Slot::Phone(_) => "phones".to_owned(),
        Slot::Website(_) => "website".to_owned(),
        Slot::Address(..) => "addresses".to_owned(),
        Slot::Tags => "tags".to_owned(),
        Slot::Birthday => "birthday".to_owned(),
        Slot::Custom(name) => format!("custom/{}", escaped(name)),
        Slot::VcardLines => "vcard_lines".to_owned(),
        Slot::FullName | Slot::Id | Slot::Version => "first_name".to_owned(),
    }
}

/// Escapes a name for use in a JSON pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let mut response = body_of(self.status, &*self.details);
        response.headers_mut().extend(self.headers);
        response
    }
}

fn body_of(status: StatusCode, details: &impl Serialize) -> Response {
    let body = serde_json::to_string(details).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, KIND)], body).into_response()
}

/// Converts error responses to API requests into problem details.
pub async fn for_programs(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(PREFIX);
    let response = next.run(request).await;
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if !is_api || !failed {
        return response;
    }
    match response.extensions().get::<ErrorPage>().cloned() {
        Some(page) => without_page(response, &page),
        None => response,
    }
}

fn without_page(response: Response, page: &ErrorPage) -> Response {
    let status = response.status();
    let detail = match page.code {
        "method_not_allowed" | "bad_request" if !page.text.starts_with("A request must") => {
            of_status(status).to_owned()
        }
        "not_found" => of_status(StatusCode::NOT_FOUND).to_owned(),
        _ => page.text.clone(),
    };
    let mut details = Map::new();
    let title = status.canonical_reason().unwrap_or("Error");
    details.insert("title".to_owned(), title.into());
    details.insert("status".to_owned(), status.as_u16().into());
    details.insert("code".to_owned(), page.code.into());
    details.insert("detail".to_owned(), detail.into());
    let (mut parts, _) = response.into_parts();
    for of_the_page in [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::TRANSFER_ENCODING,
    ] {
        parts.headers.remove(of_the_page);
    }
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
    Response::from_parts(parts, Body::from(Value::Object(details).to_string()))
}
