//! The table of routes: who has access, and which handler responds.
//!
//! A route is for members unless declared otherwise, so no handler can be reached without a session by mistake.

use crate::Web;
use crate::api::operations::{Operation, operations};
use crate::api::rewrite::{pattern, routed};
use crate::api::{document, gate as api_gate, problem, reference};
use crate::pages::contacts::{self, export};
use crate::pages::{
    account, audit, custom_fields, duplicates, import, invitations, members, notifications, settings, setup, sidebar,
    sign_in, trash,
};
use crate::server::body::respond_timeout_if_slow;
use crate::server::{assets, health, metrics, reader_locale, request_log, security};
use crate::session::gate;
use crate::session::proof::{self, Needed};
use crate::ui::error_page::Problem;
use app::TokenScope;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{MethodRouter, get as on_get, post as on_post};
use std::borrow::Cow;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Who has access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Public,
    /// Every signed-in member.
    Member,
    /// Programs that send a token with this scope.
    Token(TokenScope),
}

pub struct Route {
    pub method: &'static str,
    /// The pattern of the path.
    pub path: Cow<'static, str>,
    /// Who has access.
    pub access: Access,
    /// Whether the request contains a file; then the upload limit applies to its body.
    uploads: bool,
    /// Whether a request requires that the member has entered their password recently. `None` if no request does.
    proof: Option<Needed>,
    /// The size limit of the body, in bytes. `None` for the default limit.
    body_limit: Option<usize>,
    handler: MethodRouter<Arc<Web>>,
}

impl From<Operation> for Route {
    fn from(operation: Operation) -> Self {
        Self {
            access: Access::Token(operation.scope),
            body_limit: operation.body_limit,
            uploads: operation.uploads,
            ..route(operation.method, operation.path, operation.handler)
        }
    }
}

impl Route {
    /// Makes the route public.
    fn public(mut self) -> Self {
        self.access = Access::Public;
        self
    }

    /// Requires that the member has entered their password recently.
    fn proved(self) -> Self {
        self.proved_if(|_| true)
    }

    /// Requires it only if `needed` is true for the request body.
    fn proved_if(mut self, needed: Needed) -> Self {
        self.proof = Some(needed);
        self
    }

    /// Marks the route as one that receives a file.
    fn uploads(mut self) -> Self {
        self.uploads = true;
        self
    }
}

fn get<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Web>>) -> Route {
    route("GET", path, on_get(handler))
}

fn post<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Web>>) -> Route {
    route("POST", path, on_post(handler))
}

fn route(method: &'static str, path: impl Into<Cow<'static, str>>, handler: MethodRouter<Arc<Web>>) -> Route {
    Route {
        method,
        path: path.into(),
        access: Access::Member,
        uploads: false,
        proof: None,
        body_limit: None,
        handler,
    }
}

async fn home() -> Redirect {
    Redirect::to("/contacts")
}

/// Redirects a reload of a page that was the response to a form.
async fn members_again() -> Redirect {
    Redirect::to("/members")
}

/// Every route: the pages, and the operations of the API.
pub fn table() -> Vec<Route> {
    let mut routes = pages();
    #[cfg(debug_assertions)]
    routes.push(get("/ui", crate::pages::components::show));
    routes.extend(operations().into_iter().map(Route::from));
    routes
}

