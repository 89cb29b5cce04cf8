//! Writes numbers as a spreadsheet displays them, following the number format except for colours and currencies.
//!
//! A spreadsheet stores the zip code 02116 as the number 2116 and a day as a count of days; only the number format of
//! the cell distinguishes them. Purely visual parts are ignored: thousands separators, decimals, percent signs.

/// The day from which a workbook counts days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// Day 1 is 1 January 1900, and 29 February 1900 is counted although it did not exist.
    Year1900,
    /// Day 0 is 1 January 1904.
    Year1904,
}

/// How a number is displayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberFormat {
    /// As its digits.
    General,
    /// A day.
    Date,
    /// A day without its year.
    DayAndMonth,
    /// A day with the time.
    DateTime,
    /// The time of a day.
    Time,
    /// Digits between other characters, such as `00000` or `(000) 000-0000`.
    Masks(Vec<Mask>),
}

/// One section of a number format that consists of digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    condition: Option<Condition>,
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Condition {
    below: f64,
    or_equal: bool,
}

impl Eq for Condition {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// A digit; a zero if the number has none in this position.
    Zero,
    /// A digit if the number has one in this position.
    Digit,
    Literal(char),
}

/// Whole numbers from here on have more digits than a spreadsheet keeps.
const EXACT: f64 = 1e15;
/// The number of digits that a spreadsheet keeps.
const DIGITS: usize = 15;
/// The last day that spreadsheets support, 31 December 9999, counted from 1900.
const LAST_DAY: f64 = 2_958_465.0;

impl NumberFormat {
    /// Returns the built-in format with this id.
    pub fn built_in(id: u32) -> Self {
        match id {
            14 | 15 | 17 | 27..=31 | 36 | 50..=58 => Self::Date,
            16 => Self::DayAndMonth,
            18..=21 | 32..=35 | 45..=47 => Self::Time,
            22 => Self::DateTime,
            _ => Self::General,
        }
    }

    /// Parses a number format.
    pub fn parse(code: &str) -> Self {
        let sections: Vec<Section> = sections(code).iter().map(|section| Section::read(section)).collect();
        let Some(first) = sections.first() else {
            return Self::General;
        };
        if first.is_general {
            return Self::General;
        }
        match (first.has_day || first.has_year, first.has_month, first.has_time) {
            (true, _, true) => return Self::DateTime,
            (true, true, false) if !first.has_year => return Self::DayAndMonth,
            (true, ..) | (false, true, false) => return Self::Date,
            (false, _, true) => return Self::Time,
            (false, false, false) => {}
        }
        let masks: Vec<Mask> = sections
            .into_iter()
            .take_while(|section| section.is_mask)
            .map(|section| Mask {
                condition: section.condition,
                tokens: section.tokens,
            })
            .collect();
        let says_something =
            |mask: &Mask| mask.tokens.len() > 1 && mask.tokens.iter().any(|t| !matches!(t, Token::Literal(_)));
        match masks.iter().any(says_something) {
            true => Self::Masks(masks),
            false => Self::General,
        }
    }

    /// Appends a number as it is displayed. Returns `false` if it has more digits than the spreadsheet kept.
    pub fn write(&self, raw: &str, epoch: Epoch, into: &mut String) -> bool {
        let Ok(value) = raw.parse::<f64>() else {
            into.push_str(raw);
            return true;
        };
        if !value.is_finite() {
            return true;
        }
        let shown = match self {
            Self::General => None,
            Self::Masks(masks) => masked(masks, value),
            _ => self.moment(value, epoch),
        };
        match shown {
            Some(text) => {
                into.push_str(&text);
                true
            }
            None => plain(raw, value, into),
        }
    }

    fn moment(&self, value: f64, epoch: Epoch) -> Option<String> {
        let day_of_1900 = match epoch {
            Epoch::Year1900 => value,
            Epoch::Year1904 => value + 1462.0,
        };
        if !(0.0..=LAST_DAY + 1.0).contains(&day_of_1900) {
            return None;
        }
        // Times are fractions of a day, rounded to the second.
        let seconds = (day_of_1900.fract() * 86_400.0).round() as i64;
        let day = day_of_1900.trunc() as i64 + seconds / 86_400;
        let seconds = seconds % 86_400;
        let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let (year, month, day) = civil(day);
        Some(match self {
            Self::Time => time,
            Self::DayAndMonth => format!("--{month:02}-{day:02}"),
            // A format without time may hide one, and a format with time may display midnight.
            _ if seconds == 0 => format!("{year:04}-{month:02}-{day:02}"),
            Self::Date => format!("{year:04}-{month:02}-{day:02}"),
            _ => format!("{year:04}-{month:02}-{day:02} {time}"),
        })
    }
}

