//! Time, ids and random numbers, passed in by the interfaces so that tests are deterministic.

use model::ContactId;

/// Supplies time, ids and random numbers.
pub trait System: Send + Sync {
    /// The time, in UTC microseconds since 1970.
    fn now(&self) -> i64;

    /// A new contact id (UUIDv7), greater than all ids that this process received before.
    fn contact_id(&self) -> ContactId;

    /// A name that is unique across machines: letters, digits and dashes.
    fn unique_name(&self) -> String;

    /// 256 unpredictable random bits, different for each call.
    fn secret(&self) -> [u8; 32];
}

pub(crate) const MINUTE: i64 = 60 * 1_000_000;

/// How far the clocks of two servers may differ. A time further ahead was written by a wrong clock, and is ignored.
pub(crate) const CLOCKS_DIFFER: i64 = 15 * MINUTE;
