//! The view of the second step: how the file is read, and a table of its columns.

use crate::pages::import::columns_view::{columns, pager};
use crate::pages::import::mapping_model::{Shown, shown};
use crate::pages::import::options::{DELIMITERS, date_options};
use crate::pages::import::{Step, address, steps, wizard};
use crate::session::CurrentMember;
use crate::ui::forms::country_options;
use crate::ui::layout::{Tone, notice};
use crate::ui::truncate::brief;
use crate::ui::words::{bytes, counted, number};
use app::{Column, Draft, DraftSettings, HeaderChoice, MappedFile, TableSource};
use maud::{Markup, html};
use model::countries;

/// The encodings that can be chosen; the detected one is listed first.
const ENCODINGS: [(&str, &str); 25] = [
    ("utf-8", "Unicode (UTF-8)"),
    ("windows-1252", "Western Europe (Windows-1252)"),
    ("iso-8859-15", "Western Europe (ISO 8859-15)"),
    ("macintosh", "Western Europe (Mac)"),
    ("cp850", "Western Europe (DOS, 850)"),
    ("cp437", "United States (DOS, 437)"),
    ("windows-1250", "Central Europe (Windows-1250)"),
    ("iso-8859-2", "Central Europe (ISO 8859-2)"),
    ("mac-centeuro", "Central Europe (Mac)"),
    ("cp852", "Central Europe (DOS, 852)"),
    ("windows-1251", "Cyrillic (Windows-1251)"),
    ("koi8-r", "Cyrillic (KOI8-R)"),
    ("ibm866", "Cyrillic (DOS, 866)"),
    ("windows-1253", "Greek (Windows-1253)"),
    ("windows-1254", "Turkish (Windows-1254)"),
    ("windows-1255", "Hebrew (Windows-1255)"),
    ("windows-1256", "Arabic (Windows-1256)"),
    ("windows-1257", "Baltic (Windows-1257)"),
    ("windows-874", "Thai (Windows-874)"),
    ("shift_jis", "Japanese (Shift JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
    ("big5", "Chinese (Big5)"),
    ("euc-kr", "Korean (EUC-KR)"),
    ("utf-16le", "Unicode (UTF-16, little endian)"),
    ("utf-16be", "Unicode (UTF-16, big endian)"),
];

/// The number of rows that can be chosen as the header row.
const HEADER_ROWS: u64 = 10;

pub fn view(signed: &CurrentMember, shown: &Shown<'_>) -> Markup {
    let Shown { draft, file, .. } = shown;
    let import = draft.import;
    wizard(
        signed,
        "Map columns",
        html! {
            div.stack {
                h1 { "Map columns" }
                (steps(Step::Map, Some(import)))
            }
            form.stack id="mapping" method="post" action=(address(import, &format!("map?page={}", shown.page + 1))) data-swap="mapping" {
                div.head {
                    p {
                        strong { (draft.file_name) } " "
                        span.muted {
                            (bytes(draft.file_size))
                            @if let Some(source) = &draft.source { " · " (brief(&source.to_string())) }
                            @if let Some(layout) = &file.layout { " · recognised as " (layout) }
                        }
                    }
                    button.button-quiet formaction=(address(import, "discard")) data-swap="" data-confirms="Discard this import and its file?" { "Discard" }
                }
                @if let Some(problem) = shown.problem { (notice(Tone::Bad, html! { p { (problem) } })) }
                @if file.remembered { (remembered()) }
                @if let Some(source) = &draft.source {
                    @for loss in source.losses() { (notice(Tone::Plain, html! { p { (loss) } })) }
                }
                (reading(draft, file))
                // While the preview is running, a script fetches this form again; while the member is editing it,
                // only parts of it.
                div id="mapping-follows" data-poll=[shown.counting.then_some("mapping")] data-poll-part hidden {}
                (columns(shown))
                (pager(shown))
                (go_on(file))
            }
        },
    )
}

/// The bar with the summary and the buttons to continue and go back; it is always visible.
fn go_on(file: &MappedFile) -> Markup {
    html! {
        div.page-bar {
            (summary(file))
            div.actions {
                a.button href="/import" { "Back" }
                button name="do" value="look" data-without-script { "Look again" }
                button.button-primary name="do" value="continue" data-swap="" { "Continue" }
            }
        }
    }
}

fn remembered() -> Markup {
    notice(
        Tone::Plain,
        html! {
            div.head {
                p { "You imported a file with these columns before. Your mapping is used again." }
                button.button-small name="do" value="fresh" { "Reset mapping" }
            }
        },
    )
}

/// How the file is read; each setting can be changed.
fn reading(draft: &Draft, file: &MappedFile) -> Markup {
    let settings = &draft.settings;
    html! {
        fieldset.reading {
            legend.visually-hidden { "How the file is read" }
            div.reading-fields {
                @match &draft.source {
                    Some(source) if source.is_converted() => (sheet(source)) ,
                    _ => { (encoding(settings, file)) (delimiter(settings, file)) }
                }
                (header_row(settings, file))
                @if file.numbers_of.is_some() || settings.region.is_some() { (region(settings, file)) }
                @if file.month_first.is_some() || settings.date_order.is_some() { (dates(settings, file)) }
            }
        }
    }
}

fn choice(id: &str, label: &str, hint: &str, options: Markup) -> Markup {
    choice_with(
        id,
        label,
        html! { p.hint.visually-hidden id=(format!("{id}-about")) { (hint) } },
        hint,
        options,
    )
}

/// A select with a visible hint, for a value that was assumed.
fn doubtful_choice(id: &str, label: &str, hint: &str, options: Markup) -> Markup {
    choice_with(
        id,
        label,
        html! { p.hint.doubt id=(format!("{id}-about")) { (hint) } },
        hint,
        options,
    )
}

fn choice_with(id: &str, label: &str, about: Markup, hint: &str, options: Markup) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            select id=(id) name=(id) title=(hint) data-autosubmit aria-describedby=(format!("{id}-about")) { (options) }
            (about)
        }
    }
}