/// Converts a count of days from 1900 to year, month and day.
fn civil(day: i64) -> (i64, i64, i64) {
    // 29 February 1900 did not exist: that day and all days before it are one off.
    let day = if day < 60 { day + 1 } else { day };
    // Days since 1 March of year 0, in eras of 400 years. 1 January 1970 is day 25,569.
    let z = day - 25_569 + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Appends all digits of a number, without exponent. Returns `false` if the spreadsheet kept only the first fifteen.
fn plain(raw: &str, value: f64, into: &mut String) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let is_whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if is_whole {
        into.push_str(raw);
        // Programs other than Excel may keep more digits.
        return digits.len() <= DIGITS || digits.bytes().skip(DIGITS).any(|b| b != b'0');
    }
    if value.fract() == 0.0 {
        into.push_str(&format!("{value:.0}"));
        return value.abs() < EXACT;
    }
    // 0.1 + 0.2 is displayed as 0.3.
    let rounded = format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
    into.push_str(&format!("{rounded}"));
    true
}

fn masked(masks: &[Mask], value: f64) -> Option<String> {
    if value.fract() != 0.0 || !(0.0..EXACT).contains(&value) {
        return None;
    }
    let fits = |mask: &&Mask| {
        mask.condition
            .is_none_or(|c| value < c.below || c.or_equal && value <= c.below)
    };
    let mask = masks.iter().find(fits)?;
    let places = mask.tokens.iter().filter(|t| !matches!(t, Token::Literal(_))).count();
    let digits = match value == 0.0 {
        true => String::new(),
        false => format!("{value:.0}"),
    };
    let lead = digits.len().saturating_sub(places);
    let mut missing = places.saturating_sub(digits.len());
    let mut rest = digits[lead..].chars();
    let mut text = String::new();
    let mut is_first = true;
    for token in &mask.tokens {
        if let Token::Literal(character) = token {
            text.push(*character);
            continue;
        }
        if std::mem::take(&mut is_first) {
            text.push_str(&digits[..lead]);
        }
        match (missing, token) {
            (0, _) => text.extend(rest.next()),
            (_, Token::Zero) => text.push('0'),
            _ => {}
        }
        missing = missing.saturating_sub(1);
    }
    Some(text)
}

/// Splits a format into its sections: for positive numbers, for negative ones, for zero and for text.
fn sections(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in code.chars() {
        let is_end = character == ';' && !quoted && !escaped;
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped && !quoted;
        match sections.last_mut() {
            Some(last) if !is_end => last.push(character),
            _ => sections.push(String::new()),
        }
    }
    sections
}

/// The properties of a section of a format.
#[derive(Default)]
struct Section {
    is_general: bool,
    has_year: bool,
    has_month: bool,
    has_day: bool,
    has_time: bool,
    is_mask: bool,
    condition: Option<Condition>,
    tokens: Vec<Token>,
}

