//! Operations on a whole installation: checking its health, copying it, and naming its database.

pub(crate) mod copy;
pub(crate) mod database;
pub(crate) mod doctor;
pub(crate) mod readiness;
