//! The arguments of the command `token`.

use crate::member_args::ActingArgs;
use app::TokenScope;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};

#[derive(Debug, ClapArgs)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub action: TokenAction,
}

/// The action on tokens.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Create a token and print it; it is not shown again
    Create(CreateArgs),
    /// List the member's tokens with their scopes, expiry and last use
    List(ListArgs),
    /// Revoke a token, so that programs can no longer use it
    Revoke(RevokeArgs),
}

#[derive(Debug, ClapArgs)]
pub struct CreateArgs {
    /// Name of the program that uses the token
    pub name: String,
    /// Scope of the token; may be given several times
    #[arg(
        long = "scope",
        env = "CRYSTALQORE_SCOPE",
        value_enum,
        value_delimiter = ',',
        required = true
    )]
    pub scopes: Vec<ScopeArg>,
    /// Number of days after which the token expires; 0 for never
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
    /// Id of the token, as in the output of token list
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
    /// Perform actions reserved for admins and owners
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
