//! Time and ids, which the doors pass in, so that tests are stable.

use model::ContactId;

/// What the program asks of the world around it.
pub trait System: Send + Sync {
    /// The time, in UTC microseconds since 1970.
    fn now(&self) -> i64;

    /// A new contact id (UUIDv7), greater than all that this process was given before.
    fn contact_id(&self) -> ContactId;

    /// A name that nothing else has, on this machine or any other: letters, digits and dashes.
    fn unique_name(&self) -> String;

    /// 256 random bits that nobody can guess, other ones each time.
    fn secret(&self) -> [u8; 32];
}

pub(crate) const MINUTE: i64 = 60 * 1_000_000;

/// How far the clocks of two servers may differ. A time further ahead was written by a clock that was wrong, and is not
/// believed.
pub(crate) const CLOCKS_DIFFER: i64 = 15 * MINUTE;
