//! Facts about a PostgreSQL server: its version, schema, extensions, clock and size.

use super::cell::error;
use crate::error::Result;
use crate::migrations;
use ::postgres::Client;
use ::postgres::types::FromSql;

/// Facts about a server and the database.
#[derive(Clone, Debug)]
pub struct ServerFacts {
    /// Its version, such as "15.18".
    pub version: String,
    /// The major version.
    pub major: i32,
    /// The encoding of the database.
    pub encoding: String,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// The required extensions: the name, whether the database has it, and whether it is available on the server.
    pub extensions: Vec<(String, bool, bool)>,
    /// The version of the schema; `None` if the database has no schema of this program.
    pub schema: Option<i64>,
    /// The newest version that this program supports.
    pub newest_schema: i64,
    /// Size of the database in bytes.
    pub size: i64,
    /// The time of its clock, in UTC microseconds.
    pub clock: i64,
    /// The maximum number of connections, and the number of open ones.
    pub connections: (i64, i64),
}

/// Extensions that the schema needs.
const EXTENSIONS: [&str; 2] = ["pg_trgm", "btree_gin"];

pub(crate) fn facts(client: &mut Client) -> Result<ServerFacts> {
    let number: i32 = ask(client, "SELECT current_setting('server_version_num')::int4")?;
    Ok(ServerFacts {
        version: ask(client, "SELECT split_part(current_setting('server_version'), ' ', 1)")?,
        major: number / 10_000,
        encoding: ask(client, "SELECT current_setting('server_encoding')")?,
        encrypted: ask(
            client,
            "SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)",
        )?,
        extensions: EXTENSIONS
            .into_iter()
            .map(|name| extension(client, name))
            .collect::<Result<_>>()?,
        schema: schema_version(client)?,
        newest_schema: migrations::newest(migrations::POSTGRES)?,
        size: ask(client, "SELECT pg_database_size(current_database())")?,
        clock: ask(client, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8")?,
        connections: (
            ask(client, "SELECT current_setting('max_connections')::int8")?,
            ask(
                client,
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'",
            )?,
        ),
    })
}

fn extension(client: &mut Client, name: &str) -> Result<(String, bool, bool)> {
    let there = format!("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = '{name}')");
    let possible = format!("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = '{name}')");
    Ok((name.to_owned(), ask(client, &there)?, ask(client, &possible)?))
}

/// Returns the version of the schema; `None` if the database has no schema of this program.
pub(crate) fn schema_version(client: &mut Client) -> Result<Option<i64>> {
    let history = migrations::HISTORY;
    if !ask::<bool>(client, &format!("SELECT to_regclass('{history}') IS NOT NULL"))? {
        return Ok(None);
    }
    ask(
        client,
        &format!("SELECT coalesce(max(version), 0)::int8 FROM {history}"),
    )
    .map(Some)
}

/// Returns the single value of a query's result.
fn ask<T: for<'r> FromSql<'r>>(client: &mut Client, question: &str) -> Result<T> {
    let doing = "asking the server about itself";
    let row = client.query_one(question, &[]).map_err(|e| error(doing, &e))?;
    row.try_get(0).map_err(|e| error(doing, &e))
}
