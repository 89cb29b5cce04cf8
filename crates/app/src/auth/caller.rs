//! The sender of a request: its address, browser, and the secrets that it sent.

use crate::auth::secret::sha256;

/// How many characters of the browser's name are stored.
pub(crate) const AGENT: usize = 300;

/// The secret of a session. Only the browser keeps it; the program stores its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub(crate) String);

impl Token {
    /// Wraps a secret that the browser sent.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text that the browser stores.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        sha256(&[b"sign-in", self.0.as_bytes()]).to_vec()
    }
}

/// Does not reveal the secret.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The sender of a request, as far as it is known from the network and the browser's cookies.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The network address from which the request comes; empty if it is not known.
    pub address: String,
    /// The browser's name for itself (its user agent).
    pub agent: String,
    /// The secret of this browser's session, valid or not.
    pub session: Option<Token>,
    /// The secret of this browser from an earlier sign-in.
    pub device: Option<DeviceToken>,
}

impl Caller {
    /// The name of the browser, for the audit log and the session.
    pub(crate) fn browser(&self) -> String {
        self.agent.chars().take(AGENT).collect()
    }
}

/// The secret by which a known browser is recognised. The program stores only its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken(pub(crate) String);

impl DeviceToken {
    /// Wraps a secret that the browser sent.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text that the browser stores.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        sha256(&[b"device", self.0.as_bytes()]).to_vec()
    }
}

/// Does not reveal the secret.
impl std::fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceToken(..)")
    }
}
