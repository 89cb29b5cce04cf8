//! The account that runs the server: PostgreSQL refuses to run as root.
//!
//! Owns finding an account without privileges.

use std::io;
use std::process::Command;

/// Accounts that may run the server instead of root: PostgreSQL's own, or one that every system has.
const STAND_INS: [&str; 2] = ["postgres", "nobody"];

/// The user and group id of an account without privileges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub user: u32,
    pub group: u32,
}

impl Account {
    /// Returns the account that must run the server; `None` if the current user may run it.
    pub fn for_server() -> io::Result<Option<Self>> {
        if !is_root() {
            return Ok(None);
        }
        let stand_in = STAND_INS.iter().find_map(|name| Self::named(name));
        stand_in.map(Some).ok_or_else(|| {
            io::Error::other("PostgreSQL cannot be run by root, and there is neither a user postgres nor a user nobody")
        })
    }

    fn named(name: &str) -> Option<Self> {
        let account = Self {
            user: number(&["-u", name])?,
            group: number(&["-g", name])?,
        };
        (account.user != 0).then_some(account)
    }
}

/// Whether the current user is root.
pub fn is_root() -> bool {
    number(&["-u"]) == Some(0)
}

/// Runs `id` and parses the number that it prints.
fn number(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_never_stands_in_for_itself() {
        assert_eq!(Account::named("root"), None);
        assert_eq!(Account::named("no such account"), None);
    }

    #[test]
    fn only_root_needs_a_stand_in() {
        if let Ok(account) = Account::for_server() {
            assert_eq!(account.is_some(), is_root());
        }
    }
}
