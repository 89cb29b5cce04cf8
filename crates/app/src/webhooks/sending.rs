//! Sending deliveries: which one is due, which process sends it, and what follows from an attempt.
//!
//! The interfaces send the requests. A process takes a delivery for as long as an attempt may last; if the process ends
//! during that time, another one takes the delivery. So a delivery arrives at least once. A failed delivery is retried
//! for three days. After a failure, nothing is sent to the webhook for a while, so that a receiver that is down does
//! not get a request for each delivery.

use crate::App;
use crate::access::{self, Actor};
use crate::clock::MINUTE;
use crate::error::Error;
use crate::webhooks::DAY;
use crate::webhooks::address::{self, WebhookTarget};
use store::Workspace;
use store::members::webhooks::deliveries;
use store::members::webhooks::{self, WebhookRow, WebhookState};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 60 * MINUTE;
/// Delays after each failed attempt, as proposed by Standard Webhooks: three days in all.
const WAITS: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// Maximum time for which nothing is sent to a webhook after failures.
const LONGEST_PAUSE: i64 = 10 * MINUTE;
/// A webhook that has failed for this long is disabled.
const FAILS_FOR: i64 = 3 * DAY;
/// How long a process holds a delivery; an attempt takes less.
const LEASE: i64 = 2 * MINUTE;
/// Maximum length of a stored answer, in characters.
const ANSWER: usize = 300;

/// A delivery to be sent now.
pub struct DueDelivery {
    workspace: Workspace,
    pub webhook: String,
    pub id: String,
    pub body: String,
    /// The target; `None` if the stored address is not valid.
    pub target: Option<WebhookTarget>,
    /// The secrets that sign it.
    pub secrets: Vec<Vec<u8>>,
    /// The time of the attempt, in UTC microseconds.
    pub at: i64,
    attempt: u64,
}

/// The result of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Whether the receiver has accepted it.
    pub arrived: bool,
    /// Whether the receiver wants no more deliveries.
    pub gone: bool,
    /// What happened, in words.
    pub answer: String,
}

impl App {
    /// Returns those webhooks that have a delivery due now.
    pub(crate) fn due_webhooks(&self, workspace: Workspace, active: &[WebhookRow]) -> Result<Vec<String>, Error> {
        let now = self.system.now();
        if active.is_empty() {
            return Ok(Vec::new());
        }
        self.store.read(|tx| {
            let mut due = Vec::new();
            for row in active.iter().filter(|row| row.wait_until <= now) {
                if deliveries::due(tx, workspace, &row.id, now)?.is_some() {
                    due.push(row.id.clone());
                }
            }
            Ok(due)
        })
    }

    /// Takes the next due delivery of a webhook, to send it; `None` if there is none.
    pub fn take_delivery(&self, webhook: &str) -> Result<Option<DueDelivery>, Error> {
        let (workspace, now) = (self.local_actor()?.workspace, self.system.now());
        self.store.write(|tx| {
            let Some(row) = webhooks::get(tx, workspace, webhook)? else {
                return Ok(None);
            };
            let actor = Actor {
                workspace,
                member: row.member,
            };
            let is_stopped = row.state != WebhookState::Active || row.wait_until > now;
            if is_stopped || access::admin(tx, actor).is_err() {
                return Ok(None);
            }
            let Some(delivery) = deliveries::due(tx, workspace, webhook, now)? else {
                return Ok(None);
            };
            if !deliveries::take(tx, workspace, webhook, &delivery, now, now + LEASE)? {
                return Ok(None);
            }
            let old = row.old_secret.filter(|(_, until)| *until > now);
            Ok(Some(DueDelivery {
                workspace,
                webhook: row.id,
                id: delivery.id,
                body: delivery.body,
                target: address::target(&row.url),
                secrets: std::iter::once(row.secret)
                    .chain(old.map(|(secret, _)| secret))
                    .collect(),
                at: now,
                attempt: delivery.attempts + 1,
            }))
        })
    }

    /// Records the result of an attempt. Returns whether the next delivery may be sent at once.
    pub fn note_attempt(&self, sent: &DueDelivery, attempt: &Attempt) -> Result<bool, Error> {
        let (workspace, webhook, now) = (sent.workspace, sent.webhook.as_str(), self.system.now());
        let answer: String = attempt.answer.chars().take(ANSWER).collect();
        self.store.write(|tx| {
            if attempt.arrived {
                deliveries::note(tx, workspace, webhook, &sent.id, &answer, Some(now), None)?;
                webhooks::succeeded(tx, workspace, webhook)?;
                return Ok(true);
            }
            let next_at = wait_after(sent.attempt).map(|wait| now + wait);
            deliveries::note(tx, workspace, webhook, &sent.id, &answer, None, next_at)?;
            if let Some(row) = webhooks::get(tx, workspace, webhook)? {
                let pause = wait_after(row.failures + 1).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
                webhooks::failed(tx, workspace, webhook, now, now + pause)?;
                let failing_since = row.failing_since.unwrap_or(now);
                if let Some(reason) = reason_to_disable(attempt, failing_since, now, &answer) {
                    webhooks::disable(tx, workspace, webhook, &reason)?;
                }
            }
            Ok(false)
        })
    }
}

/// The delay after failed attempt number `attempt`, from 1; `None` after the last one.
fn wait_after(attempt: u64) -> Option<i64> {
    let at = usize::try_from(attempt.saturating_sub(1)).ok()?;
    WAITS.get(at).copied()
}

fn reason_to_disable(attempt: &Attempt, failing_since: i64, now: i64, answer: &str) -> Option<String> {
    if attempt.gone {
        return Some("the receiver answered 410 Gone: it wants no more deliveries".to_owned());
    }
    let days = (now - failing_since) / DAY;
    (now - failing_since >= FAILS_FOR)
        .then(|| format!("no delivery has arrived for {days} days; the last time: {answer}"))
}
