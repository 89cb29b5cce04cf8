//! The view of the third step: a bar with three numbers, the options, and the rows of one class.

use crate::pages::import::options::date_options;
use crate::pages::import::rows::{Changing, Rows, SWAP, heading, meaning, sentence};
use crate::pages::import::warnings_view::warnings;
use crate::pages::import::{Step, address, steps, wizard};
use crate::session::CurrentMember;
use crate::ui::forms::country_options;
use crate::ui::layout::{Tone, notice, pages};
use crate::ui::outcomes::{bar, tabs};
use crate::ui::truncate::{brief, is_cut};
use crate::ui::words::{counted, number};
use app::{
    BadValues, Column, ColumnProblem, Conflicts, Counts, Draft, Duplicates, Match, PreviewState, RowClass, RowsPage,
};
use maud::{Markup, html};
use model::Slot;

/// The state of the page.
pub struct Shown {
    pub draft: Draft,
    /// The progress of the preview.
    pub state: PreviewState,
    /// Which rows are shown.
    pub class: RowClass,
    /// Whether invalid rows show only the columns with problems.
    pub only_problems: bool,
    pub rows: RowsPage,
    /// The problems by column, if invalid rows are shown.
    pub problems: Vec<ColumnProblem>,
    /// The columns of the file, if invalid rows are shown.
    pub columns: Vec<Column>,
}

impl Shown {
    fn page(&self) -> u64 {
        self.rows.page + 1
    }

    /// The URL of a form of this page, which returns to the same rows.
    fn action(&self, what: &str) -> String {
        let columns = if self.only_problems { "&columns=problems" } else { "" };
        let end = format!("{what}?class={}&page={}{columns}", self.class.as_str(), self.page());
        address(self.draft.import, &end)
    }
}

/// How often a page without script reloads while the preview is running.
const LOOK_AGAIN_SECONDS: u32 = 2;

pub fn view(signed: &CurrentMember, shown: &Shown) -> Markup {
    let Shown { draft, state, .. } = shown;
    wizard(
        signed,
        "Preview",
        html! {
            div.stack {
                h1 { "Preview" }
                (steps(Step::Preview, Some(draft.import)))
            }
            div.stack.preview id=(SWAP) data-poll[!state.complete && state.problem.is_none()] {
                div.head {
                    p { strong { (draft.file_name) } " " span.muted { (counted(state.counts.rows, "row", "rows")) @if !state.complete { " so far" } ". Nothing has been imported yet." } }
                    form method="post" action=(address(draft.import, "discard")) { button.button-quiet data-confirms="Discard this import and its file?" { "Discard" } }
                }
                @if let Some(problem) = &state.problem { (notice(Tone::Bad, html! { p { (brief(problem)) } })) }
                @if !state.complete && state.problem.is_none() { (counting(state)) }
                (cards(&state.counts))
                (warnings(&state.warnings))
                (options(shown))
                (rows(shown))
                (go(shown))
            }
        },
    )
}

/// The bar with the import button, labelled with the number of contacts that it will write; it is always visible.
fn go(shown: &Shown) -> Markup {
    let Shown { draft, state, .. } = shown;
    let nothing = state.will_write == 0;
    let waits = !state.complete;
    let words = format!("Import {}", counted(state.will_write, "contact", "contacts"));
    html! {
        div.page-bar {
            p.muted id="go-about" {
                @if waits { "You can start when all rows are counted." }
                @else if nothing { (why_nothing(&state.counts)) }
                @else { (what_is_written(&state.counts, draft.settings.options.duplicates)) }
            }
            div.actions {
                a.button href=(address(draft.import, "map")) { "Back" }
                form method="post" action=(address(draft.import, "start")) {
                    button.button-primary disabled[nothing || waits] aria-describedby="go-about" { (words) }
                }
            }
        }
    }
}

fn why_nothing(counts: &Counts) -> &'static str {
    if counts.rows == 0 {
        "The file has no rows."
    } else if counts.invalid == counts.rows {
        "No row can be imported without corrections."
    } else if counts.duplicate > 0 {
        "All valid rows match existing contacts. To import them, change what happens if a contact already exists."
    } else {
        "Nothing would change."
    }
}

fn what_is_written(counts: &Counts, duplicates: Duplicates) -> String {
    let update = match duplicates {
        Duplicates::Fill => "filled in",
        _ => "changed",
    };
    match (counts.new, counts.update) {
        (new, 0) => format!("{} created.", counted(new, "contact will be", "contacts will be")),
        (0, changed) => format!("{} {update}.", counted(changed, "contact will be", "contacts will be")),
        (new, changed) => format!("{} created, {} {update}.", number(new), number(changed)),
    }
}

