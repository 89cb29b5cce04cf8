//! `crystalqore resume --watch`: a process that takes over interrupted work of other processes until it is stopped.

use super::import;
use crate::args::{PlaceArgs, ResumeArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open;
use crate::progress::stop_flag;
use app::{Error, ImportId, ImportSummary, Worker, WorkerObserver};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;

/// Interval at which the stop flag is checked.
const PAUSE: Duration = Duration::from_millis(100);

/// Watches until Ctrl-C or SIGTERM.
pub fn run(place: &PlaceArgs, args: &ResumeArgs) -> Result<u8, Failure> {
    let (app, _) = open(place)?;
    if !args.json {
        writeln!(std::io::stdout(), "Watching for interrupted imports. Ctrl-C ends it.")?;
    }
    let stop = stop_flag();
    let runner = Worker::start(Arc::new(app), Teller { json: args.json });
    while !stop.load(Ordering::Relaxed) {
        sleep(PAUSE);
    }
    runner.stop();
    Ok(GOOD)
}

struct Teller {
    json: bool,
}

impl WorkerObserver for Teller {
    fn ended(&mut self, summary: &ImportSummary, file_name: &str) {
        // The worker continues even if the output cannot be written.
        let _ = self.tell(summary, file_name);
    }

    fn failed(&mut self, import: Option<ImportId>, error: &Error) {
        let about = import.map_or_else(String::new, |id| format!("import {id}: "));
        let _ = writeln!(std::io::stderr(), "crystalqore: {about}{error}");
    }
}

impl Teller {
    fn tell(&self, summary: &ImportSummary, file_name: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        if self.json {
            let summary = serde_json::to_string(&import::JsonSummary::new(summary)).map_err(std::io::Error::from)?;
            writeln!(out, "{summary}")?;
        } else {
            import::tell_people(&mut out, summary, file_name)?;
        }
        Ok(out.flush()?)
    }
}
