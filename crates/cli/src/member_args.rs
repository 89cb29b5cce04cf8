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

/// The action on members.
#[derive(Debug, Subcommand)]
pub enum MemberAction {
    /// Create an invitation link, or with --password-stdin an account at once
    Add(AddArgs),
    /// List the members with their role, number of contacts and when they were last seen
    List(ListArgs),
    /// Remove a member and transfer their contacts, trash and imports to another member
    Remove(RemoveArgs),
    /// End the waiting time after failed sign-ins of a member, or all waiting times if no email is given
    Unlock(UnlockArgs),
    /// Remove the second factor of a member who has lost it, and sign them out everywhere
    ResetSecondFactor(ResetSecondFactorArgs),
}

#[derive(Debug, ClapArgs)]
pub struct AddArgs {
    /// Email with which the member signs in
    pub email: String,
    /// Name of the member (with --password-stdin; otherwise the member enters it)
    #[arg(long, env = "CRYSTALQORE_NAME", value_name = "NAME")]
    pub name: Option<String>,
    /// Role of the member [default: member; owner for the first account]
    #[arg(long, env = "CRYSTALQORE_ROLE", value_enum)]
    pub role: Option<RoleArg>,
    /// Address at which browsers reach the server, such as https://contacts.example.org, to print a complete link
    #[arg(long, env = "CRYSTALQORE_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Create the account at once, with the password in the first line of standard input
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
    /// Email of the member to remove
    pub email: String,
    /// Email of the member who receives their contacts, trash and imports
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
    /// Email of the member [default: everyone]
    pub email: Option<String>,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ResetSecondFactorArgs {
    /// Email of the member
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
