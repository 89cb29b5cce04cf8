//! The bridge between asynchronous handlers and the synchronous `app`: calling it, sending what it writes, limiting uploads.

pub mod arriving;
pub mod blocking;
pub mod download;
pub mod uploads;
