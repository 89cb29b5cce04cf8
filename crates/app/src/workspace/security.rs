//! What a workspace decides about sessions and the second factor.

use crate::clock::CLOCKS_DIFFER;
use crate::error::Error;
use serde::Deserialize;
use serde::Serialize;
use store::members::accounts::Role;
use store::members::sessions::SignIn;

/// An hour in microseconds.
pub(crate) const HOUR: i64 = 3_600 * 1_000_000;

/// Hours that a session may last without a visit, at most: 30 days.
pub const MOST_IDLE_HOURS: u32 = 30 * 24;

/// Hours that a session may last in all, at most: a year.
pub const MOST_SESSION_HOURS: u32 = 365 * 24;

/// The settings about signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecuritySettings {
    /// After so many hours without a visit a session ends.
    pub idle_hours: u32,
    /// After so many hours a session ends in any case.
    pub session_hours: u32,
    /// Admins and owners must have a second factor.
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

    /// When a session ends that is seen now for the last time.
    pub(crate) fn session_ends(&self, created_at: i64, now: i64) -> i64 {
        now.saturating_add(self.idle())
            .min(created_at.saturating_add(self.whole()))
    }

    /// Whether a session still lets somebody in, also if the settings have changed since it began. One that was begun or
    /// seen in the future by a clock that was wrong does not.
    pub(crate) fn session_lasts(&self, session: &SignIn, now: i64) -> bool {
        let within = |since: i64, limit: i64| (-CLOCKS_DIFFER..limit).contains(&now.saturating_sub(since));
        now < session.expires_at && within(session.seen_at, self.idle()) && within(session.created_at, self.whole())
    }

    /// How often it is noted that a session was seen: a page that is only read must not wait for a writer each time.
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

    /// In words, for the audit log.
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
