//! Accounts: the first one, signing in, and a member's changes to their own account.
//!
//! Decides the order of the steps of signing in. There is one workspace, the local one; its owner is the member as whom
//! the command line has always acted, so the first account owns what was imported before.

use crate::App;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::auth::account_fields::{chooser_of, fit_email, fit_name, fit_password, folded};
use crate::auth::caller::{Caller, Token};
use crate::auth::passwords::Chooser;
use crate::auth::rate_limit::{self, Subject};
use crate::auth::secret::{hex, sha256};
use crate::auth::{devices, second_factor};
use crate::error::AccountField;
use crate::error::Error;
use store::members::accounts::{self, NewAccount};
use store::members::{one_time_tokens, sessions};
use store::workspace::workspaces;
use store::{Tx, Workspace, members};

/// The values of the first account.
#[derive(Clone)]
pub struct Setup {
    /// The owner's name.
    pub name: String,
    /// The email to sign in with.
    pub email: String,
    pub password: String,
    /// The name of the workspace.
    pub workspace_name: String,
}

impl App {
    /// Whether there is no account yet.
    pub fn needs_setup(&self) -> Result<bool, Error> {
        let workspace = self.local_actor()?.workspace;
        Ok(!self.reserved.read(|tx| accounts::exist(tx, workspace))?)
    }

    /// Creates the code that is required to set the installation up from another machine: 60 random bits.
    pub fn setup_code(&self) -> String {
        // Without letters and digits that look alike.
        const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let letters: Vec<char> = self.system.secret()[..12]
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }

    /// Creates the first account, names the workspace, and signs the owner in. Everything that the command line has
    /// imported belongs to the owner.
    ///
    /// # Errors
    /// [`Error::AlreadySetUp`]; [`Error::AccountField`] with the first invalid field.
    pub fn setup(&self, setup: &Setup, caller: &Caller) -> Result<Token, Error> {
        let name = fit_name(&setup.name, AccountField::Name)?;
        let email = fit_email(&setup.email)?;
        let workspace_name = fit_name(&setup.workspace_name, AccountField::WorkspaceName)?;
        let chooser = Chooser {
            name,
            email: &email,
            workspace_name,
        };
        fit_password(&setup.password, &chooser)?;
        // A hash costs time and memory, so it is not computed for a request that will be refused.
        if !self.needs_setup()? {
            return Err(Error::AlreadySetUp);
        }
        let hash = self.passwords.hash(&setup.password, self.system.secret())?;
        let now = self.system.now();
        self.store.write(|tx| {
            let (workspace, member) = workspaces::ensure_local(tx, now)?;
            let account = NewAccount {
                name,
                email: &email,
                password_hash: &hash,
            };
            // Of two concurrent setups, one finds the account of the other.
            if accounts::exist(tx, workspace)? || !accounts::claim(tx, workspace, member, &account)? {
                return Err(Error::AlreadySetUp);
            }
            accounts::rename_workspace(tx, workspace, workspace_name)?;
            let actor = Actor { workspace, member };
            members::seen(tx, workspace, member, now)?;
            let about = format!("{name} ({email}) as owner of a new workspace");
            self.audit(tx, actor, AuditAction::Joined, &about, 0)?;
            self.enter(tx, actor, caller)
        })
    }

    /// Signs a member in. If they have a second factor, the session is not valid until its code was entered
    /// ([`App::awaits_code`]). An email without an account and a wrong password get the same answer after the same
    /// time.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::TooManyTries`].
    pub fn sign_in(&self, email: &str, password: &str, caller: &Caller) -> Result<Token, Error> {
        let workspace = self.local_actor()?.workspace;
        let email = folded(email);
        let now = self.system.now();
        let subjects = self.write_sign_in(|tx| {
            sessions::forget(tx, workspace, now, now - rate_limit::FORGOTTEN_AFTER)?;
            devices::forget_old(tx, workspace, now)?;
            self.begin_signing_in(tx, workspace, &email, caller)
        })?;
        let account = self.reserved.read(|tx| accounts::by_email(tx, workspace, &email))?;
        let hash = account.as_ref().map(|account| account.password_hash.as_str());
        let matches = self.passwords.matches(password, hash)?;
        let Some(account) = account.filter(|_| matches) else {
            return Err(Error::WrongPassword);
        };
        let now = self.system.now();
        self.write_sign_in(|tx| {
            // Must come first: the lock on the member's row orders this sign-in and a concurrent deactivation.
            members::seen(tx, workspace, account.member, now)?;
            // The password may have been changed while it was checked.
            let current = accounts::get(tx, workspace, account.member)?;
            if current.is_none_or(|current| current.password_hash != account.password_hash) {
                return Err(Error::WrongPassword);
            }
            let actor = Actor {
                workspace,
                member: account.member,
            };
            if second_factor::is_on(tx, actor)? {
                // A person who knows only the password must not be able to reset the count of failed codes with it.
                rate_limit::uncount(tx, workspace, &subjects, now)?;
            } else {
                rate_limit::succeeded(tx, workspace, &subjects, now)?;
                self.audit(tx, actor, AuditAction::SignedIn, &caller.browser(), 0)?;
            }
            self.enter(tx, actor, caller)
        })
    }

