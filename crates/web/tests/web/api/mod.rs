//! The HTTP API: programs that send a token.

mod contacts;
mod disclosure;
mod document;
mod gate;
mod imports;
mod together;
mod walk;
mod webhooks;

use crate::site::Site;
use app::{Actor, NewToken, Role, TokenScope};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

/// A program with a token.
#[derive(Clone)]
pub struct Program {
    router: Router,
    pub token: String,
    /// Method and path of every request sent.
    asked: Arc<Mutex<BTreeSet<(String, String)>>>,
}

/// The response.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Fails unless the status is this one.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

impl Program {
    /// A program of a member, with all scopes.
    pub fn new(site: &Site, actor: Actor) -> Self {
        Self::with_scopes(site, actor, &TokenScope::ALL)
    }

    pub fn with_scopes(site: &Site, actor: Actor, scopes: &[TokenScope]) -> Self {
        let wanted = NewToken {
            name: "Test".to_owned(),
            scopes: scopes.to_vec(),
            days: None,
        };
        Self {
            router: site.router.clone(),
            token: site.app.create_token(actor, &wanted).unwrap().secret,
            asked: Arc::default(),
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask("POST", path, &[], &body.to_string()).await
    }

    pub async fn post_nothing(&self, path: &str) -> Reply {
        self.ask("POST", path, &[], "").await
    }

    /// Sends a request with a JSON body, or without a body if it is empty.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let asked = path.split('?').next().unwrap_or_default();
        self.asked.lock().unwrap().insert((method.to_owned(), asked.to_owned()));
        let mut all = vec![("authorization", format!("Bearer {}", self.token))];
        if !body.is_empty() {
            all.push(("content-type", "application/json".to_owned()));
        }
        let mut all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.retain(|(name, _)| headers.iter().all(|(other, _)| other != name));
        all.extend(headers);
        send(&self.router, method, path, &all, body.to_owned().into()).await
    }
}

/// Sends a request with only these headers.
pub async fn send(router: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Reply {
    let from: SocketAddr = "127.0.0.1:5000".parse().unwrap();
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:8080")
        .extension(ConnectInfo(from));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Reply {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// A site with its owner, Ada, and a program with her token.
pub async fn with_program() -> (Site, Program) {
    let (site, _) = Site::set_up().await;
    let ada = site.app.actor_of("ada@example.org").unwrap();
    let program = Program::new(&site, ada);
    (site, program)
}

/// Adds another member.
pub fn joined(site: &Site, name: &str, role: Role) -> Actor {
    let ada = site.app.actor_of("ada@example.org").unwrap();
    let email = format!("{name}@example.org");
    site.app
        .add_member(ada, name, &email, Some(role), crate::site::PASSWORD)
        .unwrap();
    site.app.actor_of(&email).unwrap()
}
