//! Writing plain structs as JSON text, for the columns of the store that hold it.

use serde::Serialize;

/// Plain structs of ours always become JSON.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
