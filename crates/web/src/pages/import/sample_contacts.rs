//! Adds sample contacts for trying out the program. Undoing their import removes them; the list of contacts offers
//! that.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::to;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use app::{App, Error, ImportId, ImportState};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

/// How often the handler checks whether the import is done, and the pause in between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// `POST /import/sample-contacts`
pub async fn add(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Response, Problem> {
    let actor = signed.actor;
    let import = blocking(&web, move |app| app.add_sample_contacts(actor)).await?;
    for _ in 0..TRIES {
        if blocking(&web, move |app| is_done(app, actor, import)).await? {
            return Ok(redirect(
                "/contacts",
                Flash::text("Sample contacts added. Try searching, editing and merging."),
            ));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(to(import, "running").into_response())
}

fn is_done(app: &App, actor: app::Actor, import: ImportId) -> Result<bool, Error> {
    Ok(app.import_report(actor, import)?.state == ImportState::Done)
}
