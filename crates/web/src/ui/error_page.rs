//! Errors as responses: the one place where an error becomes a status and a page with a link back.
//!
//! `app` words its errors itself; only internal errors are replaced by a general sentence.

use crate::ui::layout::{self, Section};
use app::Error;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// Seconds after which an export may be requested again.
const EXPORTS_WAIT: u64 = 30;

/// Why a request failed.
#[derive(Debug)]
pub enum Problem {
    /// An error of `app`.
    App(Error),
    /// No page exists at this address.
    NotFound,
    /// The request has no valid session.
    SignIn,
    /// The request comes from a page of another site.
    CrossSite,
    /// The request has an unknown host name.
    StrangeHost,
    /// The request was refused by the HTTP framework.
    Status(StatusCode),
    /// The request cannot be understood. Contains the reason.
    BadRequest(String),
    /// The request is too large. Contains the limit in words.
    TooLarge(String),
    /// Too many attempts. Contains when the next one is possible.
    TooMany(String),
    /// The request body arrived too slowly, or not at all.
    RequestTimeout,
    /// An internal error.
    Broken,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::App(error)
    }
}

impl Problem {
    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::App(error) => status_of(error),
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::StrangeHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Status(status) => *status,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Problem {
    /// The error code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::App(error) => error.code(),
            Self::NotFound => "not_found",
            Self::SignIn => "sign_in",
            Self::CrossSite => "cross_site",
            Self::StrangeHost => "unknown_host",
            Self::BadRequest(_) => "bad_request",
            Self::TooLarge(_) => "too_large",
            Self::TooMany(_) => "too_many_requests",
            Self::RequestTimeout => "request_timeout",
            Self::Broken => Error::Broken.code(),
            Self::Status(StatusCode::METHOD_NOT_ALLOWED) => "method_not_allowed",
            Self::Status(StatusCode::PAYLOAD_TOO_LARGE) => "too_large",
            Self::Status(_) => "bad_request",
        }
    }

    /// The seconds after which the request may be sent again, if waiting helps.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::App(Error::TooManyTries { minutes }) => Some(minutes * 60),
            Self::App(Error::ExportsBusy | Error::ManyDownloads { .. }) => Some(EXPORTS_WAIT),
            Self::App(Error::KeyRunning) => Some(1),
            Self::App(error) if error.is_busy() => Some(1),
            _ => None,
        }
    }

    /// The error message, for people.
    pub fn text(&self) -> String {
        problem_text(self)
    }
}

/// The status of an error of `app`. No wildcard: a new error needs a decision here.
#[deny(clippy::wildcard_enum_match_arm)]
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NoImport(_)
        | Error::NoContact(_)
        | Error::NotInTrash(_)
        | Error::NoMember
        | Error::NoToken
        | Error::NoWebhook
        | Error::NoDelivery
        | Error::LinkGone
        | Error::NoAction(_)
        | Error::NoView(_) => StatusCode::NOT_FOUND,
        Error::Forbidden(_) | Error::LastOwner => StatusCode::FORBIDDEN,
        Error::VersionConflict { .. }
        | Error::NotADraft { .. }
        | Error::StillADraft(_)
        | Error::IdTaken(_)
        | Error::ImportRuns(_)
        | Error::NotResumable { .. }
        | Error::AlreadyUndone(_)
        | Error::ActionUndone
        | Error::TakenOver(_)
        | Error::WebhookStopped
        | Error::DraftChanged(_)
        | Error::KeyRunning
        | Error::SeveralContacts { .. }
        | Error::NoSecondFactor
        | Error::AlreadySetUp => StatusCode::CONFLICT,
        Error::LogGone { .. }
        | Error::ChangesGone
        | Error::RejectedRowsUndone(_)
        | Error::RejectedRowsMissing { .. }
        | Error::UploadMissing { .. }
        | Error::RowsGone(_) => StatusCode::GONE,
        Error::Open(_)
        | Error::Read(_)
        | Error::Mapping(_)
        | Error::NothingMapped(_)
        | Error::NoIdentity
        | Error::Field(_)
        | Error::UnknownField(_)
        | Error::Rules(_)
        | Error::Settings(_)
        | Error::KeyReused
        | Error::Values(_)
        | Error::TooMany { .. }
        | Error::Batch(_)
        | Error::BadTag(_)
        | Error::BadView(_)
        | Error::Filter(_)
        | Error::AccountField { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::TooLarge { .. } | Error::Quota(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::WrongPassword | Error::WrongCode | Error::SignInAgain => StatusCode::UNAUTHORIZED,
        Error::TooManyTries { .. } | Error::ManyDownloads { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::ExportsBusy => StatusCode::SERVICE_UNAVAILABLE,
        Error::Store(_) if error.is_busy() => StatusCode::SERVICE_UNAVAILABLE,
        Error::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        Error::Store(_)
        | Error::Io { .. }
        | Error::Objects(_)
        | Error::RejectedOverInput(_)
        | Error::NoDatabase(_)
        | Error::CopyToItself(_)
        | Error::UnreadablePlan(_)
        | Error::NotSetUp
        | Error::Hashing(_)
        | Error::SecondFactor(_)
        | Error::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            match &self {
                Self::App(error) => tracing::error!(code = error.code(), %error, "a request failed"),
                _ => tracing::error!("a request failed"),
            }
        }
        let shown = ErrorPage {
            title: match self {
                Self::App(Error::ManyDownloads { .. }) => "Your exports are still running",
                Self::TooMany(_) => "Too many uploads at once",
                _ => title(status),
            },
            text: problem_text(&self),
            code: self.code(),
        };
        let page = layout::bare(shown.title, Section::None, shown.content());
        let mut response = (status, page).into_response();
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(shown);
        response
    }
}

