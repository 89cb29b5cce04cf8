//! Formats numbers, sizes, times and names for people.

use crate::ui::locale;
use crate::ui::truncate::brief;
use jiff::Timestamp;
use maud::{Markup, html};
use model::{Birthday, DateOrder};

/// A day, as 2026-05-04; a script rewrites it in the reader's order.
pub fn date(micros: i64) -> Markup {
    time(micros, "date", "%Y-%m-%d")
}

/// A moment, as 2026-05-04 16:30 UTC; a script rewrites it in the reader's order and time zone.
pub fn moment(micros: i64) -> Markup {
    time(micros, "moment", "%Y-%m-%d %H:%M UTC")
}

/// A birthday, as 1984-03-09, or --03-09 without a year; a script rewrites it in the reader's language.
pub fn birthday(day: Birthday) -> Markup {
    let text = day.to_string();
    let style = if text.starts_with("--") { "day-of-year" } else { "day" };
    html! { time datetime=(text) data-local=(style) { (text) } }
}

/// The value of a birthday field: a text in the format of [`birthday`] is rendered as such, any other is returned
/// unchanged.
pub fn birthday_text(text: &str) -> Markup {
    match Birthday::parse(text, DateOrder::DayFirst).filter(|day| day.to_string() == text) {
        Some(day) => birthday(day),
        None => html! { (brief(text)) },
    }
}

fn time(micros: i64, style: &str, format: &str) -> Markup {
    // The program never stores a time outside the range of the calendar.
    let when = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    html! { time datetime=(when.strftime("%Y-%m-%dT%H:%M:%SZ")) data-local=(style) { (when.strftime(format)) } }
}

/// A number with groups of digits, as the reader writes it: 12,345.
pub fn number(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        _ => locale::grouped(n, &locale::current()),
    }
}

pub fn contacts(count: u64) -> String {
    match count {
        1 => "1 contact".to_owned(),
        count => format!("{} contacts", number(count)),
    }
}

/// The size of a file: `3.4 MB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
    match UNITS.into_iter().find(|(unit, _)| n >= *unit) {
        None => format!("{n} bytes"),
        Some((unit, name)) => {
            let tenths = n / (unit / 10);
            if tenths.is_multiple_of(10) || tenths >= 1000 {
                format!("{} {name}", tenths / 10)
            } else {
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            }
        }
    }
}

/// A number with its noun: `1 row`, `1,234 rows`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", crate::ui::words::number(n), if n == 1 { one } else { many })
}

/// The name of a browser, from its user agent string.
pub fn browser(agent: &str) -> String {
    // The order matters: some user agents also name browsers further down, as Edge names Chrome and Safari.
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if agent.is_empty() => "Unknown".to_owned(),
        _ => agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let texts = [0, 7, 999, 1_000, 12_345, 1_234_567].map(number);
        assert_eq!(texts, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn a_birthday_is_a_time_and_other_text_is_not() {
        let shown = |text| birthday_text(text).into_string();
        assert!(shown("1984-03-09").contains("datetime=\"1984-03-09\" data-local=\"day\""));
        assert!(shown("--03-09").contains("data-local=\"day-of-year\""));
        assert_eq!(shown("9 March"), "9 March");
    }

    #[test]
    fn sizes_have_few_digits() {
        let texts = [0, 999, 1_000, 1_500, 12_345_678, 100_000_000, 2_000_000_000].map(bytes);
        let expected = ["0 bytes", "999 bytes", "1 KB", "1.5 KB", "12.3 MB", "100 MB", "2 GB"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(1_234, "row", "rows"), "1,234 rows");
        assert_eq!(counted(0, "row", "rows"), "0 rows");
    }

    #[test]
    fn browsers_are_named() {
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0";
        assert_eq!(browser(edge), "Edge on Windows");
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
        assert_eq!(browser(firefox), "Firefox on Linux");
        assert_eq!(
            (browser("curl/8"), browser("")),
            ("curl/8".to_owned(), "Unknown".to_owned())
        );
    }
}
