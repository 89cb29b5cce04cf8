//! The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes.
//!
//! Decides how it is set up, how codes are checked, and who may remove one. A code is accepted within one step of 30
//! seconds before and after its time, and each step once. Tries count as those of passwords do (`rate_limit`). Recovery
//! codes have 80 random bits and are stored as hashes, salted with the secret of the authenticator.

use crate::access::Actor;
use crate::access::{governed, named};
use crate::audit::AuditAction;
use crate::auth::caller::{Caller, Token};
use crate::auth::rate_limit;
use crate::error::Error;
use crate::workspace::stored::stored_settings;
use crate::{App, access};
use store::members::accounts::{self, Account, Role};
use store::members::second_factors::{self, SecondFactor};
use store::members::sessions::{self, SignIn};
use store::{Member, Tx, Workspace, members};
use totp_rs::{Builder, Totp};

const SECOND: i64 = 1_000_000;
/// Seconds per step, as in authenticator apps.
const STEP: i64 = 30;
/// How many recovery codes are made at once.
const RECOVERY_CODES: usize = 10;
/// Random bytes of a recovery code; as text, sixteen characters.
const RECOVERY_BYTES: usize = 10;
/// Bytes of the secret, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// The issuer that authenticator apps show beside the email.
const ISSUER: &str = "CrystalQore";

/// A second factor that is being set up.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret as letters and digits, for typing it.
    pub secret: String,
    /// The address that authenticator apps read from a QR code.
    pub url: String,
}

/// The state of a member's second factor.
#[derive(Clone, PartialEq, Eq)]
pub enum SecondFactorState {
    /// There is none.
    Off,
    /// It becomes active once a code has confirmed it.
    Enrolling(Enrolment),
    /// It is active.
    On {
        /// Since when, in UTC microseconds.
        since: i64,
        /// The number of unused recovery codes.
        codes_left: u64,
    },
}

impl App {
    /// Returns the state of the member's own second factor.
    ///
    /// # Errors
    /// [`Error::SecondFactor`].
    pub fn second_factor(&self, actor: Actor) -> Result<SecondFactorState, Error> {
        self.store.read(|tx| {
            let Some(factor) = second_factors::get(tx, actor.workspace, actor.member)? else {
                return Ok(SecondFactorState::Off);
            };
            if let Some(since) = factor.confirmed_at {
                let codes_left = second_factors::codes_left(tx, actor.workspace, actor.member)?;
                return Ok(SecondFactorState::On { since, codes_left });
            }
            let account = accounts::get(tx, actor.workspace, actor.member)?.ok_or(Error::NoMember)?;
            enrolment(factor.secret, &account.email).map(SecondFactorState::Enrolling)
        })
    }

    /// Creates a secret for the member's authenticator app. [`App::confirm_second_factor`] activates it.
    pub fn begin_second_factor(&self, actor: Actor) -> Result<(), Error> {
        let secret = self.system.secret();
        Ok(self
            .store
            .write(|tx| second_factors::propose(tx, actor.workspace, actor.member, &secret[..SECRET_BYTES]))?)
    }

    /// Activates the second factor if the code is right. The member's other sessions end, because they were opened
    /// without it. Returns the recovery codes, which are shown only this once.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::TooManyTries`], [`Error::NoSecondFactor`] if none is being set up; database
    /// errors.
    pub fn confirm_second_factor(
        &self,
        actor: Actor,
        here: &Token,
        code: &str,
        caller: &Caller,
    ) -> Result<Vec<String>, Error> {
        let Actor { workspace, member } = actor;
        let account = self.account_of(actor)?;
        let now = self.system.now();
        let subjects = self
            .store
            .write(|tx| self.begin_signing_in(tx, workspace, &account.email, caller))?;
        self.store.write(|tx| {
            members::seen(tx, workspace, member, now)?;
            let factor = second_factors::get(tx, workspace, member)?;
            let factor = factor.filter(|factor| factor.confirmed_at.is_none());
            let factor = factor.ok_or(Error::NoSecondFactor)?;
            self.use_app_code(tx, actor, &factor, code)?;
            rate_limit::succeeded(tx, workspace, &subjects, now)?;
            second_factors::confirm(tx, workspace, member, now)?;
            sessions::remove_others(tx, workspace, member, &here.hash())?;
            self.audit(tx, actor, AuditAction::SecondFactorOn, "", 0)?;
            self.set_recovery_codes(tx, actor, &factor)
        })
    }

