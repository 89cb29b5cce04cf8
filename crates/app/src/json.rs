//! Serialises plain structs to JSON text, for the JSON columns of the store.

use serde::Serialize;

/// Serialises a plain struct of this program, which cannot fail.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
