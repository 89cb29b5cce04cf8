//! The stylesheet and the script, embedded in the binary.
//!
//! Owns their order, their addresses, which hold a hash of their content, and how they are served: for ever, because other
//! content has another address. Leaves out what is in them.

use crate::problem::Problem;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_64;

const CSS: &str = concat!(
    include_str!("../assets/base.css"),
    include_str!("../assets/contacts.css"),
    include_str!("../assets/import.css"),
    include_str!("../assets/members.css"),
);
const JS: &str = concat!(
    include_str!("../assets/app.js"),
    include_str!("../assets/contacts.js"),
    include_str!("../assets/import.js"),
);

static EMBEDDED: LazyLock<Assets> = LazyLock::new(|| Assets {
    css: name(CSS, "css"),
    js: name(JS, "js"),
});

/// The assets of this binary, under the names that hold their hash.
pub struct Assets {
    css: String,
    js: String,
}

fn name(content: &str, ending: &str) -> String {
    format!("{:016x}.{ending}", xxh3_64(content.as_bytes()))
}

/// The assets of this binary.
pub fn embedded() -> &'static Assets {
    &EMBEDDED
}

impl Assets {
    /// The address of the stylesheet.
    pub fn css_url(&self) -> String {
        format!("/assets/{}", self.css)
    }

    /// The address of the script.
    pub fn js_url(&self) -> String {
        format!("/assets/{}", self.js)
    }
}

/// `GET /assets/{name}`
pub async fn get(Path(name): Path<String>) -> Result<Response, Problem> {
    let assets = embedded();
    let (content, kind) = if name == assets.css {
        (CSS, "text/css; charset=utf-8")
    } else if name == assets.js {
        (JS, "text/javascript; charset=utf-8")
    } else {
        return Err(Problem::NotFound);
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, content).into_response())
}
