//! The settings for signing in. They are a form of their own because saving them requires the password again.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::forms::field;
use app::{MOST_IDLE_HOURS, MOST_SESSION_HOURS, SecuritySettings};
use axum::extract::{Form, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The form. A value that is not a number becomes 0, which `app` rejects.
#[derive(Deserialize)]
pub struct SecurityForm {
    idle_hours: String,
    session_hours: String,
    #[serde(default)]
    admins_need_second_factor: Option<String>,
}

/// `POST /settings/security`
pub async fn save(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<SecurityForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let hours = |text: &str| text.trim().parse().unwrap_or(0);
    let wanted = SecuritySettings {
        idle_hours: hours(&sent.idle_hours),
        session_hours: hours(&sent.session_hours),
        admins_need_second_factor: sent.admins_need_second_factor.is_some(),
    };
    blocking(&web, move |app| app.set_security_settings(actor, wanted)).await?;
    Ok(redirect("/settings", Flash::text("Saved.")))
}

pub fn form(settings: &SecuritySettings) -> Markup {
    let hours = |name: &str, label: &str, hint: String, most: u32, value: u32| {
        field(name, label, Some(&hint), None, |about| {
            html! { input.short id=(name) name=(name) type="number" min="1" max=(most) value=(value) required aria-describedby=[about]; }
        })
    };
    html! {
        form.stack method="post" action="/settings/security" {
            fieldset.card.stack {
                legend.visually-hidden { "Signing in" }
                h2 { "Signing in" }
                p.muted { "You confirm your password before this is saved. It applies at once, also to existing sessions." }
                (hours("idle_hours", "Session ends after (hours without activity)", format!("At most {MOST_IDLE_HOURS} (30 days)."), MOST_IDLE_HOURS, settings.idle_hours))
                (hours("session_hours", "Session ends after (hours in total)", format!("2,160 hours are 90 days. At most {MOST_SESSION_HOURS} (one year)."), MOST_SESSION_HOURS, settings.session_hours))
                label.choice {
                    input type="checkbox" name="admins_need_second_factor" value="yes" checked[settings.admins_need_second_factor];
                    "Admins and owners need a second factor"
                }
            }
            div.actions { button { "Save sign-in settings" } }
        }
    }
}