fn counting(state: &PreviewState) -> Markup {
    html! {
        div.counting role="status" {
            noscript { meta http-equiv="refresh" content=(LOOK_AGAIN_SECONDS); }
            progress max=(state.of_bytes.max(1)) value=(state.bytes) aria-label="Rows counted" {}
            p.small.muted { "Counting: " (counted(state.counts.rows, "row", "rows")) " so far. You can review them already." }
        }
    }
}

/// Three numbers that add up to the rows of the file.
fn cards(counts: &Counts) -> Markup {
    let duplicates = counts.rows.saturating_sub(counts.new + counts.invalid);
    let invalid = match counts.invalid {
        0 => "nothing to fix",
        _ => "can be fixed below",
    };
    html! {
        div.counts {
            (card("Valid", counts.new, "new contacts"))
            (card("Invalid", counts.invalid, invalid))
            (card("Duplicates", duplicates, &parts_of_duplicates(counts)))
        }
    }
}

/// The outcomes of the rows that match a contact.
fn parts_of_duplicates(counts: &Counts) -> String {
    let parts = [
        (RowClass::Update, "will change"),
        (RowClass::Unchanged, "unchanged"),
        (RowClass::Duplicate, "skipped"),
        (RowClass::Possible, "possible duplicates"),
        (RowClass::Ambiguous, "ambiguous"),
        (RowClass::Conflict, "conflicts"),
    ];
    let parts = parts.map(|(class, words)| (class.count_in(counts), words));
    let counted: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{} {words}", number(count)))
        .collect();
    if counted.is_empty() {
        "none already exists".to_owned()
    } else {
        counted.join(", ")
    }
}

fn card(name: &str, count: u64, about: &str) -> Markup {
    html! {
        section.count aria-label=(name) {
            h2 { (name) }
            p.number-large { (number(count)) }
            p.small.muted { (about) }
        }
    }
}

/// The options for duplicates and invalid values. Changing one updates the preview at once.
fn options(shown: &Shown) -> Markup {
    let settings = &shown.draft.settings;
    let options = &settings.options;
    let updates = matches!(options.duplicates, Duplicates::Update);
    let writes = matches!(options.duplicates, Duplicates::Update | Duplicates::Fill);
    html! {
        form.card.options method="post" action=(address(shown.draft.import, "options")) data-swap=(SWAP) {
            (select("duplicates", "If a contact already exists", &[
                ("skip", "Skip the row", options.duplicates == Duplicates::Skip),
                ("update", "Update the contact", updates),
                ("fill", "Fill in empty fields only", options.duplicates == Duplicates::Fill),
                ("create", "Import as a new contact", options.duplicates == Duplicates::Create),
            ]))
            (select("matching", "Match contacts by", &[
                ("both", "Email or phone", options.matching == Match::EmailOrPhone),
                ("name", "Email or phone, and name", options.matching == Match::EmailOrPhoneAndName),
                ("email", "Email", options.matching == Match::Email),
                ("phone", "Phone", options.matching == Match::Phone),
            ]))
            @if updates {
                (select("empty", "Empty cells", &[
                    ("keep", "Keep the old value", !options.empty_cells_clear),
                    ("clear", "Clear the old value", options.empty_cells_clear),
                ]))
                (select("lists", "Lists (emails, phones, addresses, websites, tags)", &[
                    ("add", "Add the row's values", !options.replace_lists),
                    ("replace", "Replace the contact's values", options.replace_lists),
                ]))
            }
            @if writes || shown.state.counts.conflict > 0 {
                (select("conflicts", "If the contact has changed since the export", &[
                    ("skip", "Skip the row", options.conflicts == Conflicts::Skip),
                    ("overwrite", "Overwrite the contact", options.conflicts == Conflicts::Overwrite),
                ]))
            }
            (select("bad", "Rows with invalid values", &[
                ("reject", "Skip the row", settings.bad_values == BadValues::Reject),
                ("leave", "Import without the invalid values", settings.bad_values == BadValues::LeaveOut),
            ]))
            button data-without-script { "Count again" }
        }
    }
}

fn select(name: &str, label: &str, options: &[(&str, &str, bool)]) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) data-autosubmit {
                @for (value, words, selected) in options { option value=(value) selected[*selected] { (words) } }
            }
        }
    }
}