/// The sheets of a workbook, if there are several.
fn sheet(source: &TableSource) -> Markup {
    if source.other_sheets().next().is_none() {
        return html! {};
    }
    let options = html! {
        @for name in &source.sheets {
            option value=(name) selected[source.sheet.as_ref() == Some(name)] { (brief(name)) }
        }
    };
    choice(
        "sheet",
        "Sheet",
        "Another sheet has other columns: what was mapped and corrected is then lost",
        options,
    )
}

fn encoding(settings: &DraftSettings, file: &MappedFile) -> Markup {
    let chosen = settings.charset.map(|charset| charset.name());
    let detected = file.encoding.charset.name();
    let listed = |name: &str| ENCODINGS.iter().any(|(listed, _)| *listed == name);
    let options = html! {
        option value="" selected[chosen.is_none()] {
            @if chosen.is_none() { (readable_encoding(&detected)) " – detected" } @else { "Detect automatically" }
        }
        @if let Some(name) = chosen.as_ref().filter(|name| !listed(name)) {
            option value=(name) selected { (name) }
        }
        @for (name, words) in ENCODINGS {
            option value=(name) selected[chosen.as_deref() == Some(name)] { (words) }
        }
    };
    choice("encoding", "Encoding", &file.encoding.evidence, options)
}

fn readable_encoding(name: &str) -> &str {
    let listed = ENCODINGS.iter().find(|(listed, _)| *listed == name);
    listed.map_or(name, |(_, words)| words)
}

fn delimiter(settings: &DraftSettings, file: &MappedFile) -> Markup {
    let name = |byte: u8| {
        if byte == b'\t' {
            "tab".to_owned()
        } else {
            char::from(byte).to_string()
        }
    };
    let detected = name(file.dialect.delimiter);
    let words = DELIMITERS
        .iter()
        .find(|(name, _)| *name == detected)
        .map_or("", |(_, words)| words);
    let chosen = settings.delimiter.map(name);
    let options = html! {
        option value="" selected[chosen.is_none()] {
            @if chosen.is_none() { (words) " – detected" } @else { "Detect automatically" }
        }
        @for (name, words) in DELIMITERS {
            option value=(name) selected[chosen.as_deref() == Some(name)] { (words) }
        }
    };
    choice("delimiter", "Separator", "The character between values", options)
}

