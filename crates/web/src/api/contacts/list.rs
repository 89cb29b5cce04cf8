//! `GET /contacts`: the contacts that the member may see, page by page.

use crate::Web;
use crate::api::contacts::resource::ContactResource;
use crate::api::gate::TokenMember;
use crate::api::json::{Query, filled, ok};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{Filter, ListPage, ListPosition, ListRequest, Scope, Sort};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// Items per page, unless the program requests another number.
const PAGE: u64 = 100;
/// The maximum number of items per page.
pub const MOST: u64 = 1_000;

/// How many times, and after which pause, the server checks whether an outdated list has caught up.
const TRIES: usize = 20;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Which contacts to include.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScopeName {
    /// Contacts that the member owns.
    Mine,
    /// Contacts that others share with the member.
    Shared,
    #[default]
    All,
}

impl From<ScopeName> for Scope {
    fn from(scope: ScopeName) -> Self {
        match scope {
            ScopeName::Mine => Self::Mine,
            ScopeName::Shared => Self::Shared,
            ScopeName::All => Self::All,
        }
    }
}

/// The order of contacts.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum SortName {
    /// By family name and given name.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// The same in reverse order.
    #[serde(rename = "-name")]
    NameDown,
    /// Most recently created first.
    #[serde(rename = "newest")]
    Newest,
    /// Most recently changed first.
    #[serde(rename = "changed")]
    Changed,
}

impl From<SortName> for Sort {
    fn from(sort: SortName) -> Self {
        match sort {
            SortName::Name => Self::Name,
            SortName::NameDown => Self::NameDown,
            SortName::Newest => Self::Newest,
            SortName::Changed => Self::Changed,
        }
    }
}

/// Which contacts to return.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Words, and conditions such as `tag:customer`, `company:acme`, `no:email`, `changed:2026-11-01`; all must match.
    #[param(example = "tag:customer")]
    filter: String,
    /// Which contacts: `mine`, `shared` with the member, or `all` [default: all].
    #[param(inline)]
    scope: ScopeName,
    /// The order: `name`, `-name`, `newest` or `changed` [default: name].
    #[param(inline)]
    sort: SortName,
    /// Maximum number of contacts to return (1 to 1000) [default: 100].
    #[param(minimum = 1, maximum = 1000)]
    #[serde(deserialize_with = "filled")]
    limit: Option<u64>,
    /// The `next` of the previous page.
    cursor: Option<String>,
}

/// A page of contacts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"contacts": [], "total": 0, "next": null, "catching_up": false}))]
pub struct ContactList {
    /// The contacts, with all their values.
    contacts: Vec<ContactResource>,
    /// How many contacts match the filter, on all pages.
    total: u64,
    /// The `cursor` of the next page; null on the last page.
    next: Option<String>,
    /// Whether many recent changes, such as those of an import, are not in the list yet.
    catching_up: bool,
}

/// Lists contacts.
///
/// Returns the contacts that the member may see, with all their values, in pages. If a contact changes its position in the
/// order between pages, it may be missing or occur twice; `GET /contacts/changes` omits nothing.
#[utoipa::path(
    get, path = "/api/v1/contacts", tag = "Contacts", operation_id = "list_contacts",
    params(ListQuery),
    responses((status = 200, description = "A page of contacts", body = ContactList)),
)]
pub async fn list(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<ListQuery>,
) -> Result<Response, ApiProblem> {
    let limit = limit_of(query.limit)?;
    let after = query.cursor.as_deref().map(position).transpose()?;
    let request = ListRequest {
        scope: query.scope.into(),
        filter: Filter::from_str(&query.filter)?,
        sort: query.sort.into(),
        from: 0,
        size: limit,
    };
    let mut tries = 0;
    loop {
        let request = request.clone();
        let read = move |app: &app::App| {
            app.read(member.actor, |view| {
                let (page, from) = match after {
                    None => (view.list(&request)?, 0),
                    Some(after) => view.list_after(&request, after)?,
                };
                let waits = catches_up_soon(&page, || view.has_running_imports())?;
                Ok((page, from, waits))
            })
        };
        let (page, from, waits) = blocking(&web, read).await?;
        tries += 1;
        if tries == TRIES || !waits {
            return Ok(ok(&listed(&page, from)?));
        }
        // Contacts that a program has just written in a batch appear in the list after a moment.
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Whether it is worth waiting for an up-to-date list. While imports run, the list lags behind until they end.
fn catches_up_soon(
    page: &ListPage,
    imports_run: impl FnOnce() -> Result<bool, app::Error>,
) -> Result<bool, app::Error> {
    Ok(page.total.is_none() || page.catching_up && !imports_run()?)
}

fn listed(page: &ListPage, from: u64) -> Result<ContactList, ApiProblem> {
    // Without the list in memory, neither the order nor a position in it is known.
    let total = page.total.ok_or_else(|| {
        let detail = "the list of contacts is being built; ask again in a moment";
        ApiProblem::new(StatusCode::SERVICE_UNAVAILABLE, "list_being_built", detail)
            .with_header(header::RETRY_AFTER, "1")
    })?;
    let until = from + page.contacts.len() as u64;
    let last = page.contacts.last().filter(|_| until < total);
    Ok(ContactList {
        contacts: page.contacts.iter().map(ContactResource::from).collect(),
        total,
        next: last.map(|last| format!("{}.{}", until - 1, last.id.simple())),
        catching_up: page.catching_up,
    })
}

/// The items per page: the requested number, or the default.
pub fn limit_of(asked: Option<u64>) -> Result<u64, ApiProblem> {
    match asked.unwrap_or(PAGE) {
        limit if (1..=MOST).contains(&limit) => Ok(limit),
        _ => Err(ApiProblem::of_parameter(
            "limit",
            format!("limit: a page has 1 to {MOST} items"),
        )),
    }
}

fn position(cursor: &str) -> Result<ListPosition, ApiProblem> {
    let read = || {
        let (place, id) = cursor.split_once('.')?;
        Some(ListPosition {
            place: place.parse().ok()?,
            id: id.parse().ok()?,
        })
    };
    read().ok_or_else(unknown_cursor)
}

/// The problem for a cursor that no response has contained.
pub fn unknown_cursor() -> ApiProblem {
    let detail = "cursor: this is no cursor of this list; take the `next` of the page before, or begin without one";
    ApiProblem::of_parameter("cursor", detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_not_waited_for_beside_an_import() {
        let page = |total, catching_up| ListPage {
            contacts: Vec::new(),
            total,
            catching_up,
        };
        let waits = |page: &ListPage, imports_run| catches_up_soon(page, || Ok(imports_run)).unwrap();
        assert!(!waits(&page(Some(1), false), false));
        assert!(waits(&page(Some(1), true), false));
        assert!(!waits(&page(Some(1), true), true));
        assert!(waits(&page(None, true), true), "there is nothing to show yet");
    }
}