/// The content of an error page. Attached to the response, so that the member's page layout can be put around it.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    pub title: &'static str,
    /// The error message, for people.
    pub text: String,
    /// The error code, for programs.
    pub code: &'static str,
}

impl ErrorPage {
    /// The content below the heading, and the link back.
    pub fn content(&self) -> Markup {
        html! {
            p { (self.text) }
            div.actions { a.button href="/contacts" { "Back to contacts" } }
        }
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Page not found",
        StatusCode::GONE => "No longer available",
        StatusCode::CONFLICT => "This was just changed",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::MISDIRECTED_REQUEST => "Wrong address",
        StatusCode::METHOD_NOT_ALLOWED => "Not possible this way",
        StatusCode::REQUEST_TIMEOUT => "Request timed out",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        StatusCode::TOO_MANY_REQUESTS => "Too many attempts",
        StatusCode::SERVICE_UNAVAILABLE => "Busy right now",
        StatusCode::INSUFFICIENT_STORAGE => "The disk is full",
        StatusCode::INTERNAL_SERVER_ERROR => "Something went wrong",
        _ => "Invalid request",
    }
}

/// The text of an error of `app`, for members.
pub fn words_of(error: &Error) -> String {
    match status_of(error) {
        StatusCode::INTERNAL_SERVER_ERROR => "Details are in the server log.".to_owned(),
        _ => error.for_members(),
    }
}

fn problem_text(problem: &Problem) -> String {
    match problem {
        Problem::App(error) => words_of(error),
        Problem::BadRequest(why) | Problem::TooLarge(why) | Problem::TooMany(why) => why.clone(),
        Problem::NotFound => "The link may be wrong, or the item was deleted.".to_owned(),
        Problem::SignIn => "Sign in to see this page.".to_owned(),
        Problem::StrangeHost => {
            "This server does not know the name in the address. If it is right, start the server with \
             --host and that name."
                .to_owned()
        }
        Problem::Status(status) => of_status(*status).to_owned(),
        Problem::CrossSite => "The request came from another site and was refused.".to_owned(),
        Problem::RequestTimeout => "The upload stopped or was too slow. Nothing was changed. Try again.".to_owned(),
        Problem::Broken => "Details are in the server log.".to_owned(),
    }
}

/// The text for a response of which only the status is known.
fn of_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => "This page cannot be opened directly. Go back and use its buttons.",
        StatusCode::PAYLOAD_TOO_LARGE => "The request is larger than allowed. Nothing was changed.",
        _ => "The server could not read the request. Go back, reload the page and try again.",
    }
}

/// Turns an error response of the HTTP framework into an error page.
pub fn render_error(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || !bare || response.extensions().get::<ErrorPage>().is_some() {
        return response;
    }
    let mut page = Problem::Status(status).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    page
}
