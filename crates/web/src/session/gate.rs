//! Middleware in front of every route for members: redirects requests without a session to the sign-in page.

use crate::Web;
use crate::bridge::blocking::{Lane, blocking_in};
use crate::session::cookie::{set_cookie, token};
use crate::session::flash::ReceivedFlash;
use crate::session::next::as_query;
use crate::session::origin::is_secure;
use crate::session::{CurrentMember, ProvedRecently};
use crate::ui::error_page::{ErrorPage, Problem, render_error};
use crate::ui::layout::{self, Page, Section};
use app::{SignedIn, Token};
use axum::extract::{Request, State};
use axum::http::{Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Redirects requests without a session. Error pages get the member's page layout.
pub async fn require(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let token = token(&web, request.headers());
    let found = match current(&web, token.as_ref()).await {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    let (Some(found), Some(token)) = (found, token) else {
        let (method, uri) = (request.method(), request.uri());
        // After a form was sent, sign-in leads back to the page of the form.
        let form = request
            .headers()
            .get(header::REFERER)
            .and_then(|from| from.to_str().ok());
        let form = form.and_then(|from| from.parse::<Uri>().ok());
        let wanted = if *method == Method::GET {
            Some(uri)
        } else {
            form.as_ref()
        };
        return redirect_to_sign_in(&web, wanted).await;
    };
    // A member who must set up a second factor has access only to their own account.
    if found.must_enrol && !request.uri().path().starts_with("/account") {
        return Redirect::to("/account/second-factor").into_response();
    }
    let secure = is_secure(&web, request.headers());
    let keep = found.note_due;
    request.extensions_mut().insert(ProvedRecently(found.proved_recently));
    let signed = CurrentMember::from(found);
    request.extensions_mut().insert(signed.clone());
    request.extensions_mut().insert(token.clone());
    let flash = ReceivedFlash::read(request.headers(), &token, secure);
    request.extensions_mut().insert(flash.clone());
    let mut response = with_member_frame(render_error(next.run(request).await), &signed);
    flash.finish(&mut response, &token, secure);
    if keep {
        set_cookie(&mut response, &token, secure);
        // Runs in the background, because it may have to queue behind an import.
        tokio::spawn(async move { blocking_in(&web, Lane::Sessions, move |app| app.keep_signed_in(&token)).await });
    }
    response
}

/// The session with this secret, if there is one.
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

/// Redirects a visitor without a session to the sign-in page, with the address of the wanted page.
async fn redirect_to_sign_in(web: &Arc<Web>, wanted: Option<&Uri>) -> Response {
    let wanted = wanted.filter(|wanted| wanted.path() != "/");
    match (needs_setup(web).await, wanted.and_then(Uri::path_and_query)) {
        (Ok(true), _) => Redirect::to("/setup").into_response(),
        (Ok(false), Some(wanted)) => {
            let wanted = as_query(wanted.as_str());
            Redirect::to(&format!("/sign-in?{wanted}")).into_response()
        }
        (Ok(false), None) => Redirect::to("/sign-in").into_response(),
        (Err(problem), _) => problem.into_response(),
    }
}

/// Puts the member's page layout around an error page.
fn with_member_frame(response: Response, signed: &CurrentMember) -> Response {
    let Some(shown) = response.extensions().get::<ErrorPage>().cloned() else {
        return response;
    };
    let page = Page {
        title: shown.title,
        viewer: Some(signed.viewer()),
        here: Section::None,
    };
    let content = maud::html! { div.narrow { h1 { (shown.title) } (shown.content()) } };
    let (mut parts, _) = response.into_parts();
    // The header contains the length of the previous page.
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = layout::page(page, content).into_string();
    Response::from_parts(parts, body.into())
}