/// The rows of a class, with tabs for the other classes.
fn rows(shown: &Shown) -> Markup {
    let Shown {
        draft,
        state,
        class,
        rows,
        ..
    } = shown;
    let class = *class;
    let changing = Changing {
        import: draft.import,
        duplicates: draft.settings.options.duplicates,
        page: shown.page(),
        only_problems: shown.only_problems,
    };
    let table = Rows {
        import: draft.import,
        page: rows,
        class,
        changing: Some(changing),
    };
    html! {
        section.stack aria-labelledby="rows-title" {
            (bar(&state.counts))
            (tabs(&state.counts, Some(class), SWAP, heading, |class| address(draft.import, &format!("preview?class={}", class.as_str()))))
            div.head {
                div {
                    h2 id="rows-title" tabindex="-1" { (heading(class)) ": " (number(class.count_in(&state.counts))) }
                    p.muted { (meaning(class)) }
                }
                (beside(shown))
            }
            @if !shown.problems.is_empty() { (whole_columns(shown)) }
            @if rows.rows.is_empty() {
                p.card.muted { @if state.complete { "No rows." } @else { "No rows so far." } }
            } @else {
                (table.table())
                @if rows.pages > 1 {
                    (pages(rows.page, rows.pages, SWAP, |page| {
                        let columns = if shown.only_problems { "&columns=problems" } else { "" };
                        address(draft.import, &format!("preview?class={}&page={}{columns}", class.as_str(), page + 1))
                    }))
                }
            }
        }
    }
}

/// The actions on all rows of a class.
fn beside(shown: &Shown) -> Markup {
    let fixes = shown.draft.fixes;
    html! {
        div.actions {
            @if shown.class == RowClass::Invalid && shown.state.counts.invalid > 0 { (grid_tools(shown)) }
            @if shown.class == RowClass::Possible && shown.state.counts.possible > 0 {
                form method="post" action=(shown.action("options")) data-swap=(SWAP) {
                    input type="hidden" name="matching" value="name";
                    button { "Import " (one_or_these(shown.state.counts.possible)) }
                }
            }
            @if fixes > 0 {
                form method="post" action=(shown.action("unfix")) data-swap=(SWAP) {
                    button.button-quiet { "Undo last correction (" (number(fixes)) ")" }
                }
            }
        }
    }
}

/// The tools of the grid: showing only columns with problems, and saving values typed or pasted into several cells.
fn grid_tools(shown: &Shown) -> Markup {
    let whole = format!("preview?class=invalid&page={}", shown.page());
    let (url, words) = match shown.only_problems {
        true => (whole, "Whole rows"),
        false => (format!("{whole}&columns=problems"), "Only problems"),
    };
    html! {
        button.button-primary type="button" id="save-typed" hidden data-saves=(shown.action("cells")) {}
        a.button href=(address(shown.draft.import, &url)) data-swap=(SWAP) { (words) }
    }
}

fn one_or_these(n: u64) -> String {
    match n {
        1 => "this row as a new contact".to_owned(),
        n => format!("these {} rows as new contacts", number(n)),
    }
}

/// In files with more columns a column is chosen by number.
const LISTED_COLUMNS: usize = 100;

/// The most column problems shown at once; the others appear when these are corrected.
const PROBLEMS: usize = 6;

/// Corrections of a whole column.
fn whole_columns(shown: &Shown) -> Markup {
    html! {
        details.card.whole-columns id="whole-columns" open[shown.problems.iter().any(|problem| problem.rows > 1)] {
            summary { "Fix a column" }
            div.stack {
                @for (at, problem) in shown.problems.iter().take(PROBLEMS).enumerate() { (whole_column(shown, at, problem)) }
                (any_column(shown))
            }
        }
    }
}

/// Find and replace in any column.
fn any_column(shown: &Shown) -> Markup {
    let at = shown.problems.len().min(PROBLEMS);
    let choice = html! {
        label for="any-column" { "In" }
        @if shown.columns.len() <= LISTED_COLUMNS {
            select id="any-column" name="column" {
                @for (at, column) in shown.columns.iter().enumerate() { option value=(at) { (brief(&column.header)) } }
            }
        } @else {
            input id="any-column" type="number" name="nth" min="1" max=(shown.columns.len()) required placeholder="No." title="Number of the column";
        }
    };
    html! {
        div.whole-column {
            h3 { "Find and replace" }
            (replace_form(shown, at, choice, ""))
        }
    }
}

