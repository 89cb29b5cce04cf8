//! `crystalqore resume`: go on with what was interrupted.

use super::{import, open};
use crate::args::ResumeArgs;
use crate::exit::{Failure, GOOD};
use crate::progress::watched;
use app::{Actor, App, ImportId, ImportState};
use std::io::Write;
use std::path::PathBuf;

/// Goes on with the import that is named, or with every interrupted one, oldest first.
pub fn run(data: Option<PathBuf>, args: &ResumeArgs) -> Result<u8, Failure> {
    let (app, actor) = open(data)?;
    let imports = match args.import {
        Some(import) => vec![import],
        None => interrupted(&app, actor)?,
    };
    if imports.is_empty() {
        let mut out = std::io::stdout().lock();
        if args.json {
            writeln!(out, "{}", serde_json::json!({ "resumed": [] }))?;
        } else {
            writeln!(out, "Nothing was interrupted; there is nothing to go on with.")?;
        }
        return Ok(GOOD);
    }
    let names = app.imports(actor)?;
    let mut worst = GOOD;
    for id in imports {
        let name = names
            .iter()
            .find(|i| i.import == id)
            .map(|i| i.file_name.clone())
            .unwrap_or_default();
        let summary = watched(|watch| app.resume(actor, id, watch))?;
        worst = worst.max(import::tell(&summary, &name, args.json)?);
    }
    Ok(worst)
}

fn interrupted(app: &App, actor: Actor) -> Result<Vec<ImportId>, Failure> {
    let mut imports = app.imports(actor)?;
    imports.reverse();
    let open = imports
        .into_iter()
        .filter(|i| i.interrupted && i.state == ImportState::Running);
    Ok(open.map(|i| i.import).collect())
}
