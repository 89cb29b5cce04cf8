//! `crystalqore member`: manages the members of the workspace.

use crate::args::PlaceArgs;
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::member_args::{AddArgs, ListArgs, MemberAction, MemberArgs, RemoveArgs, ResetSecondFactorArgs, UnlockArgs};
use crate::show::{counted, grouped, table};
use app::{MemberInfo, Role};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::{BufRead, Write};

/// Runs the requested action.
pub fn run(place: &PlaceArgs, args: &MemberArgs) -> Result<u8, Failure> {
    match &args.action {
        MemberAction::Add(args) if args.password_stdin => add_at_once(place, args),
        MemberAction::Add(args) => invite(place, args),
        MemberAction::List(args) => list(place, args),
        MemberAction::Remove(args) => remove(place, args),
        MemberAction::Unlock(args) => unlock(place, args),
        MemberAction::ResetSecondFactor(args) => reset_second_factor(place, args),
    }
}

fn invite(place: &PlaceArgs, args: &AddArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let role = args.role.map_or(Role::Member, Role::from);
    let link = app.invite(actor, &args.email, role)?;
    let base = args.url.as_deref().unwrap_or_default().trim_end_matches('/');
    let url = format!("{base}/join/{}", link.secret.reveal());
    let until = Timestamp::from_microsecond(link.expires_at).unwrap_or_default();
    let mut out = std::io::stdout().lock();
    if args.json {
        let document = serde_json::json!({
            "email": link.email,
            "role": role.as_str(),
            "link": url,
            "expires": until.to_string(),
        });
        writeln!(out, "{document}")?;
        return Ok(GOOD);
    }
    // Only the link goes to standard output, so that a script can read it.
    writeln!(out, "{url}")?;
    let until = until
        .to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string();
    let mut err = std::io::stderr();
    writeln!(err, "{} joins with this link, once, until {until}.", link.email)?;
    if base.is_empty() {
        writeln!(err, "Put the address of your server before it, or name it with --url.")?;
    }
    Ok(GOOD)
}

fn add_at_once(place: &PlaceArgs, args: &AddArgs) -> Result<u8, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    let (app, actor) = open_as(place, &args.acting)?;
    let name = args.name.as_deref().unwrap_or_default();
    let role = app.add_member(actor, name, &args.email, args.role.map(Role::from), password)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let document = serde_json::json!({ "email": args.email, "role": role.as_str() });
        writeln!(out, "{document}")?;
    } else {
        writeln!(out, "{name} ({}) is {} now and can sign in.", args.email, a_role(role))?;
    }
    Ok(GOOD)
}

fn a_role(role: Role) -> &'static str {
    match role {
        Role::Member => "a member",
        Role::Admin => "an admin",
        Role::Owner => "an owner",
    }
}

fn list(place: &PlaceArgs, args: &ListArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let members = app.members(actor)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let list: Vec<_> = members.iter().map(as_json).collect();
        writeln!(out, "{}", serde_json::json!({ "members": list }))?;
        return Ok(GOOD);
    }
    let head = ["name", "email", "role", "state", "contacts", "last seen"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(members.iter().map(as_row));
    table(&mut out, &rows)?;
    Ok(GOOD)
}

fn as_json(member: &MemberInfo) -> serde_json::Value {
    let seen = member.more.as_ref().and_then(|more| more.seen_at);
    serde_json::json!({
        "name": member.name,
        "email": member.email,
        "role": member.role.as_str(),
        "state": member.state.as_str(),
        "contacts": member.more.as_ref().map(|more| more.contacts),
        "last_seen": seen.and_then(|at| Timestamp::from_microsecond(at).ok()).map(|at| at.to_string()),
    })
}

fn as_row(member: &MemberInfo) -> Vec<String> {
    let seen = member.more.as_ref().and_then(|more| more.seen_at);
    let seen = seen.and_then(|at| Timestamp::from_microsecond(at).ok());
    vec![
        member.name.clone(),
        member.email.clone(),
        member.role.as_str().to_owned(),
        member.state.as_str().to_owned(),
        member
            .more
            .as_ref()
            .map_or_else(String::new, |more| grouped(more.contacts)),
        seen.map_or_else(String::new, |at| {
            at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
        }),
    ]
}

fn remove(place: &PlaceArgs, args: &RemoveArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let (goes, to) = (app.member_of(actor, &args.email)?, app.member_of(actor, &args.hand_to)?);
    let had = app.remove_member(actor, goes, to)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let document = serde_json::json!({
            "removed": args.email,
            "handed_to": args.hand_to,
            "contacts": had.contacts,
            "trashed": had.trashed,
            "imports": had.imports,
        });
        writeln!(out, "{document}")?;
        return Ok(GOOD);
    }
    writeln!(
        out,
        "{} was removed. {} now has {}, {} in the trash and {} of theirs.",
        args.email,
        args.hand_to,
        counted(had.contacts, "contact", "contacts"),
        grouped(had.trashed),
        counted(had.imports, "import", "imports"),
    )?;
    Ok(GOOD)
}

fn unlock(place: &PlaceArgs, args: &UnlockArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    app.end_waits(actor, args.email.as_deref())?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::json!({ "unlocked": args.email }))?;
        return Ok(GOOD);
    }
    match &args.email {
        Some(email) => writeln!(out, "{email} can try to sign in at once.")?,
        None => writeln!(out, "Everybody can try to sign in at once.")?,
    }
    Ok(GOOD)
}

fn reset_second_factor(place: &PlaceArgs, args: &ResetSecondFactorArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let member = app.member_of(actor, &args.email)?;
    let had = app.reset_second_factor(actor, member)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(
            out,
            "{}",
            serde_json::json!({ "email": args.email, "had_second_factor": had })
        )?;
        return Ok(GOOD);
    }
    match had {
        true => writeln!(
            out,
            "{} has no second factor any more and was signed out everywhere.",
            args.email
        )?,
        false => writeln!(out, "{} has no second factor.", args.email)?,
    }
    Ok(GOOD)
}
