//! API tokens: created by a member, with scopes, an expiry and a name.
//!
//! Decides the form of a token and how long it is valid. Only the hash of the secret is stored. A token never allows
//! more than its member may do: it is refused if the member is not active, or must set up a second factor first.

use crate::App;
use crate::access::{self, Actor};
use crate::audit::AuditAction;
use crate::auth::second_factor;
use crate::auth::secret::{hex, sha256};
use crate::clock::MINUTE;
use crate::error::Error;
use crate::workspace::stored::stored_settings;
use store::members::accounts::{self, Role};
use store::members::api_tokens::{self, TokenRow};
use store::workspace::workspaces;

/// The prefix of every token, by which scanners for leaked secrets recognise it.
const PREFIX: &str = "cq_";
/// The length of a token's public name, in characters.
const ID: usize = 24;
/// The maximum length of a token's name, in characters.
const LONGEST_NAME: usize = 100;
/// The maximum number of tokens of a member.
const MOST: usize = 50;
/// The maximum number of days after which a token expires.
const MOST_DAYS: u32 = 3_650;
const DAY: i64 = 24 * 60 * MINUTE;
/// The minimum time between two records of a token's use.
const NOTED_EVERY: i64 = MINUTE;

/// A right that a token can have. No scope includes another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenScope {
    /// Read contacts, their history, tags, saved views and custom fields.
    ContactsRead,
    /// Create, change, delete, merge, share and tag contacts.
    ContactsWrite,
    /// Upload files, prepare, run and undo imports.
    Imports,
    /// Export contacts.
    Exports,
    /// Do what admins and owners may do: members, settings, the audit log.
    Admin,
}

impl TokenScope {
    pub const ALL: [Self; 5] = [
        Self::ContactsRead,
        Self::ContactsWrite,
        Self::Imports,
        Self::Exports,
        Self::Admin,
    ];

    /// The name by which it is stored and written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContactsRead => "contacts:read",
            Self::ContactsWrite => "contacts:write",
            Self::Imports => "imports",
            Self::Exports => "exports",
            Self::Admin => "admin",
        }
    }

    /// Parses the name of a scope.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// The values of a token to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// The member's name for it.
    pub name: String,
    pub scopes: Vec<TokenScope>,
    /// After how many days it expires; `None` if never.
    pub days: Option<u32>,
}

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// The public name of the token, which is not secret.
    pub id: String,
    pub name: String,
    pub scopes: Vec<TokenScope>,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    /// When it expires, in UTC microseconds; `None` if never.
    pub expires_at: Option<i64>,
    /// When it was used last, to the minute.
    pub used_at: Option<i64>,
}

/// A new token; its secret is shown only this once.
pub struct CreatedToken {
    pub info: TokenInfo,
    /// The text that a program sends as its bearer token.
    pub secret: String,
}

/// The result of authenticating a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// The token's member as an actor.
    pub actor: Actor,
    /// The member's current role.
    pub role: Role,
    /// The token's scopes.
    pub scopes: Vec<TokenScope>,
    /// The public name of the token, which is not secret.
    pub token: String,
    /// Whether it is time to call [`App::note_token_use`].
    pub note_due: bool,
}

impl App {
    /// Creates a token of the member.
    ///
    /// # Errors
    /// [`Error::Settings`] for an invalid name, scopes or days, or too many tokens; [`Error::Forbidden`] if the member
    /// is not active.
    pub fn create_token(&self, actor: Actor, wanted: &NewToken) -> Result<CreatedToken, Error> {
        let now = self.system.now();
        let (name, scopes) = (fit_name(&wanted.name)?, fit_scopes(&wanted.scopes)?);
        let expires_at = fit_days(wanted.days)?.map(|days| now + i64::from(days) * DAY);
        let secret = format!("{PREFIX}{}", hex(&self.system.secret()));
        let row = TokenRow {
            token_hash: hash_of(&secret),
            member: actor.member,
            created_at: now,
            expires_at,
            used_at: None,
            scopes: scope_words(&scopes),
            name,
        };
        self.store.write(|tx| {
            access::active(tx, actor)?;
            if api_tokens::of_member(tx, actor.workspace, actor.member)?.len() >= MOST {
                return Err(Error::Settings(format!(
                    "you have {MOST} tokens, which is the most; revoke one that is not used any more"
                )));
            }
            api_tokens::add(tx, actor.workspace, &row)?;
            let about = format!("{}: {}", row.name, scopes_for_people(&scopes));
            Ok(self.audit(tx, actor, AuditAction::TokenCreated, &about, 0)?)
        })?;
        Ok(CreatedToken {
            info: info_of(row),
            secret,
        })
    }

