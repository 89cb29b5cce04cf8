//! The rate limit of signing in and of using links.
//!
//! Decides the growing waits after failures, and what the audit log records: one entry for each burst of failures of a
//! member's email, and one an hour for network addresses, so that the log cannot be flooded. Failures count for the
//! email and for the network address; in a browser in which the member has signed in before they count for that browser
//! and email alone, so that tries elsewhere cannot lock the member out of it. Times written by a wrong clock are
//! ignored. A try counts as failed from its beginning, so that concurrent tries are not free. Subjects are stored as
//! hashes, and an email that is not a member's is never logged: a person who mistypes theirs has not asked to be
//! recorded.

use crate::App;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::auth::account_fields::folded;
use crate::auth::secret::{hex, sha256};
use crate::error::Error;
use std::net::IpAddr;
use store::members::sessions::{self, Failures};
use store::members::{accounts, devices};
use store::{Tx, Workspace, members};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
/// Failures expire after this time without another one.
pub const FORGOTTEN_AFTER: i64 = 24 * 60 * MINUTE;
/// The longest wait: a person who knows only an email must not be able to lock its owner out for long.
const LONGEST: i64 = 15 * MINUTE;
/// The minimum time between audit entries about addresses: an attacker may have many addresses.
const ADDRESSES_NOTED_EVERY: i64 = 60 * MINUTE;
/// A last failure further ahead than this was written by a wrong clock.
const CLOCKS_DIFFER: i64 = 15 * MINUTE;
/// How many characters of an address are logged; an invalid one may have any length.
const LONGEST_ADDRESS: usize = 100;

pub struct Subject {
    name: String,
    /// How many failures cause no wait.
    free: i64,
    kind: Kind,
}

/// The kind of a subject, with the text by which the audit log names it.
enum Kind {
    Email(String),
    /// A browser in which the member of this email has signed in before.
    Device(String),
    Link,
    Address(String),
}

impl Subject {
    /// Tries with this email.
    pub fn email(email: &str) -> Self {
        Self {
            name: hex(&sha256(&[b"email", email.as_bytes()])),
            free: 5,
            kind: Kind::Email(email.to_owned()),
        }
    }

    /// Tries with this email in a browser in which its member has signed in before.
    pub fn device(token_hash: &[u8], email: &str) -> Self {
        Self {
            name: hex(&sha256(&[b"device", token_hash, email.as_bytes()])),
            free: 5,
            kind: Kind::Device(email.to_owned()),
        }
    }

    /// Tries with this link.
    pub fn link(hash: &[u8]) -> Self {
        Self {
            name: hex(&sha256(&[b"link", hash])),
            free: 5,
            kind: Kind::Link,
        }
    }

    /// Tries from this network address, which many people may share. For IPv6 the /64 network counts: its owner has all
    /// its addresses, and could use another one for each try.
    pub fn address(address: &str) -> Self {
        let network = match address.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
            Ok(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::")
            }
            Ok(IpAddr::V4(ip)) => ip.to_string(),
            Err(_) => address.to_owned(),
        };
        Self {
            name: hex(&sha256(&[b"address", network.as_bytes()])),
            free: 25,
            kind: Kind::Address(address.chars().take(LONGEST_ADDRESS).collect()),
        }
    }

    fn email_tried(&self) -> Option<&str> {
        match &self.kind {
            Kind::Email(email) | Kind::Device(email) => Some(email),
            _ => None,
        }
    }

    /// Tries from the site of an IPv6 address (its first 48 bits), which has 65,536 networks.
    pub fn site(address: &str) -> Option<Self> {
        let Ok(IpAddr::V6(ip)) = address.parse::<IpAddr>().map(|ip| ip.to_canonical()) else {
            return None;
        };
        let [a, b, c, ..] = ip.segments();
        let site = format!("{a:x}:{b:x}:{c:x}::/48");
        Some(Self {
            name: hex(&sha256(&[b"site", site.as_bytes()])),
            free: 100,
            kind: Kind::Address(site),
        })
    }

    fn address_of(&self) -> Option<&str> {
        match &self.kind {
            Kind::Address(address) => Some(address),
            _ => None,
        }
    }
}