fn header_row(settings: &DraftSettings, file: &MappedFile) -> Markup {
    let found = match file.header_row {
        Some(row) => format!("Row {} – detected", row + 1),
        None => "None – detected".to_owned(),
    };
    let chosen = match settings.header {
        HeaderChoice::Row(row) => Some(row),
        HeaderChoice::Auto | HeaderChoice::None => None,
    };
    let most = HEADER_ROWS.max(chosen.unwrap_or(0) + 1);
    let options = html! {
        option value="auto" selected[settings.header == HeaderChoice::Auto] {
            @if settings.header == HeaderChoice::Auto { (found) } @else { "Detect automatically" }
        }
        option value="none" selected[settings.header == HeaderChoice::None] { "No header row" }
        @for row in 0..most {
            option value=(row) selected[chosen == Some(row)] { "Row " (row + 1) }
        }
    };
    choice("header", "Column names", "Rows above it are skipped", options)
}

fn region(settings: &DraftSettings, file: &MappedFile) -> Markup {
    let detected = file
        .numbers_of
        .as_ref()
        .map(|numbers| (country(&numbers.region), numbers.assumed));
    let hint = match &detected {
        _ if settings.region.is_some() => "For numbers without a country code (chosen)",
        Some((_, true)) => "Assumed for numbers without a country code, please check",
        Some((_, false)) => "For numbers without a country code (detected)",
        None => "For numbers without a country code",
    };
    let options = html! {
        option value="" selected[settings.region.is_none()] {
            @match &detected {
                Some((name, _)) if settings.region.is_none() => (name),
                _ => "Detect automatically",
            }
        }
        (country_options(settings.region))
    };
    match detected {
        Some((_, true)) if settings.region.is_none() => doubtful_choice("region", "Default country", hint, options),
        _ => choice("region", "Default country", hint, options),
    }
}

fn country(code: &str) -> String {
    let known = countries().iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| name).to_owned()
}

fn dates(settings: &DraftSettings, file: &MappedFile) -> Markup {
    let detected = match (file.month_first, file.dates_assumed) {
        (Some(true), false) => "Month first – detected",
        (Some(false), false) => "Day first – detected",
        (Some(true), true) => "Month first – assumed",
        (Some(false), true) => "Day first – assumed",
        (None, _) => "Detect automatically",
    };
    let options = html! {
        option value="" selected[settings.date_order.is_none()] {
            @if settings.date_order.is_none() { (detected) } @else { "Detect automatically" }
        }
        (date_options(settings.date_order))
    };
    let label = "Dates such as 03/04/1980";
    match settings.date_order.is_none() && file.month_first.is_some() && file.dates_assumed {
        true => doubtful_choice("dates", label, "Assumed, please check", options),
        false => choice("dates", label, "Read as 3 April or as March 4", options),
    }
}

/// The number of columns that will be imported, and the names of ignored ones.
fn summary(file: &MappedFile) -> Markup {
    let ignored: Vec<&Column> = file.columns.iter().filter(|column| shown(column).is_empty()).collect();
    let names: Vec<_> = ignored
        .iter()
        .take(8)
        .map(|column| brief(&column.header))
        .filter(|name| !name.is_empty())
        .collect();
    let imported = file.columns.len() - ignored.len();
    html! {
        p id="mapping-summary" data-poll-part {
            strong {
                @if !ignored.is_empty() { (number(imported as u64)) " of " }
                (counted(file.columns.len() as u64, "column", "columns")) " will be imported."
            }
            @if !names.is_empty() {
                span.muted { " Not imported: " (names.join(", ")) @if ignored.len() > names.len() { " …" } "." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_known_to_the_engine_by_these_names() {
        for (name, _) in ENCODINGS {
            assert_eq!(
                app::Charset::from_label(name).map(|charset| charset.name()).as_deref(),
                Some(name)
            );
        }
    }
}
