//! The data of a draft and of the rows of an import, for display.

use crate::import::analysis::PhoneRegion;
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
    /// A hash of the draft's plan, which differs after every change.
    pub revision: String,
    /// The name that users know the file by.
    pub file_name: String,
    /// The size of the uploaded file in bytes.
    pub file_size: u64,
    /// When the file was uploaded, in UTC microseconds.
    pub created_at: i64,
    /// The member's settings.
    pub settings: DraftSettings,
    /// The number of corrections.
    pub fixes: u64,
    /// The number of decisions about single rows.
    pub decisions: u64,
    /// The state of the import: not `Draft` any more once it was started.
    pub state: ImportState,
    /// Where the table comes from, if the file is not a CSV itself.
    pub source: Option<TableSource>,
}

/// A file with its current mapping.
#[derive(Clone, Debug)]
pub struct MappedFile {
    /// The encoding and how it was detected.
    pub encoding: EncodingFound,
    /// Delimiter, quotes and line ends.
    pub dialect: Dialect,
    /// The record that holds the header, from 0, blank lines counted; `None` if there is no header row.
    pub header_row: Option<u64>,
    /// The name of the program that exported the file, if the layout is known.
    pub layout: Option<String>,
    /// What each column becomes.
    pub columns: Vec<Column>,
    /// At most three distinct values of each column, in the order of the file: the first, the longest, and one that is
    /// written differently from most.
    pub samples: Vec<Vec<String>>,
    /// For each column, the other column that fills its slot instead, because the member chose it.
    pub taken_by: Vec<Option<usize>>,
    /// The country of numbers without country code, if a column holds numbers and a country is known.
    pub numbers_of: Option<PhoneRegion>,
    /// Whether the month comes first in dates such as 03/04/1980; `None` if no column holds dates.
    pub month_first: Option<bool>,
    /// Whether the order is only assumed for at least one column, because its dates do not show it.
    pub dates_assumed: bool,
    /// Whether a mapping is applied that this member has used before for the same header row. Settings without
    /// `choices` use the proposed mapping instead.
    pub remembered: bool,
    /// The names of the custom fields that columns can fill.
    pub fields: Vec<String>,
    /// Whether the member may define new custom fields.
    pub may_define: bool,
}

/// The progress of a preview.
#[derive(Clone, Debug, Default)]
pub struct PreviewState {
    /// Rows by class so far.
    pub counts: Counts,
    /// Warnings about rows that would not be rejected.
    pub warnings: Warnings,
    /// The bytes of the file that were read.
    pub bytes: u64,
    /// The size of the file in bytes.
    pub of_bytes: u64,
    /// Whether the preview has reached the end of the file.
    pub complete: bool,
    /// The number of contacts that the import would write: new and changed ones.
    pub will_write: u64,
    /// Why the preview failed, if it did.
    pub problem: Option<String>,
}

/// One row of the file, as the import would handle it or has handled it.
#[derive(Clone, Debug)]
pub struct PreviewRow {
    /// The number of the row among the file's records, from 0. It identifies the row in corrections and decisions.
    pub number: u64,
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The class of the row's outcome.
    pub class: RowClass,
    /// The cells as in the file, after corrections.
    pub cells: Vec<String>,
    /// The columns that were corrected.
    pub fixed: Vec<usize>,
    /// The contact that the row describes, as far as it could be read.
    pub contact: Option<Contact>,
    /// The problems and warnings of the row.
    pub reasons: Vec<Reason>,
    /// The contacts that the row matches.
    pub matches: Vec<MatchedContact>,
    /// The values of the contact that an update changes, or would change.
    pub changes: Vec<ValueChange>,
    /// The member's decision about this row.
    pub decision: Option<Decision>,
}

/// A contact that a row matches.
#[derive(Clone, Debug)]
pub struct MatchedContact {
    /// The id of the contact; `None` if an earlier row of the same file will create it.
    pub id: Option<ContactId>,
    /// The line of the row that creates the contact, if it is in the same file.
    pub line: Option<u64>,
    pub contact: Contact,
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueChange {
    /// The text of the value's slot, such as `email:work`.
    pub slot: String,
    /// The old value; empty if there is none.
    pub old: String,
    /// The new value; empty if the value is removed.
    pub new: String,
}

/// A page of rows.
#[derive(Clone, Debug, Default)]
pub struct RowsPage {
    pub rows: Vec<PreviewRow>,
    /// The number of rows on all pages.
    pub total: u64,
    /// The number of this page, from 0.
    pub page: u64,
    /// The number of pages, at least one.
    pub pages: u64,
    /// The names of the file's columns.
    pub header: Vec<String>,
}

/// Invalid rows with the same kind of problem in the same column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnProblem {
    /// The index of the column, from 0.
    pub column: usize,
    pub header: String,
    /// The number of rows.
    pub rows: u64,
    /// The value of the first row.
    pub example: String,
    /// What is wrong with that value.
    pub message: String,
    /// What would be right.
    pub advice: String,
    /// The code of the reason.
    pub code: Code,
    /// The number of rows with a suggestion.
    pub suggested: u64,
    /// The first cells with a suggestion: the current and the suggested value.
    pub suggestions: Vec<(String, String)>,
}
