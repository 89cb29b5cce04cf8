//! The arguments about members: which one acts, and the command `member`.

use app::Role;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};

#[derive(Debug, Default, ClapArgs)]
pub struct ActingArgs {
    /// Act as this member, with their rights [default: the first owner]
    #[arg(long = "as", env = "CRYSTALQORE_AS", value_name = "EMAIL")]
    pub acting: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct MemberArgs {
    #[command(subcommand)]
    pub action: MemberAction,
}

/// What to do with members.
#[derive(Debug, Subcommand)]
pub enum MemberAction {
    /// Make a link by which somebody joins, or with --password-stdin an account at once
    Add(AddArgs),
    /// List the members with their roles, contacts and when they were last seen
    List(ListArgs),
    /// Remove a member, and give their contacts, trash and imports to another one
    Remove(RemoveArgs),
    /// End the waits after failed tries to sign in: those of a member, or without an email all of them
    Unlock(UnlockArgs),
    /// Take the second factor of a member away who has lost it; they are signed out everywhere
    ResetSecondFactor(ResetSecondFactorArgs),
}

#[derive(Debug, ClapArgs)]
pub struct AddArgs {
    /// The address that the member signs in with
    pub email: String,
    /// What the member is called (with --password-stdin; else they say so themselves)
    #[arg(long, env = "CRYSTALQORE_NAME", value_name = "NAME")]
    pub name: Option<String>,
    /// What the member may do [default: member; for the first account owner]
    #[arg(long, env = "CRYSTALQORE_ROLE", value_enum)]
    pub role: Option<RoleArg>,
    /// Where browsers reach the pages, such as https://contacts.example.org: then the whole link is printed
    #[arg(long, env = "CRYSTALQORE_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Make the account at once, with the password that stands in the first line of the standard input
    #[arg(long, env = "CRYSTALQORE_PASSWORD_STDIN", requires = "name")]
    pub password_stdin: bool,
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
pub struct RemoveArgs {
    /// The address of who goes
    pub email: String,
    /// The address of the member who gets what is theirs
    #[arg(long, env = "CRYSTALQORE_HAND_TO", value_name = "EMAIL")]
    pub hand_to: String,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct UnlockArgs {
    /// The address of the member [default: everybody who waits]
    pub email: Option<String>,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ResetSecondFactorArgs {
    /// The address of the member
    pub email: String,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

impl MemberAction {
    /// Whether the output is one JSON document.
    pub fn json(&self) -> bool {
        match self {
            Self::Add(args) => args.json,
            Self::List(args) => args.json,
            Self::Remove(args) => args.json,
            Self::Unlock(args) => args.json,
            Self::ResetSecondFactor(args) => args.json,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleArg {
    Member,
    Admin,
    Owner,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Member => Self::Member,
            RoleArg::Admin => Self::Admin,
            RoleArg::Owner => Self::Owner,
        }
    }
}
