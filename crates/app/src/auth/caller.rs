//! Who asks: the address, the browser, and the secrets that it sent.

use crate::auth::secret::sha256;

/// Characters that are kept of what a browser calls itself.
pub(crate) const AGENT: usize = 300;

/// The secret of a sign-in, which only the browser keeps. Here there is its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub(crate) String);

impl Token {
    /// A secret as the browser sent it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the browser is to keep.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        sha256(&[b"sign-in", self.0.as_bytes()]).to_vec()
    }
}

/// The secret is never shown again.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Who asks, as far as the network and the browser's cookies tell.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The address of the network that the request comes from; empty if that is not known.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// The secret of the session that this browser has, worth something or not.
    pub session: Option<Token>,
    /// The secret by which this browser is known from before.
    pub device: Option<DeviceToken>,
}

impl Caller {
    /// What the audit log tells of where somebody signed in.
    pub(crate) fn browser(&self) -> String {
        self.agent.chars().take(AGENT).collect()
    }
}

/// The secret by which a browser is known again. Here there is its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken(pub(crate) String);

impl DeviceToken {
    /// A secret as the browser sent it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the browser is to keep.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        sha256(&[b"device", self.0.as_bytes()]).to_vec()
    }
}

/// The secret is never shown again.
impl std::fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceToken(..)")
    }
}
