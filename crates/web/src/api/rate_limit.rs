//! Rate limits: requests per token, and wrong tokens per address. They are announced in the headers of the `RateLimit`
//! draft (draft-ietf-httpapi-ratelimit-headers).

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

const MINUTE: u64 = 60;
/// Wrong tokens allowed per address and minute.
const WRONG_TOKENS: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
/// The number of requests after which entries that were not used for long are removed.
const TIDIED_EVERY: u64 = 10_000;

type Limiter = RateLimiter<String, HashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The limits of all tokens and addresses, in this process.
pub struct RateLimits {
    each_minute: NonZeroU32,
    tokens: Limiter,
    addresses: Limiter,
    clock: DefaultClock,
    asked: AtomicU64,
}

/// The requests that are left to a token after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub each_minute: u32,
    pub requests: u32,
    /// The seconds until another request is allowed; 0 if at once.
    pub wait: u64,
}

impl RateLimits {
    /// Allows `each_minute` requests per minute for each token.
    pub fn new(each_minute: NonZeroU32) -> Self {
        let limiter = |quota: NonZeroU32| {
            RateLimiter::hashmap_with_clock(Quota::per_minute(quota), DefaultClock::default())
                .with_middleware::<StateInformationMiddleware>()
        };
        Self {
            each_minute,
            tokens: limiter(each_minute),
            addresses: limiter(WRONG_TOKENS),
            clock: DefaultClock::default(),
            asked: AtomicU64::new(0),
        }
    }

    /// Counts a request of a token. `Err` if there were too many.
    pub fn of_token(&self, token: &str) -> Result<Left, Left> {
        self.count(&self.tokens, token, self.each_minute.get())
    }

    /// Counts a wrong token of an address. `Err` if there were too many.
    pub fn of_wrong_token(&self, address: &str) -> Result<Left, Left> {
        self.count(&self.addresses, address, WRONG_TOKENS.get())
    }

    fn count(&self, limiter: &Limiter, key: &str, each_minute: u32) -> Result<Left, Left> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDIED_EVERY == TIDIED_EVERY - 1 {
            self.tokens.retain_recent();
            self.addresses.retain_recent();
        }
        match limiter.check_key(&key.to_owned()) {
            Ok(state) => Ok(Left {
                each_minute,
                requests: state.remaining_burst_capacity(),
                wait: 0,
            }),
            Err(until) => Err(Left {
                each_minute,
                requests: 0,
                wait: until.wait_time_from(self.clock.now()).as_secs() + 1,
            }),
        }
    }
}

impl Left {
    /// The value of `RateLimit-Policy`.
    pub fn policy(&self) -> String {
        format!("\"token\";q={};w={MINUTE}", self.each_minute)
    }

    /// The value of `RateLimit`.
    pub fn limit(&self) -> String {
        format!("\"token\";r={};t={}", self.requests, self.wait.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_own_requests() {
        let limits = RateLimits::new(NonZeroU32::new(3).unwrap());
        let left = |token: &str| limits.of_token(token).map(|left| left.requests);
        assert_eq!([left("a"), left("a"), left("a")], [Ok(2), Ok(1), Ok(0)]);
        let refused = limits.of_token("a").unwrap_err();
        assert!((1..=21).contains(&refused.wait), "{refused:?}");
        assert_eq!(left("b"), Ok(2));
        assert_eq!(refused.policy(), "\"token\";q=3;w=60");
    }

    #[test]
    fn an_address_may_send_few_wrong_tokens() {
        let limits = RateLimits::new(NonZeroU32::new(3).unwrap());
        for _ in 0..60 {
            assert!(limits.of_wrong_token("192.0.2.1").is_ok());
        }
        assert!(limits.of_wrong_token("192.0.2.1").is_err());
        assert!(limits.of_wrong_token("192.0.2.2").is_ok());
    }
}
