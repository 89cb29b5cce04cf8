//! The settings of a workspace that are about signing in: how long sessions last, and who needs a second factor.
//!
//! Owns the limits of these settings and who may change them. They are stored with the others (`settings`). Leaves out
//! sessions themselves (`sessions`).

use crate::App;
use crate::access::Actor;
use crate::access::admin;
use crate::audit::AuditAction;
use crate::auth::sessions::CLOCKS_DIFFER;
use crate::error::Error;
use crate::workspace::stored::stored_settings;
use serde::{Deserialize, Serialize};
use store::accounts::Role;
use store::settings;
use store::sign_ins::SignIn;

/// An hour in microseconds.
const HOUR: i64 = 3_600 * 1_000_000;
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

    fn check(&self) -> Result<(), Error> {
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
    fn told(&self) -> [(&'static str, String); 3] {
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

impl App {
    /// The settings about signing in.
    ///
    /// # Errors
    /// Those of the database.
    pub fn security_settings(&self, actor: Actor) -> Result<SecuritySettings, Error> {
        Ok(self.store.read(|tx| stored_settings(tx, actor.workspace))?.security)
    }

    /// Changes the settings about signing in. They hold for sessions that there are, too.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Settings`] about what cannot be set; those of the database.
    pub fn set_security_settings(&self, actor: Actor, wanted: SecuritySettings) -> Result<(), Error> {
        wanted.check()?;
        self.store.write(|tx| {
            admin(tx, actor)?;
            let mut stored = stored_settings(tx, actor.workspace)?;
            let both = stored.security.told().into_iter().zip(wanted.told());
            let changed: Vec<String> = both
                .filter(|(before, after)| before != after)
                .map(|((what, before), (_, after))| format!("{what}: {before} → {after}"))
                .collect();
            if changed.is_empty() {
                return Ok(());
            }
            stored.security = wanted;
            settings::put(tx, actor.workspace, &crate::json::to_json(&stored))?;
            Ok(self.audit(tx, actor, AuditAction::SettingsChanged, &changed.join("; "), 0)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Member;

    const DAY: i64 = 24 * HOUR;

    fn session(created_at: i64, seen_at: i64) -> SignIn {
        SignIn {
            token_hash: Vec::new(),
            member: Member(1),
            created_at,
            seen_at,
            expires_at: i64::MAX,
            proved_at: 0,
            awaits_code: false,
            agent: String::new(),
        }
    }

    #[test]
    fn a_session_ends_when_idle_and_in_any_case() {
        let settings = SecuritySettings::default();
        let now = 1_000 * DAY;
        assert!(settings.session_lasts(&session(now - 89 * DAY, now - 29 * DAY), now));
        assert!(!settings.session_lasts(&session(now - 89 * DAY, now - 30 * DAY), now));
        assert!(!settings.session_lasts(&session(now - 90 * DAY, now), now));
        assert_eq!(settings.session_ends(now - 80 * DAY, now), now + 10 * DAY);
        assert_eq!(settings.session_ends(now, now), now + 30 * DAY);
    }

    #[test]
    fn a_session_of_a_clock_that_was_ahead_does_not_last() {
        let settings = SecuritySettings::default();
        let now = 1_000 * DAY;
        assert!(
            settings.session_lasts(&session(now + 1, now + 1), now),
            "clocks of two servers differ a little"
        );
        assert!(!settings.session_lasts(&session(now + 365 * DAY, now), now));
        assert!(!settings.session_lasts(&session(now, now + 365 * DAY), now));
    }

    #[test]
    fn a_short_session_is_noted_often_enough() {
        let settings = SecuritySettings {
            idle_hours: 1,
            ..SecuritySettings::default()
        };
        assert_eq!(settings.note_every(), HOUR / 10);
        assert_eq!(SecuritySettings::default().note_every(), HOUR);
    }
}