    /// Counts an attempt to sign in with this email as failed until it succeeds; returns the subjects for which it
    /// counts.
    pub(crate) fn begin_signing_in(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        email: &str,
        caller: &Caller,
    ) -> Result<Vec<Subject>, Error> {
        let now = self.system.now();
        let subjects = match devices::of_caller(tx, workspace, email, caller, now)? {
            Some(device) => vec![device],
            None => subjects(email, caller),
        };
        self.begin_try(tx, workspace, &subjects, now)?;
        Ok(subjects)
    }

    /// Returns how a log names an email: as it is if it belongs to a member who can sign in, else by a hash, because a
    /// person who mistypes theirs, or types the password in its place, has not asked to be recorded.
    pub fn email_for_log(&self, email: &str) -> Result<String, Error> {
        let workspace = self.local_actor()?.workspace;
        let email = folded(email);
        let known = self.reserved.read(|tx| accounts::by_email(tx, workspace, &email))?;
        let hash = || format!("sha256:{}", &hex(&sha256(&[b"email", email.as_bytes()]))[..16]);
        Ok(known.map_or_else(hash, |account| account.email))
    }

    /// Changes the member's password and ends all their sessions; this browser gets a new session with another secret.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] for the old password, [`Error::AccountField`] for the new one, [`Error::TooManyTries`].
    pub fn change_password(&self, actor: Actor, old: &str, new: &str, caller: &Caller) -> Result<Token, Error> {
        let Actor { workspace, member } = actor;
        let account = self.store.read(|tx| accounts::get(tx, workspace, member))?;
        let account = account.ok_or(Error::WrongPassword)?;
        fit_password(new, &chooser_of(&account))?;
        let now = self.system.now();
        let subjects = self
            .store
            .write(|tx| self.begin_signing_in(tx, workspace, &account.email, caller))?;
        if !self.passwords.matches(old, Some(&account.password_hash))? {
            return Err(Error::WrongPassword);
        }
        let hash = self.passwords.hash(new, self.system.secret())?;
        self.store.write(|tx| {
            // Must come first: the lock on the member's row orders this change and a concurrent deactivation.
            members::seen(tx, workspace, member, now)?;
            // Another password may have been set by a link while the old one was checked; that one stays.
            let current = accounts::get(tx, workspace, member)?;
            if current.is_none_or(|current| current.password_hash != account.password_hash) {
                return Err(Error::WrongPassword);
            }
            rate_limit::succeeded(tx, workspace, &subjects, now)?;
            accounts::set_password(tx, workspace, member, &hash)?;
            one_time_tokens::forget_passwords(tx, workspace, member)?;
            self.audit(tx, actor, AuditAction::PasswordChanged, "", 0)?;
            sessions::remove_all(tx, workspace, member)?;
            store::members::devices::remove_all(tx, workspace, member)?;
            self.open_full_session(tx, actor, caller)
        })
    }

    /// Changes the member's name.
    ///
    /// # Errors
    /// [`Error::AccountField`].
    pub fn change_name(&self, actor: Actor, name: &str) -> Result<(), Error> {
        let name = fit_name(name, AccountField::Name)?;
        Ok(self
            .store
            .write(|tx| accounts::rename(tx, actor.workspace, actor.member, name))?)
    }
}

/// The subjects for which a try counts. The email must be first: `rate_limit::succeeded` clears the failures of the
/// first one.
fn subjects(email: &str, caller: &Caller) -> Vec<Subject> {
    let mut subjects = vec![Subject::email(email)];
    if !caller.address.is_empty() {
        subjects.push(Subject::address(&caller.address));
        subjects.extend(Subject::site(&caller.address));
    }
    subjects
}
