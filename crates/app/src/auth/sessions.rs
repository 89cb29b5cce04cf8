//! Sessions: which member is signed in in which browser, and for how long.
//!
//! Creates the secrets that a browser stores, ends the browser's previous session when it signs in, and decides how
//! recent a proof of password and second factor must be.

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

/// How long a proof of password and second factor is valid.
const PROVED_FOR: i64 = 10 * MINUTE;
/// How long a session waits for the code of the second factor.
const CODE_AWAITED_FOR: i64 = 10 * MINUTE;
/// The length of a session's public name, in characters.
const SESSION: usize = 24;

/// A member who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The member as an actor.
    pub actor: Actor,
    /// The member's name.
    pub name: String,
    pub email: String,
    /// The name of the workspace.
    pub workspace_name: String,
    /// The member's role.
    pub role: Role,
    /// The public name of this session, which is not secret.
    pub session: String,
    /// Whether it is time to call [`App::keep_signed_in`].
    pub note_due: bool,
    /// Whether password and second factor were given a short time ago, so that they are not required again.
    pub proved_recently: bool,
    /// Whether the workspace requires a second factor and the member has none: they must set one up first.
    pub must_enrol: bool,
}

/// One session of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInInfo {
    /// The public name of the session, which is not secret.
    pub session: String,
    pub created_at: i64,
    /// When it was last used, to the hour.
    pub seen_at: i64,
    /// The browser's name for itself (its user agent).
    pub agent: String,
}

impl App {
    /// Runs a write of a sign-in over the connections reserved for this. On a full disk it is retried once with the
    /// space that the disk reserve frees.
    ///
    /// # Errors
    /// The errors of `work`; [`Error::DiskFull`] if there is no reserve.
    pub(crate) fn write_sign_in<T>(&self, mut work: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        match self.reserved.write(&mut work) {
            Err(Error::DiskFull) if self.disk_reserve.release() => self.reserved.write(work),
            outcome => outcome,
        }
    }

    /// Creates the reserve for a full disk, if there is room for it.
    ///
    /// # Errors
    /// Errors of the operating system.
    pub fn fill_disk_reserve(&self) -> std::io::Result<()> {
        self.disk_reserve.fill()
    }

    /// Signs in a member who has given their password, and ends the browser's previous session. If the member has a
    /// second factor, the session is not valid until its code was entered.
    pub(crate) fn enter(&self, tx: &mut Tx<'_>, actor: Actor, caller: &Caller) -> Result<Token, Error> {
        let awaits_code = second_factor::is_on(tx, actor)?;
        self.add_session(tx, actor, caller, awaits_code)
    }

    /// Signs in a member who has given everything that is required.
    pub(crate) fn open_full_session(&self, tx: &mut Tx<'_>, actor: Actor, caller: &Caller) -> Result<Token, Error> {
        self.add_session(tx, actor, caller, false)
    }

    fn add_session(&self, tx: &mut Tx<'_>, actor: Actor, caller: &Caller, awaits_code: bool) -> Result<Token, Error> {
        let (token, now) = (self.new_token(), self.system.now());
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

    /// Ends the session of a secret, if there is one.
    pub fn sign_out(&self, token: &Token) -> Result<(), Error> {
        let workspace = self.local_actor()?.workspace;
        Ok(self
            .reserved
            .write(|tx| sessions::remove(tx, workspace, &token.hash()))?)
    }

    /// Returns the member whose session has this secret; `None` if the session is not valid.
    pub fn signed_in(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let now = self.system.now();
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

    /// Records that a session was used, so that it lasts longer.
    pub fn keep_signed_in(&self, token: &Token) -> Result<(), Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.system.now();
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

    /// Returns the member's sessions, the last used first.
    pub fn sign_ins(&self, actor: Actor) -> Result<Vec<SignInInfo>, Error> {
        let now = self.system.now();
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

    /// Ends one of the member's sessions; it is no error if there is none.
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
        Token(hex(&self.system.secret()))
    }
}

/// Whether a proof is still valid. One from the future was written by a wrong clock.
fn is_recent(proved_at: i64, now: i64) -> bool {
    (-MINUTE..PROVED_FOR).contains(&now.saturating_sub(proved_at))
}

/// The public name of a session: the beginning of its hash, from which the secret cannot be derived.
pub(crate) fn session(token_hash: &[u8]) -> String {
    hex(token_hash).chars().take(SESSION).collect()
}
