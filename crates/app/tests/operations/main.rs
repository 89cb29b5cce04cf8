//! What a person may do: one thing at a time, by example, and hundreds of random ones after each other.
//!
//! `lockstep.rs` applies the same random operations to two installations and compares every answer: SQLite and PostgreSQL
//! where `CRYSTALQORE_TEST_POSTGRES` names a database, else two of SQLite. `operation.rs` makes the operations, from the
//! few values of `values.rs`, and `answer.rs` carries them out. `contacts.rs`, `searching.rs` and `listing.rs`
//! are the examples. `rights.rs` and `disclosure.rs` have several members do random things, and compare what each may see with the
//! model of `team.rs`. `persons.rs` has an example of whose hand a contact shows.

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