    /// Creates new recovery codes; the earlier ones become invalid.
    ///
    /// # Errors
    /// [`Error::NoSecondFactor`].
    pub fn renew_recovery_codes(&self, actor: Actor) -> Result<Vec<String>, Error> {
        self.store.write(|tx| {
            let factor = confirmed(tx, actor)?.ok_or(Error::NoSecondFactor)?;
            self.audit(tx, actor, AuditAction::RecoveryCodes, "", 0)?;
            self.set_recovery_codes(tx, actor, &factor)
        })
    }

    /// Removes the member's own second factor.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the workspace requires one.
    pub fn end_second_factor(&self, actor: Actor) -> Result<(), Error> {
        self.store.write(|tx| {
            let role = accounts::role(tx, actor.workspace, actor.member)?.unwrap_or(Role::Member);
            let security = stored_settings(tx, actor.workspace)?.security;
            if security.asks_for_second_factor(role) {
                return Err(Error::Forbidden(
                    "this workspace asks admins and owners for a second factor; an owner can change that in the settings",
                ));
            }
            if second_factors::remove(tx, actor.workspace, actor.member)? {
                self.audit(tx, actor, AuditAction::SecondFactorOff, "", 0)?;
            }
            Ok(())
        })
    }

    /// Removes the second factor of a member who has lost it, and ends their sessions. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn reset_second_factor(&self, actor: Actor, member: Member) -> Result<bool, Error> {
        self.change_members(actor, |tx, admin| {
            let row = governed(tx, admin, actor, member)?;
            // As with passwords: a person who gets into an admin's account has that admin's rights from then on.
            if row.role == Role::Admin && member != actor.member {
                access::owner(tx, actor)?;
            }
            if !second_factors::remove(tx, actor.workspace, member)? {
                return Ok(false);
            }
            sessions::remove_all(tx, actor.workspace, member)?;
            self.audit(tx, actor, AuditAction::SecondFactorOff, &named(&row), 0)?;
            Ok(true)
        })
    }

    /// Whether a session awaits the code of the second factor.
    pub fn awaits_code(&self, session: &Token) -> Result<bool, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.system.now();
        Ok(self
            .reserved
            .read(|tx| awaiting(tx, workspace, session, now))?
            .is_some())
    }

    /// Completes the sign-in of a member who has given their password, with a code of their authenticator app or a
    /// recovery code. The session gets another secret.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::TooManyTries`], [`Error::SignInAgain`].
    pub fn enter_code(&self, session: &Token, code: &str, caller: &Caller) -> Result<Token, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.system.now();
        let subjects = self.write_sign_in(|tx| {
            let found = awaiting(tx, workspace, session, now)?.ok_or(Error::SignInAgain)?;
            let account = accounts::get(tx, workspace, found.member)?.ok_or(Error::SignInAgain)?;
            self.begin_signing_in(tx, workspace, &account.email, caller)
        })?;
        self.write_sign_in(|tx| {
            let found = awaiting(tx, workspace, session, now)?.ok_or(Error::SignInAgain)?;
            let actor = Actor {
                workspace,
                member: found.member,
            };
            // First: the lock on the member orders this sign-in and a deactivation at the same moment.
            members::seen(tx, workspace, actor.member, now)?;
            accounts::get(tx, workspace, actor.member)?.ok_or(Error::SignInAgain)?;
            self.use_code(tx, actor, code)?;
            rate_limit::succeeded(tx, workspace, &subjects, now)?;
            sessions::remove(tx, workspace, &session.hash())?;
            self.audit(tx, actor, AuditAction::SignedIn, &caller.browser(), 0)?;
            self.open_full_session(tx, actor, caller)
        })
    }

    /// Checks that the member is at the keyboard: their password, and the code of their second factor if they have one.
    /// The proof is valid for this session for a short time.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::WrongCode`], [`Error::TooManyTries`].
    pub fn prove(&self, actor: Actor, here: &Token, password: &str, code: &str, caller: &Caller) -> Result<(), Error> {
        let workspace = actor.workspace;
        let account = self.account_of(actor)?;
        let now = self.system.now();
        let subjects = self
            .store
            .write(|tx| self.begin_signing_in(tx, workspace, &account.email, caller))?;
        if !self.passwords.matches(password, Some(&account.password_hash))? {
            return Err(Error::WrongPassword);
        }
        self.store.write(|tx| {
            members::seen(tx, workspace, actor.member, now)?;
            let current = accounts::get(tx, workspace, actor.member)?;
            if current.is_none_or(|current| current.password_hash != account.password_hash) {
                return Err(Error::WrongPassword);
            }
            if is_on(tx, actor)? {
                self.use_code(tx, actor, code)?;
            }
            rate_limit::succeeded(tx, workspace, &subjects, now)?;
            Ok(sessions::proved(tx, workspace, &here.hash(), now)?)
        })
    }

    fn account_of(&self, actor: Actor) -> Result<Account, Error> {
        let account = self.store.read(|tx| accounts::get(tx, actor.workspace, actor.member))?;
        account.ok_or(Error::WrongPassword)
    }

    /// Checks and uses up a code of the member: one of the authenticator app, or a recovery code.
    fn use_code(&self, tx: &mut Tx<'_>, actor: Actor, code: &str) -> Result<(), Error> {
        let factor = confirmed(tx, actor)?.ok_or(Error::NoSecondFactor)?;
        let code = normal(code);
        if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.use_app_code(tx, actor, &factor, &code);
        }
        let hash = recovery_hash(&factor, &code);
        match second_factors::use_code(tx, actor.workspace, actor.member, &hash)? {
            true => Ok(()),
            false => Err(Error::WrongCode),
        }
    }

    fn use_app_code(&self, tx: &mut Tx<'_>, actor: Actor, factor: &SecondFactor, code: &str) -> Result<(), Error> {
        let seconds = self.system.now() / SECOND;
        let totp = totp(factor.secret.clone(), "")?;
        let step = totp.check(&normal(code), u64::try_from(seconds).unwrap_or(0));
        let step = step.and_then(|step| i64::try_from(step).ok()).ok_or(Error::WrongCode)?;
        let newest = seconds / STEP + 1;
        match second_factors::use_step(tx, actor.workspace, actor.member, step, newest)? {
            true => Ok(()),
            false => Err(Error::WrongCode),
        }
    }

    fn set_recovery_codes(&self, tx: &mut Tx<'_>, actor: Actor, factor: &SecondFactor) -> Result<Vec<String>, Error> {
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| recovery_code(&self.system.secret()))
            .collect();
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| recovery_hash(factor, &normal(code))).collect();
        second_factors::set_codes(tx, actor.workspace, actor.member, &hashes)?;
        Ok(codes)
    }
}

