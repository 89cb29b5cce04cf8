//! Statements for the operator of an installation: inspecting a database and copying it to another engine.

pub mod copy;
pub mod inspect;
