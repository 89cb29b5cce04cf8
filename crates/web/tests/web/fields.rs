//! Custom fields and settings, as an admin and a member see them, and their effect on forms and imports.

use crate::managing::{create, joined, post, shows};
use crate::site::{Browser, Site};
use app::Role;
use axum::http::StatusCode;

/// The settings form as a browser sends it, followed by `more`.
fn settings(more: &str) -> String {
    format!(
        "name=Motors&country=DE&match=email&duplicates=update&trash_days=7&log_days=14&drafts_each=50&member_gib=5&workspace_gib=50{more}"
    )
}

/// Uploads a file and returns the address of its import.
async fn upload(browser: &mut Browser, text: &str) -> String {
    let answer = crate::import::upload(browser, "people.csv", text, "text/html").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let address = answer.header("location");
    address.rsplit_once('/').unwrap().0.to_owned()
}

#[tokio::test]
async fn an_admin_keeps_the_fields_and_a_member_may_not() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    shows(
        &ada.get("/fields").await,
        &["<h1>Custom fields</h1>", ">Save</button>", "No custom fields yet"],
    );
    let page = post(&mut ada, "/fields", "name=Shoe+size&kind=number&choices=").await;
    shows(
        &page,
        &[
            "Shoe size",
            ">Type</th>",
            "Number",
            "Field added",
            "<label for=\"kind\">Type</label>",
        ],
    );
    assert!(!page.body.contains("Kind"), "{}", page.body);
    let page = post(
        &mut ada,
        "/fields",
        "name=Level&kind=choice&choices=Gold%0D%0ASilver%0D%0A",
    )
    .await;
    shows(&page, &["Gold, Silver", "Move Level up"]);
    shows(&post(&mut ada, "/fields/2/move", "way=up").await, &["Field moved"]);
    shows(
        &post(&mut ada, "/fields/2/choices", "choices=Silver").await,
        &["Silver"],
    );
    shows(
        &post(&mut ada, "/fields/1/archive", "").await,
        &["<h2>Archived</h2>", "Restore"],
    );
    shows(&post(&mut ada, "/fields/1/restore", "").await, &["Field restored"]);
    let again = ada.post("/fields", "name=shoe+SIZE&kind=text&choices=").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("value=\"shoe SIZE\"") && again.body.contains("already"));
    let nowhere = ada.post("/fields/9/archive", "").await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(bob.get("/fields").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bob.get("/settings").await.status, StatusCode::FORBIDDEN);
    for (path, form) in [
        ("/fields", "name=x&kind=text&choices="),
        ("/fields/1/move", "way=up"),
        ("/fields/2/choices", "choices=x"),
        ("/fields/1/archive", ""),
        ("/fields/1/restore", ""),
        ("/settings", settings("").as_str()),
    ] {
        assert_eq!(bob.post(path, form).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_contact_is_entered_in_the_fields_of_the_workspace() {
    let (_site, mut ada) = Site::set_up().await;
    post(&mut ada, "/fields", "name=Shoe+size&kind=number&choices=").await;
    post(&mut ada, "/fields", "name=Since&kind=date&choices=").await;
    post(&mut ada, "/fields", "name=Level&kind=choice&choices=Gold").await;
    shows(
        &ada.get("/contacts/new").await,
        &[
            ">Shoe size</label>",
            "inputmode=\"decimal\"",
            "type=\"date\"",
            "<option value=\"Gold\">",
        ],
    );
    let form = "first_name=Ann&field%3AShoe+size=1%2C234.5&field%3ASince=2026-12-31&field%3ALevel=Gold";
    let page = create(&mut ada, form).await;
    shows(
        &ada.get(&page).await,
        &[
            "<dt>Shoe size</dt><dd class=\"lines\">1234.5</dd>",
            "2026-12-31",
            "Gold",
        ],
    );
    let wrong = ada.post("/contacts/new", "first_name=Bob&field%3AShoe+size=wide").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("href=\"#field-0\"") && wrong.body.contains("is not a number"),
        "{}",
        wrong.body
    );
    shows(
        &ada.get("/contacts?q=field%3A%22Shoe+size%22%3D1234.50").await,
        &["Ann"],
    );
    shows(
        &ada.get("/contacts?field=Shoe+size&value=1234.5").await,
        &["Ann", "Shoe size: 1234.5"],
    );
    // Values of an archived field stay with the contact, even when it is edited.
    post(&mut ada, "/fields/1/archive", "").await;
    let edit = ada.get(&format!("{page}/edit")).await;
    assert!(!edit.body.contains("Shoe size"));
    let (_, rest) = edit.body.split_once("name=\"version\" value=\"").unwrap();
    let version = rest.split('"').next().unwrap();
    let form = format!("version={version}&first_name=Anna&field%3ALevel=");
    assert_eq!(
        ada.post(&format!("{page}/edit"), &form).await.status,
        StatusCode::SEE_OTHER
    );
    let shown = ada.get(&page).await;
    shows(&shown, &["Anna", "1234.5", "(archived)"]);
    let details = shown.body.split("id=\"history\"").next().unwrap();
    assert!(!details.contains("Gold"));
}

#[tokio::test]
async fn settings_are_saved_and_hold() {
    let (_site, mut ada) = Site::set_up().await;
    shows(
        &ada.get("/settings").await,
        &[
            "<h1>Settings</h1>",
            ">Save</button>",
            "value=\"Engines\"",
            "Required fields",
        ],
    );
    let page = post(&mut ada, "/settings", &settings("&required=company")).await;
    shows(&page, &["Saved.", "value=\"Motors\"", "value=\"company\" checked"]);
    shows(&ada.get("/trash").await, &["for 7 days"]);
    let lacking = ada.post("/contacts/new", "first_name=Ann").await;
    assert_eq!(lacking.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lacking.body.contains("Company is required here") && lacking.body.contains("href=\"#company\""));
    let wrong = ada
        .post("/settings", &settings("").replace("trash_days=7", "trash_days=0"))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let strange = ada.post("/settings", &settings("&required=shoe")).await;
    assert_eq!(strange.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn columns_become_fields_where_that_is_allowed() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    post(&mut ada, "/fields", "name=Shoe+size&kind=number&choices=").await;
    let file = "First Name,SHOE SIZE,Boss\nAnn,44,Cal\n";
    let import = upload(&mut bob, file).await;
    let map = bob.get(&format!("{import}/map")).await;
    shows(
        &map,
        &["value=\"custom:Shoe size\" selected", "a custom field of this name"],
    );
    assert!(!map.body.contains("New custom field"));
    let refused = bob
        .post(&format!("{import}/map"), "column-2=custom%3ABoss&do=continue")
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("ask an admin"), "{}", refused.body);
    let import = upload(&mut ada, file).await;
    shows(&ada.get(&format!("{import}/map")).await, &["New custom field “Boss”"]);
    let set = ada
        .post(&format!("{import}/map"), "column-2=custom%3ABoss&do=continue")
        .await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.body);
}
