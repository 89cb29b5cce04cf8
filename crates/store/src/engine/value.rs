//! Inputs of statements: values, and the tables and keys of the primitives for many rows.

use crate::ids::Workspace;
use uuid::Uuid;

/// A value bound to a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl<'a> Value<'a> {
    /// A number of rows, lines or bytes.
    pub(crate) fn count(count: u64) -> Self {
        // No file and no table comes near to 2^63.
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(crate) fn id(id: &'a Uuid) -> Self {
        Self::Blob(id.as_bytes())
    }

    /// The position after which a page in id order starts; without an id, a value that sorts before every id.
    pub(crate) fn after(id: Option<&'a Uuid>) -> Self {
        id.map_or(Self::Blob(&[]), Self::id)
    }
}

impl From<Workspace> for Value<'_> {
    fn from(workspace: Workspace) -> Self {
        Self::Int(workspace.0)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(int: Option<i64>) -> Self {
        int.map_or(Self::Null, Self::Int)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

/// A table and the columns that a bulk write names.
pub(crate) struct Table<const N: usize> {
    pub(crate) name: &'static str,
    pub(crate) columns: [&'static str; N],
}

/// Concatenates two arrays, for columns and values that several tables share. Compiles only if `N` is the sum of both
/// lengths.
pub(crate) const fn join<T: Copy, const A: usize, const B: usize, const N: usize>(
    first: [T; A],
    then: [T; B],
) -> [T; N] {
    const { assert!(A > 0 && A + B == N) };
    let mut all = [first[0]; N];
    let mut at = 1;
    while at < N {
        all[at] = if at < A { first[at] } else { then[at - A] };
        at += 1;
    }
    all
}

/// What a bulk insert does with a row whose primary key exists.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum OnConflict {
    /// The whole insert fails with [`Error::Conflict`].
    Fail,
    /// The existing row is kept.
    Keep,
}

/// A query for many keys of one workspace at once: selects `columns` of the rows of `table` whose `key` is one of the
/// keys, for each key in the order of the column `order`.
pub(crate) struct Lookup {
    pub(crate) table: &'static str,
    pub(crate) key: &'static str,
    pub(crate) columns: &'static str,
    pub(crate) order: &'static str,
}

/// A query for many keys of one workspace at once: for each key, selects `columns` of the last row of `table` whose
/// `key` is within `bound` of it. Rows with the same `key` are in the order of the column `then`.
pub(crate) struct LastLookup {
    pub(crate) table: &'static str,
    pub(crate) key: &'static str,
    pub(crate) then: &'static str,
    pub(crate) columns: &'static str,
    pub(crate) bound: Bound,
}

/// The upper bound of a lookup, relative to the given key.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// The key itself is included.
    AtMost,
    Below,
}

impl Bound {
    pub(crate) fn operator(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::Below => "<",
        }
    }
}
