//! The open connections: how many there are, what each is doing, and which of them must end.
//!
//! Owns the limits in all and per address, the time limits of idle connections, of request heads and of answers that
//! nobody reads, and which connection is closed when a new one finds no room.

use crate::server::limits::Limits;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// A client that keeps the server waiting for less is not closed to make room for another.
const STALLED: Duration = Duration::from_secs(5);
/// How long to wait for a place before looking again whether a connection can be closed.
const AGAIN: Duration = Duration::from_millis(100);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The head of a request is expected or has begun to arrive.
    Head,
    /// A request is being answered.
    Answering,
    /// The last answer is complete, and no byte of another request has arrived.
    Idle,
}

/// One open connection.
pub(super) struct Connection {
    address: IpAddr,
    state: Mutex<State>,
    end: Notify,
}

struct State {
    phase: Phase,
    /// Since when it is in this phase.
    since: Instant,
    /// Since when the client has taken no byte of what is to be written.
    unread_since: Option<Instant>,
    /// Since when the client has sent no byte of a body that is waited for.
    unsent_since: Option<Instant>,
}

impl Connection {
    fn new(address: IpAddr) -> Self {
        Self {
            address,
            state: Mutex::new(State {
                phase: Phase::Head,
                since: Instant::now(),
                unread_since: None,
                unsent_since: None,
            }),
            end: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, phase: Phase) {
        let mut state = self.state();
        state.phase = phase;
        state.since = Instant::now();
    }

    /// Bytes have arrived: after an idle time they begin a request.
    pub(super) fn bytes_arrived(&self) {
        if self.state().phase == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// The head of a request is complete.
    pub(super) fn request_begins(&self) {
        self.enter(Phase::Answering);
    }

    /// The answer is made; what is left of it is in the buffers.
    pub(super) fn answer_ends(&self) {
        self.enter(Phase::Idle);
    }

    /// The client takes no bytes, or takes them again.
    pub(super) fn set_unread(&self, unread: bool) {
        note(&mut self.state().unread_since, unread);
    }

    /// A body is waited for, or arrives again.
    pub(super) fn set_unsent(&self, unsent: bool) {
        note(&mut self.state().unsent_since, unsent);
    }

    /// Waits until it must end.
    pub(super) async fn ended(&self) {
        self.end.notified().await;
    }

    /// Whether it is over the time that it may take.
    fn is_overdue(&self, limits: &Limits, now: Instant) -> bool {
        let state = self.state();
        if let Some(since) = state.unread_since {
            return now - since >= limits.write;
        }
        match state.phase {
            Phase::Head => now - state.since >= limits.head,
            Phase::Idle => now - state.since >= limits.idle,
            Phase::Answering => false,
        }
    }

    /// Whether nobody waits for an answer on it.
    fn is_unused(&self) -> bool {
        let state = self.state();
        state.phase != Phase::Answering && state.unread_since.is_none()
    }

    /// How willingly it is closed to make room, the most willingly first: what is idle, what has not sent a request, what
    /// keeps the server waiting. Others are left alone.
    fn rank(&self, now: Instant) -> Option<(u8, Instant)> {
        let state = self.state();
        let stalled = state.unread_since.or(state.unsent_since);
        match (state.phase, stalled) {
            (Phase::Idle, None) => Some((0, state.since)),
            (Phase::Head, _) => Some((1, state.since)),
            (_, Some(since)) if now - since >= STALLED => Some((2, since)),
            _ => None,
        }
    }
}

fn note(since: &mut Option<Instant>, stalled: bool) {
    match (stalled, &since) {
        (true, None) => *since = Some(Instant::now()),
        (false, Some(_)) => *since = None,
        _ => {}
    }
}

/// All open connections.
pub(super) struct Connections {
    limits: Limits,
    /// Whether clients connect directly, so that their addresses tell them apart.
    by_address: bool,
    places: Arc<Semaphore>,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
}

/// A connection that was let in; its place is free again when this is dropped.
pub(super) struct Admitted {
    pub connection: Arc<Connection>,
    number: u64,
    among: Arc<Connections>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.among.open().remove(&self.number);
    }
}

impl Connections {
    pub(super) fn new(limits: Limits, by_address: bool) -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(limits.connections)),
            limits,
            by_address,
            open: Mutex::default(),
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection in. If there is no room, others are closed for it, or it waits until one ends. None if its address
    /// has too many that are all in use.
    pub(super) async fn admit(self: &Arc<Self>, number: u64, peer: IpAddr) -> Option<Admitted> {
        let address = network_of(peer);
        if self.by_address && !address.is_loopback() && !self.make_room_for(address) {
            return None;
        }
        let place = self.place().await?;
        let connection = Arc::new(Connection::new(address));
        self.open().insert(number, Arc::clone(&connection));
        Some(Admitted {
            connection,
            number,
            among: Arc::clone(self),
            _place: place,
        })
    }

    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
                return Some(place);
            }
            self.close_one(|_| true);
            let place = Arc::clone(&self.places).acquire_owned();
            if let Ok(place) = tokio::time::timeout(AGAIN, place).await {
                // The semaphore is never closed.
                return place.ok();
            }
        }
    }

    /// Whether an address may have one more; if not, one of its unused connections is closed for it.
    fn make_room_for(&self, address: IpAddr) -> bool {
        let of_address = self.open().values().filter(|open| open.address == address).count();
        of_address < self.limits.connections_each() || self.close_one(|open| open.address == address)
    }

    /// Closes the connection that is closed most willingly. Says whether there was one.
    fn close_one(&self, which: impl Fn(&Connection) -> bool) -> bool {
        let now = Instant::now();
        let open = self.open();
        let ranked = open.values().filter(|open| which(open));
        let ranked = ranked.filter_map(|open| Some((open.rank(now)?, open)));
        let Some((_, chosen)) = ranked.min_by_key(|(rank, _)| *rank) else {
            return false;
        };
        // It must not be chosen again before it has ended.
        chosen.request_begins();
        chosen.end.notify_one();
        true
    }

    /// Ends connections that are over their time, for ever.
    pub(super) async fn sweep(&self) {
        loop {
            tokio::time::sleep(self.limits.tick()).await;
            let now = Instant::now();
            self.end_those(|open| open.is_overdue(&self.limits, now));
        }
    }

    /// Ends those on which nobody waits for an answer.
    pub(super) fn end_unused(&self) {
        self.end_those(Connection::is_unused);
    }

    pub(super) fn end_all(&self) {
        self.end_those(|_| true);
    }

    fn end_those(&self, which: impl Fn(&Connection) -> bool) {
        for open in self.open().values().filter(|open| which(open)) {
            open.end.notify_one();
        }
    }

    /// Waits until all have ended.
    pub(super) async fn all_ended(&self) {
        while !self.open().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// What counts as one client. Of IPv6 it is the network: a client has all its addresses.
fn network_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(connections: usize) -> Limits {
        Limits {
            connections,
            ..Limits::default()
        }
    }

    async fn is_ended(admitted: &Admitted) -> bool {
        let ended = admitted.connection.ended();
        tokio::time::timeout(Duration::from_millis(1), ended).await.is_ok()
    }

    const FAR: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[tokio::test(start_paused = true)]
    async fn a_full_server_closes_what_is_idle_first_then_what_has_sent_no_request() {
        let all = Connections::new(limits(3), false);
        let silent = all.admit(1, FAR).await.unwrap();
        let busy = all.admit(2, FAR).await.unwrap();
        let idle = all.admit(3, FAR).await.unwrap();
        let mut admitted = Vec::new();
        busy.connection.request_begins();
        idle.connection.request_begins();
        tokio::time::advance(Duration::from_secs(1)).await;
        idle.connection.answer_ends();
        for (number, closed) in [(4, idle), (5, silent)] {
            let waiting = tokio::spawn({
                let all = Arc::clone(&all);
                async move { all.admit(number, FAR).await }
            });
            closed.connection.ended().await;
            drop(closed);
            let new = waiting.await.unwrap().unwrap();
            new.connection.request_begins();
            admitted.push(new);
            assert!(!is_ended(&busy).await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_a_part_of_the_places_unless_a_proxy_hides_it() {
        let all = Connections::new(limits(64), true);
        let mut admitted = Vec::new();
        for number in 0..16 {
            let one = all.admit(number, FAR).await.unwrap();
            one.connection.request_begins();
            admitted.push(one);
        }
        assert!(all.admit(16, FAR).await.is_none());
        assert!(all.admit(17, "192.0.2.2".parse().unwrap()).await.is_some());
        admitted[3].connection.answer_ends();
        assert!(all.admit(18, FAR).await.is_some());
        assert!(
            is_ended(&admitted[3]).await,
            "an idle one of the same address is closed"
        );
        for number in 20..40 {
            let near = all.admit(number, "127.0.0.1".parse().unwrap()).await.unwrap();
            near.connection.request_begins();
            admitted.push(near);
        }
        let proxied = Connections::new(limits(64), false);
        for number in 0..20 {
            admitted.push(proxied.admit(number, FAR).await.unwrap());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_phase_has_its_own_time() {
        let all = Connections::new(limits(8), false);
        let limits = Limits::default();
        let one = all.admit(1, FAR).await.unwrap();
        let overdue_after = async |time: Duration| {
            tokio::time::advance(time - Duration::from_millis(1)).await;
            let before = one.connection.is_overdue(&limits, Instant::now());
            tokio::time::advance(Duration::from_millis(1)).await;
            !before && one.connection.is_overdue(&limits, Instant::now())
        };
        assert!(overdue_after(limits.head).await);
        one.connection.request_begins();
        tokio::time::advance(Duration::from_secs(1_000_000)).await;
        assert!(
            !one.connection.is_overdue(&limits, Instant::now()),
            "an answer may take long"
        );
        one.connection.set_unread(true);
        assert!(overdue_after(limits.write).await);
        one.connection.set_unread(false);
        one.connection.answer_ends();
        assert!(overdue_after(limits.idle).await);
        one.connection.answer_ends();
        one.connection.bytes_arrived();
        assert!(overdue_after(limits.head).await);
    }

    #[test]
    fn a_network_of_version_six_is_one_client() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), FAR);
        assert!(network("::1").is_loopback());
    }
}
