//! Recognises the header row of another table below the first one, and repetitions of the first header row.

use super::batch::Batch;
use super::header::is_data_like;
use crate::mapping::is_known_name;
use std::borrow::Cow;
use std::collections::HashSet;

/// Recognises header rows within the data.
pub struct Tables {
    /// The index of the first header row.
    pub header_row: u64,
    header: Vec<String>,
    names: HashSet<String>,
    /// The first and the last byte of each name.
    ends: HashSet<(u8, u8)>,
}

impl Tables {
    /// Created from the header row of the first table.
    pub fn new(header: &[&str], header_row: u64) -> Self {
        let header: Vec<String> = header.iter().map(|name| comparable(name)).collect();
        let names: HashSet<String> = header.iter().filter(|name| !name.is_empty()).cloned().collect();
        let ends = names
            .iter()
            .filter_map(|name| Some((*name.as_bytes().first()?, *name.as_bytes().last()?)));
        Self {
            header_row,
            ends: ends.collect(),
            names,
            header,
        }
    }

    /// Whether the last record of a batch, whose cells begin at `cells`, starts another table; `None` if it is not a
    /// header row. `apart` is whether something separates it from the rows before.
    pub fn begins_table(&self, batch: &Batch, cells: usize, apart: bool) -> Option<bool> {
        let first = (cells..batch.ends.len())
            .map(|at| batch.cell_bytes(at).trim_ascii())
            .find(|cell| !cell.is_empty())?;
        if !apart && !self.is_name(first) {
            return None;
        }
        let all: Vec<Cow<'_, str>> = (cells..batch.ends.len())
            .map(|at| String::from_utf8_lossy(batch.cell_bytes(at)))
            .collect();
        if self.is_same_names(&all) {
            let same_order = self
                .header
                .iter()
                .zip(&all)
                .all(|(name, cell)| *name == comparable(cell));
            return Some(!same_order);
        }
        (apart && is_header_row(&all)).then_some(true)
    }

    /// Whether a cell is a name of the header row. First and last bytes are compared first, because they exclude most
    /// values.
    fn is_name(&self, cell: &[u8]) -> bool {
        let ends = |text: &[u8]| Some((text.first()?.to_ascii_lowercase(), text.last()?.to_ascii_lowercase()));
        ends(cell).is_some_and(|ends| !cell.is_ascii() || self.ends.contains(&ends))
            && self.names.contains(&comparable(&String::from_utf8_lossy(cell)))
    }

    /// Whether all cells are names of the header row, and at least three of them differ (two if the header has fewer).
    fn is_same_names(&self, cells: &[Cow<'_, str>]) -> bool {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| comparable(cell))
            .filter(|cell| !cell.is_empty())
            .collect();
        let different: HashSet<&String> = cells.iter().collect();
        let least = self.names.len().min(3);
        different.len() >= least.max(2) && different.iter().all(|cell| self.names.contains(*cell))
    }
}

/// Whether a record consists of column names.
fn is_header_row(cells: &[Cow<'_, str>]) -> bool {
    let filled: Vec<&str> = cells
        .iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    if filled.len() < 2 || filled.iter().any(|cell| is_data_like(cell)) {
        return false;
    }
    let known = filled.iter().filter(|cell| is_known_name(cell)).count();
    known >= 2 && known * 10 >= filled.len() * 6
}

fn comparable(name: &str) -> String {
    model::clean(name).trim().to_lowercase()
}
