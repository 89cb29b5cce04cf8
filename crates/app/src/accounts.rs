//! Accounts: the first one, signing in and out, and what a member changes about their own.
//!
//! Owns what may be a name, which secrets a browser holds, and how long a sign-in lasts. Leaves out hashing (`passwords`),
//! waits after failures (`tries`), cookies and pages. There is one workspace, the local one; its owner is the member that the
//! command line has acted as from the beginning, so what was imported before belongs to the first account.

use crate::audit::AuditAction;
use crate::tries::{self, Subject};
use crate::{Actor, App, Error, passwords};
use model::Email;
use sha2::{Digest, Sha256};
use store::accounts::{self, NewAccount, Role};
use store::sign_ins::{self, SignIn};
use store::{links, members, workspaces};

const HOUR: i64 = 3_600 * 1_000_000;
/// How long a sign-in lasts without being seen.
const LASTS: i64 = 30 * 24 * HOUR;
/// How often it is noted that a sign-in was seen: a page that is only read must not wait for a writer each time.
const NOTED_EVERY: i64 = HOUR;
/// Characters that a name may have.
const NAME: usize = 200;
/// Characters that are kept of what a browser calls itself.
const AGENT: usize = 300;
/// Characters of a session's public name.
const SESSION: usize = 24;

/// The secret of a sign-in, which only the browser keeps. Here there is its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A secret as the browser sent it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the browser is to keep.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> Vec<u8> {
        sha256(&[b"sign-in", self.0.as_bytes()]).to_vec()
    }
}

/// The secret is told to nobody.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Who asks, as far as the network tells.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The address of the network that the request comes from; empty if that is not known.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// What the first account is made of.
#[derive(Clone)]
pub struct Setup {
    /// What the owner is called.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password.
    pub password: String,
    /// What the workspace is called.
    pub workspace_name: String,
}

/// Which field of an account's form does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountField {
    /// The member's name.
    Name,
    /// The email.
    Email,
    /// The password, or the new one.
    Password,
    /// The name of the workspace.
    WorkspaceName,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who they are to the engine.
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What their workspace is called.
    pub workspace_name: String,
    /// What they may.
    pub role: Role,
    /// A name of this sign-in that is no secret.
    pub session: String,
    /// It is time to call [`App::keep_signed_in`].
    pub note_due: bool,
}

/// One sign-in of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInInfo {
    /// A name of it that is no secret.
    pub session: String,
    /// Since when.
    pub created_at: i64,
    /// When last seen, to the hour.
    pub seen_at: i64,
    /// What the browser calls itself.
    pub agent: String,
}

impl App {
    /// Whether nobody has an account yet.
    ///
    /// # Errors
    /// Those of the database.
    pub fn needs_setup(&self) -> Result<bool, Error> {
        let workspace = self.local_actor()?.workspace;
        Ok(!self.reserved.read(|tx| accounts::exist(tx, workspace))?)
    }

    /// A code that somebody who sets the installation up from afar must know: 60 random bits.
    pub fn setup_code(&self) -> String {
        // Without letters that look like figures.
        const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let letters: Vec<char> = self.world.secret()[..12]
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }

    /// Makes the first account, names the workspace, and signs the owner in. What the command line has imported is theirs.
    ///
    /// # Errors
    /// [`Error::AlreadySetUp`]; [`Error::AccountField`] with the first field that does not fit.
    pub fn setup(&self, setup: &Setup, caller: &Caller) -> Result<Token, Error> {
        let name = fit_name(&setup.name, AccountField::Name)?;
        let email = fit_email(&setup.email)?;
        fit_password(&setup.password)?;
        let workspace_name = fit_name(&setup.workspace_name, AccountField::WorkspaceName)?;
        // A hash costs time and memory; nobody gets one for nothing.
        if !self.needs_setup()? {
            return Err(Error::AlreadySetUp);
        }
        let hash = self.passwords.hash(&setup.password, self.world.secret())?;
        let (token, now) = (self.new_token(), self.world.now());
        self.store.write(|tx| {
            let (workspace, member) = workspaces::ensure_local(tx, now)?;
            let account = NewAccount {
                name,
                email: &email,
                password_hash: &hash,
            };
            // One of two who try at once finds the account of the other.
            if accounts::exist(tx, workspace)? || !accounts::claim(tx, workspace, member, &account)? {
                return Err(Error::AlreadySetUp);
            }
            accounts::rename_workspace(tx, workspace, workspace_name)?;
            let actor = Actor { workspace, member };
            members::seen(tx, workspace, member, now)?;
            let about = format!("{name} ({email}) as owner of a new workspace");
            self.audit(tx, actor, AuditAction::Joined, &about, 0)?;
            Ok(sign_ins::add(tx, workspace, &new_sign_in(actor, &token, caller, now))?)
        })?;
        Ok(token)
    }

