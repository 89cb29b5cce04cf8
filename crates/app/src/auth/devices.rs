//! Known browsers: those in which a member has signed in before.
//!
//! A known browser has a long-lived secret in a cookie, and failures to sign in there count for that browser alone
//! (`rate_limit`): failures elsewhere with a member's email do not lock that member out of it. The secret alone does
//! not sign anyone in. It is replaced at each sign-in, so that a secret planted in the browser by an attacker becomes
//! useless. A member's known browsers are deleted when the password changes or is reset and when the member is
//! deactivated.

use crate::App;
use crate::auth::caller::DeviceToken;
use crate::auth::caller::{Caller, Token};
use crate::auth::rate_limit::Subject;
use crate::auth::secret::hex;
use crate::error::Error;
use store::members::{accounts, devices, sessions};
use store::{Tx, Workspace};

const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How long a browser stays known after its last sign-in.
const KNOWN_FOR: i64 = 365 * DAY;
/// The maximum number of known browsers of a member: those with the latest sign-ins.
const MOST: usize = 50;

impl App {
    /// Makes the browser of a session a known one. Returns the secret that the browser stores in place of its old one;
    /// `None` if the session still awaits the code of the second factor.
    pub fn know_browser(&self, session: &Token, caller: &Caller) -> Result<Option<DeviceToken>, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.system.now();
        let device = DeviceToken(hex(&self.system.secret()));
        self.write_sign_in(|tx| {
            let found = sessions::find(tx, workspace, &session.hash())?;
            let Some(found) = found.filter(|found| !found.awaits_code) else {
                return Ok(None);
            };
            if let Some(before) = &caller.device {
                devices::renew(tx, workspace, &before.hash(), &device.hash())?;
            }
            devices::put(tx, workspace, &device.hash(), found.member, now)?;
            for old in devices::of_member(tx, workspace, found.member)?.iter().skip(MOST) {
                devices::remove(tx, workspace, old, found.member)?;
            }
            Ok(Some(device.clone()))
        })
    }
}

/// Returns the subject of tries in this browser if it is a known one of the member with this email.
pub(crate) fn of_caller(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    email: &str,
    caller: &Caller,
    now: i64,
) -> Result<Option<Subject>, Error> {
    let Some(device) = &caller.device else {
        return Ok(None);
    };
    let Some(account) = accounts::by_email(tx, workspace, email)? else {
        return Ok(None);
    };
    let is_known = devices::is_known(tx, workspace, &device.hash(), account.member, now - KNOWN_FOR)?;
    Ok(is_known.then(|| Subject::device(&device.hash(), email)))
}

/// Deletes known browsers whose last sign-in is longer ago than `KNOWN_FOR`.
pub(crate) fn forget_old(tx: &mut Tx<'_>, workspace: Workspace, now: i64) -> Result<(), Error> {
    Ok(devices::forget(tx, workspace, now - KNOWN_FOR)?)
}