impl App {
    /// Counts a try as failed, or refuses it, and logs the subjects that must wait from now on. Callers must pass
    /// subjects in the same order.
    pub(crate) fn begin_try(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        subjects: &[Subject],
        now: i64,
    ) -> Result<(), Error> {
        let slowed = begin(tx, workspace, subjects, now)?;
        if slowed.is_empty() {
            return Ok(());
        }
        let email = subjects.iter().find_map(Subject::email_tried);
        let account = email
            .map(|email| accounts::by_email(tx, workspace, email))
            .transpose()?;
        let account = account.flatten();
        let address = subjects
            .iter()
            .find_map(Subject::address_of)
            .unwrap_or("an unknown address");
        for subject in slowed {
            let about = match (&subject.kind, &account) {
                (Kind::Email(email), Some(_)) => {
                    format!("{email}: {} failed tries, the last from {address}", subject.free)
                }
                (Kind::Device(email), Some(_)) => {
                    format!(
                        "{email}: {} failed tries in a browser that was signed in before, the last from {address}",
                        subject.free
                    )
                }
                (Kind::Address(address), known) if may_note_address(tx, workspace, now)? => {
                    let last = known.as_ref().map(|account| format!(", the last as {}", account.email));
                    format!("{address}: {} failed tries{}", subject.free, last.unwrap_or_default())
                }
                _ => continue,
            };
            let member = account.as_ref().map(|account| account.member);
            self.audit_by(tx, workspace, member, AuditAction::SlowedDown, &about)?;
        }
        Ok(())
    }
}

impl App {
    /// Ends the waits after failed tries: those of an email, in every browser, or all waits if there is no email.
    /// Returns how many subjects had failures.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn end_waits(&self, actor: Actor, email: Option<&str>) -> Result<u64, Error> {
        self.change_members(actor, |tx, _| {
            let Some(email) = email.map(folded) else {
                self.audit(tx, actor, AuditAction::Unlocked, "everybody", 0)?;
                return Ok(sessions::clear_all_failures(tx, actor.workspace)?);
            };
            let member = members::by_email(tx, actor.workspace, &email)?;
            let member = member.ok_or(Error::NoMember)?.member;
            let mut subjects = vec![Subject::email(&email)];
            for device in devices::of_member(tx, actor.workspace, member)? {
                subjects.push(Subject::device(&device, &email));
            }
            let mut cleared = 0;
            for subject in &subjects {
                cleared += sessions::clear_failures(tx, actor.workspace, &subject.name)?;
            }
            self.audit(tx, actor, AuditAction::Unlocked, &email, 0)?;
            Ok(cleared)
        })
    }
}

/// Whether an address may be logged now; if so, records that one was.
fn may_note_address(tx: &mut Tx<'_>, workspace: Workspace, now: i64) -> Result<bool, Error> {
    let noted = hex(&sha256(&[b"noted", b"addresses"]));
    let known = sessions::lock_failures(tx, workspace, &noted, now)?;
    // A time further ahead was written by a wrong clock.
    if (now + 1..=now + ADDRESSES_NOTED_EVERY).contains(&known.blocked_until) {
        return Ok(false);
    }
    let next = Failures {
        count: 0,
        last_at: now,
        blocked_until: now + ADDRESSES_NOTED_EVERY,
    };
    sessions::set_failures(tx, workspace, &noted, &next)?;
    Ok(true)
}

/// Counts a try as failed, or refuses it. Returns the subjects that have no free failure left after it, which happens
/// once in a burst.
fn begin<'s>(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    subjects: &'s [Subject],
    now: i64,
) -> Result<Vec<&'s Subject>, Error> {
    let mut slowed = Vec::new();
    for subject in subjects {
        let known = discard_future_times(sessions::lock_failures(tx, workspace, &subject.name, now)?, now);
        if known.blocked_until > now {
            return Err(Error::TooManyTries {
                minutes: minutes(known.blocked_until - now),
            });
        }
        let after = after(known, subject.free, now);
        sessions::set_failures(tx, workspace, &subject.name, &after)?;
        if after.count == subject.free {
            slowed.push(subject);
        }
    }
    Ok(slowed)
}

/// Removes the failure that was counted for a try that succeeded: clears all failures of the first subject, and one of
/// each other.
pub fn succeeded(tx: &mut Tx<'_>, workspace: Workspace, subjects: &[Subject], now: i64) -> Result<(), Error> {
    for (at, subject) in subjects.iter().enumerate() {
        let known = sessions::lock_failures(tx, workspace, &subject.name, now)?;
        let cleared = Failures {
            count: if at == 0 { 0 } else { (known.count - 1).max(0) },
            last_at: known.last_at,
            blocked_until: 0,
        };
        sessions::set_failures(tx, workspace, &subject.name, &cleared)?;
    }
    Ok(())
}

