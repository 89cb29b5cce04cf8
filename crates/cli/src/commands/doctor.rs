//! `crystalqore doctor`: reports problems and how to fix them.

use crate::args::{DoctorArgs, PlaceArgs};
use crate::exit::{Failure, GOOD, OTHER};
use crate::installation::{data_folder, whole_place};
use crate::system::OsSystem;
use app::{Advice, Finding, Health, doctor};
use std::io::Write;

/// Runs all checks; the exit code shows whether any of them found a failure.
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
        "advice": finding.advice.as_ref().map_or("", advice),
    })
}

fn tell(out: &mut dyn Write, finding: &Finding) -> Result<(), Failure> {
    writeln!(out, "{:8} {:12} {}", word(finding.health), finding.about, finding.found)?;
    if let Some(what) = &finding.advice {
        writeln!(out, "{:21} what to do: {}", "", advice(what))?;
    }
    Ok(())
}

fn advice(advice: &Advice) -> &str {
    match advice {
        Advice::Text(text) => text,
        Advice::AnotherDataFolder => "name another one with --data DIR, or give this user the right to write there",
        Advice::RestoreOrAnotherDataFolder => {
            "put the file back from a backup (crystalqore restore FILE), or name another folder with --data DIR"
        }
        Advice::ExportAndRestore => {
            "export what can still be read, then go back to a backup (crystalqore restore FILE)"
        }
        Advice::FewerConnections => "raise max_connections of the server, or lower --database-pool",
        Advice::SharedObjects => {
            "if other machines use the same database, give all of them the same --objects (a shared folder or s3://BUCKET)"
        }
        Advice::ObjectsSettings => "look at --objects and the AWS_* variables",
    }
}
