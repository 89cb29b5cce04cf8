//! The query parameters that select the rows of an import.

use crate::pages::import::address;
use app::{Counts, ImportId, RowClass};
use serde::Deserialize;

/// Rows on a page.
pub const PAGE: u64 = 50;

/// The rows in the URL.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RowQuery {
    pub class: Option<String>,
    /// The page, from 1.
    pub page: Option<u64>,
    /// `problems` to show only the columns of invalid rows that have problems.
    pub columns: Option<String>,
}

impl RowQuery {
    /// The requested class, otherwise the first non-empty one, in the order in which classes need attention.
    pub fn class(&self, counts: &Counts) -> RowClass {
        let asked = self.class.as_deref().and_then(RowClass::parse);
        let first = || {
            use RowClass as C;
            let order = [
                C::Invalid,
                C::Conflict,
                C::Ambiguous,
                C::Possible,
                C::New,
                C::Update,
                C::Duplicate,
                C::Unchanged,
            ];
            order.into_iter().find(|class| class.count_in(counts) > 0)
        };
        asked.or_else(first).unwrap_or(RowClass::New)
    }

    /// Whether only columns with problems are shown.
    pub fn only_problems(&self) -> bool {
        self.columns.as_deref() == Some("problems")
    }

    /// The page, from 0.
    pub fn page(&self) -> u64 {
        self.page.unwrap_or(1).saturating_sub(1)
    }
}

/// The URL of a row that is on this page of the rows of a class.
pub fn row_url(import: ImportId, class: RowClass, page: u64, row: u64) -> String {
    address(import, &format!("row?class={}&page={page}&row={row}", class.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wants_a_look_comes_first() {
        let at = RowQuery::default();
        let mut counts = Counts {
            rows: 3,
            new: 2,
            invalid: 1,
            ..Counts::default()
        };
        assert_eq!(at.class(&counts), RowClass::Invalid);
        counts.invalid = 0;
        assert_eq!(at.class(&counts), RowClass::New);
        let asked = RowQuery {
            class: Some("update".to_owned()),
            page: Some(3),
            columns: None,
        };
        assert_eq!((asked.class(&counts), asked.page()), (RowClass::Update, 2));
    }
}
