//! The sign-in settings of a workspace: how long sessions last, and who needs a second factor.
//!
//! Decides who may change these settings. They are stored with the others (`workspace::stored`).

use crate::App;
use crate::access::Actor;
use crate::access::admin;
use crate::audit::AuditAction;
use crate::error::Error;
use crate::workspace::security::SecuritySettings;
use crate::workspace::stored::stored_settings;
use store::workspace::settings;

impl App {
    /// Returns the sign-in settings.
    pub fn security_settings(&self, actor: Actor) -> Result<SecuritySettings, Error> {
        Ok(self.store.read(|tx| stored_settings(tx, actor.workspace))?.security)
    }

    /// Changes the sign-in settings. They apply to existing sessions, too.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Settings`] for an invalid value.
    pub fn set_security_settings(&self, actor: Actor, wanted: SecuritySettings) -> Result<(), Error> {
        wanted.check()?;
        self.store.write(|tx| {
            admin(tx, actor)?;
            let mut stored = stored_settings(tx, actor.workspace)?;
            let both = stored.security.described().into_iter().zip(wanted.described());
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
    use crate::workspace::security::HOUR;
    use store::Member;
    use store::members::sessions::SignIn;

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
