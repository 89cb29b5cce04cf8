//! Time and ids, which the doors pass in, so that tests are stable.

use model::ContactId;

/// What the program asks of the world around it.
pub trait World: Send + Sync {
    /// The time, in UTC microseconds since 1970.
    fn now(&self) -> i64;

    /// A new contact id (UUIDv7), greater than all that this process was given before.
    fn contact_id(&self) -> ContactId;

    /// A name for a file that no other file has.
    fn file_name(&self) -> String;
}
