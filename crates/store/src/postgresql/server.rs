//! What a PostgreSQL server says of itself.
//!
//! Owns the questions about schema, extensions, clock and size. Leaves out what is good or bad about the answers.

use super::error;
use crate::error::Result;
use crate::migrations;
use ::postgres::Client;

/// The version of the schema; none in a database that has none of ours.
pub(crate) fn schema_version(client: &mut Client) -> Result<Option<i64>> {
    let doing = "reading the schema's version";
    let exists = format!("SELECT to_regclass('{}') IS NOT NULL", migrations::HISTORY);
    let row = client.query_one(&exists, &[]).map_err(|e| error(doing, &e))?;
    if !row.try_get::<_, bool>(0).map_err(|e| error(doing, &e))? {
        return Ok(None);
    }
    let newest = format!("SELECT coalesce(max(version), 0)::int8 FROM {}", migrations::HISTORY);
    let row = client.query_one(&newest, &[]).map_err(|e| error(doing, &e))?;
    row.try_get(0).map(Some).map_err(|e| error(doing, &e))
}
