//! The HTTP API: JSON for programs that send a token.
//!
//! One folder or file per resource. A handler converts a request into a call of `app` and its result into JSON; the
//! rules are in `app`. The table of all operations is [`operations`]; the document that describes them is generated
//! from it ([`document`]).

pub mod contacts;
pub mod document;
pub mod duplicates;
pub mod exports;
pub mod gate;
pub mod imports;
pub mod json;
pub mod members;
pub mod once;
pub mod operations;
pub mod problem;
pub mod rate_limit;
pub mod reference;
pub mod rewrite;
pub mod webhooks;
pub mod workspace;
