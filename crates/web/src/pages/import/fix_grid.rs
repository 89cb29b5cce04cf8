//! Invalid rows as a grid: the whole row, with an input for each bad cell, the problem, and the suggestion.
//!
//! Defines which columns a page shows. Saving is done by `preview::cells`; moving between problems, opening other
//! cells and pasting are done by the script.

use crate::pages::import::address;
use crate::pages::import::rows::{Changing, MOST_OF_EACH, Rows, SWAP, sentence, wrong};
use crate::ui::truncate::{Room, brief, cut, is_cut};
use crate::ui::words::number;
use app::{PreviewRow, Reason};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The most columns shown; columns with problems come first.
const COLUMNS: usize = 30;
/// Approximate number of inputs for bad cells per page: of rows with very many, only the first are shown.
const FIELDS: usize = 200;
/// The most characters per page of cells whose whole value is sent because they are shown truncated.
const VALUES: usize = 32 * 1024;
/// Characters shown of a good cell.
const SHOWN: usize = 40;
/// In files with more columns a column is chosen by number: a select of all columns in each row would make the page
/// large.
const LISTED_COLUMNS: usize = 50;

/// The name of the input of a cell.
pub fn cell_name(row: u64, column: usize) -> String {
    format!("cell-{row}-{column}")
}

/// The name of the hidden input with the value that the cell had when the page was rendered.
pub fn was_name(row: u64, column: usize) -> String {
    format!("was-{row}-{column}")
}

