//! Signing in: accounts, passwords, sessions, API tokens, the second factor, and rate limits.

pub(crate) mod account_fields;
pub(crate) mod accounts;
pub(crate) mod caller;
pub(crate) mod devices;
pub(crate) mod passwords;
pub(crate) mod rate_limit;
pub(crate) mod second_factor;
pub(crate) mod secret;
pub(crate) mod security_settings;
pub(crate) mod sessions;
pub(crate) mod tokens;
