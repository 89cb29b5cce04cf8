//! `crystalqore undo`: undoes an import.

use crate::args::{PlaceArgs, UndoArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::show::counted;
use std::io::Write;

/// Undoes an import, or with `--dry-run` reports what that would do.
pub fn run(place: &PlaceArgs, args: &UndoArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let report = app.undo(actor, args.import, args.dry_run)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(
            out,
            "{}",
            serde_json::json!({
                "import": args.import.to_string(),
                "dry_run": args.dry_run,
                "removed": report.removed,
                "restored": report.restored,
                "kept": report.kept,
                "kept_names": report.kept_names,
            })
        )?;
        return Ok(GOOD);
    }
    let contacts = |n| counted(n, "contact", "contacts");
    if args.dry_run {
        writeln!(out, "Undoing import {} would (nothing was changed):", args.import)?;
    } else {
        writeln!(out, "Import {} was undone:", args.import)?;
    }
    let verb = |done: &'static str, would: &'static str| if args.dry_run { would } else { done };
    writeln!(out, "  {} {}", contacts(report.removed), verb("removed", "be removed"))?;
    writeln!(
        out,
        "  {} {}",
        contacts(report.restored),
        verb("got their old values back", "get their old values back")
    )?;
    if report.kept > 0 {
        writeln!(
            out,
            "  {} kept, because they were changed since: {}",
            contacts(report.kept),
            report.kept_names.join(", ")
        )?;
    }
    Ok(GOOD)
}