    /// Returns the member's tokens, newest first, including expired ones.
    pub fn tokens(&self, actor: Actor) -> Result<Vec<TokenInfo>, Error> {
        let rows = self
            .store
            .read(|tx| api_tokens::of_member(tx, actor.workspace, actor.member))?;
        Ok(rows.into_iter().map(info_of).collect())
    }

    /// Revokes one of the member's tokens.
    ///
    /// # Errors
    /// [`Error::NoToken`].
    pub fn revoke_token(&self, actor: Actor, id: &str) -> Result<(), Error> {
        self.store.write(|tx| {
            let all = api_tokens::of_member(tx, actor.workspace, actor.member)?;
            let row = all.iter().find(|row| id_of(&row.token_hash) == id);
            let row = row.ok_or(Error::NoToken)?;
            api_tokens::remove(tx, actor.workspace, &row.token_hash)?;
            Ok(self.audit(tx, actor, AuditAction::TokenRevoked, &row.name, 0)?)
        })
    }

    /// Returns the member and scopes of a token; `None` if the secret is unknown or the token is not valid any more.
    pub fn authenticate(&self, secret: &str) -> Result<Option<Authenticated>, Error> {
        let now = self.system.now();
        self.reserved.read(|tx| {
            let Some((workspace, _)) = workspaces::local(tx)? else {
                return Ok(None);
            };
            let Some(found) = api_tokens::find(tx, workspace, &hash_of(secret))? else {
                return Ok(None);
            };
            if found.expires_at.is_some_and(|expires_at| expires_at <= now) {
                return Ok(None);
            }
            let Some(role) = accounts::role(tx, workspace, found.member)? else {
                return Ok(None);
            };
            let actor = Actor {
                workspace,
                member: found.member,
            };
            let security = stored_settings(tx, workspace)?.security;
            if security.asks_for_second_factor(role) && !second_factor::is_on(tx, actor)? {
                return Err(Error::Forbidden(
                    "this workspace asks you for a second factor; set one up in the browser, then your tokens work again",
                ));
            }
            // A use in the future was recorded by a wrong clock.
            let since = found.used_at.map(|used_at| now - used_at);
            Ok(Some(Authenticated {
                actor,
                role,
                scopes: scopes_of(&found.scopes),
                token: id_of(&found.token_hash),
                note_due: since.is_none_or(|since| !(0..NOTED_EVERY).contains(&since)),
            }))
        })
    }

    /// Records that a token was used just now.
    pub fn note_token_use(&self, secret: &str) -> Result<(), Error> {
        let now = self.system.now();
        let workspace = self.local_actor()?.workspace;
        let hash = hash_of(secret);
        Ok(self.reserved.write(|tx| api_tokens::used(tx, workspace, &hash, now))?)
    }
}

fn hash_of(secret: &str) -> Vec<u8> {
    sha256(&[b"api-token", secret.as_bytes()]).to_vec()
}

/// The public name of a token: the beginning of its hash, from which the secret cannot be derived.
fn id_of(token_hash: &[u8]) -> String {
    hex(token_hash).chars().take(ID).collect()
}

fn info_of(row: TokenRow) -> TokenInfo {
    TokenInfo {
        id: id_of(&row.token_hash),
        scopes: scopes_of(&row.scopes),
        name: row.name,
        created_at: row.created_at,
        expires_at: row.expires_at,
        used_at: row.used_at,
    }
}

fn scope_words(scopes: &[TokenScope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

fn scopes_for_people(scopes: &[TokenScope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}

/// Parses stored scopes. A scope that only a newer version of the program knows allows nothing.
fn scopes_of(words: &str) -> Vec<TokenScope> {
    words.split(' ').filter_map(TokenScope::named).collect()
}

fn fit_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    match name.chars().count() {
        1..=LONGEST_NAME if !name.chars().any(char::is_control) => Ok(name.to_owned()),
        _ => Err(Error::Settings(format!(
            "give the token a name of at most {LONGEST_NAME} letters that says which program uses it"
        ))),
    }
}

fn fit_scopes(scopes: &[TokenScope]) -> Result<Vec<TokenScope>, Error> {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    match scopes.is_empty() {
        true => Err(Error::Settings(format!(
            "choose at least one scope of {}",
            scopes_for_people(&TokenScope::ALL)
        ))),
        false => Ok(scopes),
    }
}

fn fit_days(days: Option<u32>) -> Result<Option<u32>, Error> {
    match days {
        Some(days) if !(1..=MOST_DAYS).contains(&days) => Err(Error::Settings(format!(
            "a token expires after 1 to {MOST_DAYS} days, or never"
        ))),
        days => Ok(days),
    }
}
