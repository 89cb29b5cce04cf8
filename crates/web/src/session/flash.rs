//! Carries the message of a redirect (`ui::flash`) to the next page: in a short-lived cookie that is signed with the
//! secret of the session, so that neither a link nor another site can put text on a page.

use crate::session::cookie::{clear_flash_cookie, flash_cookie, set_flash_cookie};
use crate::ui::flash::Flash;
use app::Token;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Domain separation: a signature made for a message is valid for nothing else.
const CONTEXT: &[u8] = b"crystalqore flash message";

/// The message that came with a request.
#[derive(Clone)]
pub struct ReceivedFlash {
    flash: Option<Flash>,
    sent: bool,
    shown: Arc<AtomicBool>,
}

impl ReceivedFlash {
    pub fn read(headers: &HeaderMap, token: &Token, secure: bool) -> Self {
        let cookie = flash_cookie(headers, secure);
        Self {
            flash: cookie.as_deref().and_then(|cookie| verified(cookie, token)),
            sent: cookie.is_some(),
            shown: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Sets the cookie if the response carries a message. Otherwise clears it if its message was shown or could not be
    /// read.
    pub fn finish(self, response: &mut Response, token: &Token, secure: bool) {
        if let Some(next) = response.extensions_mut().remove::<Flash>() {
            let token = response.extensions().get::<Token>().unwrap_or(token).clone();
            set_flash_cookie(response, &signed(&next, &token), secure);
        } else if self.sent && (self.flash.is_none() || self.shown.load(Ordering::Relaxed)) {
            clear_flash_cookie(response, secure);
        }
    }
}

/// The message that the page is to show. Extracting it marks it as shown.
pub struct ShownFlash(pub Option<Flash>);

impl<S: Sync> FromRequestParts<S> for ShownFlash {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let received = parts.extensions.get::<ReceivedFlash>();
        Ok(Self(received.and_then(|received| {
            received.shown.store(true, Ordering::Relaxed);
            received.flash.clone()
        })))
    }
}

/// A message as a cookie value: the signature, and the URL-encoded JSON of the message.
fn signed(flash: &Flash, token: &Token) -> String {
    let json = serde_json::to_vec(flash).unwrap_or_default();
    let payload: String = form_urlencoded::byte_serialize(&json).collect();
    let signature: String = mac(&payload, token)
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{signature}.{payload}")
}

/// The message of a cookie, or `None` if it was not signed with this secret.
fn verified(cookie: &str, token: &Token) -> Option<Flash> {
    let (signature, payload) = cookie.split_once('.')?;
    let signature: Option<Vec<u8>> = (0..signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(signature.get(at..at + 2)?, 16).ok())
        .collect();
    mac(payload, token).verify_slice(&signature?).ok()?;
    let (json, _) = form_urlencoded::parse(payload.as_bytes()).next()?;
    serde_json::from_str(&json).ok()
}

fn mac(payload: &str, token: &Token) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(token.reveal().as_bytes()).expect("a key of any length");
    mac.update(CONTEXT);
    mac.update(payload.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_of_the_session_signs_messages() {
        let (mine, other) = (Token::new("a".repeat(64)), Token::new("b".repeat(64)));
        let flash = Flash::Deleted {
            contacts: 5_000,
            skipped: 1,
            at: 7,
        };
        let cookie = signed(&flash, &mine);
        assert!(
            cookie
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)),
            "{cookie}"
        );
        assert_eq!(verified(&cookie, &mine), Some(flash));
        assert_eq!(verified(&cookie, &other), None);
        assert_eq!(verified(&cookie.replace("5000", "6000"), &mine), None);
        for broken in ["", ".", "zz.x", "abc", "é.x", "0.%7B%7D"] {
            assert_eq!(verified(broken, &mine), None, "{broken}");
        }
    }

    #[test]
    fn a_text_with_any_letters_comes_back() {
        let token = Token::new("a".repeat(64));
        let flash = Flash::text("“Größe” = 5 & 6; 100 %, +1");
        assert_eq!(verified(&signed(&flash, &token), &token), Some(flash));
    }
}
