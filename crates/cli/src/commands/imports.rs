//! `crystalqore imports`: lists every import with its counts and state.

use crate::args::{ImportsArgs, PlaceArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::show::{grouped, table};
use app::ImportReport;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::Write;

/// Lists the imports, the newest first.
pub fn run(place: &PlaceArgs, args: &ImportsArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let imports = app.imports(actor)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let list: Vec<_> = imports.iter().map(as_json).collect();
        writeln!(out, "{}", serde_json::json!({ "imports": list }))?;
    } else if imports.is_empty() {
        writeln!(out, "No imports yet. The first one: crystalqore import FILE.csv")?;
    } else {
        let mut rows = vec![
            [
                "import", "when", "file", "state", "rows", "created", "updated", "skipped", "rejected",
            ]
            .map(str::to_owned)
            .to_vec(),
        ];
        rows.extend(imports.iter().map(as_row));
        table(&mut out, &rows)?;
    }
    Ok(GOOD)
}

fn state(import: &ImportReport) -> &'static str {
    if import.interrupted {
        "interrupted"
    } else {
        import.state.as_str()
    }
}

fn as_json(import: &ImportReport) -> serde_json::Value {
    let started = Timestamp::from_microsecond(import.created_at)
        .map(|t| t.to_string())
        .unwrap_or_default();
    serde_json::json!({
        "import": import.import.to_string(),
        "file": import.file_name,
        "state": state(import),
        "started": started,
        "counts": import.counts,
    })
}

fn as_row(import: &ImportReport) -> Vec<String> {
    let when = Timestamp::from_microsecond(import.created_at)
        .map(|t| t.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default();
    let counts = &import.counts;
    let skipped = counts.duplicate + counts.ambiguous + counts.conflict + counts.unchanged;
    vec![
        import.import.to_string(),
        when,
        import.file_name.clone(),
        state(import).to_owned(),
        grouped(counts.rows),
        grouped(counts.new),
        grouped(counts.update),
        grouped(skipped),
        grouped(counts.invalid),
    ]
}
