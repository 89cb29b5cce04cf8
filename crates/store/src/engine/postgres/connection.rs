//! A connection, with the statements that were prepared on it.

use super::cell::error;
use crate::error::Result;
use ::postgres::types::ToSql;
use ::postgres::{Client, Statement};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// For how long the server is trusted to be there.
const JUST_USED: Duration = Duration::from_secs(1);

/// A connection with its prepared statements.
pub(crate) struct Connection {
    pub(super) client: Client,
    pub(super) statements: HashMap<String, Statement>,
    /// A transaction could not be ended, so what the next one would meet is not known.
    pub(super) broken: bool,
    /// When it ended a transaction.
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

    /// Notes that a transaction was ended.
    pub(super) fn ended(&mut self) {
        self.used = Some(monotonic());
    }

    /// Whether the server was there so short a time ago that it is not asked again.
    pub(super) fn was_just_used(&self) -> bool {
        self.used.is_some_and(|used| monotonic() - used < JUST_USED)
    }

    /// Runs statements without values, in one exchange with the server.
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

    /// Prepares a statement and runs it; says how many rows it changed.
    pub(super) fn execute(&mut self, doing: &'static str, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        let statement = self.prepare(doing, sql)?;
        self.client.execute(&statement, values).map_err(|e| error(doing, &e))
    }

    /// The types of columns, as a statement names them.
    pub(super) fn types(&mut self, doing: &'static str, table: &str, columns: &str) -> Result<Vec<String>> {
        let statement = self.prepare(doing, &format!("SELECT {columns} FROM {table}"))?;
        Ok(statement
            .columns()
            .iter()
            .map(|c| c.type_().name().to_owned())
            .collect())
    }
}

/// A moment, to measure how long a connection was idle. No result depends on it.
#[expect(
    clippy::disallowed_methods,
    reason = "only whether a connection is looked at before it is used, never what is answered"
)]
fn monotonic() -> Instant {
    Instant::now()
}
