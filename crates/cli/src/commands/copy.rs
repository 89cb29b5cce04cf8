//! `crystalqore copy`: copies a whole installation to another database, on either engine.

use crate::args::{CopyArgs, PlaceArgs};
use crate::exit::{Failure, GOOD, OTHER};
use crate::progress::{counting, stop_flag};
use crate::show::{grouped, table};
use crate::system::OsSystem;
use app::{CopyRequest, System, copy_database};
use std::io::Write;

/// Copies, verifies, and reports what was copied.
pub fn run(place: &PlaceArgs, args: &CopyArgs) -> Result<u8, Failure> {
    let request = CopyRequest {
        from: &args.from,
        to: &args.to,
        pool: place.database_pool,
        process: &OsSystem.unique_name(),
    };
    let copied = counting(|show| copy_database(&request, stop_flag(), show))?;
    let mut out = std::io::stdout().lock();
    let Some(copied) = copied else {
        writeln!(out, "Stopped copying. The same command goes on where it stopped.")?;
        return Ok(OTHER);
    };
    if args.json {
        let tables = copied
            .iter()
            .map(|t| serde_json::json!({"table": t.table, "rows": t.rows, "checksum": format!("{:032x}", t.checksum)}));
        writeln!(out, "{}", serde_json::json!({"tables": tables.collect::<Vec<_>>()}))?;
        return Ok(GOOD);
    }
    writeln!(out, "Copied, and compared on both sides:")?;
    let mut rows = vec![["table", "rows", "checksum"].map(str::to_owned).to_vec()];
    rows.extend(
        copied
            .iter()
            .map(|t| vec![t.table.to_owned(), grouped(t.rows), format!("{:032x}", t.checksum)]),
    );
    table(&mut out, &rows)?;
    writeln!(
        out,
        "\nThe files of unfinished imports and the rejected rows are not in the database: keep them where they are \
         (--data, --objects), or copy the folders uploads and rejected too."
    )?;
    Ok(GOOD)
}
