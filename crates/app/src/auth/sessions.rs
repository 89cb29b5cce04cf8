//! Sessions: who is signed in in which browser, and for how long.
//!
//! Owns the secrets that a browser holds, that signing in ends the session that the browser had before, and how recent
//! a proof of password and second factor must be.

use crate::App;
use crate::access::Actor;
use crate::auth::caller::{Caller, Token};
use crate::auth::second_factor;
use crate::auth::secret::hex;
use crate::clock::MINUTE;
use crate::error::Error;
use crate::workspace::stored::stored_settings;
use store::members::accounts::{self, Role};
use store::members::sessions::{self, SignIn};
use store::workspace::workspaces;
use store::{Tx, members};

/// For how long a proof of password and second factor need not be repeated.
const PROVED_FOR: i64 = 10 * MINUTE;
/// How long the code of the second factor is waited for.
const CODE_AWAITED_FOR: i64 = 10 * MINUTE;
/// Characters of a session's public name.
const SESSION: usize = 24;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who they are to the engine.
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    pub email: String,
    /// What their workspace is called.
    pub workspace_name: String,
    /// What they may.
    pub role: Role,
    /// A name of this sign-in that is no secret.
    pub session: String,
    /// It is time to call [`App::keep_signed_in`].
    pub note_due: bool,
    /// Password and second factor were given a short time ago, so they need not be asked for again.
    pub proved_recently: bool,
    /// The workspace asks for a second factor and the member has none: they must set one up first.
    pub must_enrol: bool,
}

/// One sign-in of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInInfo {
    /// A name of it that is no secret.
    pub session: String,
    pub created_at: i64,
    /// When last seen, to the hour.
    pub seen_at: i64,
    /// What the browser calls itself.
    pub agent: String,
}

impl App {
    /// Writes what signing in needs, over the connections kept back for it. On a full disk it is tried once more with the
    /// room that the reserve gives.
    ///
    /// # Errors
    /// What `work` returns; [`Error::DiskFull`] if there is no reserve.
    pub(crate) fn write_sign_in<T>(&self, mut work: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        match self.reserved.write(&mut work) {
            Err(Error::DiskFull) if self.disk_reserve.release() => self.reserved.write(work),
            outcome => outcome,
        }
    }