impl Section {
    fn read(code: &str) -> Self {
        let mut section = Self {
            is_mask: true,
            is_general: code.trim().is_empty() || code.to_ascii_lowercase().contains("general"),
            ..Self::default()
        };
        let mut characters = code.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => {
                    let quoted = characters.by_ref().take_while(|c| *c != '"');
                    section.tokens.extend(quoted.map(Token::Literal));
                }
                '\\' => section.tokens.extend(characters.next().map(Token::Literal)),
                '[' => {
                    let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                    section.bracket(&inside.to_ascii_lowercase());
                }
                // A blank of the width of the next character, or filling with that character.
                '_' | '*' => {
                    characters.next();
                }
                _ => section.letter(character),
            }
        }
        section
    }

    /// Reads a bracketed part: a colour, a currency, a language, a condition, or hours that may exceed 24.
    fn bracket(&mut self, inside: &str) {
        if !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
            self.has_time = true;
        }
        if inside.strip_prefix('$').is_some_and(|symbol| !symbol.starts_with('-')) {
            self.is_mask = false;
        }
        if let Some(limit) = inside.strip_prefix('<') {
            let or_equal = limit.starts_with('=');
            let below = limit.trim_start_matches('=').parse();
            self.condition = below.ok().map(|below| Condition { below, or_equal });
            self.is_mask &= self.condition.is_some();
        } else if inside.starts_with(['>', '=']) {
            self.is_mask = false;
        }
    }

    fn letter(&mut self, character: char) {
        match character {
            'y' | 'Y' => self.has_year = true,
            'd' | 'D' => self.has_day = true,
            'h' | 'H' | 's' | 'S' => self.has_time = true,
            'm' | 'M' => self.has_month = true,
            '0' => self.tokens.push(Token::Zero),
            '#' => self.tokens.push(Token::Digit),
            '-' | '+' | '(' | ')' | ' ' | ':' | '\u{a0}' => self.tokens.push(Token::Literal(character)),
            _ => self.is_mask = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, raw: &str) -> String {
        let mut text = String::new();
        NumberFormat::parse(code).write(raw, Epoch::Year1900, &mut text);
        text
    }

    #[test]
    fn zeros_of_zip_codes_are_shown() {
        assert_eq!(shown("00000", "2116"), "02116");
        assert_eq!(shown("00000\\-0000", "21161234"), "02116-1234");
        assert_eq!(shown("00000", "123456"), "123456");
        assert_eq!(shown("00000", "0"), "00000");
        assert_eq!(shown("00000", "-5"), "-5");
        assert_eq!(shown("000-00-0000", "1020003"), "001-02-0003");
        assert_eq!(shown("[$-409]00000;@", "501"), "00501");
    }

    #[test]
    fn telephone_formats_are_followed() {
        let special = "[<=9999999]###-####;\\(###\\)\\ ###-####";
        assert_eq!(shown(special, "5550101"), "555-0101");
        assert_eq!(shown(special, "2025550101"), "(202) 555-0101");
        assert_eq!(shown("\"+\"0", "441234567890"), "+441234567890");
        assert_eq!(shown("\\+#", "4.41234567890E+11"), "+441234567890");
    }

    #[test]
    fn numbers_have_all_their_digits_and_no_more() {
        assert_eq!(shown("General", "4.41234567890E+11"), "441234567890");
        assert_eq!(shown("0", "441234567890"), "441234567890");
        assert_eq!(shown("0.00E+00", "441234567890"), "441234567890");
        assert_eq!(shown("#,##0.00", "1234.5"), "1234.5");
        assert_eq!(shown("General", "0.30000000000000004"), "0.3");
        assert_eq!(shown("General", "1E-05"), "0.00001");
        assert_eq!(shown("0%", "0.19"), "0.19");
        assert_eq!(shown("[$€-407] #,##0", "7"), "7");
        assert_eq!(shown("General", "12.0"), "12");
        assert_eq!(shown("General", "not a number"), "not a number");
    }

    #[test]
    fn digits_that_a_spreadsheet_has_cut_are_told() {
        let whole = |raw: &str| NumberFormat::General.write(raw, Epoch::Year1900, &mut String::new());
        assert!(whole("441234567890123"));
        assert!(!whole("4412345678901230"));
        assert!(!whole("4.4123456789012300E+17"));
        assert!(whole("4412345678901234"), "another program has kept them");
        assert!(whole("0.1234567890123456"));
    }

    #[test]
    fn days_are_counted_from_either_epoch() {
        let mut text = String::new();
        assert_eq!(shown("yyyy-mm-dd", "1"), "1900-01-01");
        assert_eq!(shown("dd/mm/yyyy", "59"), "1900-02-28");
        assert_eq!(shown("m/d/yy", "61"), "1900-03-01");
        assert_eq!(shown("d. mmmm yyyy", "45000"), "2023-03-15");
        assert_eq!(shown("yyyy-mm-dd", "2958465"), "9999-12-31");
        assert_eq!(shown("yyyy-mm-dd", "2958467"), "2958467");
        assert_eq!(shown("yyyy-mm-dd", "-1"), "-1");
        NumberFormat::Date.write("43538", Epoch::Year1904, &mut text);
        assert_eq!(text, "2023-03-15");
    }

    #[test]
    fn formats_of_dates_are_recognised() {
        for date in [
            "yyyy",
            "m/d/yyyy",
            "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
            "mmm-yy",
            "[Red]d.m.yy;@",
            "yy\"年\"m\"月\"d\"日\"",
        ] {
            assert_eq!(NumberFormat::parse(date), NumberFormat::Date, "{date}");
        }
        for other in [
            "General",
            "0",
            "#",
            "0.00",
            "@",
            "\"days\" 0.0",
            "[Red]#,##0",
            "",
            "0.00E+00",
            "\\d0.0",
        ] {
            assert_eq!(NumberFormat::parse(other), NumberFormat::General, "{other}");
        }
        assert_eq!(NumberFormat::parse("d-mmm"), NumberFormat::DayAndMonth);
        assert_eq!(NumberFormat::parse("h:mm AM/PM"), NumberFormat::Time);
        assert_eq!(NumberFormat::parse("[h]:mm:ss"), NumberFormat::Time);
        assert_eq!(NumberFormat::parse("m/d/yy h:mm"), NumberFormat::DateTime);
    }

    #[test]
    fn times_are_shown_where_they_are_asked_for() {
        assert_eq!(shown("yyyy-mm-dd hh:mm", "45000.75"), "2023-03-15 18:00:00");
        assert_eq!(shown("yyyy-mm-dd", "45000.75"), "2023-03-15");
        assert_eq!(shown("yyyy-mm-dd hh:mm", "45000"), "2023-03-15");
        assert_eq!(shown("hh:mm", "0.5"), "12:00:00");
        assert_eq!(shown("yyyy-mm-dd hh:mm", "45000.9999999"), "2023-03-16");
        assert_eq!(shown("d-mmm", "45000"), "--03-15");
    }
}
