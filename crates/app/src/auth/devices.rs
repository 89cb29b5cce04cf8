//! Browsers in which a member has signed in before.
//!
//! Such a browser has a long-lived secret in a cookie, and failures to sign in there count for it alone (`rate_limit`):
//! failures elsewhere with a member's email do not lock that member out of it. The secret lets nobody in. It is
//! another one after each sign-in, so that one which somebody else has put into the browser is worth nothing, and a
//! member's browsers are forgotten when the password changes or is reset and when the member is deactivated.

use crate::App;
use crate::auth::caller::DeviceToken;
use crate::auth::caller::{Caller, Token};
use crate::auth::rate_limit::Subject;
use crate::auth::secret::hex;
use crate::error::Error;
use store::members::{accounts, devices, sessions};
use store::{Tx, Workspace};

const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How long a browser is known after the last time that somebody has signed in there.
const KNOWN_FOR: i64 = 365 * DAY;
/// Browsers of a member that are known, at most: those in which they signed in last.
const MOST: usize = 50;

impl App {
    /// Knows the browser of a session from now on. Gives the secret that the browser is to keep in place of the one it had;
    /// none where the session still awaits the code of the second factor.
    pub fn know_browser(&self, session: &Token, caller: &Caller) -> Result<Option<DeviceToken>, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.world.now();
        let device = DeviceToken(hex(&self.world.secret()));
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

/// What a try counts for in a browser in which the member of this email has signed in before.
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

/// Forgets the browsers in which nobody has signed in for long.
pub(crate) fn forget_old(tx: &mut Tx<'_>, workspace: Workspace, now: i64) -> Result<(), Error> {
    Ok(devices::forget(tx, workspace, now - KNOWN_FOR)?)
}