fn whole_column(shown: &Shown, at: usize, problem: &ColumnProblem) -> Markup {
    let slot = shown
        .columns
        .get(problem.column)
        .and_then(|column| column.slot.as_ref());
    html! {
        div.whole-column {
            div {
                h3 { (brief(&problem.header)) ": " (counted(problem.rows, "row", "rows")) }
                p.small { (brief(&problem.message)) " " span.muted { (brief(&sentence(&problem.advice))) } }
            }
            @match slot {
                Some(Slot::Phone(_)) => (setting(shown, at, "region", "Country of numbers without a country code", html! { option value="" { "Detect automatically" } (country_options(shown.draft.settings.region)) })),
                Some(Slot::Birthday) => (setting(shown, at, "dates", "Read dates as", html! { option value="" { "Detect automatically" } (date_options(shown.draft.settings.date_order)) })),
                _ => {},
            }
            @if problem.suggested > 0 { (suggestions(shown, problem)) }
            (replacement(shown, at, problem))
        }
    }
}

/// Accepts every suggestion for a column; the first of them are shown.
fn suggestions(shown: &Shown, problem: &ColumnProblem) -> Markup {
    let words = match problem.suggested {
        1 => "Accept the suggestion".to_owned(),
        count => format!("Accept all {} suggestions", number(count)),
    };
    html! {
        form.suggestions method="post" action=(shown.action("fix")) data-swap=(SWAP) {
            input type="hidden" name="column" value=(problem.column);
            input type="hidden" name="accept" value=(problem.code.as_str());
            ul.changes {
                @for (now, then) in &problem.suggestions { li { del { (brief(now)) } " → " ins { (brief(then)) } } }
                @if problem.suggested > problem.suggestions.len() as u64 { li.muted { "…" } }
            }
            button.button-primary { (words) }
        }
    }
}

/// A setting of the import that may make all values of a column readable.
fn setting(shown: &Shown, at: usize, name: &str, label: &str, options: Markup) -> Markup {
    let id = format!("whole-{name}-{at}");
    html! {
        form.replacement method="post" action=(shown.action("options")) data-swap=(SWAP) {
            label for=(id) { (label) }
            select id=(id) name=(name) data-autosubmit { (options) }
            button.button-small data-without-script { "Set" }
        }
    }
}

fn replacement(shown: &Shown, at: usize, problem: &ColumnProblem) -> Markup {
    // A truncated value would match no cell.
    let example = if is_cut(&problem.example) { "" } else { &problem.example };
    let column = html! { input type="hidden" name="column" value=(problem.column); };
    replace_form(shown, at, column, example)
}

/// Replaces a text in a column; how many cells that would change is counted before.
fn replace_form(shown: &Shown, at: usize, column: Markup, example: &str) -> Markup {
    let (find, with, part, hits) = (
        format!("find-{at}"),
        format!("with-{at}"),
        format!("part-{at}"),
        format!("hits-{at}"),
    );
    let counts = address(shown.draft.import, "hits");
    html! {
        form.replacement method="post" action=(shown.action("fix")) data-swap=(SWAP) data-counts=(counts) data-counts-into=(hits) {
            (column)
            label for=(find) { "Replace" }
            input id=(find) name="find" value=(example) required autocomplete="off" spellcheck="false";
            label for=(with) { "with" }
            input id=(with) name="with" autocomplete="off" spellcheck="false" placeholder="nothing";
            span.choice { input type="checkbox" id=(part) name="part" value="yes"; label for=(part) { "Match part of a cell" } }
            button.button-small { "Replace all" }
            button.button-small data-without-script formmethod="get" formaction=(counts) { "Count first" }
            output.small.muted.hits id=(hits) for=(format!("{find} {with}")) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cards_add_up_to_the_rows() {
        let counts = Counts {
            rows: 12_000,
            new: 11_000,
            invalid: 400,
            update: 100,
            duplicate: 500,
            possible: 20,
            ..Counts::default()
        };
        let shown = cards(&counts).into_string();
        for number in ["11,000", "400", "600", "100 will change", "480 skipped", "20 possible"] {
            assert!(shown.contains(number), "{number}: {shown}");
        }
    }

    #[test]
    fn a_disabled_button_says_why() {
        let all_there = Counts {
            rows: 3,
            duplicate: 3,
            ..Counts::default()
        };
        assert!(why_nothing(&all_there).contains("already exists"));
        let broken = Counts {
            rows: 3,
            invalid: 3,
            ..Counts::default()
        };
        assert!(why_nothing(&broken).contains("No row can be imported"));
        assert_eq!(
            what_is_written(
                &Counts {
                    new: 2,
                    update: 3,
                    ..Counts::default()
                },
                Duplicates::Fill
            ),
            "2 created, 3 filled in."
        );
        assert_eq!(
            what_is_written(
                &Counts {
                    new: 1,
                    ..Counts::default()
                },
                Duplicates::Skip
            ),
            "1 contact will be created."
        );
    }
}
