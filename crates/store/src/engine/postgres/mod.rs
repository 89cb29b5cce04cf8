//! PostgreSQL: addresses, connections, statements, and bulk writes.

pub(crate) mod cell;
mod connection;
mod copy;
pub(crate) mod open;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod statements;
mod tls;
