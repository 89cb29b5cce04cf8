//! The table of operations: one line each, with the scope that a token needs for it.

use crate::Web;
use crate::api::contacts::many;
use crate::api::{contacts, duplicates, exports, imports, members, webhooks, workspace};
use app::TokenScope;
use app::TokenScope::{Admin, ContactsRead, ContactsWrite, Exports, Imports};
use axum::routing::MethodRouter;
use std::sync::Arc;
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{PathItem, RefOr};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

/// The size limit of a batch of contacts, in bytes.
const BATCH: usize = 32 << 20;

/// An operation, with what the router and the document need.
pub struct Operation {
    pub scope: TokenScope,
    pub method: &'static str,
    /// The path, as in the document.
    pub path: String,
    pub uploads: bool,
    pub body_limit: Option<usize>,
    pub handler: MethodRouter<Arc<Web>>,
    /// The description in the document.
    pub item: PathItem,
    /// The types that the operation refers to.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operation {
    /// Sets a file as the request body.
    fn with_file(mut self) -> Self {
        self.uploads = true;
        self
    }

    /// Sets a larger limit for the request body.
    fn with_body(mut self, limit: usize) -> Self {
        self.body_limit = Some(limit);
        self
    }
}

pub fn operations() -> Vec<Operation> {
    vec![
        // Contacts.
        operation(ContactsRead, routes!(contacts::list::list)),
        operation(ContactsRead, routes!(contacts::changes::follow)),
        operation(ContactsWrite, routes!(contacts::one::create)),
        operation(ContactsRead, routes!(contacts::one::get)),
        operation(ContactsWrite, routes!(contacts::one::replace)),
        operation(ContactsWrite, routes!(contacts::one::patch)),
        operation(ContactsWrite, routes!(contacts::one::delete)),
        operation(ContactsWrite, routes!(contacts::one::restore)),
        operation(ContactsRead, routes!(contacts::one::history)),
        operation(ContactsWrite, routes!(contacts::batch::batch)).with_body(BATCH),
        operation(ContactsWrite, routes!(contacts::merge::merge)),
        // Sharing, tags, and undoing what was done to many.
        operation(ContactsRead, routes!(many::shares)),
        operation(ContactsWrite, routes!(many::share)),
        operation(ContactsWrite, routes!(many::unshare)),
        operation(ContactsWrite, routes!(many::transfer)),
        operation(ContactsRead, routes!(many::tags)),
        operation(ContactsWrite, routes!(many::tag)),
        operation(ContactsWrite, routes!(many::untag)),
        operation(ContactsWrite, routes!(many::undo)),
        // Duplicates.
        operation(ContactsRead, routes!(duplicates::list)),
        operation(ContactsWrite, routes!(duplicates::dismiss)),
        // Imports.
        operation(Imports, routes!(imports::draft::list)),
        operation(Imports, routes!(imports::upload::create)).with_file(),
        operation(Imports, routes!(imports::draft::get)),
        operation(Imports, routes!(imports::draft::patch)),
        operation(Imports, routes!(imports::draft::discard)),
        operation(Imports, routes!(imports::draft::columns)),
        operation(Imports, routes!(imports::rows::list)),
        operation(Imports, routes!(imports::rows::patch)),
        operation(Imports, routes!(imports::actions::accept_suggestions)),
        operation(Imports, routes!(imports::actions::start)),
        operation(Imports, routes!(imports::actions::cancel)),
        operation(Imports, routes!(imports::actions::resume)),
        operation(Imports, routes!(imports::actions::undo)),
        operation(Imports, routes!(imports::progress::events)),
        operation(Imports, routes!(imports::progress::rejected)),
        // Exports.
        operation(Exports, routes!(exports::export)),
        // The workspace.
        operation(ContactsRead, routes!(workspace::fields)),
        operation(Admin, routes!(workspace::create_field)),
        operation(Admin, routes!(workspace::patch_field)),
        operation(ContactsRead, routes!(workspace::views)),
        operation(ContactsWrite, routes!(workspace::save_view)),
        operation(ContactsWrite, routes!(workspace::replace_view)),
        operation(ContactsWrite, routes!(workspace::delete_view)),
        operation(Admin, routes!(workspace::settings)),
        operation(Admin, routes!(workspace::patch_settings)),
        // Members and the audit log.
        operation(ContactsRead, routes!(members::list)),
        operation(Admin, routes!(members::deactivate)),
        operation(Admin, routes!(members::activate)),
        operation(Admin, routes!(members::remove)),
        operation(Admin, routes!(members::invitations)),
        operation(Admin, routes!(members::invite)),
        operation(Admin, routes!(members::revoke_invitation)),
        operation(Admin, routes!(members::audit)),
        // Webhooks.
        operation(Admin, routes!(webhooks::list)),
        operation(Admin, routes!(webhooks::create)),
        operation(Admin, routes!(webhooks::get)),
        operation(Admin, routes!(webhooks::patch)),
        operation(Admin, routes!(webhooks::delete)),
        operation(Admin, routes!(webhooks::rotate)),
        operation(Admin, routes!(webhooks::test)),
        operation(Admin, routes!(webhooks::deliveries)),
        operation(Admin, routes!(webhooks::replay_all)),
        operation(Admin, routes!(webhooks::replay)),
    ]
}

#[expect(
    clippy::expect_used,
    reason = "routes! is given one handler, which has one path with one method"
)]
fn operation(scope: TokenScope, (schemas, paths, handler): UtoipaMethodRouter<Arc<Web>>) -> Operation {
    let Paths { paths, .. } = paths;
    let (path, item) = paths.into_iter().next().expect("a handler has a path");
    Operation {
        scope,
        method: method_of(&item).expect("a path has a method"),
        path,
        uploads: false,
        body_limit: None,
        handler,
        item,
        schemas,
    }
}

fn method_of(item: &PathItem) -> Option<&'static str> {
    let methods = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    methods
        .into_iter()
        .find(|(_, operation)| operation.is_some())
        .map(|(method, _)| method)
}
