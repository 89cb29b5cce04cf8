//! Who is signed in to a request.
//!
//! Owns the cookie, the gate in front of every route for members, and what the network tells of who asks. Leaves out
//! passwords and how long a sign-in lasts: that is `app`.

use crate::Web;
use crate::blocking::{Lane, blocking_in};
use crate::guard;
use crate::layout::{self, Page, Section};
use crate::problem::{Problem, Told};
use app::{Actor, Caller, DeviceToken, Role, SignedIn, Token};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const COOKIE: &str = "crystalqore";
/// Browsers take this name only from HTTPS, for the whole site and no other host.
const SECURE_COOKIE: &str = "__Host-crystalqore";
/// The cookie by which a browser is known in which somebody has signed in before.
const DEVICE_COOKIE: &str = "crystalqore-device";
const SECURE_DEVICE_COOKIE: &str = "__Host-crystalqore-device";
/// How long the browser keeps that one; `app` forgets it as soon.
const DEVICE_KEPT_DAYS: i64 = 365;
/// How long the browser keeps the cookie unless it is given anew; `app` decides how long it is worth something.
const KEPT_DAYS: i64 = 30;

/// The member who asks. Only routes for members have one.
#[derive(Clone)]
pub struct Signed {
    /// Who they are to the engine.
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What their workspace is called.
    pub workspace_name: String,
    /// What they may beside their own contacts, as of the beginning of this request.
    pub role: Role,
    /// A name for this sign-in, which is no secret: for what belongs to it alone.
    pub session: String,
}

impl From<SignedIn> for Signed {
    fn from(found: SignedIn) -> Self {
        Self {
            actor: found.actor,
            name: found.name,
            email: found.email,
            workspace_name: found.workspace_name,
            role: found.role,
            session: found.session,
        }
    }
}

/// Whether the member has given password and second factor a short time ago.
#[derive(Clone, Copy)]
pub struct ProvedRecently(pub bool);

/// Lets nobody through who is not signed in. What goes wrong behind is told with the member's frame around it.
pub async fn require(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let token = token(&web, request.headers());
    let found = match current(&web, token.as_ref()).await {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    let (Some(found), Some(token)) = (found, token) else {
        return to_the_door(&web, request.method(), request.uri()).await;
    };
    // Whoever must set up a second factor first reaches their own account only.
    if found.must_enrol && !request.uri().path().starts_with("/account") {
        return Redirect::to("/account/second-factor").into_response();
    }
    let secure = is_secure(&web, request.headers());
    let keep = found.note_due;
    request.extensions_mut().insert(ProvedRecently(found.proved_recently));
    let signed = Signed::from(found);
    request.extensions_mut().insert(signed.clone());
    request.extensions_mut().insert(token.clone());
    let mut response = framed(&web, guard::told_well(next.run(request).await), &signed);
    if keep {
        set_cookie(&mut response, &token, secure);
        // Nobody waits for it: it may have to queue behind an import.
        tokio::spawn(async move { blocking_in(&web, Lane::Sessions, move |app| app.keep_signed_in(&token)).await });
    }
    response
}

/// Who has this secret, if anybody.
pub async fn current(web: &Arc<Web>, token: Option<&Token>) -> Result<Option<SignedIn>, Problem> {
    match token.cloned() {
        Some(token) => blocking_in(web, Lane::Sessions, move |app| app.signed_in(&token)).await,
        None => Ok(None),
    }
}

/// Whether there is no account yet.
pub async fn needs_setup(web: &Arc<Web>) -> Result<bool, Problem> {
    if web.set_up.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let needs = blocking_in(web, Lane::Sessions, app::App::needs_setup).await?;
    web.set_up.store(!needs, Ordering::Relaxed);
    Ok(needs)
}

/// Where whoever is not signed in is sent, with the way back to where they wanted to go.
async fn to_the_door(web: &Arc<Web>, method: &Method, uri: &Uri) -> Response {
    match needs_setup(web).await {
        Ok(true) => Redirect::to("/setup").into_response(),
        Ok(false) if *method == Method::GET && uri.path() != "/" => {
            let wanted = uri.path_and_query().map_or("/", |wanted| wanted.as_str());
            let wanted = as_query(wanted);
            Redirect::to(&format!("/sign-in?{wanted}")).into_response()
        }
        Ok(false) => Redirect::to("/sign-in").into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn as_query(wanted: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("next", wanted)
        .finish()
}

/// A place of ours to go to, and the list where it is none: nobody is sent elsewhere by a link to our sign-in.
pub fn place_of_ours(next: Option<&str>) -> &str {
    match next {
        // What cannot stand in an address cannot stand in a header either.
        Some(next)
            if next.starts_with('/')
                && !next.starts_with("//")
                && !next.contains(|c: char| c == '\\' || c.is_control()) =>
        {
            next
        }
        _ => "/contacts",
    }
}

/// Puts the frame of the member's pages around what a problem tells.
fn framed(web: &Web, response: Response, signed: &Signed) -> Response {
    let Some(told) = response.extensions().get::<Told>().cloned() else {
        return response;
    };
    let page = Page {
        title: told.title,
        signed: Some(signed),
        here: Section::None,
    };
    let content = maud::html! { div.narrow { h1 { (told.title) } (told.content()) } };
    let (mut parts, _) = response.into_parts();
    // The length was that of the other page.
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = layout::page(web, page, content).into_string();
    Response::from_parts(parts, body.into())
}

fn is_secure(web: &Web, headers: &HeaderMap) -> bool {
    let forwarded = || headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    web.serve.secure || (web.serve.trust_proxy && forwarded())
}

/// How this browser reaches us: the beginning of a whole address. Empty where it does not say.
pub fn origin(web: &Web, headers: &HeaderMap) -> String {
    let scheme = if is_secure(web, headers) { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map_or_else(String::new, |host| format!("{scheme}://{host}"))
}

fn cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_COOKIE } else { COOKIE }
}

fn device_cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_DEVICE_COOKIE } else { DEVICE_COOKIE }
}