    /// Makes the reserve for a full disk, if there is room for it.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn fill_disk_reserve(&self) -> std::io::Result<()> {
        self.disk_reserve.fill()
    }

    /// Signs a member in in this browser, who has given their password, in place of anyone who was signed in there. With a
    /// second factor the session lets nobody in before its code was entered.
    pub(crate) fn enter(&self, tx: &mut Tx<'_>, actor: Actor, caller: &Caller) -> Result<Token, Error> {
        let awaits_code = second_factor::is_on(tx, actor)?;
        self.add_session(tx, actor, caller, awaits_code)
    }

    /// Signs a member in in this browser who has given all that is asked for.
    pub(crate) fn enter_whole(&self, tx: &mut Tx<'_>, actor: Actor, caller: &Caller) -> Result<Token, Error> {
        self.add_session(tx, actor, caller, false)
    }

    fn add_session(&self, tx: &mut Tx<'_>, actor: Actor, caller: &Caller, awaits_code: bool) -> Result<Token, Error> {
        let (token, now) = (self.new_token(), self.world.now());
        if let Some(before) = &caller.session {
            sessions::remove(tx, actor.workspace, &before.hash())?;
        }
        let expires_at = match awaits_code {
            true => now + CODE_AWAITED_FOR,
            false => stored_settings(tx, actor.workspace)?.security.session_ends(now, now),
        };
        let session = SignIn {
            token_hash: token.hash(),
            member: actor.member,
            created_at: now,
            seen_at: now,
            expires_at,
            proved_at: now,
            awaits_code,
            agent: caller.browser(),
        };
        sessions::add(tx, actor.workspace, &session)?;
        Ok(token)
    }

    /// Ends the sign-in of a secret, if there is one.
    pub fn sign_out(&self, token: &Token) -> Result<(), Error> {
        let workspace = self.local_actor()?.workspace;
        Ok(self
            .reserved
            .write(|tx| sessions::remove(tx, workspace, &token.hash()))?)
    }

    /// Who has this secret.
    pub fn signed_in(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let now = self.world.now();
        self.reserved.read(|tx| {
            let Some((workspace, _)) = workspaces::local(tx)? else {
                return Ok(None);
            };
            let Some(found) = sessions::find(tx, workspace, &token.hash())? else {
                return Ok(None);
            };
            let security = stored_settings(tx, workspace)?.security;
            if found.awaits_code || !security.session_lasts(&found, now) {
                return Ok(None);
            }
            let Some(account) = accounts::get(tx, workspace, found.member)? else {
                return Ok(None);
            };
            let actor = Actor {
                workspace,
                member: account.member,
            };
            let must_enrol = security.asks_for_second_factor(account.role) && !second_factor::is_on(tx, actor)?;
            Ok(Some(SignedIn {
                must_enrol,
                proved_recently: is_recent(found.proved_at, now),
                actor,
                name: account.name,
                email: account.email,
                workspace_name: account.workspace_name,
                role: account.role,
                session: session(&found.token_hash),
                note_due: now - found.seen_at >= security.note_every(),
            }))
        })
    }

    /// Notes that a sign-in was seen, so that it lasts longer.
    pub fn keep_signed_in(&self, token: &Token) -> Result<(), Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.world.now();
        self.reserved.write(|tx| {
            let Some(found) = sessions::find(tx, workspace, &token.hash())? else {
                return Ok(());
            };
            let security = stored_settings(tx, workspace)?.security;
            if found.awaits_code || !security.session_lasts(&found, now) {
                return Ok(());
            }
            members::seen(tx, workspace, found.member, now)?;
            let expires_at = security.session_ends(found.created_at, now);
            Ok(sessions::seen(tx, workspace, &token.hash(), now, expires_at)?)
        })
    }

    /// Where the member is signed in, the place seen last first.
    pub fn sign_ins(&self, actor: Actor) -> Result<Vec<SignInInfo>, Error> {
        let now = self.world.now();
        let (all, security) = self.store.read(|tx| {
            let security = stored_settings(tx, actor.workspace)?.security;
            Ok::<_, Error>((sessions::of_member(tx, actor.workspace, actor.member)?, security))
        })?;
        let lasting = all.into_iter().filter(|sign_in| security.session_lasts(sign_in, now));
        Ok(lasting
            .map(|sign_in| SignInInfo {
                session: session(&sign_in.token_hash),
                created_at: sign_in.created_at,
                seen_at: sign_in.seen_at,
                agent: sign_in.agent,
            })
            .collect())
    }

    /// Ends one of the member's sign-ins; nothing to end is no error.
    pub fn end_sign_in(&self, actor: Actor, ended: &str) -> Result<(), Error> {
        let workspace = actor.workspace;
        Ok(self.store.write(|tx| {
            let all = sessions::of_member(tx, workspace, actor.member)?;
            all.iter()
                .filter(|sign_in| session(&sign_in.token_hash) == ended)
                .try_for_each(|sign_in| sessions::remove(tx, workspace, &sign_in.token_hash))
        })?)
    }

    pub(crate) fn new_token(&self) -> Token {
        Token(hex(&self.world.secret()))
    }
}

/// Whether a proof need not be repeated. One from the future was noted by a clock that was wrong.
fn is_recent(proved_at: i64, now: i64) -> bool {
    (-MINUTE..PROVED_FOR).contains(&now.saturating_sub(proved_at))
}

/// The public name of a sign-in: the beginning of its hash, from which nobody gets to the secret.
pub(crate) fn session(token_hash: &[u8]) -> String {
    hex(token_hash).chars().take(SESSION).collect()
}
