//! `crystalqore resume`: go on with what was interrupted.

use super::import;
use crate::args::{PlaceArgs, ResumeArgs};
use crate::exit::{Failure, GOOD, OTHER};
use crate::installation::open_as;
use crate::progress::watched;
use app::{Error, ImportId, ImportReport, ImportState, Stopped};
use std::io::Write;

/// Goes on with the import that is named, or with every interrupted one, oldest first.
pub fn run(place: &PlaceArgs, args: &ResumeArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let mut imports = interrupted(app.imports(actor)?);
    if let Some(wanted) = args.import {
        imports.retain(|(import, _)| *import == wanted);
        if imports.is_empty() {
            // Whatever it is, going on with it says why not.
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
            // Nothing to do is no error.
            Err(error @ Error::NotResumable { .. }) => {
                if !args.json {
                    writeln!(std::io::stdout(), "{error}")?;
                }
                continue;
            }
            // One that cannot go on must not keep the others from it.
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
            // Who stops one means all of them; the others stay interrupted.
            code = import::exit_code(&summary);
            break;
        }
        // An import that could not go on outweighs rows that were rejected.
        if code != OTHER {
            code = code.max(import::exit_code(&summary));
        }
    }
    if args.json {
        writeln!(std::io::stdout(), "{}", serde_json::json!({ "resumed": resumed }))?;
    }
    Ok(code)
}

/// The imports that were interrupted, oldest first, each with the name of its file.
fn interrupted(imports: Vec<ImportReport>) -> Vec<(ImportId, String)> {
    let open = imports
        .into_iter()
        .rev()
        .filter(|i| i.interrupted && i.state == ImportState::Running);
    open.map(|i| (i.import, i.file_name)).collect()
}
