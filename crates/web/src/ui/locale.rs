//! How the reader of a page writes numbers and dates, derived from the language that their browser prefers. The pages
//! themselves are in English.
//!
//! The server sets the locale for the duration of a request; [`number`](crate::ui::words::number) and the page layout
//! read it.

use axum::http::{HeaderMap, header};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_locale_core::extensions::unicode::{key, value};
use std::future::Future;

tokio::task_local! {
    static READER: Locale;
}

/// Bytes of the header that are parsed: browsers send only a few languages.
const LOOKED_AT: usize = 200;

/// The locale of the reader; English outside a request.
pub fn current() -> Locale {
    READER
        .try_with(Clone::clone)
        .unwrap_or_else(|_| western(Locale::UNKNOWN))
}

/// Runs a future with this locale as the reader's.
pub async fn scope<F: Future>(locale: Locale, work: F) -> F::Output {
    READER.scope(locale, work).await
}

/// The locale that a browser prefers. Without one, numbers are written as in English.
pub fn preferred(headers: &HeaderMap) -> Locale {
    let sent = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let languages = sent
        .filter(|sent| sent.len() <= LOOKED_AT)
        .unwrap_or_default()
        .split(',');
    let weighed = languages.filter_map(|language| {
        let (tag, weight) = language.split_once(";q=").unwrap_or((language, "1"));
        let locale: Locale = tag.trim().parse().ok()?;
        Some((
            locale,
            weight.trim().parse::<f32>().ok().filter(|weight| *weight > 0.0)?,
        ))
    });
    // Among several with the same weight, the first one counts.
    let best = weighed.reduce(|best, next| if next.1 > best.1 { next } else { best });
    western(best.map_or(Locale::UNKNOWN, |(locale, _)| locale))
}

/// The locale with Western digits, as the English pages use them; English if the language is unknown.
fn western(locale: Locale) -> Locale {
    let mut locale = if locale.id.language.is_unknown() {
        icu_locale_core::locale!("en")
    } else {
        locale
    };
    locale.extensions.unicode.keywords.set(key!("nu"), value!("latn"));
    locale
}

/// A number with groups of digits, as in this locale.
pub fn grouped(n: u64, locale: &Locale) -> String {
    match DecimalFormatter::try_new(locale.into(), Default::default()) {
        Ok(formatter) => formatter.format(&Decimal::from(n)).to_string(),
        // Not expected: there is data for every locale, at least for its language.
        Err(_) => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn numbers(accepted: &'static str) -> [String; 3] {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
        let locale = preferred(&headers);
        [999, 1_234, 1_234_567].map(|n| grouped(n, &locale))
    }

    #[test]
    fn digits_are_grouped_as_the_reader_does() {
        let space = "\u{a0}";
        for (accepted, expected) in [
            ("en-US,en;q=0.9", ["999", "1,234", "1,234,567"].map(str::to_owned)),
            (
                "de-DE,de;q=0.9,en;q=0.8",
                ["999", "1.234", "1.234.567"].map(str::to_owned),
            ),
            ("en;q=0.5, de", ["999", "1.234", "1.234.567"].map(str::to_owned)),
            ("es", ["999", "1234", "1.234.567"].map(str::to_owned)),
            (
                "ru",
                [
                    "999".to_owned(),
                    format!("1{space}234"),
                    format!("1{space}234{space}567"),
                ],
            ),
            ("hi-IN", ["999", "1,234", "12,34,567"].map(str::to_owned)),
            ("ar-EG", ["999", "1,234", "1,234,567"].map(str::to_owned)),
        ] {
            assert_eq!(numbers(accepted), expected, "{accepted}");
        }
    }

    #[test]
    fn whatever_is_sent_numbers_are_written() {
        for accepted in ["", "*", "tlh-x-nothing", ";;q=,", "de;q=0", "zz"] {
            assert_eq!(numbers(accepted)[0], "999", "{accepted}");
        }
        assert_eq!(numbers("*;q=0.5"), ["999", "1,234", "1,234,567"]);
    }
}
