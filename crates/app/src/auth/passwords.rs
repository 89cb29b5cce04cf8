//! Passwords: which ones are accepted, and how they are hashed.
//!
//! A new password needs 12 characters or more, must withstand a hundred million guesses as estimated by `zxcvbn` with
//! its lists of common passwords, words and names, and must not be made of what is known of the person who chooses it.
//! A password that was set under an older rule stays valid. Hashes use argon2id. Computing one takes 19 MiB, so they
//! are computed one after another, and a request is refused when too many are waiting.

use crate::error::Error;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordVerifier, Version};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use zxcvbn::{Score, zxcvbn};

/// The minimum number of characters; shorter passwords are too easy to guess.
pub const CHARACTERS: usize = 12;
/// How many characters must be left when everything that others know of the person is removed: a name and a year are
/// not a password.
const CHARACTERS_OF_OWN: usize = 8;
/// The maximum length in bytes; a longer one is an attempt to keep the machine busy.
const BYTES: usize = 1000;
/// How many requests may be waiting for or computing a hash.
const WAITING: usize = 32;
/// The cost that OWASP recommends for argon2id with one lane: 19 MiB, two passes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// What others may know of the person who chooses a password; the password must not be made of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chooser<'a> {
    /// Their name.
    pub name: &'a str,
    /// The email with which they sign in.
    pub email: &'a str,
    /// The name of their workspace.
    pub workspace_name: &'a str,
}

impl<'a> Chooser<'a> {
    /// Everything that is known, as whole texts and as single words.
    fn known(&self) -> Vec<&'a str> {
        let all = [self.name, self.email, self.workspace_name, "crystalqore"];
        let words = all
            .iter()
            .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
            // Shorter words occur in every password.
            .filter(|word| word.chars().count() > 2);
        all.into_iter().filter(|text| !text.is_empty()).chain(words).collect()
    }
}

/// Returns the rest of a password, in lower case, without the words that others know of the person.
fn without_known(password: &str, chooser: &Chooser<'_>) -> String {
    let mut known: Vec<String> = chooser.known().iter().map(|word| word.to_lowercase()).collect();
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    known
        .iter()
        .fold(password.to_lowercase(), |rest, word| rest.replace(word, ""))
}

/// Hashes passwords, one at a time.
#[derive(Default)]
pub struct Passwords {
    turn: Mutex<()>,
    waiting: AtomicUsize,
}

/// Returns what is wrong with a new password; `None` if it is accepted.
pub fn unfit(password: &str, chooser: &Chooser<'_>) -> Option<&'static str> {
    if password.len() > BYTES {
        Some("The password is longer than 1,000 bytes; choose a shorter one.")
    } else if password.chars().count() < CHARACTERS {
        Some("Choose a password with 12 characters or more; four words that do not belong together make a good one.")
    } else if without_known(password, chooser).chars().count() < CHARACTERS_OF_OWN
        || zxcvbn(password, &chooser.known()).score() < Score::Three
    {
        Some(
            "This password is easy to guess: it is a common one, a pattern, or made of your name, email or workspace. \
             Choose another one; four words that do not belong together make a good one.",
        )
    } else {
        None
    }
}

impl Passwords {
    /// Hashes a new password.
    pub fn hash(&self, password: &str, secret: [u8; 32]) -> Result<String, Error> {
        let (salt, _) = secret.split_at(16);
        self.in_turn(|argon| {
            let hash = argon.hash_password_with_salt(password.as_bytes(), salt);
            hash.map(|hash| hash.to_string()).map_err(broken)
        })?
    }

    /// Whether the password matches the hash. Without a hash (there is no such account) it takes the same time and
    /// returns false.
    pub fn matches(&self, password: &str, hash: Option<&str>) -> Result<bool, Error> {
        // No account has a password this long.
        if password.len() > BYTES {
            return Ok(false);
        }
        self.in_turn(|argon| match hash {
            Some(hash) => {
                let hash = PasswordHash::new(hash).map_err(broken)?;
                Ok(argon.verify_password(password.as_bytes(), &hash).is_ok())
            }
            None => {
                let made = argon.hash_password_with_salt(password.as_bytes(), &[0; 16]);
                made.map(|_| false).map_err(broken)
            }
        })?
    }

    fn in_turn<T>(&self, work: impl FnOnce(&Argon2<'_>) -> T) -> Result<T, Error> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let outcome = if before < WAITING {
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            argon().map(|argon| work(&argon))
        } else {
            Err(Error::TooManyTries { minutes: 1 })
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        outcome
    }
}

fn argon() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(broken)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Hashing(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse", [7; 32]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("correct horse", [8; 32]).unwrap());
        assert!(passwords.matches("correct horse", Some(&hash)).unwrap());
        assert!(!passwords.matches("correct horsE", Some(&hash)).unwrap());
        assert!(!passwords.matches("correct horse", None).unwrap());
    }

    #[test]
    fn short_common_and_own_passwords_are_refused() {
        let ada = Chooser {
            name: "Ada Lovelace",
            email: "ada@analytical-engines.example",
            workspace_name: "Engines",
        };
        let refused = |password: &str| unfit(password, &ada);
        for short in ["", "aB3$xK9!zQ1", "ééééééééééé"] {
            assert!(
                refused(short).is_some_and(|why| why.contains("12 characters")),
                "{short}"
            );
        }
        let guessed = [
            "123456789012",
            "aaaaaaaaaaaa",
            "password1234",
            "qwertyuiop12",
            "iloveyou1234",
            "crystalqore12",
            "ada@analytical-engines.example",
            "lovelace1815",
            "AnalyticalEngines",
            "adaadaadaada",
            "adalovelace99",
            "Lovelace-Ada-7",
        ];
        for password in guessed {
            let why = refused(password);
            assert!(
                why.is_some_and(|why| why.contains("easy to guess")),
                "{password}: {why:?}"
            );
        }
        for good in [
            "violet anchor tide",
            "Xk3kd92kd0sl",
            "correct horse battery staple",
            "ÄöÜ ß é 漢字 слово",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
        let long = "violet anchor tide ".repeat(60);
        assert!(refused(&long[..1000]).is_none() && refused(&long[..1001]).is_some());
    }

    #[test]
    fn a_sign_in_beyond_the_limit_is_rejected() {
        let passwords = Passwords::default();
        passwords.waiting.store(WAITING, Ordering::Relaxed);
        let refused = passwords.matches("x", None);
        assert!(matches!(refused, Err(Error::TooManyTries { .. })), "{refused:?}");
        assert_eq!(passwords.waiting.load(Ordering::Relaxed), WAITING);
    }
}
