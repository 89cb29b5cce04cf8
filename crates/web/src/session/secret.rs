//! Comparing secrets in constant time.

/// Compares every byte, so that the time does not reveal how much of the secret was right.
pub fn constant_time_eq(given: &str, secret: &str) -> bool {
    let differences = given.bytes().zip(secret.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    given.len() == secret.len() && differences == 0
}
