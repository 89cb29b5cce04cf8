//! Contacts to try the program with: adding them. They are removed by undoing their import, which the list offers.

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

/// How long the answer waits for the import, and how often it looks.
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
