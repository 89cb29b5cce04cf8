//! Corrections that a member makes to a file without touching it: one cell, a value throughout a column, or every
//! suggestion of a kind.
//!
//! Decides what a correction is and how a record is read with all of them. They are stored in `app`, and a corrected
//! row is validated in `judge`. Corrections are applied in the order in which they were made, so a later one sees the
//! result of earlier ones.

use crate::judge::suggested_cell;
use crate::open::{Batch, Record};
use crate::reason::Code;
use serde::{Deserialize, Serialize};

/// One correction. Columns count from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// One cell gets another value.
    Cell {
        /// The record, by its number among all records of the file, blank lines counted, from 0.
        record: u64,
        /// The column; a shorter record is extended with empty cells.
        column: usize,
        /// The value.
        value: String,
    },
    /// Several cells get other values at once, such as pasted ones. This is one step for undo.
    Cells {
        /// The cells, in the order in which they are corrected.
        cells: Vec<CellFix>,
    },
    /// A text is replaced in every cell of a column.
    Replace {
        /// The column.
        column: usize,
        /// The text to find, case-sensitive.
        find: String,
        /// The replacement.
        with: String,
        /// Whether the text must be the whole cell, apart from surrounding blanks.
        whole: bool,
    },
    /// Accepts the suggestions of one kind of reason in every cell of a column.
    Accept {
        /// The column.
        column: usize,
        /// The kind of reason.
        code: Code,
    },
}

/// A new value for one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFix {
    /// The record, by its number among all records of the file, blank lines counted, from 0.
    pub record: u64,
    /// The column.
    pub column: usize,
    /// The value.
    pub value: String,
}

impl From<CellFix> for Fix {
    fn from(cell: CellFix) -> Self {
        let CellFix { record, column, value } = cell;
        Self::Cell { record, column, value }
    }
}

impl Fix {
    /// The column that it corrects; `None` if it may correct several.
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Cell { column, .. } | Self::Replace { column, .. } | Self::Accept { column, .. } => Some(*column),
            Self::Cells { .. } => None,
        }
    }

    /// Returns the value of a cell of its column after the correction; `None` if the cell is unchanged.
    pub fn corrected(&self, now: Option<&str>) -> Option<String> {
        match self {
            Self::Cell { value, .. } => Some(value.clone()),
            Self::Cells { .. } => None,
            Self::Replace {
                find,
                with,
                whole: true,
                ..
            } => now.filter(|cell| cell.trim() == find.trim()).map(|_| with.clone()),
            // An empty text would be found everywhere.
            Self::Replace { find, .. } if find.is_empty() => None,
            Self::Replace {
                find,
                with,
                whole: false,
                ..
            } => now
                .filter(|cell| cell.contains(find))
                .map(|cell| cell.replace(find, with)),
            Self::Accept { code, .. } => now.and_then(|cell| suggested_cell(cell, *code)),
        }
    }
}

/// All corrections of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fixes {
    list: Vec<Fix>,
}

impl Fixes {
    /// Adds a correction. If the previous correction is of the same cell, it is replaced.
    pub fn add(&mut self, fix: Fix) {
        let same_cell = matches!(
            (self.list.last(), &fix),
            (Some(Fix::Cell { record: a, column: b, .. }), Fix::Cell { record, column, .. }) if (a, b) == (record, column)
        );
        if same_cell {
            self.list.pop();
        }
        self.list.push(fix);
    }

