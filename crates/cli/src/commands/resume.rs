//! `crystalqore resume`: resumes interrupted imports.

use super::import;
use crate::args::{PlaceArgs, ResumeArgs};
use crate::exit::{Failure, GOOD, OTHER};
use crate::installation::open_as;
use crate::progress::watched;
use app::{Error, ImportId, ImportReport, ImportState, Stopped};
use std::io::Write;

/// Resumes the named import, or every interrupted one, the oldest first.
pub fn run(place: &PlaceArgs, args: &ResumeArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let mut imports = interrupted(app.imports(actor)?);
    if let Some(wanted) = args.import {
        imports.retain(|(import, _)| *import == wanted);
        if imports.is_empty() {
            // Not interrupted; `resume` reports why it cannot be resumed.
            imports.push((wanted, String::new()));
        }
    }
    if imports.is_empty() && !args.json {
        writeln!(
            std::io::stdout(),
            "Nothing was interrupted; there is nothing to go on with."
        )?;
        return Ok(GOOD);
    }
    let mut code = GOOD;
    let mut resumed = Vec::new();
    for (id, name) in imports {
        let summary = match watched(|watch| app.resume(actor, id, watch)) {
            Ok(summary) => summary,
            // An import without anything to resume is not an error.
            Err(error @ Error::NotResumable { .. }) => {
                if !args.json {
                    writeln!(std::io::stdout(), "{error}")?;
                }
                continue;
            }
            // An import that cannot be resumed must not block the others.
            Err(error) if args.import.is_none() => {
                writeln!(std::io::stderr(), "crystalqore: import {id}: {error}")?;
                code = OTHER;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if args.json {
            resumed.push(serde_json::to_value(import::JsonSummary::new(&summary)).map_err(std::io::Error::from)?);
        } else {
            import::tell_people(&mut std::io::stdout().lock(), &summary, &name)?;
        }
        if summary.stopped == Stopped::OnRequest {
            // A stop request applies to all imports; the remaining ones stay interrupted.
            code = import::exit_code(&summary);
            break;
        }
        // An import that could not be resumed takes precedence over rejected rows.
        if code != OTHER {
            code = code.max(import::exit_code(&summary));
        }
    }
    if args.json {
        writeln!(std::io::stdout(), "{}", serde_json::json!({ "resumed": resumed }))?;
    }
    Ok(code)
}

/// Returns the interrupted imports, the oldest first, each with the name of its file.
fn interrupted(imports: Vec<ImportReport>) -> Vec<(ImportId, String)> {
    let open = imports
        .into_iter()
        .rev()
        .filter(|i| i.interrupted && i.state == ImportState::Running);
    open.map(|i| (i.import, i.file_name)).collect()
}