fn pages() -> Vec<Route> {
    vec![
        // The frame and accounts.
        get("/", home),
        get("/sidebar", sidebar::show),
        get("/notifications", notifications::list),
        get("/assets/{name}", assets::get).public(),
        get("/healthz", health::readyz).public(),
        get("/livez", health::livez).public(),
        get("/readyz", health::readyz).public(),
        get("/metrics", metrics::metrics).public(),
        get("/setup", setup::form).public(),
        post("/setup", setup::create).public(),
        get("/sign-in", sign_in::form).public(),
        post("/sign-in", sign_in::sign_in).public(),
        get("/sign-in/code", sign_in::code_form).public(),
        post("/sign-in/code", sign_in::enter_code).public(),
        post("/sign-out", sign_in::sign_out).public(),
        get("/account", account::show),
        post("/account/name", account::change_name),
        post("/account/password", account::change_password),
        post("/account/sign-ins/end", account::end_sign_in),
        get("/account/second-factor", account::second_factor::show),
        post("/account/second-factor", account::second_factor::begin).proved(),
        post("/account/second-factor/confirm", account::second_factor::confirm),
        post("/account/second-factor/codes", account::second_factor::renew_codes).proved(),
        post("/account/second-factor/off", account::second_factor::end).proved(),
        get("/account/tokens", account::tokens::show),
        post("/account/tokens", account::tokens::create).proved(),
        post("/account/tokens/revoke", account::tokens::revoke),
        get("/account/webhooks", account::webhooks::show),
        post("/account/webhooks", account::webhooks::create).proved(),
        post("/account/webhooks/rotate", account::webhooks::rotate).proved(),
        post("/account/webhooks/act", account::webhooks::act),
        // Custom fields and settings.
        get("/fields", custom_fields::list),
        post("/fields", custom_fields::add),
        post("/fields/{id}/choices", custom_fields::set_choices),
        post("/fields/{id}/move", custom_fields::move_one),
        post("/fields/{id}/archive", custom_fields::archive),
        post("/fields/{id}/restore", custom_fields::restore),
        get("/settings", settings::show),
        post("/settings", settings::save),
        post("/settings/security", settings::security::save).proved(),
        // Members.
        get("/members", members::list),
        get("/members/invite", members_again),
        post("/members/invite", members::invite).proved_if(members::invites_who_keeps_order),
        post("/members/invitations/revoke", members::revoke),
        post("/members/{id}/role", members::change_role).proved(),
        post("/members/{id}/deactivate", members::deactivate),
        post("/members/{id}/activate", members::activate),
        post("/members/{id}/reset-link", members::reset_link).proved(),
        post("/members/{id}/second-factor/reset", members::reset_second_factor).proved(),
        post("/members/{id}/sign-ins/end", members::end_sign_in),
        get("/members/{id}/remove", members::ask_to_remove),
        post("/members/{id}/remove", members::remove),
        get("/audit", audit::list),
        get("/audit.csv", audit::download),
        get("/join/{token}", invitations::invitation).public(),
        post("/join/{token}", invitations::join).public(),
        get("/reset/{token}", invitations::password).public(),
        post("/reset/{token}", invitations::reset).public(),
        // Contacts and the trash.
        get("/contacts", contacts::list::list),
        get("/contacts/new", contacts::edit::new),
        post("/contacts/new", contacts::edit::create),
        get("/contacts/bulk", home),
        post("/contacts/bulk", contacts::bulk::act),
        post("/contacts/undelete", contacts::bulk::undelete),
        post("/contacts/columns", contacts::columns_menu::choose),
        get("/contacts/{id}", contacts::show::show),
        get("/contacts/{id}/card", contacts::card::show),
        get("/contacts/{id}/card.vcf", contacts::card::file),
        get("/contacts/{id}/photo", contacts::photo::show),
        get("/contacts/{id}/edit", contacts::edit::edit),
        post("/contacts/{id}/edit", contacts::edit::save),
        post("/contacts/{id}/value", contacts::value::save),
        post("/contacts/{id}/delete", contacts::show::delete),
        get("/contacts/{id}/share", contacts::share::show),
        post("/contacts/{id}/share", contacts::share::share),
        post("/contacts/{id}/unshare", contacts::share::unshare),
        get("/share", contacts::share::of_many),
        post("/share", contacts::share::share_many),
        get("/hand-over", contacts::share::hand_over_form),
        post("/hand-over", contacts::share::hand_over),
        get("/shared", contacts::list::shared),
        post("/actions/{action}/undo", contacts::undo::undo),
        post("/actions/{action}/keep", contacts::undo::keep),
        get("/views", contacts::views::list),
        post("/views", contacts::views::save),
        post("/views/{view}", contacts::views::change),
        post("/views/{view}/delete", contacts::views::delete),
        get("/contacts/merge", contacts::merge::form),
        post("/contacts/merge", contacts::merge::merge),
        get("/duplicates", duplicates::show),
        post("/duplicates", duplicates::again),
        post("/duplicates/dismiss", duplicates::dismiss),
        get("/duplicates/merge-all", duplicates::preview_all),
        post("/duplicates/merge-all", duplicates::merge_all),
        get("/trash", trash::list),
        post("/trash/{id}/restore", trash::restore),
        // Export.
        get("/export", export::form),
        post("/export", export::again),
        post("/export/file", export::file).proved_if(export::exports_everything),
        get("/export/progress", export::progress),
        // Imports and the wizard.
        get("/import", import::upload::form),
        post("/import", import::upload::receive).uploads(),
        get("/import/sample.csv", import::upload::sample),
        post("/import/sample-contacts", import::sample_contacts::add),
        get("/imports", import::list::list),
        get("/imports/{import}", import::step),
        post("/imports/{import}/discard", import::discard),
        get("/imports/{import}/map", import::mapping::show),
        post("/imports/{import}/map", import::mapping::change),
        get("/imports/{import}/preview", import::preview::show),
        get("/imports/{import}/row", import::row::show),
        post("/imports/{import}/options", import::preview::options),
        post("/imports/{import}/fix", import::preview::fix),
        post("/imports/{import}/cells", import::preview::cells),
        get("/imports/{import}/hits", import::hits::show),
        post("/imports/{import}/unfix", import::preview::unfix),
        post("/imports/{import}/decide", import::preview::decide),
        post("/imports/{import}/start", import::preview::start),
        get("/imports/{import}/running", import::running::show),
        get("/imports/{import}/events", import::running::events),
        post("/imports/{import}/cancel", import::running::cancel),
        get("/imports/{import}/result", import::result::show),
        get("/imports/{import}/rejected.csv", import::result::rejected),
        post("/imports/{import}/fix-rejected", import::result::fix_rejected),
        post("/imports/{import}/continue", import::result::go_on),
        get("/imports/{import}/undo", import::undo::ask),
        post("/imports/{import}/undo", import::undo::undo),
        // The documentation of the API. Its operations are in a table of their own.
        get("/api", reference::show).public(),
        get("/api/v1/openapi.json", document::show).public(),
    ]
}

