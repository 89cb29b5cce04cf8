//! Metrics for Prometheus.
//!
//! Without a token only this machine may read them, and only if the server cannot be reached from elsewhere: requests
//! that a local proxy forwards for its clients look like local ones, and the metrics show how much the members work.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::origin::is_forwarded;
use crate::session::secret::constant_time_eq;
use crate::ui::error_page::Problem;
use app::{App, ImportState};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The upper bounds of the histogram buckets for durations, in seconds.
const CLASSES: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Routed {
    route: String,
}

/// The registry and its measurements.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Routed, Histogram, fn() -> Histogram>,
    imports: Gauge,
    memory: Gauge,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("crystalqore");
        let requests = Family::<Answered, Counter>::default();
        registry.register("requests", "Requests that were answered", requests.clone());
        let durations: Family<Routed, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(CLASSES));
        let help = "Time until the beginning of the answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, durations.clone());
        let imports = Gauge::default();
        registry.register("imports_running", "Imports that some process runs", imports.clone());
        let memory = Gauge::default();
        registry.register_with_unit("resident_memory", "Memory of this process", Unit::Bytes, memory.clone());
        Self {
            registry,
            requests,
            durations,
            imports,
            memory,
        }
    }

    /// Records a request.
    pub fn note(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        let answered = Answered {
            method,
            route: route.clone(),
            status,
        };
        self.requests.get_or_create(&answered).inc();
        self.durations
            .get_or_create(&Routed { route })
            .observe(took.as_secs_f64());
    }
}

/// `GET /metrics`
pub async fn metrics(State(web): State<Arc<Web>>, request: Request) -> Result<Response, Problem> {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|from| from.0);
    let token = web.serve.metrics_token.as_deref();
    let is_local = !web.serve.is_reached_from_elsewhere();
    if !may_see(token, is_local, from, request.headers()) {
        return Err(Problem::NotFound);
    }
    let running = blocking(&web, running).await?;
    web.metrics.imports.set(running);
    web.metrics.memory.set(resident_bytes().unwrap_or(0));
    let mut text = String::new();
    encode(&mut text, &web.metrics.registry).map_err(|_| Problem::Broken)?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

fn may_see(token: Option<&str>, is_local: bool, from: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    match token {
        Some(token) => headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .is_some_and(|given| constant_time_eq(given, token)),
        None => is_local && !is_forwarded(headers) && from.is_some_and(|from| from.ip().is_loopback()),
    }
}

fn running(app: &App) -> Result<i64, app::Error> {
    let imports = app.imports(app.local_actor()?)?;
    let running = imports
        .iter()
        .filter(|i| i.state == ImportState::Running && !i.interrupted);
    Ok(i64::try_from(running.count()).unwrap_or(i64::MAX))
}

/// Resident memory of this process, in bytes. `None` on systems without `/proc/self/status`.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_for_this_machine_or_for_holders_of_the_token() {
        let near = "127.0.0.1:5".parse().ok();
        let far = "192.0.2.1:5".parse().ok();
        let none = HeaderMap::new();
        assert!(may_see(None, true, near, &none));
        assert!(
            !may_see(None, false, near, &none),
            "a proxy on this machine may ask for anybody"
        );
        assert!(!may_see(None, true, far, &none));
        assert!(!may_see(None, true, None, &none));
        let forwarded = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), "192.0.2.1".parse().unwrap())]);
        assert!(!may_see(None, true, near, &forwarded));
        let with = |token: &str| HeaderMap::from_iter([(header::AUTHORIZATION, token.parse().unwrap())]);
        assert!(may_see(Some("secret"), false, far, &with("Bearer secret")));
        assert!(!may_see(Some("secret"), false, near, &with("Bearer secreT")));
        assert!(!may_see(Some("secret"), false, near, &with("Bearer secret2")));
        assert!(!may_see(Some("secret"), false, near, &none));
    }
}
