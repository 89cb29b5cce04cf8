//! Checks for every route: who has access, and which headers the response has.

use crate::site::{Browser, PASSWORD, Site, near};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use web::Serve;
use web::routes::{Access, table};

/// The public routes, listed a second time on purpose: making another route public needs a change here too.
const PUBLIC: [(&str, &str); 18] = [
    ("GET", "/assets/{name}"),
    ("GET", "/healthz"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/join/{token}"),
    ("POST", "/join/{token}"),
    ("GET", "/reset/{token}"),
    ("POST", "/reset/{token}"),
    ("GET", "/setup"),
    ("POST", "/setup"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("POST", "/sign-out"),
    ("GET", "/api"),
    ("GET", "/api/v1/openapi.json"),
];

/// Fills the placeholders of a pattern.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| match part.split_once('}') {
            Some((_, verb)) => format!("1{verb}"),
            None => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

fn with(browser: &mut Browser, name: &'static str, value: &str) {
    browser
        .extra
        .insert(HeaderName::from_static(name), value.parse().unwrap());
}

#[tokio::test]
async fn nobody_gets_through_a_route_that_is_not_said_to_be_public() {
    let (site, _) = Site::set_up().await;
    let routes = table();
    assert!(routes.len() > 15, "the table was not read");
    for route in &routes {
        let public = PUBLIC.contains(&(route.method, &*route.path));
        assert_eq!(
            public,
            route.access == Access::Public,
            "{} {}",
            route.method,
            route.path
        );
        if matches!(route.access, Access::Token(_)) {
            let answer = site.browser().ask(route.method, &filled(&route.path), "").await;
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{} {}",
                route.method,
                route.path
            );
        } else if !public {
            let answer = site.browser().ask(route.method, &filled(&route.path), "").await;
            let to_the_door =
                answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/sign-in");
            assert!(to_the_door, "{} {}: {}", route.method, route.path, answer.status);
            assert!(answer.body.is_empty());
        }
    }
    let public = routes.iter().filter(|route| route.access == Access::Public).count();
    assert_eq!(public, PUBLIC.len());
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let (site, mut owner) = Site::set_up().await;
    let paths: Vec<String> = table()
        .iter()
        .map(|route| filled(&route.path))
        .chain(["/nope".into()])
        .collect();
    for path in &paths {
        for browser in [&mut owner, &mut site.browser()] {
            let answer = browser.get(path).await;
            let policy = answer.header("content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
                "{path}"
            );
            assert!(
                policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
                "{path}"
            );
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            let referrer = match path.starts_with("/join/") || path.starts_with("/reset/") {
                true => "strict-origin",
                false => "same-origin",
            };
            assert_eq!(answer.header("referrer-policy"), referrer, "{path}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(
                !answer.body.contains("style=\"") && !answer.body.contains("onclick"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn what_another_sites_page_sends_is_refused() {
    let (site, owner) = Site::set_up().await;
    let tries: [(&[(&'static str, &str)], bool); 9] = [
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("sec-fetch-site", "cross-site")], false),
        (
            &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8080")],
            false,
        ),
        (&[("origin", "http://localhost:8080")], true),
        (&[("origin", "http://localhost:8081")], false),
        (&[("origin", "https://localhost:8080")], false),
        (&[("origin", "null")], false),
    ];
    for (headers, allowed) in tries {
        let mut browser = site.browser();
        browser.cookie.clone_from(&owner.cookie);
        let status = posted(&browser, headers).await;
        let expected = if allowed {
            StatusCode::SEE_OTHER
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(status, expected, "{headers:?}");
    }
    // A program without a cookie has the rights of any visitor; a request with a cookie must prove its origin.
    assert_eq!(posted(&site.browser(), &[]).await, StatusCode::SEE_OTHER);
    assert_eq!(posted(&owner, &[]).await, StatusCode::FORBIDDEN);
}

/// Posts a form with only these headers about its origin.
async fn posted(browser: &Browser, headers: &[(&'static str, &str)]) -> StatusCode {
    let mut request = axum::http::Request::post("/account/name")
        .header(header::HOST, "localhost:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(cookie) = &browser.cookie {
        request = request.header(header::COOKIE, cookie);
    }
    browser.send(request.body("name=Ada".into()).unwrap()).await.status()
}

#[tokio::test]
async fn at_this_machine_only_its_own_names_are_answered() {
    let site = Site::new(near());
    let named = Site::new(Serve {
        hosts: vec!["contacts.example.org".to_owned()],
        ..near()
    });
    let hosts = [
        "localhost:8080",
        "127.0.0.1",
        "[::1]:8080",
        "evil.example:8080",
        "contacts.example.org",
    ];
    let mut answers = Vec::new();
    for site in [&site, &named] {
        for host in hosts {
            let mut browser = site.browser();
            with(&mut browser, "host", host);
            answers.push(browser.get("/setup").await.status == StatusCode::OK);
        }
    }
    assert_eq!(answers, [true, true, true, false, false, true, true, true, false, true]);
}

#[tokio::test]
async fn a_request_names_the_server_once() {
    let (site, owner) = Site::set_up().await;
    let cookie = owner.cookie.unwrap();
    let asked = async |hosts: &[&str]| {
        let mut request = axum::http::Request::post("/account/name")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "null")
            .header(header::COOKIE, &cookie);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        let request = request.body("name=Eve".into()).unwrap();
        site.browser().send(request).await.status()
    };
    assert_eq!(asked(&[]).await, StatusCode::BAD_REQUEST);
    assert_eq!(asked(&[""]).await, StatusCode::BAD_REQUEST);
    assert_eq!(
        asked(&["localhost:8080", "evil.example"]).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        asked(&["localhost:8080", "localhost:8080"]).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(asked(&["localhost:8080"]).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn measurements_of_a_server_behind_a_proxy_need_a_token() {
    let proxied = Site::new(Serve {
        secure: true,
        trust_proxy: true,
        ..near()
    });
    assert_eq!(proxied.browser().get("/metrics").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn readiness_tells_a_damaged_database_from_a_sound_one() {
    let (site, _) = Site::set_up().await;
    let mut browser = site.browser();
    let alive = r#"{"status":"ok"}"#;
    for path in ["/livez", "/readyz", "/healthz"] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, alive), "{path}");
    }
    // The latest writes are in the write-ahead log, page after page.
    for file in [site.database_file(), site.database_file().with_extension("db-wal")] {
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..].fill(0x5a);
        std::fs::write(&file, bytes).unwrap();
    }
    assert!(site.app.check_database().is_err());
    for path in ["/readyz", "/healthz"] {
        let answer = browser.get(path).await;
        let said = (answer.status, answer.body.as_str());
        let damaged = r#"{"status":"database_damaged"}"#;
        assert_eq!(said, (StatusCode::SERVICE_UNAVAILABLE, damaged), "{path}");
    }
    let answer = browser.get("/livez").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, alive));
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so_and_knows_the_way_back() {
    let (site, mut owner) = Site::set_up().await;
    for browser in [&mut owner, &mut site.browser()] {
        let answer = browser.get("/nope").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.body.contains("<h1>Page not found</h1>") && answer.body.contains("href=\"/contacts\""));
    }
    let answer = owner.ask("DELETE", "/account", "").await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD")
    );
    assert!(
        answer.body.contains("<h1>Not possible this way</h1>"),
        "{}",
        answer.body
    );
    let answer = owner.post("/account/name", "nothing").await;
    assert!(answer.status.is_client_error() && answer.body.contains("<h1>Invalid request</h1>"));
    let large = format!("name={}", "x".repeat(3_000_000));
    let answer = owner.post("/account/name", &large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer.body.contains("<h1>Too large</h1>") && answer.body.contains(">Trash<"),
        "in the frame"
    );
}

#[tokio::test]
async fn assets_are_named_by_their_content_and_kept_for_ever() {
    let (_site, mut owner) = Site::set_up().await;
    let page = owner.get("/account").await.body;
    let mut together = 0;
    for (before, after, kind) in [
        ("href=\"/assets/", ".css", "text/css; charset=utf-8"),
        ("src=\"/assets/", ".js", "text/javascript; charset=utf-8"),
    ] {
        let (_, rest) = page.split_once(before).unwrap();
        let (hash, _) = rest.split_once(after).unwrap();
        assert!(
            hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()),
            "{hash}"
        );
        let answer = owner.get(&format!("/assets/{hash}{after}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, kind));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        with(&mut owner, "accept-encoding", "gzip");
        let packed = owner.get(&format!("/assets/{hash}{after}")).await;
        owner.extra = HeaderMap::new();
        assert_eq!(packed.header("content-encoding"), "gzip");
        together += packed.body.len();
        let stale = owner.get(&format!("/assets/{}{after}", "0".repeat(16))).await;
        assert_eq!(
            (stale.status, stale.header("cache-control")),
            (StatusCode::NOT_FOUND, "no-store")
        );
    }
    // The body was decoded as text, which can only make it longer.
    assert!(together < 2 * 40_000, "{together}");
}

#[tokio::test]
async fn health_and_measurements_tell_nothing_of_anybody() {
    let (site, mut owner) = Site::set_up().await;
    let health = site.browser().get("/healthz").await;
    assert_eq!(
        (health.status, health.body.as_str()),
        (StatusCode::OK, r#"{"status":"ok"}"#)
    );
    owner.get("/sign-in?next=%2Fsecret-of-ada").await;
    owner.get("/join/secret-of-ada").await;
    owner.post("/reset/secret-of-ada", "password=secret-of-ada").await;
    let seen = owner.get("/metrics").await;
    assert_eq!(seen.status, StatusCode::OK);
    for line in [
        "crystalqore_requests_total{method=\"POST\",route=\"/setup\",status=\"303\"} 1",
        "crystalqore_request_duration_seconds_count{route=\"/setup\"} 1",
        "crystalqore_imports_running 0",
    ] {
        assert!(seen.body.contains(line), "{line} is not in {}", seen.body);
    }
    assert!(!seen.body.contains("ada"), "{}", seen.body);
    let mut far = site.browser();
    with(&mut far, "x-forwarded-for", "192.0.2.1");
    assert_eq!(far.get("/metrics").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn odd_fields_are_no_fault_of_the_program() {
    let (site, mut owner) = Site::set_up().await;
    for path in [
        "/sign-in?next=%2F%01",
        "/audit?from=9999-12-31",
        "/audit?to=9999-12-30",
        "/audit?from=-9999-01-01&to=-9999-01-01",
        "/audit.csv?from=9999-12-31",
        "/contacts?since=9999-12-31&page=18446744073709551615",
        "/duplicates?from=18446744073709551615",
        "/members/-1/remove",
    ] {
        for browser in [&mut owner, &mut site.browser()] {
            let answer = browser.get(path).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
        }
    }
    let signed_in = site
        .browser()
        .post(
            "/sign-in",
            &format!("email=ada%40example.org&password={PASSWORD}&next=%2F%01"),
        )
        .await;
    assert_eq!(signed_in.header("location"), "/contacts");
    let shown = owner.get("/audit?from=2026-01-01&to=9999-12-31").await;
    assert_eq!(shown.status, StatusCode::OK);
}