/// The complete router. Tests call it in-process.
pub fn router(web: Arc<Web>) -> Router {
    // API verbs are path segments that begin with a colon.
    let all = table()
        .into_iter()
        .fold(Router::new().without_v07_checks(), |router, route| {
            let mut handler = route.handler;
            if let Some(needed) = route.proof {
                handler = handler.layer(from_fn_with_state((Arc::clone(&web), needed), proof::require));
            }
            handler = match route.access {
                Access::Public => handler,
                Access::Member => handler.layer(from_fn_with_state(Arc::clone(&web), gate::require)),
                Access::Token(scope) => handler.layer(from_fn_with_state((Arc::clone(&web), scope), api_gate::require)),
            };
            if let Some(limit) = route.body_limit {
                handler = handler.layer(DefaultBodyLimit::max(limit));
            }
            if route.uploads {
                // The form fields around the file need some bytes of their own.
                let limit = usize::try_from(web.upload_limit()).unwrap_or(usize::MAX);
                handler = handler.layer(DefaultBodyLimit::max(limit.saturating_add(1 << 20)));
            }
            router.route(&pattern(&route.path), handler)
        });
    let router = all
        .fallback(|| async { Problem::NotFound })
        // A handler that panics results in an internal error; the server continues with the next request.
        .layer(CatchPanicLayer::custom(|_| Problem::Broken.into_response()))
        .layer(from_fn(reader_locale::note))
        .layer(CompressionLayer::new())
        .layer(from_fn(respond_timeout_if_slow))
        .layer(from_fn_with_state(Arc::clone(&web), security::check))
        .layer(from_fn(problem::for_programs))
        .layer(from_fn_with_state(Arc::clone(&web), request_log::log))
        .with_state(web);
    // A layer of a router runs after routing, which is too late to rewrite the address of a request.
    Router::new().fallback_service(tower::util::MapRequest::new(router, routed))
}
