//! Decides the order of day and month in each column of dates.
//!
//! The order is detected only from dates of the column that fit one order; otherwise it is assumed from the country and
//! marked as assumed.

use model::{Birthday, DateOrder, OrderEvidence, Region};
use serde::{Deserialize, Serialize};

/// How the dates of one column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDates {
    /// The column, from 0.
    pub column: usize,
    /// Whether the month comes first.
    pub month_first: bool,
    /// Why the order is in doubt; `None` if the dates of the column are conclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<DateDoubt>,
}

/// Why the order of day and month is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateDoubt {
    /// Every date of the column fits both orders.
    Assumed,
    /// Some dates fit only one order, others only the other.
    Contradicted,
    /// The only date of the column has two numbers and no year: `04/30` may be a day, or a month of 2030.
    Alone,
}

impl ColumnDates {
    /// The order.
    pub fn order(self) -> DateOrder {
        if self.month_first {
            DateOrder::MonthFirst
        } else {
            DateOrder::DayFirst
        }
    }
}

/// The evidence for the order of the dates of a column.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateEvidence {
    day_first: u64,
    month_first: u64,
    either: u64,
    dotted: u64,
    /// Dates of any kind, counted up to two.
    dates: u8,
    without_year: bool,
}

impl DateEvidence {
    /// Adds the evidence of a cell.
    pub fn add(&mut self, cell: &str) {
        if self.dates < 2
            && let Some(day) = Birthday::parse(cell, DateOrder::DayFirst)
        {
            self.dates += 1;
            self.without_year = day.year().is_none() && is_two_figures(cell.trim());
        }
        match Birthday::order_evidence(cell) {
            OrderEvidence::Only(DateOrder::DayFirst) => self.day_first += 1,
            OrderEvidence::Only(DateOrder::MonthFirst) => self.month_first += 1,
            OrderEvidence::Either => {
                self.either += 1;
                self.dotted += u64::from(cell.contains('.'));
            }
            OrderEvidence::None => {}
        }
    }

    /// Whether the column has dates for which the order matters.
    pub fn says_something(self) -> bool {
        self.day_first + self.month_first + self.either > 0
    }

    /// Decides how the column is read, given the country of the import.
    pub fn decide(self, column: usize, country: Option<Region>) -> ColumnDates {
        let usual = country.is_some_and(month_stands_first);
        // Dates with dots are written day first in every country where dots are usual.
        let assumed = usual && self.dotted * 2 <= self.either;
        let (month_first, doubt) = match (self.day_first, self.month_first) {
            _ if self.dates == 1 && self.without_year => (assumed, Some(DateDoubt::Alone)),
            (0, 0) => (assumed, (self.either > 0).then_some(DateDoubt::Assumed)),
            (_, 0) => (false, None),
            (0, _) => (true, None),
            // A few mistakes among many dates do not change the order of a column.
            (day, month) if day >= month * 4 => (false, Some(DateDoubt::Contradicted)),
            (day, month) if month >= day * 4 => (true, Some(DateDoubt::Contradicted)),
            _ => (assumed, Some(DateDoubt::Contradicted)),
        };
        ColumnDates {
            column,
            month_first,
            doubt,
        }
    }
}

/// Whether a cell is written like `04/30`, and not in another form of a date without a year, such as `--04-30`,
/// `30.04.` or `30 April`.
fn is_two_figures(cell: &str) -> bool {
    let figures = cell
        .split(|c: char| !c.is_ascii_digit())
        .filter(|figures| !figures.is_empty());
    figures.count() == 2
        && cell.starts_with(|c: char| c.is_ascii_digit())
        && cell.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether dates are usually written with the month first (Unicode CLDR: short dates of the country's first language).
fn month_stands_first(country: Region) -> bool {
    ["US", "AS", "GU", "MP", "PR", "VI", "FM", "MH", "PW", "PH"].contains(&country.code().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(dates: &[&str], country: &str) -> (bool, Option<DateDoubt>) {
        let mut evidence = DateEvidence::default();
        dates.iter().for_each(|date| evidence.add(date));
        let decided = evidence.decide(0, Region::from_code(country));
        (decided.month_first, decided.doubt)
    }

    #[test]
    fn the_order_is_detected_only_from_dates_that_fit_one() {
        for (dates, country, month_first, doubt) in [
            (vec!["25/12/1980", "03/04/1985"], "US", false, None),
            (vec!["12/25/1980", "03/04/1985"], "DE", true, None),
            (vec!["7/22", "2/3"], "DE", true, None),
            (vec!["04/30"], "US", true, Some(DateDoubt::Alone)),
            (vec!["30.04."], "US", false, None),
            (vec!["--04-30"], "US", true, None),
            (vec!["1604-04-30"], "US", true, None),
            (vec!["04/30", "1985-04-30"], "US", true, None),
            (vec!["03/04/1985"], "US", true, Some(DateDoubt::Assumed)),
            (vec!["03/04/1985"], "GB", false, Some(DateDoubt::Assumed)),
            (vec!["03.04.1985"], "US", false, Some(DateDoubt::Assumed)),
            (vec!["1985-03-04", "4 March 1985", "04/04/1985", "x"], "US", true, None),
            (
                vec!["13/02/1985", "02/14/1985", "03/04/1985"],
                "US",
                true,
                Some(DateDoubt::Contradicted),
            ),
            (
                vec!["13/02/1985", "02/14/1985", "03/04/1985"],
                "FR",
                false,
                Some(DateDoubt::Contradicted),
            ),
            (
                vec!["13/02/1985", "14/02/1985", "15/02/1985", "16/02/1985", "02/14/1985"],
                "US",
                false,
                Some(DateDoubt::Contradicted),
            ),
        ] {
            assert_eq!(decide(&dates, country), (month_first, doubt), "{dates:?} {country}");
        }
    }
}