/// Removes the failure that was counted for a try that has not failed but is not complete either. Earlier failures
/// stay.
pub fn uncount(tx: &mut Tx<'_>, workspace: Workspace, subjects: &[Subject], now: i64) -> Result<(), Error> {
    for subject in subjects {
        let known = sessions::lock_failures(tx, workspace, &subject.name, now)?;
        let before = Failures {
            count: (known.count - 1).max(0),
            blocked_until: 0,
            ..known
        };
        sessions::set_failures(tx, workspace, &subject.name, &before)?;
    }
    Ok(())
}

/// Returns the failures, or none if a wrong clock has written them: no wait is longer than the longest one.
fn discard_future_times(known: Failures, now: i64) -> Failures {
    if known.blocked_until > now + LONGEST || known.last_at > now + CLOCKS_DIFFER {
        return Failures::default();
    }
    known
}

/// The failures after one more.
fn after(known: Failures, free: i64, now: i64) -> Failures {
    let fresh = known.last_at < now - FORGOTTEN_AFTER;
    let count = if fresh { 1 } else { known.count.saturating_add(1) };
    let over = count - free;
    let blocked_until = match over {
        ..0 => 0,
        // One minute, two, four, eight, then the longest.
        over => now + (MINUTE << over.min(4)).min(LONGEST),
    };
    Failures {
        count,
        last_at: now,
        blocked_until,
    }
}

fn minutes(wait: i64) -> u64 {
    u64::try_from(wait.saturating_add(MINUTE - 1) / MINUTE).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_after_the_fifth_failure_up_to_a_limit() {
        let mut known = Failures::default();
        let mut waits = Vec::new();
        for _ in 0..11 {
            let now = known.blocked_until.max(FORGOTTEN_AFTER);
            known = after(known, 5, now);
            waits.push((known.blocked_until - now).max(0) / MINUTE);
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]);
    }

    #[test]
    fn a_clock_that_was_wrong_makes_nobody_wait() {
        let now = 400 * 24 * 60 * MINUTE;
        let ahead = |last_at, blocked_until| Failures {
            count: 9,
            last_at,
            blocked_until,
        };
        let waits = ahead(now, now + LONGEST);
        assert_eq!(discard_future_times(waits, now), waits);
        assert_eq!(
            discard_future_times(ahead(now, now + LONGEST + 1), now),
            Failures::default()
        );
        // Failures without a wait must not add up either.
        assert_eq!(
            discard_future_times(ahead(now + 24 * 60 * MINUTE, 0), now),
            Failures::default()
        );
        assert_eq!(
            discard_future_times(ahead(now + 1, 0), now).count,
            9,
            "clocks of two servers differ a little"
        );
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        let same = |one: &str, other: &str| Subject::address(one).name == Subject::address(other).name;
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        let site = |address: &str| Subject::site(address).map(|site| site.name);
        assert_eq!(site("2001:db8:1:2::1"), site("2001:db8:1:3::1"));
        assert_ne!(site("2001:db8:1:2::1"), site("2001:db8:2:2::1"));
        assert_eq!(
            (site("192.0.2.1"), site("::ffff:192.0.2.1"), site("")),
            (None, None, None)
        );
        assert!(same("192.0.2.1", "::ffff:192.0.2.1") && !same("192.0.2.1", "192.0.2.2"));
        assert!(same("unix", "unix") && !same("unix", ""));
    }

    #[test]
    fn attempts_from_ever_new_networks_of_one_site_are_slowed() {
        let folder = tempfile::tempdir().unwrap();
        let store = store::Store::open(&folder.path().join("contacts.db")).unwrap();
        let attempt = |n: u32| {
            let address = format!("2001:db8:7:{n:x}::1");
            let subjects: Vec<Subject> = [Subject::address(&address)]
                .into_iter()
                .chain(Subject::site(&address))
                .collect();
            store.write(|tx| begin(tx, Workspace(1), &subjects, FORGOTTEN_AFTER).map(|slowed| slowed.len()))
        };
        for n in 1..100 {
            assert_eq!(attempt(n).unwrap(), 0, "{n}");
        }
        assert_eq!(attempt(100).unwrap(), 1);
        assert!(matches!(attempt(101), Err(Error::TooManyTries { .. })));
    }

    #[test]
    fn a_day_without_failures_begins_anew() {
        let known = Failures {
            count: 9,
            last_at: 0,
            blocked_until: MINUTE,
        };
        assert_eq!(after(known, 5, FORGOTTEN_AFTER).count, 10);
        assert_eq!(after(known, 5, FORGOTTEN_AFTER + 1).count, 1);
    }

    #[test]
    fn waits_are_whole_minutes_rounded_up() {
        assert_eq!([1, MINUTE, MINUTE + 1].map(minutes), [1, 1, 2]);
    }
}
