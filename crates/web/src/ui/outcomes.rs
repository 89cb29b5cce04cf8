//! The rows of an import by outcome: one bar with the proportions, and tabs that serve as its legend.

use crate::ui::words::number;
use app::{Counts, RowClass};
use maud::{Markup, html};

/// The width of the bar, in units of the SVG.
const BAR: u64 = 1_000;
/// The gap between two parts of the bar.
const GAP: u64 = 2;

/// The colour of a row class: a CSS class `part-...`.
fn colour(class: RowClass) -> &'static str {
    match class {
        RowClass::New => "good",
        RowClass::Update => "change",
        RowClass::Unchanged | RowClass::Duplicate => "plain",
        RowClass::Possible | RowClass::Ambiguous | RowClass::Conflict => "warn",
        RowClass::Invalid => "bad",
    }
}

fn with_rows(counts: &Counts) -> impl Iterator<Item = (RowClass, u64)> {
    let counted = RowClass::ALL.map(|class| (class, class.count_in(counts)));
    counted.into_iter().filter(|(_, count)| *count > 0)
}

/// The rows as one bar, in the order of the tabs.
pub fn bar(counts: &Counts) -> Markup {
    let all = with_rows(counts).map(|(_, count)| count).sum::<u64>().max(1);
    let mut at = 0;
    let mut rects = Vec::new();
    for (class, count) in with_rows(counts) {
        // A few rows among many must still be visible.
        let width = (count * BAR / all).max(BAR / 200);
        rects.push((colour(class), at, width - GAP));
        at += width;
    }
    html! {
        // Drawn as SVG, because the content security policy does not allow inline styles.
        svg.parts viewBox=(format!("0 0 {} 8", at.max(1))) preserveAspectRatio="none" aria-hidden="true" {
            @for (colour, at, width) in rects { rect.{"part-" (colour)} x=(at) y="0" width=(width) height="8" {} }
        }
    }
}

/// The classes with rows, as links that replace the element with the id `swap`. `words` returns the name of a class,
/// `url` the address of its rows.
pub fn tabs(
    counts: &Counts,
    now: Option<RowClass>,
    swap: &str,
    words: fn(RowClass) -> &'static str,
    url: impl Fn(RowClass) -> String,
) -> Markup {
    let shown = |class: &RowClass| Some(*class) == now || class.count_in(counts) > 0;
    html! {
        nav.tabs aria-label="Rows" {
            @for class in RowClass::ALL.into_iter().filter(shown) {
                a href=(url(class)) data-swap=(swap) aria-current=[(Some(class) == now).then_some("true")] {
                    span.sign.{"part-" (colour(class))} aria-hidden="true" {}
                    (words(class)) " " span.tab-count { (number(class.count_in(counts))) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_with_rows_has_its_part_and_its_tab() {
        let counts = Counts {
            rows: 1_000_000,
            new: 999_990,
            duplicate: 7,
            invalid: 3,
            ..Counts::default()
        };
        let bar = bar(&counts).into_string();
        for part in ["part-good", "part-plain", "part-bad"] {
            assert_eq!(bar.matches(part).count(), 1, "{part}");
        }
        assert!(bar.contains("width=\"3\""), "few rows are to be seen");
        let tabs = tabs(
            &counts,
            Some(RowClass::Update),
            "rows",
            |class| class.as_str(),
            |_| String::new(),
        )
        .into_string();
        assert_eq!(tabs.matches("<a ").count(), 4, "the current one too");
    }
}
