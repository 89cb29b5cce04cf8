//! Chooses which sheet of a workbook is read: the wanted one, else the first visible one with values.

use crate::open::OpenError;

/// Sheet names that are listed to choose from.
const MOST_NAMED: usize = 200;

/// A sheet in the workbook's list of sheets.
pub trait ListedSheet {
    fn name(&self) -> &str;
    fn is_hidden(&self) -> bool;
}

/// Returns the sheets in the order in which they are tried; only the wanted one if there is one.
pub fn in_order<'s, S: ListedSheet>(sheets: &'s [S], wanted: Option<&str>) -> Result<Vec<&'s S>, OpenError> {
    let Some(wanted) = wanted else {
        let visible = sheets.iter().filter(|sheet| !sheet.is_hidden());
        return Ok(visible.chain(sheets.iter().filter(|sheet| sheet.is_hidden())).collect());
    };
    let named = sheets.iter().find(|sheet| sheet.name() == wanted);
    let named = named.or_else(|| {
        sheets
            .iter()
            .find(|sheet| sheet.name().to_lowercase() == wanted.to_lowercase())
    });
    named.map(|sheet| vec![sheet]).ok_or_else(|| OpenError::NoSheet {
        wanted: wanted.to_owned(),
        sheets: names(sheets),
    })
}

/// The names of the sheets that can be chosen.
pub fn names<S: ListedSheet>(sheets: &[S]) -> Vec<String> {
    let named = sheets.iter().take(MOST_NAMED);
    named.map(|sheet| sheet.name().to_owned()).collect()
}
