//! `crystalqore export`: writes contacts to a file or to the terminal.

use crate::args::{ExportArgs, PlaceArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::output::named_file;
use crate::show::counted;
use app::{ExportFormat, ExportReport, ExportRequest};
use std::io::{BufWriter, IsTerminal, Write};

pub fn run(place: &PlaceArgs, args: &ExportArgs) -> Result<u8, Failure> {
    let format = ExportFormat::from(args.format);
    if !format.has_columns() && !args.columns.is_empty() || !format.is_csv() && args.no_bom {
        let title = format.title();
        let message = format!("--columns is for --format csv or xlsx and --no-bom for CSV; {title} is one whole");
        return Err(Failure::Usage(message));
    }
    let file = named_file(args.output.as_deref());
    if format.is_binary() && file.is_none() && std::io::stdout().is_terminal() {
        let title = format.title();
        let message = format!("{title} cannot be shown in the terminal; write it to a file with --output FILE");
        return Err(Failure::Usage(message));
    }
    let request = ExportRequest {
        scope: args.scope.into(),
        selection: None,
        filter: args.filter.parse()?,
        format,
        order: args.order.into(),
        columns: args.columns.clone(),
        delimiter: args.delimiter,
        bom: format.is_csv() && !args.no_bom,
    };
    let (app, actor) = open_as(place, &args.acting)?;
    let report = match file {
        None => {
            let mut out = BufWriter::with_capacity(256 * 1024, std::io::stdout().lock());
            let report = app.export(actor, &request, &mut out)?;
            out.flush()?;
            report
        }
        Some(path) => {
            let report = app::write_whole(path, |out| app.export(actor, &request, out))?;
            writeln!(
                std::io::stderr(),
                "Exported {} to {}.",
                counted(report.contacts, "contact", "contacts"),
                path.display()
            )?;
            report
        }
    };
    tell_losses(format, &report)?;
    Ok(GOOD)
}

/// Reports the values that the format cannot hold.
fn tell_losses(format: ExportFormat, report: &ExportReport) -> std::io::Result<()> {
    let losses = &report.losses;
    if losses.is_empty() {
        return Ok(());
    }
    writeln!(
        std::io::stderr(),
        "{} has no place for {} of {}; --format csv holds everything.",
        format.title(),
        losses.words(),
        counted(losses.contacts, "contact", "contacts"),
    )
}
