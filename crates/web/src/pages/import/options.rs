//! Choices that several steps of the import offer: delimiters, and the order of day and month.

use maud::{Markup, html};
use model::DateOrder;

/// The delimiters that can be chosen, with their names.
pub const DELIMITERS: [(&str, &str); 4] = [
    (",", "Comma"),
    (";", "Semicolon"),
    ("tab", "Tab"),
    ("|", "Vertical bar"),
];

/// Parses the form value of the order of day and month.
pub fn date_order(word: &str) -> Option<DateOrder> {
    match word {
        "day" => Some(DateOrder::DayFirst),
        "month" => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

/// The options for the order of day and month.
pub fn date_options(chosen: Option<DateOrder>) -> Markup {
    html! {
        option value="day" selected[chosen == Some(DateOrder::DayFirst)] { "Day first: 3 April" }
        option value="month" selected[chosen == Some(DateOrder::MonthFirst)] { "Month first: March 4" }
    }
}
