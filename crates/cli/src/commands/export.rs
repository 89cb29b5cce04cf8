//! `crystalqore export`: contacts to a file or to the terminal.

use crate::arg_values::FormatArg;
use crate::args::{ExportArgs, PlaceArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::show::counted;
use app::ExportRequest;
use std::io::{BufWriter, IsTerminal, Write};

pub fn run(place: &PlaceArgs, args: &ExportArgs) -> Result<u8, Failure> {
    if matches!(args.format, FormatArg::Jsonl) && (args.no_bom || !args.columns.is_empty()) {
        let message = "--columns and --no-bom are for CSV; JSON lines hold everything";
        return Err(Failure::Usage(message.to_owned()));
    }
    if matches!(args.format, FormatArg::Xlsx) && args.no_bom {
        return Err(Failure::Usage(
            "--no-bom is for CSV; a workbook has no byte order mark".to_owned(),
        ));
    }
    if matches!(args.format, FormatArg::Xlsx) && args.output.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::Usage(
            "a workbook cannot be shown in the terminal; write it to a file with --output FILE".to_owned(),
        ));
    }
    let request = ExportRequest {
        scope: args.scope.into(),
        selection: None,
        filter: args.filter.parse()?,
        format: args.format.into(),
        order: args.order.into(),
        columns: args.columns.clone(),
        delimiter: args.delimiter,
        bom: matches!(args.format, FormatArg::Crystalqore) && !args.no_bom,
    };
    let (app, actor) = open_as(place, &args.acting)?;
    match &args.output {
        None => {
            let mut out = BufWriter::with_capacity(256 * 1024, std::io::stdout().lock());
            app.export(actor, &request, &mut out)?;
            out.flush()?;
        }
        Some(path) => {
            let report = app::write_whole(path, |out| app.export(actor, &request, out))?;
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