    /// Signs somebody in. An email without an account and a wrong password are answered alike, after the same time.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::TooManyTries`].
    pub fn sign_in(&self, email: &str, password: &str, caller: &Caller) -> Result<Token, Error> {
        let workspace = self.local_actor()?.workspace;
        let email = folded(email);
        let subjects = subjects(&email, caller);
        let now = self.world.now();
        self.reserved.write(|tx| {
            sign_ins::forget(tx, workspace, now, now - tries::FORGOTTEN_AFTER)?;
            self.begin_try(tx, workspace, &subjects, now)
        })?;
        let account = self.reserved.read(|tx| accounts::by_email(tx, workspace, &email))?;
        let hash = account.as_ref().map(|account| account.password_hash.as_str());
        let matches = self.passwords.matches(password, hash)?;
        let Some(account) = account.filter(|_| matches) else {
            return Err(Error::WrongPassword);
        };
        let token = self.new_token();
        let now = self.world.now();
        self.reserved.write(|tx| {
            // First, so that whoever keeps this member out at this moment is met, or meets this sign-in.
            members::seen(tx, workspace, account.member, now)?;
            // The password may have been changed while it was checked.
            let current = accounts::get(tx, workspace, account.member)?;
            if current.is_none_or(|current| current.password_hash != account.password_hash) {
                return Err(Error::WrongPassword);
            }
            tries::succeeded(tx, workspace, &subjects, now)?;
            let actor = Actor {
                workspace,
                member: account.member,
            };
            self.audit(tx, actor, AuditAction::SignedIn, &browser_of(caller), 0)?;
            Ok(sign_ins::add(tx, workspace, &new_sign_in(actor, &token, caller, now))?)
        })?;
        Ok(token)
    }

    /// Ends the sign-in of a secret, if there is one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn sign_out(&self, token: &Token) -> Result<(), Error> {
        let workspace = self.local_actor()?.workspace;
        Ok(self
            .reserved
            .write(|tx| sign_ins::remove(tx, workspace, &token.hash()))?)
    }

    /// Who has this secret.
    ///
    /// # Errors
    /// Those of the database.
    pub fn signed_in(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let now = self.world.now();
        self.reserved.read(|tx| {
            let Some((workspace, _)) = workspaces::local(tx)? else {
                return Ok(None);
            };
            let Some(found) = sign_ins::find(tx, workspace, &token.hash())? else {
                return Ok(None);
            };
            if found.expires_at <= now {
                return Ok(None);
            }
            let account = accounts::get(tx, workspace, found.member)?;
            Ok(account.map(|account| SignedIn {
                actor: Actor {
                    workspace,
                    member: account.member,
                },
                name: account.name,
                email: account.email,
                workspace_name: account.workspace_name,
                role: account.role,
                session: session(&found.token_hash),
                note_due: now - found.seen_at >= NOTED_EVERY,
            }))
        })
    }

    /// Notes that a sign-in was seen, so that it lasts longer.
    ///
    /// # Errors
    /// Those of the database.
    pub fn keep_signed_in(&self, token: &Token) -> Result<(), Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.world.now();
        self.store.write(|tx| {
            let Some(found) = sign_ins::find(tx, workspace, &token.hash())? else {
                return Ok(());
            };
            members::seen(tx, workspace, found.member, now)?;
            Ok(sign_ins::seen(tx, workspace, &token.hash(), now, now + LASTS)?)
        })
    }

    /// Changes the member's password and ends their sign-ins, but for this one. Says how many ended.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] about the old one, [`Error::AccountField`] about the new one, [`Error::TooManyTries`].
    pub fn change_password(
        &self,
        actor: Actor,
        here: &Token,
        old: &str,
        new: &str,
        caller: &Caller,
    ) -> Result<u64, Error> {
        fit_password(new)?;
        let Actor { workspace, member } = actor;
        let account = self.store.read(|tx| accounts::get(tx, workspace, member))?;
        let account = account.ok_or(Error::WrongPassword)?;
        let subjects = subjects(&account.email, caller);
        let now = self.world.now();
        self.store.write(|tx| self.begin_try(tx, workspace, &subjects, now))?;
        if !self.passwords.matches(old, Some(&account.password_hash))? {
            return Err(Error::WrongPassword);
        }
        let hash = self.passwords.hash(new, self.world.secret())?;
        self.store.write(|tx| {
            // First, so that whoever keeps this member out at this moment is met, or meets this.
            members::seen(tx, workspace, member, now)?;
            // Somebody may have set another one by a link while the old one was checked: that one stays.
            let current = accounts::get(tx, workspace, member)?;
            if current.is_none_or(|current| current.password_hash != account.password_hash) {
                return Err(Error::WrongPassword);
            }
            tries::succeeded(tx, workspace, &subjects, now)?;
            accounts::set_password(tx, workspace, member, &hash)?;
            links::forget_passwords(tx, workspace, member)?;
            self.audit(tx, actor, AuditAction::PasswordChanged, "", 0)?;
            Ok(sign_ins::remove_others(tx, workspace, member, &here.hash())?)
        })
    }

    /// Changes what the member is called.
    ///
    /// # Errors
    /// [`Error::AccountField`].
    pub fn change_name(&self, actor: Actor, name: &str) -> Result<(), Error> {
        let name = fit_name(name, AccountField::Name)?;
        Ok(self
            .store
            .write(|tx| accounts::rename(tx, actor.workspace, actor.member, name))?)
    }

    /// Where the member is signed in, the place seen last first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn sign_ins(&self, actor: Actor) -> Result<Vec<SignInInfo>, Error> {
        let now = self.world.now();
        let all = self
            .store
            .read(|tx| sign_ins::of_member(tx, actor.workspace, actor.member))?;
        let lasting = all.into_iter().filter(|sign_in| sign_in.expires_at > now);
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
    ///
    /// # Errors
    /// Those of the database.
    pub fn end_sign_in(&self, actor: Actor, ended: &str) -> Result<(), Error> {
        let workspace = actor.workspace;
        Ok(self.store.write(|tx| {
            let all = sign_ins::of_member(tx, workspace, actor.member)?;
            all.iter()
                .filter(|sign_in| session(&sign_in.token_hash) == ended)
                .try_for_each(|sign_in| sign_ins::remove(tx, workspace, &sign_in.token_hash))
        })?)
    }

    pub(crate) fn new_token(&self) -> Token {
        Token(hex(&self.world.secret()))
    }
}

