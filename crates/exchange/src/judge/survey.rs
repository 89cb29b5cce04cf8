//! What only the whole file can tell: the order of day and month, the sign before fractions, and the country of its phones.

use crate::mapping::BoundMapping;
use crate::open::{Batch, Records};
use model::{
    AddressPart, Birthday, ContactRules, DateOrder, DecimalSign, FieldKind, Notation, Phone, Region, Slot,
    decimal_sign_told_by, region_of_country,
};
use std::collections::HashMap;
use std::io::{self, Read};

/// What a reading of the whole file told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The order of day and month in its dates, and the sign before fractions in its numbers.
    pub notation: Notation,
    /// The country that its international numbers and its country cells name most often.
    pub region: Option<Region>,
}

/// Countries are counted in this many rows at most: more would not change the answer.
const REGION_ROWS: usize = 20_000;

/// Whether the values of a slot are days.
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

/// Reads the columns that tell something. `header_rows` are the records up to and with the header.
///
/// # Errors
/// What the input says.
pub fn survey<R: Read>(
    mut records: Records<R>,
    header_row: Option<u64>,
    mapping: &BoundMapping,
    rules: &ContactRules,
    region_known: bool,
) -> io::Result<Survey> {
    let columns = |wanted: &dyn Fn(&Slot) -> bool| -> Vec<usize> {
        mapping
            .columns()
            .iter()
            .enumerate()
            .filter(|(_, c)| c.slot.as_ref().is_some_and(wanted))
            .map(|(i, _)| i)
            .collect()
    };
    let dates = columns(&|s| holds_dates(s, rules));
    let numbers = columns(&|s| holds_numbers(s, rules));
    let phones = columns(&|s| matches!(s, Slot::Phone(_)));
    let countries = columns(&|s| matches!(s, Slot::Address(_, AddressPart::Country)));
    let mut orders = [0_u64; 2];
    let mut signs = [0_u64; 2];
    let mut regions: HashMap<Region, u64> = HashMap::new();
    let mut batch = Batch::default();
    let mut rows = 0;
    while records.fill(&mut batch, 1000)? {
        for record in batch.records().filter(|r| header_row.is_none_or(|at| r.index() > at)) {
            rows += 1;
            for told in dates.iter().filter_map(|c| Birthday::order_told_by(record.get(*c)?)) {
                orders[usize::from(told == DateOrder::MonthFirst)] += 1;
            }
            for told in numbers.iter().filter_map(|c| decimal_sign_told_by(record.get(*c)?)) {
                signs[usize::from(told == DecimalSign::Comma)] += 1;
            }
            if region_known || rows > REGION_ROWS {
                continue;
            }
            let international = |c: &usize| record.get(*c).filter(|v| v.trim_start().starts_with('+'));
            let by_phone = phones
                .iter()
                .filter_map(international)
                .filter_map(|v| Phone::parse(v, None).ok()?.region());
            let by_country = countries.iter().filter_map(|c| region_of_country(record.get(*c)?));
            for region in by_phone.chain(by_country) {
                *regions.entry(region).or_default() += 1;
            }
        }
        if dates.is_empty() && numbers.is_empty() && (region_known || rows > REGION_ROWS) {
            break;
        }
    }
    let region = regions
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.code().cmp(&a.0.code())))
        .map(|(r, _)| r);
    let dates = match orders[1] > orders[0] {
        true => DateOrder::MonthFirst,
        false => DateOrder::DayFirst,
    };
    let decimals = match signs[1] > signs[0] {
        true => DecimalSign::Comma,
        false => DecimalSign::Point,
    };
    Ok(Survey {
        notation: Notation { dates, decimals },
        region,
    })
}
