//! The `System` of a real process: the machine's clock, and random ids.

use app::System;
use model::{ContactId, Region};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The operating system that the program runs on.
pub struct OsSystem;

impl System for OsSystem {
    #[expect(clippy::disallowed_methods, reason = "the doors are where the time comes in")]
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }

    fn contact_id(&self) -> ContactId {
        // Ascending within a process, even within the same millisecond.
        Uuid::now_v7()
    }

    fn unique_name(&self) -> String {
        Uuid::now_v7().to_string()
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        if getrandom::fill(&mut secret).is_err() {
            // Without randomness the machine cannot keep secrets, and the caller would use a guessable value.
            std::process::abort();
        }
        secret
    }
}

/// The country of this machine's locale (`LC_TELEPHONE=de_AT.UTF-8` is Austria), or the United States if there is none.
/// It applies to phone numbers without country code if neither the user nor the file determines a country.
pub fn country() -> Region {
    let named = ["LC_ALL", "LC_TELEPHONE", "LANG"].into_iter().find_map(variable);
    named.as_deref().and_then(territory).unwrap_or(Region::US)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the locale is the machine's, not a setting of ours"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the country of a POSIX locale such as `de_AT.UTF-8`.
fn territory(locale: &str) -> Option<Region> {
    let (_, rest) = locale.split_once('_')?;
    Region::from_code(rest.split(['.', '@']).next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_country() {
        assert_eq!(territory("de_AT.UTF-8").map(Region::code).as_deref(), Some("AT"));
        assert_eq!(territory("sr_RS@latin").map(Region::code).as_deref(), Some("RS"));
        assert!(territory("C.UTF-8").is_none());
    }
}
