//! Reads the cells that occur only in tables made of vCards and in our own export: kept lines, and remarks on reading a
//! card.

use crate::formula_guard::unguarded;
use crate::mapping::{BoundColumn, BoundMapping};
use crate::native::VCARD_REMARKS;
use crate::open::Record;
use crate::reason::{Code, Reason};
use crate::vcard::remark::remarks_in;
use model::VcardLine;

/// Returns the vCard lines of a cell, and the texts that are not lines.
pub fn vcard_lines_in(cell: &str) -> (Vec<VcardLine>, Vec<&str>) {
    let mut lines = Vec::new();
    let mut broken = Vec::new();
    for line in cell.split('\n').filter(|line| !line.trim().is_empty()) {
        match VcardLine::parse(line) {
            Some(line) => lines.push(line),
            None => broken.push(line),
        }
    }
    (lines, broken)
}

/// Returns the remarks on reading a card as reasons of its row.
pub fn reasons_of_card(mapping: &BoundMapping, record: Record<'_>) -> Vec<Reason> {
    let is_of_remarks = |column: &BoundColumn| column.slot.is_none() && column.header == VCARD_REMARKS;
    let Some(at) = mapping.columns().iter().rposition(is_of_remarks) else {
        return Vec::new();
    };
    let cell = record.get(at).unwrap_or_default().trim();
    let reasons = remarks_in(unguarded(cell)).into_iter().map(|remark| {
        let code = if remark.is_bad { Code::Card } else { Code::LeftOut };
        Reason {
            column: remark.property,
            warning: !remark.is_bad,
            ..Reason::of_row(code, record.line(), remark.message, remark.advice)
        }
    });
    reasons.collect()
}
