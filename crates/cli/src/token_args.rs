//! The arguments of the command `token`.

use crate::member_args::ActingArgs;
use app::TokenScope;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};

#[derive(Debug, ClapArgs)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub action: TokenAction,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Make a token and print it, this once
    Create(CreateArgs),
    /// List the member's tokens with their scopes, when they expire and when they were last used
    List(ListArgs),
    /// Revoke a token: it lets no program in any more
    Revoke(RevokeArgs),
}

#[derive(Debug, ClapArgs)]
pub struct CreateArgs {
    /// Which program uses it
    pub name: String,
    /// What it allows; may be named several times
    #[arg(
        long = "scope",
        env = "CRYSTALQORE_SCOPE",
        value_enum,
        value_delimiter = ',',
        required = true
    )]
    pub scopes: Vec<ScopeArg>,
    /// After how many days it expires; 0 for never
    #[arg(long, env = "CRYSTALQORE_DAYS", default_value_t = 90, value_name = "DAYS")]
    pub days: u32,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ListArgs {
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct RevokeArgs {
    /// The id of the token, as the list shows it
    pub id: String,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

impl TokenAction {
    /// Whether the output is one JSON document.
    pub fn json(&self) -> bool {
        match self {
            Self::Create(args) => args.json,
            Self::List(args) => args.json,
            Self::Revoke(args) => args.json,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ScopeArg {
    /// Read contacts
    #[value(name = "contacts:read")]
    ContactsRead,
    /// Create, change, share and delete contacts
    #[value(name = "contacts:write")]
    ContactsWrite,
    /// Prepare, run and undo imports
    Imports,
    /// Export contacts
    Exports,
    /// What admins and owners may do
    Admin,
}

impl From<ScopeArg> for TokenScope {
    fn from(scope: ScopeArg) -> Self {
        match scope {
            ScopeArg::ContactsRead => Self::ContactsRead,
            ScopeArg::ContactsWrite => Self::ContactsWrite,
            ScopeArg::Imports => Self::Imports,
            ScopeArg::Exports => Self::Exports,
            ScopeArg::Admin => Self::Admin,
        }
    }
}
