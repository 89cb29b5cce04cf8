//! Deserializes fields of forms and query strings that a request may contain several times.
//!
//! Browsers send a field once for each ticked box, and requests of programs may repeat any field. A struct declares
//! with [`all`] or [`first`] which values of a field count. Neither refuses a value, so handlers decide how to respond
//! to a wrong one.

use serde::de::{DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;

/// Every value of a field, in order.
///
/// A plain `Vec<String>` also accepts a single value, but not in a struct that is flattened into another: serde then
/// buffers the values and loses the information that a single one may be a list.
pub fn all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(Values)
}

/// The first value of a field.
pub fn first<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let values = all(deserializer)?;
    Ok(values.into_iter().next().unwrap_or_default())
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Vec<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the values of a field")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(vec![value.to_owned()])
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Self::Value, E> {
        Ok(vec![value])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(value) = values.next_element()? {
            all.push(value);
        }
        Ok(all)
    }
}

/// Parses a stored query string: a saved view, or the columns of a member.
pub fn parse<T: DeserializeOwned + Default>(query: &str) -> T {
    serde_html_form::from_str(query).unwrap_or_default()
}

/// The fields of a form in order, for the few forms whose field names are known only at run time: a contact (`field:`
/// and the name of a custom field), the choices of a merge (`whose:` and a field), and any form that is repeated with a
/// password.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Parses the body of a request that is passed on to its handler afterwards.
    pub fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first value of a field.
    pub fn first(&self, wanted: &str) -> Option<&str> {
        let mut named = self.iter().filter(|(name, _)| *name == wanted);
        named.next().map(|(_, value)| value)
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.iter().filter(move |(name, _)| *name == wanted);
        named.map(|(_, value)| value)
    }

    /// The fields whose names have this prefix, with the rest of the name.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value)))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The fields with one of these names, and the others.
    pub fn split(self, names: &[&str]) -> (Self, Self) {
        let (named, others) = self.0.into_iter().partition(|(name, _)| names.contains(&name.as_str()));
        (Self(named), Self(others))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Pairs {
    fn from(fields: [(&str, &str); N]) -> Self {
        Self(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
        #[serde(deserialize_with = "first")]
        name: String,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Inner {
        #[serde(deserialize_with = "all")]
        id: Vec<String>,
        #[serde(deserialize_with = "first")]
        q: String,
    }

    fn outer(name: &str, id: &[&str], q: &str) -> Outer {
        Outer {
            name: name.to_owned(),
            inner: Inner {
                id: id.iter().map(|id| (*id).to_owned()).collect(),
                q: q.to_owned(),
            },
        }
    }

    #[test]
    fn a_field_may_be_missing_come_once_or_come_often() {
        for (query, expected) in [
            ("", outer("", &[], "")),
            ("id=1&name=a&q=", outer("a", &["1"], "")),
            (
                "id=1&name=a&id=&name=b&q=x&q=y&other=1&other=2",
                outer("a", &["1", ""], "x"),
            ),
            ("name=%FF&id=%20+", outer("\u{fffd}", &["  "], "")),
        ] {
            assert_eq!(parse::<Outer>(query), expected, "{query}");
        }
    }

    /// Takes minutes unless the running time is linear.
    #[test]
    fn many_values_and_many_names_are_read() {
        let ids: String = (0..200_000).map(|id| format!("id={id}&other{id}=1&")).collect();
        assert_eq!(parse::<Outer>(&ids).inner.id.len(), 200_000);
    }
}
