//! `crystalqore serve`: serves the pages and the API until Ctrl-C or SIGTERM.

use crate::args::PlaceArgs;
use crate::exit::{Failure, GOOD};
use crate::installation::open;
use crate::serve_args::{LogFormat, ServeArgs};
use app::{Error, ImportId, ImportSummary, Worker, WorkerObserver};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use web::Ready;

/// How long the shutdown waits for the current batch of an import: together with open requests, less than the ten
/// seconds that container runtimes wait.
const BATCH: Duration = Duration::from_secs(2);

/// Serves until a signal ends the process.
pub fn run(place: &PlaceArgs, args: &ServeArgs) -> Result<u8, Failure> {
    log(args.log);
    if let Some(doubt) = args.doubt() {
        tracing::warn!("{doubt}");
    }
    let (app, _) = open(place)?;
    // The process answers requests while it imports.
    let app = Arc::new(app.low_memory());
    let runner = Worker::start(Arc::clone(&app), Logged);
    let outcome = web::run(app, args.serve(), |ready| tell(&ready, args.secure));
    // The current batch is awaited for a short time; the next start resumes what is left.
    runner.stop_within(BATCH);
    outcome.map_err(|error| Failure::Io(error.to_string()))?;
    Ok(GOOD)
}

/// Logs what the worker does, without the names of files: they may contain names of people.
struct Logged;

impl WorkerObserver for Logged {
    fn ended(&mut self, summary: &ImportSummary, _: &str) {
        tracing::info!(import = summary.import.map(|import| import.0), stopped = ?summary.stopped, "an import has ended");
    }

    fn failed(&mut self, import: Option<ImportId>, error: &Error) {
        match import {
            Some(import) => tracing::error!(%import, code = error.code(), %error, "an import cannot go on"),
            None => tracing::error!(code = error.code(), %error, "the work in the background failed"),
        }
    }
}

/// Logs to standard error; standard output is for messages to the person at the terminal.
fn log(format: LogFormat) {
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        .with_target(false);
    match format {
        LogFormat::Text => log.with_ansi(false).compact().init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

/// Prints the address. A closed output is not an error: the server runs anyway.
fn tell(ready: &Ready, secure: bool) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", greeting(ready, secure));
    let _ = out.flush();
}

fn greeting(ready: &Ready, secure: bool) -> String {
    let scheme = if secure { "https" } else { "http" };
    let mut at = ready.address;
    let mut others = "";
    if at.ip().is_unspecified() {
        at = SocketAddr::from((Ipv4Addr::LOCALHOST, at.port()));
        others = " (or under this machine's other names)";
    }
    let code = ready
        .setup_code
        .as_ref()
        .map(|code| format!("\nThe first visit asks for the setup code: {code}"))
        .unwrap_or_default();
    format!("CrystalQore is ready: open {scheme}://{at}/ in a browser{others}. Ctrl-C ends it.{code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_names_an_address_that_can_be_opened() {
        let ready = |address: &str, code: Option<&str>| Ready {
            address: address.parse().unwrap(),
            setup_code: code.map(str::to_owned),
        };
        let near = greeting(&ready("127.0.0.1:8080", None), false);
        assert_eq!(
            near,
            "CrystalQore is ready: open http://127.0.0.1:8080/ in a browser. Ctrl-C ends it."
        );
        let far = greeting(&ready("0.0.0.0:81", Some("ABCD")), true);
        assert!(
            far.contains("https://127.0.0.1:81/") && far.ends_with("setup code: ABCD"),
            "{far}"
        );
    }
}
