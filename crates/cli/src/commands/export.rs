//! `crystalqore export`: contacts to a file or to the terminal.

use super::open;
use crate::args::{ExportArgs, FormatArg};
use crate::exit::{Failure, GOOD};
use crate::show::counted;
use app::{Actor, App, ExportReport, ExportRequest};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes them.
pub fn run(data: Option<PathBuf>, args: &ExportArgs) -> Result<u8, Failure> {
    if matches!(args.format, FormatArg::Jsonl) && (args.bom || !args.columns.is_empty()) {
        let message = "--columns and --bom are for CSV; JSON lines hold everything";
        return Err(Failure::Usage(message.to_owned()));
    }
    let request = ExportRequest {
        scope: args.scope.into(),
        filter: args.filter.parse()?,
        format: args.format.into(),
        order: args.order.into(),
        columns: args.columns.clone(),
        delimiter: args.delimiter,
        bom: args.bom,
    };
    let (app, actor) = open(data)?;
    match &args.output {
        None => {
            let mut out = BufWriter::with_capacity(256 * 1024, std::io::stdout().lock());
            app.export(actor, &request, &mut out)?;
            out.flush()?;
        }
        Some(path) => {
            // Under another name until it is whole: a broken export must not look like one, nor destroy the last.
            let unfinished = beside(path);
            let report = write_file(&app, actor, &request, &unfinished, path).inspect_err(|_| {
                // What is broken is of no use; if it was never made, there is nothing to remove.
                let _ = std::fs::remove_file(&unfinished);
            })?;
            writeln!(
                std::io::stderr(),
                "Exported {} to {}.",
                counted(report.contacts, "contact", "contacts"),
                path.display()
            )?;
        }
    }
    Ok(GOOD)
}

fn write_file(
    app: &App,
    actor: Actor,
    request: &ExportRequest,
    unfinished: &Path,
    path: &Path,
) -> Result<ExportReport, Failure> {
    let failed = |e| Failure::Io(format!("{} cannot be written: {e}", path.display()));
    let mut out = BufWriter::with_capacity(256 * 1024, File::create(unfinished).map_err(failed)?);
    let report = app.export(actor, request, &mut out)?;
    out.flush().map_err(failed)?;
    std::fs::rename(unfinished, path).map_err(failed)?;
    Ok(report)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".unfinished");
    path.with_file_name(name)
}
