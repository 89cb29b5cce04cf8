//! `crystalqore resume --watch`: a process that takes over what others leave behind, until it is stopped.

use super::resume::interrupted;
use super::{import, open};
use crate::args::{PlaceArgs, ResumeArgs};
use crate::exit::{Failure, GOOD};
use crate::progress::{stop_flag, watched};
use app::{Actor, App, Error, ImportId, ImportState, ImportSummary};
use std::collections::HashMap;
use std::io::Write;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;

/// Between two looks. With the silence after which a process counts as dead, an import is taken over within 10 s.
const PAUSE: Duration = Duration::from_secs(1);
/// So often within a pause it is looked whether to stop.
const NAPS: u32 = 10;
/// Contacts whose search texts are written between two looks: some seconds' work on a server.
const TEXTS: u64 = 100_000;

/// Watches until Ctrl-C or SIGTERM.
pub fn run(place: &PlaceArgs, args: &ResumeArgs) -> Result<u8, Failure> {
    let (app, actor) = open(place)?;
    let mut watcher = Watcher {
        app,
        actor,
        json: args.json,
        told: HashMap::new(),
    };
    if !args.json {
        writeln!(
            std::io::stdout(),
            "Watching for imports that were left behind. Ctrl-C ends it."
        )?;
    }
    while !stopped() {
        watcher.look()?;
        for _ in 0..NAPS {
            if !stopped() {
                sleep(PAUSE / NAPS);
            }
        }
    }
    Ok(GOOD)
}

fn stopped() -> bool {
    stop_flag().load(Ordering::Relaxed)
}

struct Watcher {
    app: App,
    actor: Actor,
    json: bool,
    /// What was said last of each import that cannot go on, and of the database (none), so that it is said once.
    told: HashMap<Option<ImportId>, String>,
}

impl Watcher {
    /// Goes on with everything that was interrupted. What fails is told and tried again: a server may come back, a file too.
    fn look(&mut self) -> Result<(), Failure> {
        let imports = match self.app.imports(self.actor) {
            Ok(imports) => imports,
            Err(error) => return self.complain(None, &error),
        };
        self.told.remove(&None);
        let quiet = imports.iter().all(|i| i.state != ImportState::Running || i.interrupted);
        for (id, name) in interrupted(imports) {
            if !stopped() {
                self.resume(id, &name)?;
            }
        }
        // While an import runs, texts would have to wait, and it would make them old again.
        if quiet
            && !stopped()
            && let Err(error) = self.app.index_texts(self.actor, TEXTS)
        {
            self.complain(None, &error)?;
        }
        Ok(())
    }

    fn resume(&mut self, id: ImportId, name: &str) -> Result<(), Failure> {
        match watched(|watch| self.app.resume(self.actor, id, watch)) {
            Ok(summary) => {
                self.told.remove(&Some(id));
                self.tell(&summary, name)
            }
            // Somebody else was quicker.
            Err(Error::NotResumable { .. } | Error::ImportRuns(_)) => Ok(()),
            Err(error) => self.complain(Some(id), &error),
        }
    }

    fn tell(&self, summary: &ImportSummary, name: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        if self.json {
            let summary = serde_json::to_string(&import::JsonSummary::of(summary)).map_err(std::io::Error::from)?;
            writeln!(out, "{summary}")?;
        } else {
            import::tell_people(&mut out, summary, name)?;
        }
        Ok(out.flush()?)
    }

    fn complain(&mut self, about: Option<ImportId>, error: &Error) -> Result<(), Failure> {
        let said = match about {
            Some(id) => format!("import {id}: {error}"),
            None => error.to_string(),
        };
        if self.told.get(&about) != Some(&said) {
            writeln!(std::io::stderr(), "crystalqore: {said}")?;
            self.told.insert(about, said);
        }
        Ok(())
    }
}
