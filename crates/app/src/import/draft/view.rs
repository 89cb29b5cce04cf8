//! What people see of a draft and of the rows of an import.

use crate::import::analysis::NumbersOf;
use crate::import::counts::Counts;
use crate::import::counts::RowClass;
use crate::import::draft::DraftSettings;
use crate::import::outcome::Decision;
use crate::import::warnings::Warnings;
use exchange::convert::TableSource;
use exchange::mapping::Column;
use exchange::open::{Dialect, EncodingFound};
use exchange::reason::{Code, Reason};
use model::{Contact, ContactId};
use store::ImportId;
use store::imports::ImportState;

/// An import that is being prepared.
#[derive(Clone, Debug)]
pub struct Draft {
    pub import: ImportId,
    /// What tells the draft from what it was before it was changed.
    pub revision: String,
    /// The name that people know the file by.
    pub file_name: String,
    /// How many bytes it has.
    pub file_size: u64,
    /// When it was uploaded, in UTC microseconds.
    pub created_at: i64,
    /// What the member chose.
    pub settings: DraftSettings,
    /// How many corrections there are.
    pub fixes: u64,
    /// How many rows were decided on one by one.
    pub decisions: u64,
    /// Where it stands: anything but `Draft` once it was started.
    pub state: ImportState,
    /// Where its table comes from, if the file is no CSV itself.
    pub source: Option<TableSource>,
}

/// A file as its columns are mapped now.
#[derive(Clone, Debug)]
pub struct MappedFile {
    /// The encoding and how it was detected.
    pub encoding: EncodingFound,
    /// Delimiter, quotes and line ends.
    pub dialect: Dialect,
    /// Which record holds the header, from 0, blank lines counted; none if there is none.
    pub header_row: Option<u64>,
    /// The name of the program whose export it is, if that is known.
    pub layout: Option<String>,
    /// What each column becomes.
    pub columns: Vec<Column>,
    /// Three distinct values of each column, in the order of the file: the first, the longest, and one that is written in
    /// another way than most.
    pub samples: Vec<Vec<String>>,
    /// For each column, the one that a choice has given its slot to.
    pub taken_by: Vec<Option<usize>>,
    /// The country of numbers without country code, if there are any numbers.
    pub numbers_of: Option<NumbersOf>,
    /// Whether the month comes first in dates such as 03/04/1980; none if no column holds dates.
    pub month_first: Option<bool>,
    /// Whether that is only assumed in a column, because its dates do not show it.
    pub dates_assumed: bool,
    /// Whether a mapping is applied that this member has used before for the same header row. Settings without `choices`
    /// take the proposal instead.
    pub remembered: bool,
    /// The names of the custom fields that columns can fill.
    pub fields: Vec<String>,
    /// Whether the member may make new ones.
    pub may_define: bool,
}

/// How far a preview has come.
#[derive(Clone, Debug, Default)]
pub struct PreviewState {
    /// Rows by class so far.
    pub counts: Counts,
    /// What is odd about rows that would not be rejected.
    pub warnings: Warnings,
    /// Bytes of the file that are read.
    pub bytes: u64,
    /// Bytes of the file.
    pub of_bytes: u64,
    /// Whether it has come to the end.
    pub complete: bool,
    /// How many contacts the import would write: new and changed ones.
    pub will_write: u64,
    /// Why it could not be made.
    pub problem: Option<String>,
}

/// One row of the file, as the import would take it or has taken it.
#[derive(Clone, Debug)]
pub struct PreviewRow {
    /// Its number among the file's records, from 0: its address for corrections and decisions.
    pub number: u64,
    /// The line that it begins on, from 1.
    pub line: u64,
    /// What it becomes.
    pub class: RowClass,
    /// Its cells as in the file, after corrections.
    pub cells: Vec<String>,
    /// The columns that were corrected.
    pub fixed: Vec<usize>,
    /// The contact that it describes, as far as it could be read.
    pub contact: Option<Contact>,
    /// What is wrong or odd.
    pub reasons: Vec<Reason>,
    /// The contacts that it matches.
    pub matches: Vec<MatchedContact>,
    /// What an update changes in its contact, or would change.
    pub changes: Vec<ValueChange>,
    /// What the member decided for this row.
    pub decision: Option<Decision>,
}

/// A contact that a row matches.
#[derive(Clone, Debug)]
pub struct MatchedContact {
    /// Which; none if it is an earlier row of the same file.
    pub id: Option<ContactId>,
    /// The line of that row.
    pub line: Option<u64>,
    pub contact: Contact,
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueChange {
    /// Which value: the text of its slot, such as `email:work`.
    pub slot: String,
    /// What it is; empty if there is none.
    pub old: String,
    /// What it becomes; empty if it goes.
    pub new: String,
}

/// A page of rows.
#[derive(Clone, Debug, Default)]
pub struct RowsPage {
    pub rows: Vec<PreviewRow>,
    /// How many rows there are on all pages.
    pub total: u64,
    /// Which page this is, from 0.
    pub page: u64,
    /// How many pages there are; at least one.
    pub pages: u64,
    /// The names of the file's columns.
    pub header: Vec<String>,
}

/// Invalid rows that have the same thing wrong in the same column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnProblem {
    /// Which column, from 0.
    pub column: usize,
    pub header: String,
    /// How many rows.
    pub rows: u64,
    /// The value of the first of them.
    pub example: String,
    /// What is wrong with that one.
    pub message: String,
    /// What would be right.
    pub advice: String,
    /// What kind of reason.
    pub code: Code,
    /// How many of the rows have a suggestion.
    pub suggested: u64,
    /// The first cells with a suggestion: as they are, and as they would be.
    pub suggestions: Vec<(String, String)>,
}
