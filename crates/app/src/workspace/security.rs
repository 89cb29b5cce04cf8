//! The sign-in settings of a workspace: sessions and the second factor.

use crate::clock::CLOCKS_DIFFER;
use crate::error::Error;
use serde::Deserialize;
use serde::Serialize;
use store::members::accounts::Role;
use store::members::sessions::SignIn;

/// An hour in microseconds.
pub(crate) const HOUR: i64 = 3_600 * 1_000_000;

/// The maximum of `idle_hours`: 30 days.
pub const MOST_IDLE_HOURS: u32 = 30 * 24;

/// The maximum of `session_hours`: a year.
pub const MOST_SESSION_HOURS: u32 = 365 * 24;

/// The sign-in settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecuritySettings {
    /// A session ends after this many hours without a request.
    pub idle_hours: u32,
    /// A session ends after this many hours in any case.
    pub session_hours: u32,
    /// Whether admins and owners must have a second factor.
    pub admins_need_second_factor: bool,
}

impl Default for SecuritySettings {
    fn default() -> Self {
        Self {
            idle_hours: MOST_IDLE_HOURS,
            session_hours: 90 * 24,
            admins_need_second_factor: false,
        }
    }
}

impl SecuritySettings {
    fn idle(&self) -> i64 {
        i64::from(self.idle_hours) * HOUR
    }

    fn whole(&self) -> i64 {
        i64::from(self.session_hours) * HOUR
    }

    /// Returns when a session ends if now is its last use.
    pub(crate) fn session_ends(&self, created_at: i64, now: i64) -> i64 {
        now.saturating_add(self.idle())
            .min(created_at.saturating_add(self.whole()))
    }

    /// Whether a session is still valid under the current settings. One that was begun or used in the future, by a
    /// wrong clock, is not.
    pub(crate) fn session_lasts(&self, session: &SignIn, now: i64) -> bool {
        let within = |since: i64, limit: i64| (-CLOCKS_DIFFER..limit).contains(&now.saturating_sub(since));
        now < session.expires_at && within(session.seen_at, self.idle()) && within(session.created_at, self.whole())
    }

    /// How often the use of a session is recorded: a page that only reads must not wait for a writer each time.
    pub(crate) fn note_every(&self) -> i64 {
        HOUR.min(self.idle() / 10)
    }

    /// Whether members of this role must have a second factor.
    pub(crate) fn asks_for_second_factor(&self, role: Role) -> bool {
        self.admins_need_second_factor && role >= Role::Admin
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let refuse = |what: &str, most: u32| Err(Error::Settings(format!("{what} between 1 hour and {most} hours")));
        if !(1..=MOST_IDLE_HOURS).contains(&self.idle_hours) {
            return refuse("a session ends without a visit after a time", MOST_IDLE_HOURS);
        }
        if !(1..=MOST_SESSION_HOURS).contains(&self.session_hours) {
            return refuse("a session ends in any case after a time", MOST_SESSION_HOURS);
        }
        Ok(())
    }

    /// The settings as texts, for the audit log.
    pub(crate) fn described(&self) -> [(&'static str, String); 3] {
        let needed = if self.admins_need_second_factor {
            "needed"
        } else {
            "not needed"
        };
        [
            ("idle session", format!("{} hours", self.idle_hours)),
            ("session", format!("{} hours", self.session_hours)),
            ("second factor of admins", needed.to_owned()),
        ]
    }
}
