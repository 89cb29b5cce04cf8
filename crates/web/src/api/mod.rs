//! The HTTP API: JSON for programs that send a token.
//!
//! One folder or file a resource. A handler turns a request into one of `app`, and what `app` returns into JSON; rules are in
//! `app`. The table of all operations is [`operations`], and the document that describes them is made of it ([`document`]).

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