    /// Removes the last correction; returns false if there is none.
    pub fn undo_last(&mut self) -> bool {
        self.list.pop().is_some()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Prepares the corrections for many records.
    pub fn ready(&self) -> ReadyFixes {
        let mut cells: Vec<(u64, usize)> = Vec::new();
        let mut whole_columns = Vec::new();
        let list: Vec<Fix> = self.list.iter().flat_map(one_by_one).collect();
        for (at, fix) in list.iter().enumerate() {
            match fix {
                Fix::Cells { .. } => {}
                Fix::Cell { record, .. } => cells.push((*record, at)),
                Fix::Replace { .. } | Fix::Accept { .. } => whole_columns.push(at),
            }
        }
        cells.sort_unstable();
        ReadyFixes {
            list,
            cells,
            whole_columns,
        }
    }
}

/// Splits a correction into corrections of one cell or one column.
fn one_by_one(fix: &Fix) -> Vec<Fix> {
    match fix {
        Fix::Cells { cells } => cells.iter().cloned().map(Fix::from).collect(),
        other => vec![other.clone()],
    }
}

/// Corrections indexed so that the corrections of a record are found quickly.
#[derive(Clone, Debug, Default)]
pub struct ReadyFixes {
    list: Vec<Fix>,
    /// The records whose cells are corrected, each with the index of its correction.
    cells: Vec<(u64, usize)>,
    /// The indexes of the corrections of whole columns.
    whole_columns: Vec<usize>,
}

impl ReadyFixes {
    /// Returns the cells of a record that differ from the file, each with its new value, by column. Columns may be
    /// beyond the record's end.
    pub fn changed(&self, record: Record<'_>) -> Vec<(usize, String)> {
        let from = self.cells.partition_point(|(at, _)| *at < record.index());
        let own = self.cells[from..].iter().take_while(|(at, _)| *at == record.index());
        let mut which: Vec<usize> = own
            .map(|(_, fix)| *fix)
            .chain(self.whole_columns.iter().copied())
            .collect();
        which.sort_unstable();
        let mut changed: Vec<(usize, String)> = Vec::new();
        for fix in which.into_iter().map(|at| &self.list[at]) {
            let Some(column) = fix.column() else { continue };
            let known = changed.iter().position(|(at, _)| *at == column);
            let now = known.map_or_else(|| record.get(column), |at| Some(changed[at].1.as_str()));
            if let Some(value) = fix.corrected(now) {
                match known {
                    Some(at) => changed[at].1 = value,
                    None => changed.push((column, value)),
                }
            }
        }
        changed.retain(|(column, value)| record.get(*column).unwrap_or_default() != value);
        changed.sort_unstable();
        changed
    }

