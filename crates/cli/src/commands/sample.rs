//! `crystalqore sample`: prints the sample CSV of the import dialog.

use crate::exit::{Failure, GOOD};
use std::io::Write;

pub fn run() -> Result<u8, Failure> {
    std::io::stdout().lock().write_all(app::SAMPLE_CSV.as_bytes())?;
    Ok(GOOD)
}
