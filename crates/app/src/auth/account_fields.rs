//! Checks of the values that members enter for their accounts.

use crate::auth::passwords;
use crate::auth::passwords::Chooser;
use crate::error::AccountField;
use crate::error::Error;
use model::Email;
use store::members::accounts::Account;

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
            message: "Enter an email address, such as ada@example.org.",
        }),
    }
}

/// Returns the form of an email by which accounts are looked up. An invalid one matches no account; a NUL is replaced,
/// because a database server would fail instead of finding nothing.
pub(crate) fn folded(email: &str) -> String {
    let kept = || email.to_lowercase().replace('\0', "\u{fffd}");
    Email::parse(email).map_or_else(|_| kept(), |email| email.as_str().to_lowercase())
}

/// What is known of a member who chooses a new password.
pub(crate) fn chooser_of(account: &Account) -> Chooser<'_> {
    Chooser {
        name: &account.name,
        email: &account.email,
        workspace_name: &account.workspace_name,
    }
}

pub(crate) fn fit_password(password: &str, chooser: &Chooser<'_>) -> Result<(), Error> {
    let field = AccountField::Password;
    passwords::unfit(password, chooser).map_or(Ok(()), |message| Err(Error::AccountField { field, message }))
}

/// The maximum length of a name, in characters.
pub(crate) const NAME: usize = 200;
