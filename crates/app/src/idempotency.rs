//! Idempotency keys: a request that a program repeats has one effect, and gets the same answer as the first time.
//!
//! A key is claimed before the work ([`App::claim_key`]). The answer is stored in the transaction of the work, so that
//! neither exists without the other, whenever the process ends; work that changes nothing stores its answer afterwards.
//! An unanswered claim ends with its process, or after a minute on a database that several machines share. A failed
//! request releases its key: it had no effect.

use crate::App;
use crate::access::Actor;
use crate::clock::MINUTE;
use crate::error::Error;
use store::Tx;
use store::members::request_keys::{self, KeyedRequest};

/// How long an answer is kept.
const KEPT_FOR: i64 = 24 * 60 * MINUTE;
/// An unanswered claim of another machine counts as running for this long.
const ANSWERED_WITHIN: i64 = MINUTE;
/// An unanswered claim of this process counts as running for this long; after that, the work has failed without
/// releasing it.
const LONGEST_WORK: i64 = 10 * MINUTE;

/// A request that runs under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed {
    actor: Actor,
    key: String,
    claim: String,
}

/// The result of claiming a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The request is new.
    New(Keyed),
    /// The request was answered before; holds the stored answer.
    Answered(String),
}

/// How the result of keyed work is stored: the key, and the function that writes the answer.
pub struct OnceAnswer<'a, T: ?Sized> {
    pub keyed: &'a Keyed,
    pub write: &'a dyn Fn(&T) -> String,
}

impl<T: ?Sized> Clone for OnceAnswer<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for OnceAnswer<'_, T> {}

/// Stores the result of a request with a key, in the transaction of the work. Does nothing without a key.
pub(crate) fn keep_answer<T: ?Sized>(
    tx: &mut Tx<'_>,
    once: Option<OnceAnswer<'_, T>>,
    result: &T,
) -> Result<(), Error> {
    match once {
        Some(OnceAnswer { keyed, write }) => answer(tx, keyed, &write(result)),
        None => Ok(()),
    }
}

impl App {
    /// Claims a key for a request of the member. `hash` identifies the request.
    ///
    /// # Errors
    /// [`Error::KeyRunning`]; [`Error::KeyReused`] if the key was used for another request.
    pub fn claim_key(&self, actor: Actor, key: &str, hash: &[u8]) -> Result<Claim, Error> {
        let now = self.system.now();
        let request = KeyedRequest {
            request_hash: hash.to_vec(),
            claim: self.system.unique_name(),
            holder: self.process.name().to_owned(),
            claimed_at: now,
            answer: None,
        };
        let (workspace, member) = (actor.workspace, actor.member);
        self.store.write(|tx| {
            let claimed = request_keys::claim(tx, workspace, member, key, &request)?;
            let known = match claimed {
                true => None,
                false => request_keys::get(tx, workspace, member, key)?,
            };
            if known.as_ref().is_some_and(|known| known.claimed_at < now - KEPT_FOR) {
                request_keys::forget(tx, workspace, now - KEPT_FOR)?;
                request_keys::claim(tx, workspace, member, key, &request)?;
            } else if let Some(known) = known {
                if known.request_hash != request.request_hash {
                    return Err(Error::KeyReused);
                }
                if let Some(answer) = known.answer {
                    return Ok(Claim::Answered(answer));
                }
                if !self.is_given_up(&known, now) {
                    return Err(Error::KeyRunning);
                }
                request_keys::release(tx, workspace, member, (key, &known.claim))?;
                request_keys::claim(tx, workspace, member, key, &request)?;
            }
            Ok(Claim::New(Keyed {
                actor,
                key: key.to_owned(),
                claim: request.claim.clone(),
            }))
        })
    }

    /// Stores the answer of work that has changed nothing.
    pub fn answer_key(&self, keyed: &Keyed, text: &str) -> Result<(), Error> {
        self.store.write(|tx| answer(tx, keyed, text))
    }

    /// Deletes the keys whose answers have expired.
    pub(crate) fn forget_old_keys(&self, actor: Actor) -> Result<(), Error> {
        let before = self.system.now() - KEPT_FOR;
        Ok(self
            .store
            .write(|tx| request_keys::forget(tx, actor.workspace, before))?)
    }

    /// Releases the key of a request that failed.
    pub fn release_key(&self, keyed: &Keyed) -> Result<(), Error> {
        let Actor { workspace, member } = keyed.actor;
        self.store.write(|tx| {
            request_keys::release(tx, workspace, member, (&keyed.key, &keyed.claim))?;
            Ok(())
        })
    }

    /// Whether the work under a claim has ended without an answer.
    fn is_given_up(&self, known: &KeyedRequest, now: i64) -> bool {
        let timeout = match (known.holder == self.process.name(), self.store.is_shared()) {
            (true, _) => LONGEST_WORK,
            (false, true) => ANSWERED_WITHIN,
            // A database of one machine is served by one process at a time.
            (false, false) => return true,
        };
        !(0..timeout).contains(&(now - known.claimed_at))
    }
}

/// Stores an answer. Fails if the claim was taken over; then the work must not be committed.
fn answer(tx: &mut Tx<'_>, keyed: &Keyed, text: &str) -> Result<(), Error> {
    let Actor { workspace, member } = keyed.actor;
    match request_keys::answer(tx, workspace, member, (&keyed.key, &keyed.claim), text)? {
        true => Ok(()),
        false => Err(Error::KeyRunning),
    }
}
