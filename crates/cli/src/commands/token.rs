//! `crystalqore token`: manages tokens for the HTTP API.

use crate::args::PlaceArgs;
use crate::exit::{Failure, GOOD};
use crate::installation::open_as;
use crate::show::table;
use crate::token_args::{CreateArgs, ListArgs, RevokeArgs, TokenAction, TokenArgs};
use app::{NewToken, TokenInfo, TokenScope};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::Write;

/// Runs the requested action.
pub fn run(place: &PlaceArgs, args: &TokenArgs) -> Result<u8, Failure> {
    match &args.action {
        TokenAction::Create(args) => create(place, args),
        TokenAction::List(args) => list(place, args),
        TokenAction::Revoke(args) => revoke(place, args),
    }
}

fn create(place: &PlaceArgs, args: &CreateArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let wanted = NewToken {
        name: args.name.clone(),
        scopes: args.scopes.iter().map(|scope| TokenScope::from(*scope)).collect(),
        days: (args.days > 0).then_some(args.days),
    };
    let created = app.create_token(actor, &wanted)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let mut document = as_json(&created.info);
        document["token"] = created.secret.into();
        writeln!(out, "{document}")?;
        return Ok(GOOD);
    }
    // Only the token goes to standard output, so that a script can read it.
    writeln!(out, "{}", created.secret)?;
    let mut err = std::io::stderr();
    let end = match created.info.expires_at {
        Some(at) => format!("It expires on {}.", moment(at)),
        None => "It never expires.".to_owned(),
    };
    writeln!(err, "This is the only time that the token is shown. {end}")?;
    Ok(GOOD)
}

fn list(place: &PlaceArgs, args: &ListArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    let tokens = app.tokens(actor)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let list: Vec<_> = tokens.iter().map(as_json).collect();
        writeln!(out, "{}", serde_json::json!({ "tokens": list }))?;
        return Ok(GOOD);
    }
    let head = ["id", "name", "scopes", "created", "expires", "last used"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(tokens.iter().map(as_row));
    table(&mut out, &rows)?;
    Ok(GOOD)
}

fn revoke(place: &PlaceArgs, args: &RevokeArgs) -> Result<u8, Failure> {
    let (app, actor) = open_as(place, &args.acting)?;
    app.revoke_token(actor, &args.id)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::json!({ "revoked": args.id }))?;
    } else {
        writeln!(out, "The token was revoked.")?;
    }
    Ok(GOOD)
}

fn as_json(token: &TokenInfo) -> serde_json::Value {
    let moment = |at: i64| Timestamp::from_microsecond(at).ok().map(|at| at.to_string());
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    serde_json::json!({
        "id": token.id,
        "name": token.name,
        "scopes": scopes,
        "created": moment(token.created_at),
        "expires": token.expires_at.and_then(moment),
        "last_used": token.used_at.and_then(moment),
    })
}

fn as_row(token: &TokenInfo) -> Vec<String> {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    vec![
        token.id.clone(),
        token.name.clone(),
        scopes.join(" "),
        moment(token.created_at),
        token.expires_at.map_or_else(|| "never".to_owned(), moment),
        token.used_at.map_or_else(|| "never".to_owned(), moment),
    ]
}

fn moment(at: i64) -> String {
    let at = Timestamp::from_microsecond(at).unwrap_or_default();
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
