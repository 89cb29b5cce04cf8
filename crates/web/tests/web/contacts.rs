//! Contacts: the list, one contact, its form, the trash and the export.

use crate::import::{counted, run, upload};
use crate::managing::joined;
use crate::site::{Answer, Browser, Site};
use app::Role;
use axum::http::StatusCode;

impl Browser {
    /// Creates a contact and returns the address of its page.
    async fn create(&mut self, form: &str) -> String {
        let answer = self.post("/contacts/new", form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.header("location").split('?').next().unwrap().to_owned()
    }
}

fn shows(answer: &Answer, texts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    for text in texts {
        assert!(answer.body.contains(text), "{text} is not in {}", answer.body);
    }
}

fn hides(answer: &Answer, texts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    for text in texts {
        assert!(!answer.body.contains(text), "{text} is in {}", answer.body);
    }
}

#[tokio::test]
async fn an_empty_directory_says_what_to_do() {
    let (_site, mut owner) = Site::set_up().await;
    let list = owner.get("/contacts").await;
    shows(
        &list,
        &["No contacts yet", "Import contacts", "New contact", "href=\"/export\""],
    );
}

#[tokio::test]
async fn a_contact_is_created_found_edited_deleted_and_restored() {
    let (_site, mut owner) = Site::set_up().await;
    let page = owner
        .create("first_name=Ann&last_name=Ivers&email_label=work&email=ann%40acme.com&phone_label=&phone=415+555+2671&tag=vip")
        .await;
    owner.create("first_name=Bob").await;
    shows(&owner.get("/contacts").await, &["2 contacts", "Ann Ivers", "Bob"]);
    for found in ["q=nn", "q=5552671", "tag=vip", "q=acme+vip"] {
        let list = owner.get(&format!("/contacts?{found}")).await;
        shows(&list, &["1 contact", "Ann Ivers"]);
        assert!(!list.body.contains(">Bob<"), "{found}");
    }
    shows(&owner.get("/contacts?no=email").await, &[">Bob<", "Has no email ✕"]);
    shows(&owner.get("/contacts?q=zzz").await, &["No contacts found"]);
    shows(&owner.get("/contacts?q=shoe:44").await, &["no kind of condition"]);
    shows(&owner.get("/contacts?page=99").await, &["2 contacts"]);
    let shown = owner.get(&page).await;
    shows(&shown, &["mailto:ann@acme.com", "tel:+14155552671", "by Ada"]);
    let form = owner.get(&format!("{page}/edit")).await;
    let version = form.body.split("name=\"version\" value=\"").nth(1).unwrap();
    let version = version.split('"').next().unwrap().to_owned();
    let edited = owner
        .post(&format!("{page}/edit"), &format!("version={version}&first_name=Anna"))
        .await;
    assert_eq!(edited.status, StatusCode::SEE_OTHER);
    // A member with the old version sees both versions, and keeps their input.
    let late = owner
        .post(&format!("{page}/edit"), &format!("version={version}&first_name=Anne"))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    for text in [
        "Saved by the other member",
        ">Anna<",
        "value=\"Anne\"",
        "Save my values",
    ] {
        assert!(late.body.contains(text), "{text}");
    }
    let deleted = owner.post(&format!("{page}/delete"), "").await;
    let list = owner.get(deleted.header("location")).await;
    shows(&list, &["1 contact moved to the trash.", "Undo"]);
    assert_eq!(owner.get(&page).await.status, StatusCode::NOT_FOUND);
    shows(&owner.get("/trash").await, &["30 days", "Restore"]);
    let (_, at) = list.body.split_once("name=\"at\" value=\"").unwrap();
    let (at, _) = at.split_once('"').unwrap();
    let undone = owner.post("/contacts/undelete", &format!("at={at}")).await;
    shows(
        &owner.get(undone.header("location")).await,
        &["1 contact restored", "Anna"],
    );
}

#[tokio::test]
async fn a_message_is_shown_once_and_only_if_the_server_made_it() {
    let (site, mut owner) = Site::set_up().await;
    let page = owner.create("first_name=Ann").await;
    shows(&owner.get(&page).await, &["Saved."]);
    let said = "moved to the trash";
    for path in [
        "/contacts?deleted=5000&deleted_at=1",
        "/contacts?did=tag&n=5000&action=1",
        "/contacts?undone=7&restored=7&merge=count&view=saved",
        "/trash?restored=1",
        "/account?done=password",
        "/settings?done=yes",
        "/members?done=removed",
        "/fields?done=added",
    ] {
        hides(&owner.get(path).await, &["notice notice-good", "Select 2 to 10"]);
    }
    let deleted = owner.post(&format!("{page}/delete"), "").await;
    assert_eq!(deleted.header("location"), "/contacts");
    let cookie = owner.flash.clone().unwrap();
    // Neither a changed message nor the session of another member is accepted.
    owner.flash = Some(cookie.replace("Deleted", "Restored"));
    hides(&owner.get("/contacts").await, &["notice notice-good"]);
    assert_eq!(owner.flash, None, "a message that cannot be read is deleted");
    let mut bob = joined(&site, "Bob", Role::Member).await;
    bob.flash = Some(cookie.clone());
    hides(&bob.get("/contacts").await, &[said]);
    owner.flash = Some(cookie);
    shows(&owner.get("/contacts").await, &[said]);
    assert_eq!(owner.flash, None);
    hides(&owner.get("/contacts").await, &[said]);
}

#[tokio::test]
async fn mistakes_are_shown_and_entered_values_stay() {
    let (_site, mut owner) = Site::set_up().await;
    let answer = owner
        .post(
            "/contacts/new",
            "first_name=Ann&email_label=work&email=ann%40&phone_label=&phone=12",
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        "value=\"ann@\"",
        "value=\"12\"",
        "value=\"Ann\"",
        "aria-invalid=\"true\"",
        "has too few digits",
    ] {
        assert!(answer.body.contains(text), "{text}");
    }
    let more = owner
        .post("/contacts/new", "first_name=Ann&email_label=&email=a%40b.de&add=email")
        .await;
    shows(&more, &["id=\"email-1\"", "value=\"a@b.de\""]);
    owner.create("first_name=Ann&email_label=&email=a%40b.de").await;
    let twice = owner
        .post("/contacts/new", "first_name=Other&email_label=&email=a%40b.de")
        .await;
    shows(&twice, &["has this email already", "Save anyway"]);
    owner
        .create("first_name=Other&email_label=&email=a%40b.de&sure=yes")
        .await;
}

#[tokio::test]
async fn a_contact_has_a_card_for_phones() {
    let (_site, mut owner) = Site::set_up().await;
    let ann = owner
        .create("first_name=Ann&last_name=%3Cb%3E&email_label=work&email=a%40b.de")
        .await;
    shows(&owner.get(&ann).await, &[&format!("href=\"{ann}/card\"")]);
    shows(
        &owner.get(&format!("{ann}/card")).await,
        &["<svg class=\"qr\"", "card.vcf", "Ann &lt;b&gt;"],
    );
    let card = owner.get(&format!("{ann}/card.vcf")).await;
    assert_eq!(card.header("content-type"), "text/vcard; charset=utf-8");
    assert_eq!(
        card.header("content-disposition"),
        "attachment; filename=\"contact-ann-b.vcf\""
    );
    shows(
        &card,
        &[
            "BEGIN:VCARD\r\nVERSION:3.0\r\n",
            "N:<b>;Ann;;;\r\n",
            "EMAIL;TYPE=INTERNET;TYPE=WORK:a@b.de\r\n",
        ],
    );
}

/// A site with one contact imported from a vCard with this picture, and the address of its page.
async fn with_picture(photo: &str) -> (Site, Browser, String) {
    let (site, mut owner) = Site::set_up().await;
    let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Marsh\r\nPHOTO{photo}\r\nEND:VCARD\r\n");
    upload(&mut owner, "ann.vcf", card, "text/html").await;
    counted(&mut owner).await;
    run(&site, &mut owner).await;
    let list = owner.get("/contacts").await.body;
    let links = list.split("href=\"/contacts/").skip(1);
    let id = links
        .filter_map(|link| link.get(..36))
        .find(|id| id.matches('-').count() == 4);
    let page = format!("/contacts/{}", id.unwrap());
    (site, owner, page)
}

#[tokio::test]
async fn the_picture_of_a_vcard_is_shown_to_those_who_see_the_contact() {
    let (site, mut owner, page) = with_picture(";ENCODING=b;TYPE=PNG:/9j/4AAQ").await;
    let address = format!("{page}/photo");
    let shown = owner.get(&page).await;
    shows(&shown, &[&format!("<img class=\"avatar\" src=\"{address}\" alt=\"\">")]);
    hides(&shown, &["/9j/4AAQ"]);
    let picture = owner.get(&address).await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (StatusCode::OK, "image/jpeg")
    );
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert_eq!(picture.header("cache-control"), "private, no-cache");
    assert!(
        picture
            .header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    let tag = picture.header("etag").to_owned();
    owner.extra.insert("if-none-match", tag.parse().unwrap());
    let again = owner.get(&address).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    owner.extra.clear();
    let mut stranger = joined(&site, "Eve", Role::Member).await;
    stranger.extra.insert("if-none-match", tag.parse().unwrap());
    assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND);
    shows(
        &owner.get(&format!("{page}/card.vcf")).await,
        &["PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\r\n"],
    );
}

