//! The open connections: how many there are, what each is doing, and which of them must be closed.
//!
//! Decided here: the limits in total and per address; the time limits of idle connections, of request heads and of
//! responses that the client does not read; and which connection is closed to make room for a new one.

use crate::server::limits::Limits;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How long a client must have kept the server waiting before its connection may be closed to make room for another.
const STALLED: Duration = Duration::from_secs(5);
/// How long to wait for a free place before looking again for a connection to close.
const AGAIN: Duration = Duration::from_millis(100);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The head of a request is expected or has begun to arrive.
    Head,
    /// A request is being processed or its response is being sent.
    Answering,
    /// The last response is complete, and no byte of another request has arrived.
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
    /// When the connection entered this phase.
    since: Instant,
    /// Since when the client has accepted no byte of the pending output.
    unread_since: Option<Instant>,
    /// Since when the server has been waiting for bytes of a request body.
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

    /// Records that bytes have arrived. On an idle connection they begin a new request.
    pub(super) fn bytes_arrived(&self) {
        if self.state().phase == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// Records that the head of a request is complete.
    pub(super) fn request_begins(&self) {
        self.enter(Phase::Answering);
    }

    /// Records that the response has been produced; the rest of it is in the write buffers.
    pub(super) fn answer_ends(&self) {
        self.enter(Phase::Idle);
    }

    /// Records whether the client has stopped accepting bytes.
    pub(super) fn set_unread(&self, unread: bool) {
        note(&mut self.state().unread_since, unread);
    }

    /// Records whether the server is waiting for bytes of a request body.
    pub(super) fn set_unsent(&self, unsent: bool) {
        note(&mut self.state().unsent_since, unsent);
    }

    /// Waits until the connection must be closed.
    pub(super) async fn ended(&self) {
        self.end.notified().await;
    }

    /// Whether the connection has exceeded its time limit.
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

    /// Whether no response is pending on the connection.
    fn is_unused(&self) -> bool {
        let state = self.state();
        state.phase != Phase::Answering && state.unread_since.is_none()
    }

    /// The rank for closing the connection to make room, lowest first: idle connections, then those that have not sent
    /// a request, then those that keep the server waiting. `None` if it must not be closed.
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
    /// Whether clients connect directly, so that an address identifies a client.
    by_address: bool,
    places: Arc<Semaphore>,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
}

/// An accepted connection. Its place becomes free when this is dropped.
pub(super) struct ConnectionGuard {
    pub connection: Arc<Connection>,
    number: u64,
    among: Arc<Connections>,
    _place: OwnedSemaphorePermit,
}

impl Drop for ConnectionGuard {
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

    /// Admits a connection. If there is no room, closes another one, or waits until one ends. `None` if the address has
    /// too many connections and all of them are in use.
    pub(super) async fn admit(self: &Arc<Self>, number: u64, peer: IpAddr) -> Option<ConnectionGuard> {
        let address = network_of(peer);
        if self.by_address && !address.is_loopback() && !self.make_room_for(address) {
            return None;
        }
        let place = self.place().await?;
        let connection = Arc::new(Connection::new(address));
        self.open().insert(number, Arc::clone(&connection));
        Some(ConnectionGuard {
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

    /// Whether an address may have one more connection. If it has reached its limit, closes one of its unused
    /// connections.
    fn make_room_for(&self, address: IpAddr) -> bool {
        let of_address = self.open().values().filter(|open| open.address == address).count();
        of_address < self.limits.connections_each() || self.close_one(|open| open.address == address)
    }

    /// Closes the connection with the lowest rank. Returns whether there was one.
    fn close_one(&self, which: impl Fn(&Connection) -> bool) -> bool {
        let now = Instant::now();
        let open = self.open();
        let ranked = open.values().filter(|open| which(open));
        let ranked = ranked.filter_map(|open| Some((open.rank(now)?, open)));
        let Some((_, chosen)) = ranked.min_by_key(|(rank, _)| *rank) else {
            return false;
        };
        // Marked as busy, so that it is not chosen again before it has ended.
        chosen.request_begins();
        chosen.end.notify_one();
        true
    }

    /// Closes overdue connections, forever.
    pub(super) async fn sweep(&self) {
        loop {
            tokio::time::sleep(self.limits.tick()).await;
            let now = Instant::now();
            self.close_where(|open| open.is_overdue(&self.limits, now));
        }
    }

    /// Closes the connections on which no response is pending.
    pub(super) fn end_unused(&self) {
        self.close_where(Connection::is_unused);
    }

    pub(super) fn end_all(&self) {
        self.close_where(|_| true);
    }

    fn close_where(&self, which: impl Fn(&Connection) -> bool) {
        for open in self.open().values().filter(|open| which(open)) {
            open.end.notify_one();
        }
    }

    /// Waits until all connections have ended.
    pub(super) async fn all_ended(&self) {
        while !self.open().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The address that identifies a client. For IPv6 it is the /64 network, because a client can use all its addresses.
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

    async fn is_ended(admitted: &ConnectionGuard) -> bool {
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
