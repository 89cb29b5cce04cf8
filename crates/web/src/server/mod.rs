//! The HTTP server: start and shutdown, connections and their limits, the table of routes, and the middleware of all
//! requests.

mod accept;
mod assets;
mod body;
mod connections;
mod health;
pub mod limits;
pub mod metrics;
mod open_files;
mod reader_locale;
mod request_log;
pub mod routes;
pub mod run;
mod security;
pub mod settings;
mod stream;
