//! Tokens for the HTTP API: made by a member, with scopes, an end and a name.
//!
//! Owns what a token is made of and for how long it is worth something. Of the secret only the hash is stored. A token
//! never allows more than its member may: it lets nobody in whose member is not active, or must set up a second factor
//! first.

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

/// What every token begins with, so that programs that look for leaked secrets know it.
const PREFIX: &str = "cq_";
/// Characters of a token's public name.
const ID: usize = 24;
/// Letters of a token's name, at most.
const LONGEST_NAME: usize = 100;
/// Tokens of a member, at most.
const MOST: usize = 50;
/// Days after which a token expires, at most.
const MOST_DAYS: u32 = 3_650;
const DAY: i64 = 24 * 60 * MINUTE;
/// The use of a token is noted no more often than this.
const NOTED_EVERY: i64 = MINUTE;

/// What a token allows. None includes another one.
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
    /// What admins and owners may do: members, settings, the audit log.
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

    /// As it is stored and written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContactsRead => "contacts:read",
            Self::ContactsWrite => "contacts:write",
            Self::Imports => "imports",
            Self::Exports => "exports",
            Self::Admin => "admin",
        }
    }

    /// The scope of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// What a token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What the member calls it.
    pub name: String,
    pub scopes: Vec<TokenScope>,
    /// After how many days it expires; none if never.
    pub days: Option<u32>,
}

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// A name of it that is no secret.
    pub id: String,
    pub name: String,
    pub scopes: Vec<TokenScope>,
    /// When it was made, in UTC microseconds.
    pub created_at: i64,
    /// From when on it lets nobody in; none if it never expires.
    pub expires_at: Option<i64>,
    /// When it was used last, to the minute.
    pub used_at: Option<i64>,
}

/// A token that was just made, and the only time that its secret is shown.
pub struct CreatedToken {
    pub info: TokenInfo,
    /// What a program sends as its bearer token.
    pub secret: String,
}

/// Who uses a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// Who they are to the engine.
    pub actor: Actor,
    /// What they may beside their own contacts, as of this moment.
    pub role: Role,
    /// What the token allows.
    pub scopes: Vec<TokenScope>,
    /// The name of the token that is no secret.
    pub token: String,
    /// It is time to call [`App::note_token_use`].
    pub note_due: bool,
}

impl App {
    /// Makes a token of the member.
    ///
    /// # Errors
    /// [`Error::Settings`] about name, scopes, days, or too many tokens; [`Error::Forbidden`] if the member is not active.
    pub fn create_token(&self, actor: Actor, wanted: &NewToken) -> Result<CreatedToken, Error> {
        let now = self.world.now();
        let (name, scopes) = (fit_name(&wanted.name)?, fit_scopes(&wanted.scopes)?);
        let expires_at = fit_days(wanted.days)?.map(|days| now + i64::from(days) * DAY);
        let secret = format!("{PREFIX}{}", hex(&self.world.secret()));
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

    /// The member's tokens, the newest first, those that have expired too.
    pub fn tokens(&self, actor: Actor) -> Result<Vec<TokenInfo>, Error> {
        let rows = self
            .store
            .read(|tx| api_tokens::of_member(tx, actor.workspace, actor.member))?;
        Ok(rows.into_iter().map(info_of).collect())
    }

    /// Revokes one of the member's tokens: it lets nobody in any more.
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

    /// Who has this secret; none if it is that of no token, or of one that is not worth anything any more.
    pub fn authenticate(&self, secret: &str) -> Result<Option<Authenticated>, Error> {
        let now = self.world.now();
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
            // A use in the future was noted by a clock that was wrong.
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

    /// Notes that a token was used just now.
    pub fn note_token_use(&self, secret: &str) -> Result<(), Error> {
        let now = self.world.now();
        let workspace = self.local_actor()?.workspace;
        let hash = hash_of(secret);
        Ok(self.reserved.write(|tx| api_tokens::used(tx, workspace, &hash, now))?)
    }
}

fn hash_of(secret: &str) -> Vec<u8> {
    sha256(&[b"api-token", secret.as_bytes()]).to_vec()
}

/// The public name of a token: the beginning of its hash, from which nobody gets to the secret.
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

/// A scope that a newer program has stored allows nothing here.
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