    /// Writes the record with its corrections into the batch, replacing the batch's contents; `None` if no cell
    /// changes.
    pub fn apply<'b>(&self, record: Record<'_>, into: &'b mut Batch) -> Option<Record<'b>> {
        if self.list.is_empty() {
            return None;
        }
        let changed = self.changed(record);
        let wide = changed.last()?.0 + 1;
        let value = |column: usize| {
            let own = changed.iter().find(|(at, _)| *at == column);
            own.map_or_else(|| record.get(column).unwrap_or_default(), |(_, value)| value)
        };
        *into = Batch::default();
        into.add_changed(record, (0..record.len().max(wide)).map(value));
        into.records().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{Dialect, Records};

    fn read(text: &str) -> Batch {
        let mut batch = Batch::default();
        let mut records = Records::new(text.as_bytes(), Dialect::default());
        assert!(records.fill(&mut batch, 100).unwrap());
        batch
    }

    fn fixes(list: Vec<Fix>) -> ReadyFixes {
        let mut fixes = Fixes::default();
        list.into_iter().for_each(|fix| fixes.add(fix));
        fixes.ready()
    }

    fn cell(record: u64, column: usize, value: &str) -> Fix {
        Fix::Cell {
            record,
            column,
            value: value.to_owned(),
        }
    }

    fn replace(column: usize, find: &str, with: &str, whole: bool) -> Fix {
        Fix::Replace {
            column,
            find: find.to_owned(),
            with: with.to_owned(),
            whole,
        }
    }

    fn after(batch: &Batch, fixes: &ReadyFixes, at: usize) -> Option<Vec<String>> {
        let mut corrected = Batch::default();
        let record = batch.records().nth(at).unwrap();
        let corrected = fixes.apply(record, &mut corrected)?;
        assert_eq!((corrected.line(), corrected.index()), (record.line(), record.index()));
        Some(corrected.cells().map(str::to_owned).collect())
    }

    #[test]
    fn a_cell_gets_another_value_also_behind_the_end() {
        let batch = read("a,b\nc\n");
        let fixes = fixes(vec![cell(0, 1, "x"), cell(1, 2, "y")]);
        assert_eq!(after(&batch, &fixes, 0).unwrap(), ["a", "x"]);
        assert_eq!(after(&batch, &fixes, 1).unwrap(), ["c", "", "y"]);
    }

    #[test]
    fn several_cells_are_corrected_and_undone_at_once() {
        let batch = read("a,b\nc,d\n");
        let of = |record, column, value: &str| CellFix {
            record,
            column,
            value: value.to_owned(),
        };
        let mut fixes = Fixes::default();
        fixes.add(cell(0, 0, "x"));
        fixes.add(Fix::Cells {
            cells: vec![of(0, 1, "y"), of(1, 0, "z")],
        });
        assert_eq!(after(&batch, &fixes.ready(), 0).unwrap(), ["x", "y"]);
        assert_eq!(after(&batch, &fixes.ready(), 1).unwrap(), ["z", "d"]);
        assert_eq!(fixes.len(), 2);
        assert!(fixes.undo_last());
        assert_eq!(after(&batch, &fixes.ready(), 0).unwrap(), ["x", "b"]);
        assert_eq!(after(&batch, &fixes.ready(), 1), None);
    }

    #[test]
    fn a_correction_says_what_it_would_make_of_a_cell() {
        let part = replace(0, ".con", ".com", false);
        assert_eq!(part.corrected(Some("a@x.con")).as_deref(), Some("a@x.com"));
        assert_eq!(part.corrected(Some("a@x.org")), None);
        assert_eq!(replace(0, "", "x", false).corrected(Some("a")), None);
    }

    #[test]
    fn a_text_is_replaced_throughout_a_column() {
        let batch = read("a@x.con,con\nb@x.org,con\n n/a ,con\n");
        let fixes = fixes(vec![replace(0, ".con", ".com", false), replace(0, "n/a", "", true)]);
        assert_eq!(after(&batch, &fixes, 0).unwrap(), ["a@x.com", "con"]);
        assert_eq!(after(&batch, &fixes, 1), None);
        assert_eq!(after(&batch, &fixes, 2).unwrap(), ["", "con"]);
    }

    #[test]
    fn every_suggestion_of_a_column_is_accepted_and_other_columns_stay() {
        let batch = read("a@x.con,b@x.con\nc@x.com,\nd@@x.org,\n");
        let column = 0;
        let code = Code::Email;
        let fixes = fixes(vec![Fix::Accept { column, code }]);
        assert_eq!(after(&batch, &fixes, 0).unwrap(), ["a@x.com", "b@x.con"]);
        assert_eq!(after(&batch, &fixes, 1), None);
        assert_eq!(after(&batch, &fixes, 2).unwrap(), ["d@x.org", ""]);
    }

    #[test]
    fn a_later_fix_sees_what_an_earlier_one_has_left() {
        let batch = read("1,2\n");
        let both = fixes(vec![cell(0, 0, "n/a"), replace(0, "n/a", "3", true)]);
        assert_eq!(after(&batch, &both, 0).unwrap(), ["3", "2"]);
        let back = fixes(vec![replace(0, "1", "3", true), cell(0, 0, "1")]);
        assert_eq!(after(&batch, &back, 0), None);
    }

    #[test]
    fn the_last_fix_can_be_undone() {
        let mut fixes = Fixes::default();
        fixes.add(cell(0, 0, "x"));
        fixes.add(cell(0, 0, "y"));
        assert_eq!(fixes.len(), 1);
        assert!(fixes.undo_last() && !fixes.undo_last());
    }
}
