//! The route of the stylesheet, the script and the icons. Browsers cache them without limit, because changed content
//! gets a new address.

use crate::ui::assets::{CSS, ICONS, JS, embedded};
use crate::ui::error_page::Problem;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// `GET /assets/{name}`
pub async fn get(Path(name): Path<String>) -> Result<Response, Problem> {
    let assets = embedded();
    let (content, kind) = if name == assets.css {
        (CSS, "text/css; charset=utf-8")
    } else if name == assets.js {
        (JS, "text/javascript; charset=utf-8")
    } else if name == assets.icons {
        (ICONS, "image/svg+xml")
    } else {
        return Err(Problem::NotFound);
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, content).into_response())
}
