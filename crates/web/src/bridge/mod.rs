//! The bridge between asynchronous handlers and the synchronous `app`: calls it, streams what it writes, limits
//! uploads.

pub mod arriving;
pub mod blocking;
pub mod download;
pub mod uploads;
