//! The pages of a large team's workspace, measured over HTTP.
//!
//! Owns the programs and the database server.

use super::Options;
use super::ours::programs;
use crate::postgres::{Postgres, Purpose, TEST_URL};
use crate::run;
use std::io;
use std::path::Path;

/// Environment variable with the engine on which the example creates the workspace.
const ENGINE: &str = "CRYSTALQORE_TEST_ENGINE";

/// Prints the response times of the pages.
pub fn measure(root: &Path, options: &Options) -> io::Result<()> {
    let programs: Vec<String> = programs(root, options.against.as_deref())?
        .iter()
        .map(|program| program.binary.display().to_string())
        .collect();
    let example = format!(
        "run --release --quiet -p app --example team -- {} {}",
        options.rows,
        programs.join(" ")
    );
    let code = if options.postgres {
        let server = Postgres::start(Purpose::Measuring)?;
        run::cargo(root, &example, &[(ENGINE, "postgres"), (TEST_URL, &server.url())])
    } else {
        run::cargo(root, &example, &[(ENGINE, "sqlite")])
    };
    match code {
        0 => Ok(()),
        code => Err(io::Error::other(format!("the measurement ended with {code}"))),
    }
}
