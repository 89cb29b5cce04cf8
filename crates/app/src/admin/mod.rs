//! What an administrator does with a whole installation: looking at its health, copying it, and naming its database.

pub(crate) mod copy;
pub(crate) mod database;
pub(crate) mod doctor;
pub(crate) mod readiness;
