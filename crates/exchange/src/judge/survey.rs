//! Determines what only the whole file shows: the order of day and month, the decimal sign, and the country of its
//! phones.

use super::date_orders::{ColumnDates, DateEvidence};
use super::header_language::regions_of_headers;
use super::number_country::{BareNumbers, valid_in};
use super::rules::Regions;
use crate::mapping::BoundMapping;
use crate::open::{Batch, Record, Records};
use model::{
    AddressPart, ContactRules, DecimalSign, FieldKind, Region, Slot, decimal_sign_shown_by, region_of_country,
};
use std::io::{self, Read};

/// The result of reading the whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The decimal sign of its numbers.
    pub decimals: DecimalSign,
    /// The country in which most of its numbers without country code are valid.
    pub region: Option<Region>,
    /// Whether the countries that rows name are not the countries of their numbers.
    pub rows_disagree: bool,
    /// Whether every row was examined and none has a number without country code.
    pub no_bare_numbers: bool,
    /// How the dates of its columns are read.
    pub dates: Vec<ColumnDates>,
}

/// In how many rows telephone numbers are examined: more would not change the result.
const REGION_ROWS: usize = 20_000;

/// How many numbers must contradict the countries of their rows.
const MANY_NUMBERS: usize = 20;

/// Whether the values of a slot are dates.
pub fn holds_dates(slot: &Slot, rules: &ContactRules) -> bool {
    *slot == Slot::Birthday || is_of(slot, rules, FieldKind::Date)
}

/// Whether the values of a slot are numbers.
pub fn holds_numbers(slot: &Slot, rules: &ContactRules) -> bool {
    is_of(slot, rules, FieldKind::Number)
}

fn is_of(slot: &Slot, rules: &ContactRules, kind: FieldKind) -> bool {
    match slot {
        Slot::Custom(name) => rules.field(name).is_some_and(|field| field.kind == kind),
        _ => false,
    }
}

/// Reads the columns that contain evidence. `header_row` is the index of the header record. Of `known`, only the chosen
/// country and the workspace's country are used.
///
/// # Errors
/// When the input cannot be read.
pub fn survey<R: Read>(
    mut records: Records<R>,
    header_row: Option<u64>,
    mapping: &BoundMapping,
    rules: &ContactRules,
    known: Regions,
) -> io::Result<Survey> {
    let mut found = Findings::new(mapping, rules, known.chosen.or(known.fallback));
    let mut batch = Batch::default();
    while found.wants_more() && records.fill(&mut batch, 1000)? {
        for record in batch.records().filter(|r| header_row.is_none_or(|at| r.index() > at)) {
            found.add(record);
        }
    }
    let of_language = regions_of_headers(mapping.columns().iter().map(|column| column.header.as_str()));
    Ok(found.decide(known, &of_language))
}

/// The evidence found so far.
struct Findings {
    dates: Vec<(usize, DateEvidence)>,
    numbers: Vec<usize>,
    phones: Vec<usize>,
    countries: Vec<usize>,
    points: u64,
    commas: u64,
    bare: BareNumbers,
    /// The countries that rows name, each with its number of rows.
    countries_named: Vec<(Region, usize)>,
    expected: Option<Region>,
    /// Bare numbers in rows that name another country than the expected one.
    named: BareNumbers,
    /// How many numbers of `named` are valid only in the named country, and how many only in the expected one.
    only_in_named: usize,
    only_in_expected: usize,
    rows: usize,
}

impl Findings {
    fn new(mapping: &BoundMapping, rules: &ContactRules, expected: Option<Region>) -> Self {
        let columns = |wanted: &dyn Fn(&Slot) -> bool| -> Vec<usize> {
            let columns = mapping.columns().iter().enumerate();
            columns
                .filter(|(_, c)| c.slot.as_ref().is_some_and(wanted))
                .map(|(i, _)| i)
                .collect()
        };
        Self {
            dates: columns(&|s| holds_dates(s, rules))
                .into_iter()
                .map(|column| (column, DateEvidence::default()))
                .collect(),
            numbers: columns(&|s| holds_numbers(s, rules)),
            phones: columns(&|s| matches!(s, Slot::Phone(_))),
            countries: columns(&|s| matches!(s, Slot::Address(_, AddressPart::Country))),
            points: 0,
            commas: 0,
            bare: BareNumbers::default(),
            named: BareNumbers::default(),
            expected,
            countries_named: Vec::new(),
            only_in_named: 0,
            only_in_expected: 0,
            rows: 0,
        }
    }

