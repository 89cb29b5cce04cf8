//! What a member may do: single operations by example, and sequences of hundreds of random operations.
//!
//! `lockstep.rs` applies the same random operations to two installations and compares every answer: SQLite and
//! PostgreSQL if `CRYSTALQORE_TEST_POSTGRES` names a database, otherwise two of SQLite. `operation.rs` generates the
//! operations from the few values of `values.rs`, and `answer.rs` runs them. `contacts.rs`, `searching.rs` and
//! `listing.rs` are the examples. In `rights.rs` and `disclosure.rs` several members do random things, and what each
//! can see is compared with the model of `team.rs`. `persons.rs` has examples of whom a contact names as its creator
//! and last editor.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the helpers of tests are tests too"
)]

mod answer;
mod contacts;
mod disclosure;
mod installation;
mod listing;
mod lockstep;
mod operation;
mod persons;
mod random;
mod rights;
mod searching;
mod team;
mod values;
