//! `crystalqore duplicates`: groups of contacts that may be one, with reasons and how sure each pair is.

use crate::args::{DuplicatesArgs, PlaceArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::show::{counted, grouped};
use app::{Actor, App, DuplicateGroup, DuplicatePair, Error};
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::time::Duration;

/// Groups per page.
const AT_ONCE: usize = 50;
/// How long one call waits for the search to end.
const WAIT: Duration = Duration::from_secs(1);

/// Lists the groups, the most likely first.
pub fn run(place: &PlaceArgs, args: &DuplicatesArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let least = args.least.unwrap_or(0);
    if args.json {
        json(&mut out, &app, actor, least)?;
    } else {
        people(&mut out, &app, actor, least)?;
    }
    out.flush()?;
    Ok(GOOD)
}

/// Passes each group to `take` with the pairs that reach `least`; a group without such a pair is left out.
fn each_group(
    app: &App,
    actor: Actor,
    least: u8,
    take: &mut dyn FnMut(&DuplicateGroup, &[&DuplicatePair]) -> io::Result<()>,
) -> Result<u64, Failure> {
    let mut from = 0;
    let mut groups = 0;
    loop {
        let page = app.find_duplicates(actor, from, AT_ONCE, WAIT)?;
        if page.failed {
            return Err(Error::Forbidden("the search for duplicates broke off; try again").into());
        }
        if !page.complete {
            continue;
        }
        for group in &page.groups {
            let pairs: Vec<&DuplicatePair> = group.pairs.iter().filter(|pair| pair.strength >= least).collect();
            if !pairs.is_empty() {
                take(group, &pairs)?;
                groups += 1;
            }
        }
        match page.next {
            Some(next) => from = next,
            None => return Ok(groups),
        }
    }
}

#[derive(Serialize)]
struct JsonGroup<'a> {
    contacts: Vec<JsonContact<'a>>,
    pairs: Vec<JsonPair<'a>>,
    /// Why the contacts cannot be merged; `None` if they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    hindered: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonContact<'a> {
    id: String,
    owner: &'a str,
    contact: &'a model::Contact,
}

#[derive(Serialize)]
struct JsonPair<'a> {
    /// The ids of the two contacts.
    ids: [String; 2],
    /// How likely the two are one contact, from 0 to 100.
    confidence: u8,
    reasons: &'a [String],
}

impl<'a> JsonGroup<'a> {
    fn new(group: &'a DuplicateGroup, pairs: &[&'a DuplicatePair]) -> Self {
        let id = |place: usize| group.contacts.get(place).map(|c| c.id.to_string()).unwrap_or_default();
        Self {
            contacts: group
                .contacts
                .iter()
                .map(|stored| JsonContact {
                    id: stored.id.to_string(),
                    owner: &stored.owner_name,
                    contact: &stored.contact,
                })
                .collect(),
            pairs: pairs
                .iter()
                .map(|pair| JsonPair {
                    ids: [id(pair.of.0), id(pair.of.1)],
                    confidence: pair.strength,
                    reasons: &pair.reasons,
                })
                .collect(),
            hindered: group.hindered.as_deref(),
        }
    }
}

/// Writes one document, while the groups arrive.
fn json(out: &mut dyn Write, app: &App, actor: Actor, least: u8) -> Result<(), Failure> {
    out.write_all(b"{\"groups\": [")?;
    let mut separator = "\n";
    let groups = each_group(app, actor, least, &mut |group, pairs| {
        out.write_all(separator.as_bytes())?;
        separator = ",\n";
        serde_json::to_writer(&mut *out, &JsonGroup::new(group, pairs)).map_err(io::Error::from)
    })?;
    writeln!(out, "\n], \"count\": {groups}}}")?;
    Ok(())
}

fn people(out: &mut dyn Write, app: &App, actor: Actor, least: u8) -> Result<(), Failure> {
    let mut number = 0;
    let groups = each_group(app, actor, least, &mut |group, pairs| {
        number += 1;
        writeln!(out, "Group {}", grouped(number))?;
        for (place, stored) in group.contacts.iter().enumerate() {
            writeln!(out, "  {}  {}  {}", place + 1, stored.contact.display_name(), stored.id)?;
        }
        for pair in pairs {
            let (a, b) = (pair.of.0 + 1, pair.of.1 + 1);
            writeln!(
                out,
                "     {a} and {b}, {} %: {}",
                pair.strength,
                pair.reasons.join("; ")
            )?;
        }
        match &group.hindered {
            Some(why) => writeln!(out, "     {why}"),
            None => Ok(()),
        }
    })?;
    match groups {
        0 => writeln!(out, "No contacts look like duplicates.")?,
        n => writeln!(
            out,
            "{}. Merging is done on the page Duplicates.",
            counted(
                n,
                "group of contacts that may be one",
                "groups of contacts that may be one"
            )
        )?,
    }
    Ok(())
}