impl Rows<'_> {
    pub(super) fn fix_grid(&self) -> Markup {
        let columns = self.grid_columns();
        let room = Room::with_characters(VALUES);
        html! {
            table.table.fix-grid data-fix-grid[self.changing.is_some()] {
                thead { tr {
                    th.number scope="col" { "Line" }
                    @for column in &columns { th scope="col" { (self.header(*column)) } }
                    @if self.changing.is_some() { th.fix-column scope="col" { span.visually-hidden { "Fix" } } }
                } }
                tbody { @for row in &self.page.rows { (self.grid_row(row, &columns, &room)) (self.of_row(row, columns.len())) } }
            }
        }
    }

    /// The columns of a page: those with problems and, unless `only_problems`, those with values.
    fn grid_columns(&self) -> Vec<usize> {
        let mut bad: BTreeSet<usize> = BTreeSet::new();
        for row in &self.page.rows {
            bad.extend(wrong(row).filter_map(|reason| self.column_of(row, reason)));
        }
        let fields = (FIELDS / self.page.rows.len().max(1)).clamp(MOST_OF_EACH, COLUMNS);
        let mut shown: BTreeSet<usize> = bad.iter().copied().take(fields).collect();
        if !self.changing.is_some_and(|changing| changing.only_problems) {
            let filled = |at: &usize| {
                let mut cells = self.page.rows.iter().filter_map(|row| row.cells.get(*at));
                cells.any(|cell| !cell.trim().is_empty())
            };
            let left = COLUMNS.saturating_sub(shown.len());
            let others: Vec<usize> = (0..self.page.header.len())
                .filter(|at| !bad.contains(at) && filled(at))
                .take(left)
                .collect();
            shown.extend(others);
        }
        shown.into_iter().collect()
    }

    fn header(&self, column: usize) -> String {
        let name = self.page.header.get(column).map_or("", String::as_str);
        match name.is_empty() {
            true => format!("column {}", column + 1),
            false => brief(name).into_owned(),
        }
    }

    /// Reasons that concern a row as a whole, not one of its columns.
    fn row_reasons<'r>(&self, row: &'r PreviewRow) -> impl Iterator<Item = &'r Reason> {
        wrong(row).filter(|reason| self.column_of(row, reason).is_none())
    }

    fn grid_row(&self, row: &PreviewRow, columns: &[usize], room: &Room) -> Markup {
        let bad = wrong(row).filter_map(|reason| self.column_of(row, reason));
        let bad: BTreeSet<usize> = bad.collect();
        let hidden = bad.iter().filter(|at| !columns.contains(at)).count();
        let filled = row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
        let is_whole = filled.clone().all(|(at, cell)| columns.contains(&at) && !is_cut(cell));
        html! {
            tr {
                th.number scope="row" {
                    (row.line)
                    @if !is_whole { br; a.small href=(self.url(row)) { "Whole row" } }
                }
                @for column in columns {
                    @if bad.contains(column) { (self.bad_cell(row, *column)) } @else { (self.good_cell(row, *column, room)) }
                }
                @if let Some(changing) = self.changing {
                    td.fix-column {
                        @if !bad.is_empty() {
                            form.correction id=(form_id(row)) method="post" action=(cells_url(changing)) data-swap=(SWAP) { button.button-small { "Fix" } }
                        }
                        @if hidden > 0 { p.small { a href=(self.url(row)) { "and " (number(hidden as u64)) " more" } } }
                    }
                }
            }
        }
    }

    /// The reasons that concern the row as a whole, below it.
    fn of_row(&self, row: &PreviewRow, columns: usize) -> Markup {
        let mut reasons = self.row_reasons(row).peekable();
        if reasons.peek().is_none() {
            return html! {};
        }
        let has_fields = wrong(row).any(|reason| self.column_of(row, reason).is_some());
        html! {
            tr.of-row {
                td colspan=(columns + 1 + usize::from(self.changing.is_some())) {
                    div {
                        @for reason in reasons.take(MOST_OF_EACH) { p.why { (brief(&reason.message)) @if !reason.advice.is_empty() { " " span.muted { (brief(&sentence(&reason.advice))) } } } }
                        @if let Some(changing) = self.changing.filter(|_| !has_fields) { (self.any_correction(changing, row)) }
                        (self.more(row, self.row_reasons(row).count()))
                    }
                }
            }
        }
    }

    /// A cell without problem. A script can make it editable and then needs its whole value; `room` limits the total
    /// size of such values on the page.
    fn good_cell(&self, row: &PreviewRow, column: usize, room: &Room) -> Markup {
        let cell = row.cells.get(column).map_or("", String::as_str).trim();
        let shown = cut(cell, SHOWN);
        let whole = (shown != cell).then(|| room.fit(cell)).filter(|whole| whole == cell);
        let opens = self.changing.is_some() && (shown == cell || whole.is_some());
        html! {
            td.cell.corrected[row.fixed.contains(&column)] data-cell=[opens.then(|| format!("{}-{column}", row.number))]
                data-value=[whole.filter(|_| opens)] data-label=(self.header(column)) { (shown) }
        }
    }

    /// A bad cell: an input, the reasons, and a button that accepts the suggestion.
    fn bad_cell(&self, row: &PreviewRow, column: usize) -> Markup {
        let cell = row.cells.get(column).map_or("", String::as_str);
        let about = format!("why-{}-{column}", row.number);
        let reasons: Vec<&Reason> = wrong(row)
            .filter(|reason| self.column_of(row, reason) == Some(column))
            .collect();
        html! {
            td.cell.bad data-label=(self.header(column)) {
                @match self.changing {
                    Some(changing) => (self.field(changing, row, column, cell, &reasons)),
                    None => span.problem { (brief(cell)) },
                }
                div id=(about) {
                    @for reason in reasons.iter().take(2) {
                        p.why { (brief(&reason.message)) @if !reason.advice.is_empty() && reason.suggestion.is_none() { " " span.muted { (brief(&sentence(&reason.advice))) } } }
                    }
                }
            }
        }
    }

    fn field(&self, changing: Changing, row: &PreviewRow, column: usize, cell: &str, reasons: &[&Reason]) -> Markup {
        let (number, form) = (row.number, form_id(row));
        // A truncated value is not put into the input: saving it would lose the rest.
        let (value, hint) = match is_cut(cell) {
            true => ("", Some("a new value")),
            false => (cell, None),
        };
        let suggestion = reasons
            .iter()
            .find_map(|reason| reason.suggestion.as_deref().filter(|text| !is_cut(text)));
        html! {
            input id=(format!("fix-{number}-{column}")) name=(cell_name(number, column)) form=(form) value=(value) placeholder=[hint]
                autocomplete="off" spellcheck="false" data-keeps aria-invalid="true" aria-describedby=(format!("why-{number}-{column}"))
                aria-label=(format!("{} in line {}", self.header(column), row.line));
            input type="hidden" name=(was_name(number, column)) form=(form) value=(value);
            @if let Some(suggestion) = suggestion {
                form.suggestion method="post" action=(fix_url(changing)) data-swap=(SWAP) {
                    input type="hidden" name="row" value=(number);
                    input type="hidden" name="column" value=(column);
                    input type="hidden" name="value" value=(suggestion);
                    button.button-small { "Use " span.cut { (suggestion) } span.visually-hidden { " in line " (row.line) } }
                }
            }
        }
    }

    /// A choice of column and value, for a row that lacks something but has no bad cell.
    fn any_correction(&self, changing: Changing, row: &PreviewRow) -> Markup {
        html! {
            form.correction method="post" action=(fix_url(changing)) data-swap=(SWAP) {
                input type="hidden" name="row" value=(row.number);
                (self.column_choice(row))
                input id=(format!("fix-{}", row.number)) name="value" data-keeps autocomplete="off" spellcheck="false" aria-label=(format!("Value in line {}", row.line));
                button.button-small { "Fix" }
            }
        }
    }

    fn column_choice(&self, row: &PreviewRow) -> Markup {
        let label = format!("Column to fill in line {}", row.line);
        let columns = self.page.header.len();
        html! {
            @if columns <= LISTED_COLUMNS {
                select name="column" aria-label=(label) {
                    @for (at, header) in self.page.header.iter().enumerate() { option value=(at) { (brief(header)) } }
                }
            } @else {
                input type="number" name="nth" min="1" max=(columns) required placeholder="No." aria-label=(format!("{label}, by column number"));
            }
        }
    }

    /// The column of a reason. Of several columns with that name, the one that contains the reason's value.
    fn column_of(&self, row: &PreviewRow, reason: &Reason) -> Option<usize> {
        let named = |at: &usize| self.page.header.get(*at).is_some_and(|header| *header == reason.column);
        let holds = |at: &usize| {
            row.cells
                .get(*at)
                .is_some_and(|cell| cell.contains(reason.value.trim_end_matches('…')))
        };
        let mut columns = (0..self.page.header.len()).filter(named);
        let first = columns.clone().next();
        columns.find(holds).or(first).filter(|_| !reason.column.is_empty())
    }
}

fn form_id(row: &PreviewRow) -> String {
    format!("row-{}", row.number)
}

fn fix_url(changing: Changing) -> String {
    address(changing.import, &format!("fix?{}", changing.back()))
}

/// The URL to which cells of one or several rows are posted.
pub fn cells_url(changing: Changing) -> String {
    address(changing.import, &format!("cells?{}", changing.back()))
}
