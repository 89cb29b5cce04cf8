//! The table of operations: one line each, with the scope that a token needs for it.

use crate::Web;
use crate::api::contacts::many;
use crate::api::{contacts, duplicates, exports, imports, members, workspace};
use app::TokenScope;
use app::TokenScope::{Admin, ContactsRead, ContactsWrite, Exports, Imports};
use axum::routing::MethodRouter;
use std::sync::Arc;
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{PathItem, RefOr};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

/// Bytes of a batch of contacts.
const BATCH: usize = 32 << 20;

/// An operation, as the router and the document need it.
pub struct Operation {
    pub scope: TokenScope,
    pub method: &'static str,
    /// The path of the document.
    pub path: String,
    pub uploads: bool,
    pub body_limit: Option<usize>,
    pub handler: MethodRouter<Arc<Web>>,
    /// What the document says of it.
    pub item: PathItem,
    /// The types that it names.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operation {
    /// The same with a file as its body.
    fn with_file(mut self) -> Self {
        self.uploads = true;
        self
    }

    /// The same with a body of more bytes than usual.
    fn with_body(mut self, limit: usize) -> Self {
        self.body_limit = Some(limit);
        self
    }
}

pub fn operations() -> Vec<Operation> {
    vec![
        // Contacts.
        of(ContactsRead, routes!(contacts::list::list)),
        of(ContactsRead, routes!(contacts::changes::follow)),
        of(ContactsWrite, routes!(contacts::one::create)),
        of(ContactsRead, routes!(contacts::one::get)),
        of(ContactsWrite, routes!(contacts::one::replace)),
        of(ContactsWrite, routes!(contacts::one::patch)),
        of(ContactsWrite, routes!(contacts::one::delete)),
        of(ContactsWrite, routes!(contacts::one::restore)),
        of(ContactsRead, routes!(contacts::one::history)),
        of(ContactsWrite, routes!(contacts::batch::batch)).with_body(BATCH),
        of(ContactsWrite, routes!(contacts::merge::merge)),
        // Sharing, tags, and undoing what was done to many.
        of(ContactsRead, routes!(many::shares)),
        of(ContactsWrite, routes!(many::share)),
        of(ContactsWrite, routes!(many::unshare)),
        of(ContactsWrite, routes!(many::transfer)),
        of(ContactsRead, routes!(many::tags)),
        of(ContactsWrite, routes!(many::tag)),
        of(ContactsWrite, routes!(many::untag)),
        of(ContactsWrite, routes!(many::undo)),
        // Duplicates.
        of(ContactsRead, routes!(duplicates::list)),
        of(ContactsWrite, routes!(duplicates::dismiss)),
        // Imports.
        of(Imports, routes!(imports::draft::list)),
        of(Imports, routes!(imports::upload::create)).with_file(),
        of(Imports, routes!(imports::draft::get)),
        of(Imports, routes!(imports::draft::patch)),
        of(Imports, routes!(imports::draft::discard)),
        of(Imports, routes!(imports::draft::columns)),
        of(Imports, routes!(imports::rows::list)),
        of(Imports, routes!(imports::rows::patch)),
        of(Imports, routes!(imports::actions::accept_suggestions)),
        of(Imports, routes!(imports::actions::start)),
        of(Imports, routes!(imports::actions::cancel)),
        of(Imports, routes!(imports::actions::resume)),
        of(Imports, routes!(imports::actions::undo)),
        of(Imports, routes!(imports::progress::events)),
        of(Imports, routes!(imports::progress::rejected)),
        // Exports.
        of(Exports, routes!(exports::export)),
        // The workspace.
        of(ContactsRead, routes!(workspace::fields)),
        of(Admin, routes!(workspace::create_field)),
        of(Admin, routes!(workspace::patch_field)),
        of(ContactsRead, routes!(workspace::views)),
        of(ContactsWrite, routes!(workspace::save_view)),
        of(ContactsWrite, routes!(workspace::replace_view)),
        of(ContactsWrite, routes!(workspace::delete_view)),
        of(Admin, routes!(workspace::settings)),
        of(Admin, routes!(workspace::patch_settings)),
        // Members and the audit log.
        of(ContactsRead, routes!(members::list)),
        of(Admin, routes!(members::deactivate)),
        of(Admin, routes!(members::activate)),
        of(Admin, routes!(members::remove)),
        of(Admin, routes!(members::invitations)),
        of(Admin, routes!(members::invite)),
        of(Admin, routes!(members::revoke_invitation)),
        of(Admin, routes!(members::audit)),
    ]
}

#[expect(
    clippy::expect_used,
    reason = "routes! is given one handler, which has one path with one method"
)]
fn of(scope: TokenScope, (schemas, paths, handler): UtoipaMethodRouter<Arc<Web>>) -> Operation {
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
