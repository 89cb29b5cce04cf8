//! `crystalqore doctor`: what is wrong, and what to do about it.

use crate::args::{DoctorArgs, PlaceArgs};
use crate::exit::{Failure, GOOD, OTHER};
use crate::installation::{data_folder, whole_place};
use crate::world::OsSystem;
use app::{Finding, Health, doctor};
use std::io::Write;

/// Looks at everything; the exit code tells whether anything does not work.
pub fn run(place: &PlaceArgs, args: &DoctorArgs) -> Result<u8, Failure> {
    let data = data_folder(place)?;
    let findings = doctor(&whole_place(place, &data), &OsSystem);
    let mut out = std::io::stdout().lock();
    if args.json {
        let list: Vec<_> = findings.iter().map(as_json).collect();
        writeln!(out, "{}", serde_json::json!({ "findings": list }))?;
    } else {
        for finding in &findings {
            tell(&mut out, finding)?;
        }
    }
    let works = findings.iter().all(|finding| finding.health < Health::Bad);
    Ok(if works { GOOD } else { OTHER })
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Good => "good",
        Health::Warning => "warning",
        Health::Bad => "bad",
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    serde_json::json!({
        "about": finding.about,
        "health": word(finding.health),
        "found": finding.found,
        "advice": finding.advice,
    })
}

fn tell(out: &mut dyn Write, finding: &Finding) -> Result<(), Failure> {
    writeln!(out, "{:8} {:12} {}", word(finding.health), finding.about, finding.found)?;
    if !finding.advice.is_empty() {
        writeln!(out, "{:21} what to do: {}", "", finding.advice)?;
    }
    Ok(())
}
