//! The cookies of a session and of a known browser: reading and writing them, starting and ending a session.

use crate::Web;
use crate::bridge::blocking::{Lane, blocking_in};
use crate::session::next::as_query;
use crate::session::origin::is_secure;
use crate::ui::error_page::Problem;
use app::{Caller, DeviceToken, Token};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use std::sync::Arc;

const COOKIE: &str = "crystalqore";
/// Browsers accept this name only over HTTPS, for the whole site and for no other host.
const SECURE_COOKIE: &str = "__Host-crystalqore";
/// The cookie that identifies a known browser.
const DEVICE_COOKIE: &str = "crystalqore-device";
const SECURE_DEVICE_COOKIE: &str = "__Host-crystalqore-device";
/// How long the browser keeps the cookie of a known browser; `app` forgets the browser after the same time.
const DEVICE_KEPT_DAYS: i64 = 365;
/// The cookie that carries the message of a redirect.
const FLASH_COOKIE: &str = "crystalqore-flash";
const SECURE_FLASH_COOKIE: &str = "__Host-crystalqore-flash";
/// How long the browser keeps the flash cookie if no page shows its message.
const FLASH_KEPT: Duration = Duration::minutes(1);
/// How long the browser keeps the session cookie unless it is renewed; `app` decides how long the session is valid.
const KEPT_DAYS: i64 = 30;

fn cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_COOKIE } else { COOKIE }
}

fn device_cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_DEVICE_COOKIE } else { DEVICE_COOKIE }
}

fn flash_cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_FLASH_COOKIE } else { FLASH_COOKIE }
}

/// The signed message of a redirect that the browser sent.
pub fn flash_cookie(headers: &HeaderMap, secure: bool) -> Option<String> {
    sent_cookie(headers, flash_cookie_name(secure))
}

pub fn set_flash_cookie(response: &mut Response, signed: &str, secure: bool) {
    put_cookie(response, &cookie(flash_cookie_name(secure), signed, secure, FLASH_KEPT));
}

pub fn clear_flash_cookie(response: &mut Response, secure: bool) {
    put_cookie(response, &cookie(flash_cookie_name(secure), "", secure, Duration::ZERO));
}

/// The secret of the session that the browser sent.
pub fn token(web: &Web, headers: &HeaderMap) -> Option<Token> {
    sent_cookie(headers, cookie_name(is_secure(web, headers))).map(Token::new)
}

/// The secret of a known browser.
pub fn device(web: &Web, headers: &HeaderMap) -> Option<DeviceToken> {
    sent_cookie(headers, device_cookie_name(is_secure(web, headers))).map(DeviceToken::new)
}

fn sent_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let sent = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let mut cookies = sent.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

fn cookie<'a>(name: &'static str, value: &'a str, secure: bool, kept: Duration) -> Cookie<'a> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(kept)
        .build()
}

pub fn set_cookie(response: &mut Response, token: &Token, secure: bool) {
    let kept = Duration::days(KEPT_DAYS);
    put_cookie(response, &cookie(cookie_name(secure), token.reveal(), secure, kept));
}

fn put_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    // Secrets consist of letters and digits, so the cookie is always a valid header value.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Redirects a browser that is signed in from now on, or that must still send the code of the second factor.
pub async fn start_session(
    web: &Arc<Web>,
    headers: &HeaderMap,
    caller: Caller,
    token: Token,
    next: &str,
) -> Result<Response, Problem> {
    let session = token.clone();
    let device = blocking_in(web, Lane::SignIn, move |app| app.know_browser(&session, &caller)).await?;
    let secure = is_secure(web, headers);
    let to = match device {
        Some(_) => next.to_owned(),
        None => format!("/sign-in/code?{}", as_query(next)),
    };
    let mut response = Redirect::to(&to).into_response();
    set_cookie(&mut response, &token, secure);
    // A message in this response belongs to the new session.
    response.extensions_mut().insert(token);
    if let Some(device) = device {
        let kept = Duration::days(DEVICE_KEPT_DAYS);
        let name = device_cookie_name(secure);
        put_cookie(&mut response, &cookie(name, device.reveal(), secure, kept));
    }
    Ok(response)
}

/// Redirects a browser that is signed out from now on.
pub fn end_session(web: &Web, headers: &HeaderMap) -> Response {
    let mut response = Redirect::to("/sign-in").into_response();
    let secure = is_secure(web, headers);
    put_cookie(&mut response, &cookie(cookie_name(secure), "", secure, Duration::ZERO));
    // Clears the browser's cache too, so that Back shows no contacts.
    let clear = HeaderValue::from_static("\"cache\"");
    response
        .headers_mut()
        .insert(HeaderName::from_static("clear-site-data"), clear);
    response
}
