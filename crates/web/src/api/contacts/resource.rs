//! The JSON resource of a contact: its values and its metadata.

use crate::api::contacts::values::ContactValues;
use crate::api::json::instant;
use crate::api::problem::ApiProblem;
use app::{Listed, Right, StoredContact};
use axum::http::StatusCode;
use model::{ContactId, Version};
use serde::Serialize;
use utoipa::ToSchema;

/// A contact.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f", "version": "1764409000000000",
    "created_at": "2026-11-29T09:36:40Z", "updated_at": "2026-11-29T09:36:40Z",
    "right": "own", "owner": "Ada", "created_by_import": null, "created_by_line": null,
    "contact": {"first_name": "Ann", "emails": [{"label": "work", "value": "ann@acme.example"}]},
}))]
pub struct ContactResource {
    #[schema(format = "uuid")]
    pub id: String,
    /// The version of the contact; in quotes, it is the value of `If-Match`.
    pub version: String,
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When a value was last changed.
    #[schema(format = "date-time")]
    pub updated_at: String,
    /// The right of the member to the contact.
    pub right: RightName,
    /// The name of the owner.
    pub owner: String,
    /// The id of the import that created it; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by_import: Option<String>,
    /// The line of the file from which it was created; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by_line: Option<u64>,
    pub contact: ContactValues,
}

/// What a member may do with a contact. Each right includes the previous ones.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RightName {
    View,
    Edit,
    Own,
}

impl From<Right> for RightName {
    fn from(right: Right) -> Self {
        match right {
            Right::View => Self::View,
            Right::Edit => Self::Edit,
            Right::Own => Self::Own,
        }
    }
}

impl From<&StoredContact> for ContactResource {
    fn from(stored: &StoredContact) -> Self {
        Self {
            id: stored.id.to_string(),
            version: stored.version.to_string(),
            created_at: instant(stored.created_at),
            updated_at: instant(stored.version),
            right: stored.right.into(),
            owner: stored.owner_name.clone(),
            created_by_import: stored.created_by.map(|origin| origin.import.to_string()),
            created_by_line: stored.created_by.map(|origin| origin.line),
            contact: ContactValues::from_contact(&stored.contact),
        }
    }
}

impl From<&Listed> for ContactResource {
    fn from(listed: &Listed) -> Self {
        Self {
            id: listed.id.to_string(),
            version: listed.version.to_string(),
            created_at: instant(listed.created_at),
            updated_at: instant(listed.version),
            right: listed.right.into(),
            owner: listed.owner_name.clone(),
            created_by_import: None,
            created_by_line: None,
            contact: ContactValues::from_contact(&listed.contact),
        }
    }
}

/// The strong entity tag of a version.
pub fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// The address of a contact.
pub fn address(id: ContactId) -> String {
    format!("/api/v1/contacts/{id}")
}

/// Parses the id in an address. Text that is not an id is reported as a missing contact.
pub fn id(text: &str) -> Result<ContactId, ApiProblem> {
    text.parse().map_err(|_| {
        ApiProblem::new(
            StatusCode::NOT_FOUND,
            "no_such_contact",
            format!("there is no contact {text}"),
        )
    })
}