/// Whether the member signs in with a second factor.
pub(crate) fn is_on(tx: &mut Tx<'_>, actor: Actor) -> Result<bool, Error> {
    Ok(confirmed(tx, actor)?.is_some())
}

fn confirmed(tx: &mut Tx<'_>, actor: Actor) -> Result<Option<SecondFactor>, Error> {
    let factor = second_factors::get(tx, actor.workspace, actor.member)?;
    Ok(factor.filter(|factor| factor.confirmed_at.is_some()))
}

/// Returns a session that awaits the code of the second factor.
fn awaiting(tx: &mut Tx<'_>, workspace: Workspace, session: &Token, now: i64) -> Result<Option<SignIn>, Error> {
    let found = sessions::find(tx, workspace, &session.hash())?;
    Ok(found.filter(|found| found.awaits_code && now < found.expires_at))
}

fn totp(secret: Vec<u8>, email: &str) -> Result<Totp, Error> {
    Builder::new()
        .with_secret(secret)
        .with_account_name(email.replace(':', "_"))
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(|error| Error::SecondFactor(error.to_string()))
}

fn enrolment(secret: Vec<u8>, email: &str) -> Result<Enrolment, Error> {
    let letters = totp_rs::Secret::from(secret.clone()).to_base32();
    let url = totp(secret, email)?.to_url();
    Ok(Enrolment {
        secret: in_groups(&letters),
        url: url.map_err(|error| Error::SecondFactor(error.to_string()))?,
    })
}

/// Normalises a typed code: without blanks and dashes, in capitals.
fn normal(code: &str) -> String {
    let signs = code.chars().filter(|c| !c.is_whitespace() && *c != '-');
    signs.take(64).collect::<String>().to_uppercase()
}

fn recovery_code(secret: &[u8; 32]) -> String {
    in_groups(&totp_rs::Secret::from(secret[..RECOVERY_BYTES].to_vec()).to_base32())
}

/// Splits letters into groups of four, which are easier to type.
fn in_groups(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

fn recovery_hash(factor: &SecondFactor, code: &str) -> Vec<u8> {
    crate::auth::secret::sha256(&[b"recovery", &factor.secret, code.as_bytes()]).to_vec()
}