pub(crate) fn new_sign_in(actor: Actor, token: &Token, caller: &Caller, now: i64) -> SignIn {
    SignIn {
        token_hash: token.hash(),
        member: actor.member,
        created_at: now,
        seen_at: now,
        expires_at: now + LASTS,
        agent: caller.agent.chars().take(AGENT).collect(),
    }
}

/// What the audit log tells of where somebody signed in.
fn browser_of(caller: &Caller) -> String {
    caller.agent.chars().take(AGENT).collect()
}

/// Who a try counts for. The email comes first: `tries` knows it by its place.
fn subjects(email: &str, caller: &Caller) -> Vec<Subject> {
    let mut subjects = vec![Subject::email(email)];
    if !caller.address.is_empty() {
        subjects.push(Subject::address(&caller.address));
    }
    subjects
}

pub(crate) fn fit_name(name: &str, field: AccountField) -> Result<&str, Error> {
    let name = name.trim();
    let message = match field {
        AccountField::WorkspaceName => "Give the workspace a name, such as that of your team.",
        _ => "Write your name.",
    };
    match name.chars().count() {
        0 => Err(Error::AccountField { field, message }),
        1..=NAME if !name.chars().any(char::is_control) => Ok(name),
        _ => Err(Error::AccountField {
            field,
            message: "Write a name of at most 200 characters, in one line.",
        }),
    }
}

pub(crate) fn fit_email(email: &str) -> Result<String, Error> {
    match Email::parse(email) {
        Ok(email) => Ok(email.as_str().to_lowercase()),
        Err(_) => Err(Error::AccountField {
            field: AccountField::Email,
            message: "This is no email address; write one such as ada@example.org.",
        }),
    }
}

/// An email as accounts are looked up by it. What is none has no account; a server would fail at a NUL instead of saying so.
pub(crate) fn folded(email: &str) -> String {
    let kept = || email.to_lowercase().replace('\0', "\u{fffd}");
    Email::parse(email).map_or_else(|_| kept(), |email| email.as_str().to_lowercase())
}

pub(crate) fn fit_password(password: &str) -> Result<(), Error> {
    let field = AccountField::Password;
    passwords::unfit(password).map_or(Ok(()), |message| Err(Error::AccountField { field, message }))
}

/// The public name of a sign-in: the beginning of its hash, from which nobody gets to the secret.
pub(crate) fn session(token_hash: &[u8]) -> String {
    hex(token_hash).chars().take(SESSION).collect()
}

/// The hash of these parts; where one ends and the next begins counts too.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
