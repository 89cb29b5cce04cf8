//! A connection, with the statements that were prepared on it.

use super::cell::error;
use crate::error::Result;
use ::postgres::types::ToSql;
use ::postgres::{Client, Statement};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long after its last use a connection is assumed to be alive.
const JUST_USED: Duration = Duration::from_secs(1);

/// A connection with its prepared statements.
pub(crate) struct Connection {
    pub(super) client: Client,
    pub(super) statements: HashMap<String, Statement>,
    /// A transaction could not be ended, so the state of the connection is unknown.
    pub(super) broken: bool,
    /// When a transaction last ended.
    used: Option<Instant>,
}

impl Connection {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            statements: HashMap::new(),
            broken: false,
            used: None,
        }
    }

    /// Records that a transaction was ended.
    pub(super) fn ended(&mut self) {
        self.used = Some(monotonic());
    }

    /// Whether the connection was used so recently that it is not checked before use.
    pub(super) fn was_just_used(&self) -> bool {
        self.used.is_some_and(|used| monotonic() - used < JUST_USED)
    }

    /// Runs statements without values, in one round trip to the server.
    pub(super) fn run(&mut self, doing: &'static str, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(|e| error(doing, &e))
    }

    pub(super) fn prepare(&mut self, doing: &'static str, sql: &str) -> Result<Statement> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).map_err(|e| error(doing, &e))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Prepares a statement and runs it; returns how many rows it changed.
    pub(super) fn execute(&mut self, doing: &'static str, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        let statement = self.prepare(doing, sql)?;
        self.client.execute(&statement, values).map_err(|e| error(doing, &e))
    }

    /// Returns the types of columns, by their names in SQL.
    pub(super) fn types(&mut self, doing: &'static str, table: &str, columns: &str) -> Result<Vec<String>> {
        let statement = self.prepare(doing, &format!("SELECT {columns} FROM {table}"))?;
        Ok(statement
            .columns()
            .iter()
            .map(|c| c.type_().name().to_owned())
            .collect())
    }
}

/// Returns the current moment, to measure how long a connection was idle. No result depends on it.
#[expect(
    clippy::disallowed_methods,
    reason = "only whether a connection is looked at before it is used, never what is answered"
)]
fn monotonic() -> Instant {
    Instant::now()
}
