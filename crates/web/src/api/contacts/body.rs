//! Request bodies with a contact: its values, or a merge patch of them (RFC 7396).

use crate::api::contacts::values::ContactValues;
use crate::api::problem::escaped;
use app::{Error, NewValues, ValueProblem};
use model::{Contact, Region};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The values of a contact to create or replace.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contact": {"first_name": "Ann", "emails": [{"value": "ann@acme.example"}]}}))]
pub struct ContactBody {
    pub contact: ContactValues,
}

/// Values of a contact to change. A null removes a value; lists are replaced as a whole; omitted values stay unchanged.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contact": {"title": "Engineer", "notes": null}}))]
pub struct ContactPatch {
    #[schema(value_type = ContactValues)]
    pub contact: Map<String, Value>,
}

/// Replaces all values of a contact.
pub fn replacing(values: ContactValues, region: Option<Region>) -> NewValues {
    Box::new(move |known| values.contact(known, region))
}

/// Merges a patch into the existing values.
pub fn merging(patch: Map<String, Value>, region: Option<Region>) -> NewValues {
    Box::new(move |known| merged(&patch, known, region))
}

fn merged(patch: &Map<String, Value>, known: Option<&Contact>, region: Option<Region>) -> Result<Contact, Error> {
    let before = known.map(ContactValues::from_contact).unwrap_or_default();
    let mut whole = serde_json::to_value(before).unwrap_or_default();
    merge_patch(&mut whole, &Value::Object(patch.clone()));
    let values: ContactValues = serde_path_to_error::deserialize(whole).map_err(|error| {
        let place: String = error
            .path()
            .iter()
            .map(|segment| format!("/{}", escaped(&segment.to_string())))
            .collect();
        Error::Values(vec![ValueProblem {
            pointer: format!("/contact{}", place.replace(['[', ']'], "")),
            what: error.into_inner().to_string(),
        }])
    })?;
    values.contact(known, region)
}

/// Applies a merge patch (RFC 7396).
fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        match value {
            Value::Null => drop(members.remove(name)),
            value => merge_patch(members.entry(name.clone()).or_insert(Value::Null), value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patches_merge_as_the_examples_of_rfc_7396() {
        for (mut target, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            merge_patch(&mut target, &patch);
            assert_eq!(target, expected);
        }
    }

    #[test]
    fn a_patch_with_an_unknown_field_is_refused_with_its_name() {
        let patch = |value: Value| value.as_object().cloned().unwrap_or_default();
        let problem = |value: Value| match merged(&patch(value), None, None) {
            Err(Error::Values(problems)) => problems[0].clone(),
            other => unreachable!("{other:?}"),
        };
        let unknown = problem(json!({"frist_name": "Ann"}));
        assert_eq!(unknown.pointer, "/contact/frist_name");
        assert!(unknown.what.contains("frist_name"), "{}", unknown.what);
        assert_eq!(
            problem(json!({"emails": [{"value": 1}]})).pointer,
            "/contact/emails/0/value"
        );
    }
}
