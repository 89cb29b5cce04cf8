//! Running work on other threads, and retrying it while the database is busy.

pub(crate) mod in_order;
pub(crate) mod long_reads;
pub(crate) mod retry;
pub(crate) mod thread_pool;