    fn wants_more(&self) -> bool {
        !self.dates.is_empty() || !self.numbers.is_empty() || self.wants_phones()
    }

    fn wants_phones(&self) -> bool {
        let has_enough = self.bare.is_full() && (self.countries.is_empty() || self.named.is_full());
        !self.phones.is_empty() && !has_enough && self.rows < REGION_ROWS
    }

    fn add(&mut self, record: Record<'_>) {
        self.rows += 1;
        for (column, evidence) in &mut self.dates {
            record.get(*column).into_iter().for_each(|cell| evidence.add(cell));
        }
        for sign in self
            .numbers
            .iter()
            .filter_map(|c| decimal_sign_shown_by(record.get(*c)?))
        {
            match sign {
                DecimalSign::Point => self.points += 1,
                DecimalSign::Comma => self.commas += 1,
            }
        }
        if !self.wants_phones() {
            return;
        }
        let country = |column: &usize| record.get(*column).and_then(region_of_country);
        let named: Vec<Region> = self.countries.iter().filter_map(country).collect();
        for region in &named {
            match self.countries_named.iter_mut().find(|(known, _)| known == region) {
                Some((_, count)) => *count += 1,
                None => self.countries_named.push((*region, 1)),
            }
        }
        for cell in self.phones.iter().filter_map(|column| record.get(*column)) {
            if named.is_empty() {
                self.bare.add(cell);
            } else if let Some(expected) = self.expected.filter(|expected| !named.contains(expected))
                && let Some(number) = self.named.add(cell)
            {
                let is_valid = |region: &Region| valid_in(number, *region).is_some();
                match (named.iter().any(is_valid), is_valid(&expected)) {
                    (true, false) => self.only_in_named += 1,
                    (false, true) => self.only_in_expected += 1,
                    _ => {}
                }
            }
        }
    }

    /// Whether the countries that rows name are not the countries of their numbers: many numbers are valid only in the
    /// expected country, and few only in the country of their row.
    fn rows_disagree(&self) -> bool {
        self.only_in_expected >= MANY_NUMBERS && self.only_in_expected > self.only_in_named * 4
    }

    fn most_named(&self) -> Option<Region> {
        let most = self.countries_named.iter().max_by_key(|(_, count)| *count);
        most.map(|(region, _)| *region)
    }

    fn decide(self, known: Regions, of_language: &[Region]) -> Survey {
        // If the header's language is spoken in the workspace's country, that country is more likely than the
        // language's others.
        let workspace = known
            .fallback
            .filter(|own| of_language.is_empty() || of_language.contains(own));
        let foreign = known.fallback.filter(|_| workspace.is_none());
        let expected: Vec<Region> = workspace
            .into_iter()
            .chain(of_language.iter().copied())
            .chain(foreign)
            // Rows that name no country are likely from the country that most others name.
            .chain(self.most_named())
            .collect();
        let rows_disagree = self.rows_disagree();
        let numbers = match rows_disagree && self.named.len() > self.bare.len() {
            true => &self.named,
            false => &self.bare,
        };
        let region = match numbers.is_empty() || known.chosen.is_some() {
            true => None,
            false => numbers.country(&expected),
        };
        let country = known.chosen.or(region).or_else(|| expected.first().copied());
        Survey {
            decimals: if self.commas > self.points {
                DecimalSign::Comma
            } else {
                DecimalSign::Point
            },
            region,
            rows_disagree,
            no_bare_numbers: self.wants_phones() && self.bare.is_empty() && self.named.is_empty(),
            dates: self
                .dates
                .into_iter()
                .filter(|(_, evidence)| evidence.says_something())
                .map(|(column, evidence)| evidence.decide(column, country))
                .collect(),
        }
    }
}
