//! A separate site for each test, and a browser that keeps its cookies.

use app::{App, Place, System};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use model::ContactId;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;
use tower::ServiceExt;
use web::{Limits, Serve, Web};

pub const MINUTE: i64 = 60_000_000;
pub const PASSWORD: &str = "correct horse";

/// A `System` whose time passes only when a test advances it.
pub struct FakeSystem {
    time: AtomicI64,
    numbers: AtomicU64,
}

impl FakeSystem {
    pub fn pass(&self, time: i64) {
        self.time.fetch_add(time, Ordering::Relaxed);
    }
}

impl System for FakeSystem {
    fn now(&self) -> i64 {
        self.time.load(Ordering::Relaxed)
    }

    fn contact_id(&self) -> ContactId {
        ContactId::from_u128(u128::from(self.numbers.fetch_add(1, Ordering::Relaxed)))
    }

    fn unique_name(&self) -> String {
        format!("n{}", self.numbers.fetch_add(1, Ordering::Relaxed))
    }

    fn secret(&self) -> [u8; 32] {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        std::array::from_fn(|at| number[at % 8])
    }
}

/// An installation and its router.
pub struct Site {
    pub app: Arc<App>,
    pub web: Arc<Web>,
    pub system: Arc<FakeSystem>,
    pub router: Router,
    folder: TempDir,
}

pub fn near() -> Serve {
    Serve {
        listen: "127.0.0.1:8080".parse().unwrap(),
        upload_limit: 1 << 20,
        region: model::Region::from_code("US"),
        secure: false,
        trust_proxy: false,
        hosts: Vec::new(),
        metrics_token: None,
        private_webhooks: false,
        limits: Limits::default(),
    }
}

impl Site {
    pub fn new(serve: Serve) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let system = Arc::new(FakeSystem {
            time: AtomicI64::new(1_700_000_000_000_000),
            numbers: AtomicU64::new(1),
        });
        let place = Place {
            data: folder.path(),
            objects: None,
            database: None,
        };
        let app = Arc::new(App::open(&place, system.clone()).unwrap());
        let web = Arc::new(Web::new(Arc::clone(&app), serve));
        Self {
            router: web::router(Arc::clone(&web)),
            app,
            web,
            system,
            folder,
        }
    }

    /// A site with an account, and the browser that created it.
    pub async fn set_up() -> (Self, Browser) {
        Self::set_up_as(near()).await
    }

    /// A site with an account and these settings.
    pub async fn set_up_as(serve: Serve) -> (Self, Browser) {
        let site = Self::new(serve);
        let mut owner = site.browser();
        let answer = owner.post("/setup", &setup_form(PASSWORD)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        (site, owner)
    }

    pub fn database_file(&self) -> PathBuf {
        self.folder.path().join("crystalqore.db")
    }

    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookie: None,
            device: None,
            flash: None,
            extra: HeaderMap::new(),
        }
    }
}

pub fn setup_form(password: &str) -> String {
    format!("name=Ada&email=Ada%40example.org&password={password}&workspace=Engines")
}

/// Sends requests as a browser does.
pub struct Browser {
    router: Router,
    /// The session cookie.
    pub cookie: Option<String>,
    /// The cookie of a known browser.
    pub device: Option<String>,
    /// The cookie with the flash message.
    pub flash: Option<String>,
    pub extra: HeaderMap,
}

/// The response.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    pub async fn post(&mut self, path: &str, form: &str) -> Answer {
        self.ask("POST", path, form).await
    }

    pub async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn ask(&mut self, method: &str, path: &str, form: &str) -> Answer {
        self.ask_with(method, path, form.to_owned()).await
    }

    pub async fn ask_with(&mut self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let from: SocketAddr = "127.0.0.1:5000".parse().unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .extension(ConnectInfo(from))
            .body(body.into())
            .unwrap();
        let cookies: Vec<&str> = self
            .cookie
            .iter()
            .chain(&self.device)
            .chain(&self.flash)
            .map(String::as_str)
            .collect();
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().extend(self.extra.clone());
        let (parts, body) = self.send(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        for set in answer.headers.get_all("set-cookie") {
            let (cookie, _) = set.to_str().unwrap().split_once(';').unwrap();
            let kept = (!cookie.ends_with('=')).then(|| cookie.to_owned());
            match cookie.split_once('=').map_or("", |(name, _)| name) {
                name if name.ends_with("-device") => self.device = kept,
                name if name.ends_with("-flash") => self.flash = kept,
                _ => self.cookie = kept,
            }
        }
        answer
    }
}
