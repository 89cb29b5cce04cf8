//! `crystalqore serve`: the pages, until Ctrl-C or SIGTERM.

use super::open;
use crate::args::PlaceArgs;
use crate::exit::{Failure, GOOD};
use crate::serve_args::ServeArgs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

/// Serves until it is told to end.
pub fn run(place: &PlaceArgs, args: &ServeArgs) -> Result<u8, Failure> {
    let (app, _) = open(place)?;
    let app = Arc::new(app);
    // The runner of imports starts here, and is stopped below.
    let outcome = web::run(Arc::clone(&app), args.serve(), |at| tell(at, args));
    outcome.map_err(|error| Failure::Io(error.to_string()))?;
    Ok(GOOD)
}

/// Where to look. Whoever has closed our output does not want to know.
fn tell(at: SocketAddr, args: &ServeArgs) {
    let scheme = if args.secure { "https" } else { "http" };
    let _ = writeln!(
        std::io::stdout(),
        "CrystalQore is ready: open {scheme}://{at}/ in a browser. Ctrl-C ends it."
    );
    let _ = std::io::stdout().flush();
}
