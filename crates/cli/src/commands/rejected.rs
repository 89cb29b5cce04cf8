//! `crystalqore rejected`: writes the rows that an import did not take, to be corrected and imported again.

use crate::args::{PlaceArgs, RejectedArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::output::named_file;
use crate::show::counted;
use std::io::Write;

pub fn run(place: &PlaceArgs, args: &RejectedArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let Some(path) = named_file(args.output.as_deref()) else {
        app.rejected_rows(actor, args.import, &mut std::io::stdout().lock())?;
        return Ok(GOOD);
    };
    let rows = app::write_whole(path, |out| app.rejected_rows(actor, args.import, out))?;
    writeln!(
        std::io::stderr(),
        "Wrote {} to {}.",
        counted(rows, "row", "rows"),
        path.display()
    )?;
    Ok(GOOD)
}