#[tokio::test]
async fn what_is_no_picture_that_every_browser_shows_is_a_kept_line() {
    // An SVG may contain a script.
    let (_site, mut owner, page) = with_picture(";ENCODING=b;TYPE=JPEG:PHN2ZyBvbmxvYWQ9IngoKSIvPg==").await;
    let shown = owner.get(&page).await;
    shows(
        &shown,
        &[
            "Kept from the vCard",
            "PHOTO;ENCODING=b;TYPE=JPEG:PHN2ZyBvbmxvYWQ9IngoKSIvPg==",
        ],
    );
    hides(&shown, &["<img"]);
    assert_eq!(owner.get(&format!("{page}/photo")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn contacts_are_exported_in_the_formats_of_other_programs() {
    let (_site, mut owner) = Site::set_up().await;
    owner
        .create("first_name=Ann&nickname=Annie&email_label=&email=a%40b.de")
        .await;
    shows(
        &owner.post("/export", "which=all&format=outlook").await,
        &[
            "Outlook CSV has no place for 1 nickname of 1 contact",
            "value=\"vcard\"",
            "for phones, iCloud",
        ],
    );
    shows(
        &owner.post("/export", "which=all&format=google").await,
        &["Google CSV holds everything of them."],
    );
    for (format, kind, ending, text) in [
        ("google", "text/csv", "csv", "E-mail 1 - Value\r\nAnn,"),
        ("outlook", "text/csv", "csv", "\"a@b.de\",\"SMTP\""),
        ("vcard", "text/vcard", "vcf", "VERSION:3.0"),
        ("vcard4", "text/vcard", "vcf", "VERSION:4.0"),
    ] {
        let file = owner.post("/export/file", &format!("which=all&format={format}")).await;
        shows(&file, &[text]);
        assert_eq!(file.header("content-type"), format!("{kind}; charset=utf-8"));
        let name = file.header("content-disposition").to_owned();
        assert!(
            name.starts_with("attachment; filename=\"contacts-") && name.ends_with(&format!(".{ending}\"")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_selection_is_deleted_or_exported() {
    let (_site, mut owner) = Site::set_up().await;
    let ann = owner.create("first_name=Ann&last_name=%3Cb%3E").await;
    owner.create("first_name=Bob").await;
    owner.create("first_name=Cid").await;
    shows(&owner.get("/contacts").await, &["Ann &lt;b&gt;"]);
    let id = ann.rsplit('/').next().unwrap();
    let dialog = owner.post("/contacts/bulk", &format!("do=export&id={id}")).await;
    shows(
        &dialog,
        &["Export contacts", "The selection", "<strong>1 contact</strong>"],
    );
    let file = owner
        .post(
            "/export/file",
            &format!("which=selection&id={id}&format=jsonl&ticket=0123456789abcdef"),
        )
        .await;
    shows(&file, &["\"first_name\":\"Ann\""]);
    assert!(!file.body.contains("Bob"));
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"contacts-")
    );
    let progress = owner.get("/export/progress?ticket=0123456789abcdef").await;
    assert_eq!(progress.body, r#"{"contacts":1,"ended":true}"#);
    let csv = owner
        .post(
            "/export/file",
            "which=filter&q=bob&delimiter=semicolon&bom=no&bom=yes&column=first_name",
        )
        .await;
    assert_eq!(csv.body.lines().count(), 2, "{}", csv.body);
    assert!(csv.body.starts_with('\u{feff}') && csv.body.contains("Bob"));
    let csv = owner.post("/export/file", "which=filter&q=bob").await;
    assert!(
        csv.body.starts_with("\u{feff}CrystalQore ID,"),
        "the mark is the default"
    );
    let csv = owner.post("/export/file", "which=filter&q=bob&bom=no").await;
    assert!(csv.body.starts_with("CrystalQore ID,"), "the box was not ticked");
    shows(
        &owner.post("/export", "which=all&bom=no").await,
        &["name=\"bom\" value=\"no\"", "name=\"bom\" value=\"yes\">"],
    );
    let none = owner.post("/export", "which=shared").await;
    shows(&none, &["<strong>0 contacts</strong>"]);
    let deleted = owner.post("/contacts/bulk", "do=delete&all=yes&q=i").await;
    shows(
        &owner.get(deleted.header("location")).await,
        &["1 contact moved to the trash."],
    );
    shows(&owner.get("/contacts").await, &["2 contacts"]);
}

#[tokio::test]
async fn the_list_and_the_page_of_a_contact_read_the_database_once() {
    let (site, mut owner) = Site::set_up().await;
    let page = owner.create("first_name=Ann&tag=vip").await;
    // The index of the list is built by the first page, in the same transaction.
    for path in [
        &page,
        "/contacts",
        "/contacts",
        "/contacts?q=ann",
        "/contacts?page=9",
        "/shared",
    ] {
        let before = site.app.reads();
        assert_eq!(owner.get(path).await.status, StatusCode::OK);
        assert_eq!(site.app.reads() - before, 1, "{path}");
    }
    owner
        .post(&format!("{page}/share"), "member=everyone&access=view")
        .await;
    let before = site.app.reads();
    shows(&owner.get("/contacts").await, &["Ann"]);
    assert_eq!(site.app.reads() - before, 1, "after a change too");
}