/// The secret of the session that the browser sent.
pub fn token(web: &Web, headers: &HeaderMap) -> Option<Token> {
    sent_cookie(headers, cookie_name(is_secure(web, headers))).map(Token::new)
}

/// The secret by which the browser is known from before.
fn device(web: &Web, headers: &HeaderMap) -> Option<DeviceToken> {
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

fn set_cookie(response: &mut Response, token: &Token, secure: bool) {
    let kept = Duration::days(KEPT_DAYS);
    put_cookie(response, &cookie(cookie_name(secure), token.reveal(), secure, kept));
}

fn put_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    // Secrets are figures and letters, so it is always a value of a header.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Sends a browser on that is signed in from now on, or has only the code of the second factor to tell.
pub async fn let_in(
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
    if let Some(device) = device {
        let kept = Duration::days(DEVICE_KEPT_DAYS);
        let name = device_cookie_name(secure);
        put_cookie(&mut response, &cookie(name, device.reveal(), secure, kept));
    }
    Ok(response)
}

/// Sends a browser on that is signed out from now on.
pub fn let_out(web: &Web, headers: &HeaderMap) -> Response {
    let mut response = Redirect::to("/sign-in").into_response();
    let secure = is_secure(web, headers);
    put_cookie(&mut response, &cookie(cookie_name(secure), "", secure, Duration::ZERO));
    // What the browser kept of our pages goes too, so that Back shows nobody's contacts.
    let clear = HeaderValue::from_static("\"cache\"");
    response
        .headers_mut()
        .insert(HeaderName::from_static("clear-site-data"), clear);
    response
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // It stands there on every route for members; a public route has nobody.
        parts.extensions.get::<Self>().cloned().ok_or(Problem::SignIn)
    }
}

/// The secret that the member who asks is signed in with. Only routes for members have one.
pub struct Here(pub Token);

impl<S: Sync> FromRequestParts<S> for Here {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Token>()
            .cloned()
            .map(Self)
            .ok_or(Problem::SignIn)
    }
}

/// What the network tells of who asks.
pub struct Asking(pub Caller);

impl FromRequestParts<Arc<Web>> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Infallible> {
        let text = |name: &str| parts.headers.get_all(name).iter().next_back()?.to_str().ok();
        let forwarded = || forwarded_address(text("x-forwarded-for")?);
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let direct = || direct.map(|from| from.0.ip());
        let address = match web.serve.trust_proxy {
            true => forwarded().or_else(direct),
            false => direct(),
        };
        Ok(Self(Caller {
            address: address.map(|ip| ip.to_string()).unwrap_or_default(),
            agent: text("user-agent").unwrap_or_default().to_owned(),
            session: token(web, &parts.headers),
            device: device(web, &parts.headers),
        }))
    }
}

/// The address that the proxy in front has written: it writes its own caller last; what stands before is what that caller
/// said. Some proxies write a port behind it. None if it is no address.
fn forwarded_address(header: &str) -> Option<IpAddr> {
    let last = header.rsplit(',').next()?.trim();
    let bare = last.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let with_port = || last.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.unwrap_or(last).parse().ok().or_else(with_port)
}

/// Whether a proxy has passed a request on.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    let by_proxies = ["forwarded", "via", "x-real-ip"];
    let mut names = headers.keys().map(HeaderName::as_str);
    names.any(|name| name.starts_with("x-forwarded-") || by_proxies.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_forwarded_address_counts_with_or_without_a_port() {
        let read = |header: &str| forwarded_address(header).map(|ip| ip.to_string());
        for (header, address) in [
            ("203.0.113.7, 198.51.100.9", Some("198.51.100.9")),
            ("198.51.100.9:1001", Some("198.51.100.9")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:1001", Some("2001:db8::1")),
            ("", None),
            ("198.51.100.9,", None),
            ("unknown", None),
            ("[198.51.100.9", None),
        ] {
            assert_eq!(read(header).as_deref(), address, "{header}");
        }
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(place_of_ours(Some("/imports/3/map?x=1")), "/imports/3/map?x=1");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\u{1}",
            "/\u{7f}x",
            "",
            "x",
        ] {
            assert_eq!(place_of_ours(Some(elsewhere)), "/contacts", "{elsewhere}");
        }
        assert_eq!(place_of_ours(None), "/contacts");
    }
}
