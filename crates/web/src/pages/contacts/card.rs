//! The vCard of a contact: as a file to download, and as a QR code for a phone.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::selection::id;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::file_name::attachment;
use crate::ui::layout::{Page, Section, page};
use crate::ui::qr_code::qr_code;
use crate::ui::truncate::brief;
use app::ContactCard;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use std::sync::Arc;

async fn card_of(web: &Arc<Web>, signed: &CurrentMember, contact: &str) -> Result<ContactCard, Problem> {
    let (actor, id) = (signed.actor, id(contact)?);
    blocking(web, move |app| app.read(actor, |view| view.contact_card(id))).await
}

/// `GET /contacts/{id}/card`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
) -> Result<Markup, Problem> {
    let card = card_of(&web, &signed, &contact).await?;
    let title = format!("vCard of {}", card.name);
    let head = Page {
        title: &brief(&title),
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    let at = format!("/contacts/{contact}");
    let code = qr_code(&card.small, "QR code of the vCard");
    let content = html! {
        div.narrow {
            nav aria-label="Way back" { a href=(at) { "← " (brief(&card.name)) } }
            h1 { "vCard" }
            section.card.stack aria-labelledby="scan" {
                h2 id="scan" { "To a phone" }
                @match code {
                    Some(code) => {
                        p { "Point the camera of a phone at the code. The phone offers to save the name, numbers, emails and addresses." }
                        (code)
                    }
                    None => p { "This contact has more than a QR code can hold. Download its vCard instead." },
                }
            }
            section.card.stack aria-labelledby="file" {
                h2 id="file" { "As a file" }
                p { "The vCard (3.0) contains every value of the contact." }
                div.actions { a.button.button-primary href={(at) "/card.vcf"} download { "Download vCard" } }
            }
        }
    };
    Ok(page(head, content))
}

/// `GET /contacts/{id}/card.vcf`
pub async fn file(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
) -> Result<Response, Problem> {
    let card = card_of(&web, &signed, &contact).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/vcard; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&["contact", &card.name], "vcf")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, card.whole).into_response())
}
