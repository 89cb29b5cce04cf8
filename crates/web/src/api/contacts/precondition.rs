//! The header `If-Match`: a change of a contact names the version that the program has read.

use crate::Web;
use crate::api::contacts::resource::{ContactResource, etag};
use crate::api::gate::TokenMember;
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use model::{ContactId, Version};
use std::sync::Arc;

/// The entity tag in a request.
#[derive(Clone, Debug)]
pub struct IfMatch(String);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let mut sent = parts.headers.get_all(header::IF_MATCH).iter();
        let (Some(value), None) = (sent.next(), sent.next()) else {
            let detail = "send the header `If-Match` with the ETag of the contact that you have read, so that no change of \
                          somebody else is lost";
            return Err(ApiProblem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "precondition_required",
                detail,
            ));
        };
        Ok(Self(value.to_str().unwrap_or_default().trim().to_owned()))
    }
}

impl IfMatch {
    /// The version. `None` if the tag is not that of any possible version.
    pub fn version(&self) -> Option<Version> {
        let bare = self.0.strip_prefix('"')?.strip_suffix('"')?;
        let version: Version = bare.parse().ok()?;
        // Another notation of the same number, such as "017", is a different tag.
        (etag(version) == self.0).then_some(version)
    }
}

/// The problem for a conflict, with the current contact. If the member may no longer see it, the problem is "not
/// found".
pub async fn conflict(web: &Arc<Web>, member: TokenMember, id: ContactId) -> ApiProblem {
    let current = blocking(web, move |app| app.contact(member.actor, id)).await;
    let current = match current {
        Ok(current) => current,
        Err(problem) => return problem.into(),
    };
    let detail = "the contact has another version than If-Match names; `current` is what it is now";
    let resource = serde_json::to_value(ContactResource::from(&current)).unwrap_or_default();
    ApiProblem::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", detail)
        .with_current(StatusCode::PRECONDITION_FAILED, resource)
        .with_header(header::ETAG, &etag(current.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_strong_tag_of_a_version_is_one() {
        let version = |text: &str| IfMatch(text.to_owned()).version();
        assert_eq!(version("\"17\""), Some(17));
        for text in [
            "17",
            "W/\"17\"",
            "*",
            "\"017\"",
            "\"+17\"",
            "\"\"",
            "\"17\", \"18\"",
            "\"",
        ] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
