//! What only the whole file can tell: the order of day and month, and the country of its numbers.

use crate::mapping::BoundMapping;
use crate::open::{Batch, Records};
use model::{AddressPart, Birthday, DateOrder, Phone, Region, Slot, region_of_country};
use std::collections::HashMap;
use std::io::{self, Read};

/// What a reading of the whole file told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The order of day and month in its dates.
    pub date_order: DateOrder,
    /// The country that its international numbers and its country cells name most often.
    pub region: Option<Region>,
}

/// Countries are counted in this many rows at most: more would not change the answer.
const REGION_ROWS: usize = 20_000;

/// Reads the columns that tell something. `header_rows` are the records up to and with the header.
///
/// # Errors
/// What the input says.
pub fn survey<R: Read>(
    mut records: Records<R>,
    header_row: Option<u64>,
    mapping: &BoundMapping,
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
    let dates = columns(&|s| *s == Slot::Birthday);
    let phones = columns(&|s| matches!(s, Slot::Phone(_)));
    let countries = columns(&|s| matches!(s, Slot::Address(_, AddressPart::Country)));
    let mut orders = [0_u64; 2];
    let mut regions: HashMap<Region, u64> = HashMap::new();
    let mut batch = Batch::default();
    let mut rows = 0;
    while records.fill(&mut batch, 1000)? {
        for record in batch.records().filter(|r| header_row.is_none_or(|at| r.index() > at)) {
            rows += 1;
            for told in dates.iter().filter_map(|c| Birthday::order_told_by(record.get(*c)?)) {
                orders[usize::from(told == DateOrder::MonthFirst)] += 1;
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
        if dates.is_empty() && (region_known || rows > REGION_ROWS) {
            break;
        }
    }
    let region = regions
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.code().cmp(&a.0.code())))
        .map(|(r, _)| r);
    let date_order = if orders[1] > orders[0] {
        DateOrder::MonthFirst
    } else {
        DateOrder::DayFirst
    };
    Ok(Survey { date_order, region })
}
