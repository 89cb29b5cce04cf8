//! Managing contacts as a team: sharing, transferring, bulk tagging, contacts shared by others, columns and views.

use crate::site::{Answer, Browser, PASSWORD, Site};
use app::{Caller, Role};
use axum::http::StatusCode;
use std::sync::Arc;

/// Another member, signed in.
pub async fn joined(site: &Site, name: &str, role: Role) -> Browser {
    let (app, name) = (Arc::clone(&site.app), name.to_owned());
    let email = format!("{}@example.org", name.to_lowercase());
    let address = email.clone();
    tokio::task::spawn_blocking(move || {
        let owner = app.actor_of("ada@example.org").unwrap();
        let link = app.invite(owner, &address, role).unwrap();
        app.join(&link.secret, &name, PASSWORD, &Caller::default()).unwrap();
    })
    .await
    .unwrap();
    let mut browser = site.browser();
    let form = format!("email={}&password={PASSWORD}", email.replace('@', "%40"));
    assert_eq!(browser.post("/sign-in", &form).await.status, StatusCode::SEE_OTHER);
    browser
}

pub async fn create(browser: &mut Browser, form: &str) -> String {
    let answer = browser.post("/contacts/new", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").split('?').next().unwrap().to_owned()
}

fn id(page: &str) -> &str {
    page.rsplit('/').next().unwrap()
}

pub fn shows(answer: &Answer, texts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    for text in texts {
        assert!(answer.body.contains(text), "{text} is not in {}", answer.body);
    }
}

fn hides(answer: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(!answer.body.contains(text), "{text} is in {}", answer.body);
    }
}

/// The address of the undo button on a page.
fn undo(answer: &Answer) -> String {
    let at = answer.body.find("/actions/").unwrap();
    answer.body[at..].split('"').next().unwrap().to_owned()
}

/// Posts a form and follows the redirect.
pub async fn post(browser: &mut Browser, path: &str, form: &str) -> Answer {
    let answer = browser.post(path, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let next = answer.header("location").to_owned();
    browser.get(&next).await
}

#[tokio::test]
async fn a_contact_is_shared_seen_edited_and_the_share_revoked() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    let page = create(&mut ada, "first_name=Ann&company=Acme").await;
    let share = format!("{page}/share");
    for hidden in [page.clone(), share.clone(), format!("{page}/edit")] {
        assert_eq!(bob.get(&hidden).await.status, StatusCode::NOT_FOUND);
    }
    shows(&bob.get("/shared").await, &["Nothing is shared with you"]);
    shows(
        &ada.get(&share).await,
        &[
            "<h1>Share</h1>",
            "Everyone in the workspace",
            ">Bob</option>",
            "Can view",
            "Can edit",
            "Only you.",
        ],
    );
    let answer = post(&mut ada, &share, "member=2&access=view").await;
    shows(&answer, &["1 contact shared.", ">Bob<", "Undo", "Revoke"]);
    shows(
        &bob.get("/shared").await,
        &["<h1>Shared with me</h1>", "Ann", "Ada", "Can view", "1 contact"],
    );
    shows(&bob.get("/contacts").await, &["Can view", "shared by Ada"]);
    shows(&ada.get("/contacts").await, &["title=\"Shared with 1 member\""]);
    let seen = bob.get(&page).await;
    shows(&seen, &["Access", "You can view", "by Ada, since"]);
    hides(
        &seen,
        &[&format!("{page}/edit"), &format!("{page}/delete"), "hand-over"],
    );
    for (method, path) in [
        ("GET", "edit"),
        ("GET", "share"),
        ("POST", "delete"),
        ("POST", "share"),
        ("POST", "unshare"),
    ] {
        let form = "member=everyone&access=edit&to=all";
        let answer = bob.ask(method, &format!("{page}/{path}"), form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}: {}", answer.body);
        // The error page has the member's page layout.
        assert!(answer.body.contains("Sign out"), "{}", answer.body);
    }
    post(&mut ada, &share, "member=2&access=edit").await;
    let form = bob.get(&format!("{page}/edit")).await;
    shows(&form, &["name=\"version\""]);
    let version = form
        .body
        .split("name=\"version\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let saved = bob
        .post(&format!("{page}/edit"), &format!("version={version}&first_name=Anna"))
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    shows(&ada.get(&page).await, &["Anna", "Can edit"]);
    let answer = post(&mut ada, &format!("{page}/unshare"), "to=all").await;
    shows(&answer, &["1 contact no longer shared.", "Only you."]);
    hides(&ada.get("/contacts").await, &["Shared with 1 member"]);
    assert_eq!(bob.get(&page).await.status, StatusCode::NOT_FOUND);
    // After the undo, the contact is shared again as before.
    let (action, form) = (undo(&answer), format!("back={page}"));
    assert_eq!(bob.post(&action, &form).await.status, StatusCode::NOT_FOUND);
    shows(
        &post(&mut ada, &action, &form).await,
        &["Undone: 1 contact restored.", "Can edit"],
    );
    shows(&bob.get(&page).await, &["You can edit"]);
    assert_eq!(ada.post(&action, &form).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn several_members_are_given_a_share_at_once() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    let mut cleo = joined(&site, "Cleo", Role::Member).await;
    let page = create(&mut ada, "first_name=Ann").await;
    let share = format!("{page}/share");
    shows(&ada.get(&share).await, &["Bulk actions", "multiple"]);
    let answer = post(&mut ada, &share, "member=&access=view").await;
    shows(&answer, &["<h1>Share</h1>", "Choose a member first."]);
    let answer = ada
        .post("/share", &format!("member=&access=view&id={}", id(&page)))
        .await;
    shows(&answer, &["<h1>Share</h1>", "Choose a member first.", id(&page)]);
    let answer = post(&mut ada, &share, "member=&access=edit&member=2&member=3&member=2").await;
    shows(&answer, &["1 contact shared.", ">Bob<", ">Cleo<"]);
    for member in [&mut bob, &mut cleo] {
        shows(&member.get(&page).await, &["You can edit"]);
    }
    shows(&ada.get("/audit").await, &["with Bob, Cleo, to edit"]);
    // One undo revokes all of the shares.
    post(&mut ada, &undo(&answer), "back=/contacts").await;
    for member in [&mut bob, &mut cleo] {
        assert_eq!(member.get(&page).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_selection_or_all_that_match_is_shared_tagged_and_handed_over() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Admin).await;
    let mut pages = Vec::new();
    for name in ["Ann", "Anton", "Cid"] {
        pages.push(create(&mut ada, &format!("first_name={name}")).await);
    }
    let of_bob = create(&mut bob, "first_name=Antje").await;
    post(&mut bob, &format!("{of_bob}/share"), "member=everyone&access=view").await;
    // Four match; one of them may only be viewed.
    let answer = post(&mut ada, "/contacts/bulk", "do=tag&bulk_tag=fair&all=yes&q=an").await;
    shows(
        &answer,
        &["2 contacts tagged, 1 skipped because you can only view them.", "Undo"],
    );
    shows(&ada.get("/contacts?tag=fair").await, &["2 contacts"]);
    shows(
        &post(&mut ada, &undo(&answer), "back=/contacts").await,
        &["2 contacts restored."],
    );
    shows(&ada.get("/contacts?tag=fair").await, &["No contacts found"]);
    let wrong = ada.post("/contacts/bulk", "do=tag&bulk_tag=&all=yes").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The page for sharing a selection contains the selected ids.
    let asked = ada
        .post(
            "/contacts/bulk",
            &format!("do=share&id={}&id={}", id(&pages[0]), id(&of_bob)),
        )
        .await;
    shows(&asked, &["<h1>Share</h1>", "2 contacts", id(&pages[0]), "Revoke"]);
    shows(
        &ada.get("/share?all=yes&q=an").await,
        &["3 contacts", "name=\"all\" value=\"yes\""],
    );
    let answer = post(&mut ada, "/share", "member=2&access=view&all=yes&q=an").await;
    shows(&answer, &["2 contacts shared, 1 skipped because they are not yours."]);
    shows(&bob.get("/shared").await, &["2 contacts"]);
    let answer = post(&mut ada, "/share", "do=unshare&to=2&all=yes").await;
    shows(&answer, &["2 contacts no longer shared"]);
    shows(
        &ada.get(&format!("/hand-over?id={}", id(&pages[2]))).await,
        &["<h1>Transfer</h1>", "Your access afterwards", "Bob"],
    );
    let answer = post(
        &mut ada,
        "/hand-over",
        &format!("member=2&keep=view&id={}", id(&pages[2])),
    )
    .await;
    shows(&answer, &["1 contact transferred."]);
    shows(&ada.get(&pages[2]).await, &["You can view", "Owner"]);
    shows(&bob.get(&pages[2]).await, &["Delete"]);
    shows(
        &post(&mut ada, &undo(&answer), "back=/contacts").await,
        &["1 contact restored."],
    );
    shows(&ada.get(&pages[2]).await, &["Delete"]);
    // Only the member's own contacts are deleted.
    let answer = post(&mut ada, "/contacts/bulk", "do=delete&all=yes").await;
    shows(
        &answer,
        &["3 contacts moved to the trash, 1 skipped because they are not yours."],
    );
    let few = post(&mut bob, "/contacts/bulk", &format!("do=merge&id={}", id(&of_bob))).await;
    shows(&few, &["Select 2 to 10 contacts"]);
}

#[tokio::test]
async fn what_others_share_is_exported_by_itself() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    let page = create(&mut ada, "first_name=Ann").await;
    create(&mut bob, "first_name=Bea").await;
    post(&mut ada, &format!("{page}/share"), "member=everyone&access=view").await;
    shows(
        &bob.get("/export?scope=shared").await,
        &["value=\"shared\" checked", "<strong>1 contact</strong>"],
    );
    let file = bob.post("/export/file", "which=shared&format=jsonl").await;
    shows(&file, &["Ann"]);
    hides(&file, &["Bea"]);
    let mine = bob.post("/export/file", "which=mine&format=jsonl").await;
    shows(&mine, &["Bea"]);
    hides(&mine, &["Ann"]);
    let filtered = bob
        .post("/export/file", "which=filter&scope=shared&q=a&format=jsonl")
        .await;
    hides(&filtered, &["Bea"]);
    shows(&bob.get("/contacts?scope=mine").await, &["1 contact", "Bea", "Mine ✕"]);
    assert_eq!(
        bob.get("/contacts?scope=shared&q=x").await.header("location"),
        "/shared?q=x"
    );
}

#[tokio::test]
async fn tags_are_suggested_that_the_member_can_see_the_most_used_first() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    create(&mut ada, "first_name=Ann&tag=Press&tag=VIP").await;
    create(&mut ada, "first_name=Ben&tag=Press").await;
    let page = create(&mut ada, "first_name=Cem&tag=Secret").await;
    create(&mut bob, "first_name=Dan&tag=Friend").await;
    // No contact on this page has a tag.
    create(&mut ada, "first_name=Zoe").await;
    let suggested = |answer: &Answer| {
        let (_, list) = answer.body.split_once("<datalist id=\"known-tags\">").unwrap();
        let (list, _) = list.split_once("</datalist>").unwrap();
        let tags = list.split("value=\"").skip(1);
        let tags: Vec<String> = tags.map(|tag| tag.split('"').next().unwrap().to_owned()).collect();
        tags
    };
    assert_eq!(suggested(&ada.get("/contacts?q=zoe").await), ["Press", "Secret", "VIP"]);
    assert_eq!(suggested(&bob.get("/contacts").await), ["Friend"]);
    ada.post(&format!("{page}/share"), "member=everyone&access=view").await;
    assert_eq!(suggested(&bob.get("/contacts").await), ["Friend", "Secret"]);
    ada.post(&format!("{page}/unshare"), "to=all").await;
    assert_eq!(suggested(&bob.get("/contacts").await), ["Friend"]);
}

#[tokio::test]
async fn columns_are_chosen() {
    let (_site, mut ada) = Site::set_up().await;
    create(&mut ada, "first_name=Ann&title=Captain&company=Acme").await;
    let usual = ada.get("/contacts").await;
    shows(&usual, &[">Company</th>", ">Changed</a></th>"]);
    let chosen = ada
        .get("/contacts?col=name&col=title&col=owner&col=field%3AShoe&col=nonsense&sort=newest")
        .await;
    shows(
        &chosen,
        &[
            ">Job title</th>",
            "Captain",
            ">Owner</th>",
            "You",
            ">Shoe</th>",
            "name=\"cols\" value=\"name,title,owner,field:Shoe\"",
        ],
    );
    hides(&chosen, &[">Company</th>"]);
}

#[tokio::test]
async fn chosen_columns_are_remembered_for_each_member_and_list() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    let page = create(&mut ada, "first_name=Ann&title=Captain&company=Acme").await;
    ada.post(&format!("{page}/share"), "member=everyone&access=view").await;
    let answer = ada
        .post("/contacts/columns", "q=ann&sort=newest&col=name&col=title&col=nonsense")
        .await;
    // The address is as short as before: remembered columns need not be in it.
    assert_eq!(answer.header("location"), "/contacts?q=ann&sort=newest");
    let remembered = |answer: &Answer| {
        shows(answer, &[">Job title</th>", "Captain", "Standard columns"]);
        hides(answer, &[">Company</th>", "name=\"cols\""]);
    };
    remembered(&ada.get("/contacts").await);
    remembered(&ada.get("/contacts?q=acme").await);
    // On another machine as well.
    let mut elsewhere = site.browser();
    let form = format!("email=ada%40example.org&password={PASSWORD}");
    elsewhere.post("/sign-in", &form).await;
    remembered(&elsewhere.get("/contacts").await);
    // Bob has chosen no columns. His list of shared contacts has other standard columns.
    for list in ["/contacts", "/shared"] {
        let usual = bob.get(list).await;
        shows(&usual, &[">Company</th>"]);
        hides(&usual, &[">Job title</th>", "Standard columns"]);
    }
    let chosen = bob.post("/contacts/columns", "scope=shared&col=name&col=title").await;
    assert_eq!(chosen.header("location"), "/shared");
    hides(&bob.get("/shared").await, &[">Shared by</th>"]);
    shows(&bob.get("/contacts").await, &[">Company</th>"]);
    // Columns in the address take precedence, and change nothing that is remembered.
    let named = ada.get("/contacts?cols=name,owner").await;
    shows(&named, &[">Owner</th>"]);
    hides(&named, &[">Job title</th>"]);
    remembered(&ada.get("/contacts").await);
    // A view saved now gets the visible columns.
    shows(&ada.get("/contacts?q=x").await, &["q=x&amp;cols=name%2Ctitle"]);
    let back = post(&mut ada, "/contacts/columns", "do=standard&col=name&col=title").await;
    shows(&back, &[">Company</th>", ">Changed</a></th>"]);
    hides(&back, &["Standard columns"]);
    // Choosing only the name column is a valid choice as well.
    let none = post(&mut ada, "/contacts/columns", "col=name").await;
    hides(&none, &[">Company</th>", ">Changed</a></th>"]);
}

#[tokio::test]
async fn a_view_is_saved_used_by_others_and_deleted_by_its_maker_or_an_admin() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    let mut cid = joined(&site, "Cid", Role::Member).await;
    create(&mut bob, "first_name=Ann&tag=vip").await;
    let answer = post(
        &mut bob,
        "/views",
        "name=Very+important&shared=yes&query=tag%3Dvip%26sort%3Dnewest%26cols%3Dname%2Ccity%26evil%3D1",
    )
    .await;
    shows(&answer, &["View saved", "Very important"]);
    post(&mut bob, "/views", "name=My+own&query=q%3Dx").await;
    shows(
        &bob.get("/contacts").await,
        &["/contacts?tag=vip&amp;sort=newest&amp;cols=name%2Ccity", "My own"],
    );
    let of_cid = cid.get("/views").await;
    shows(&of_cid, &["Very important", "by Bob"]);
    hides(&of_cid, &["My own", "/views/1/delete"]);
    assert_eq!(cid.post("/views/1/delete", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(cid.post("/views/2/delete", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        cid.post("/views/2", "name=x&query=").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        bob.post("/views", "name=+&query=").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    shows(
        &post(&mut bob, "/views/1", "name=VIP&shared=yes&query=tag%3Dvip").await,
        &["VIP"],
    );
    // A second view with the same name replaces the first.
    post(&mut bob, "/views", "name=My+own&query=q%3Dy").await;
    let views = bob.get("/views").await;
    shows(&views, &["q=y"]);
    hides(&views, &["q=x"]);
    // The owner of the workspace may delete a shared view.
    post(&mut ada, "/views/1/delete", "").await;
    hides(&cid.get("/views").await, &["VIP"]);
}

#[tokio::test]
async fn a_change_that_was_interrupted_is_offered_for_undo_to_the_member_who_began_it() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    create(&mut ada, "first_name=Ann&company=Acme").await;
    post(&mut ada, "/contacts/bulk", "do=tag&bulk_tag=fair&all=yes&q=an").await;
    // The state that a crash between two steps leaves.
    testbed::execute_in_file(&site.database_file(), "UPDATE actions SET open_until = 1");
    let words = "A bulk action was interrupted";
    let list = ada.get("/contacts").await;
    shows(&list, &[words, "1 contact", "tagged, the others not", "Keep"]);
    hides(&bob.get("/contacts").await, &[words]);
    let answer = post(&mut ada, &undo(&list), "back=/contacts").await;
    shows(&answer, &["Undone: 1 contact"]);
    hides(&ada.get("/contacts").await, &[words]);
}

/// For a field with a single value, the first value counts. For a value that cannot be parsed, the handler responds
/// with a page.
#[tokio::test]
async fn wrong_and_repeated_values_of_forms_are_answered_with_pages() {
    let (_site, mut ada) = Site::set_up().await;
    let page = create(&mut ada, "first_name=Ann").await;
    let ann = id(&page);
    for (path, form, status) in [
        ("/duplicates/dismiss", "from=x&id=x", StatusCode::NOT_FOUND),
        ("/contacts/merge", "kept=x", StatusCode::BAD_REQUEST),
        ("/contacts/merge", "id=x&id=y", StatusCode::NOT_FOUND),
        ("/contacts/bulk", "all=yes&do=fly", StatusCode::BAD_REQUEST),
        ("/share", "all=yes&member=x&access=view", StatusCode::BAD_REQUEST),
        ("/share", "all=yes&member=2&access=all", StatusCode::BAD_REQUEST),
        ("/hand-over", "all=yes", StatusCode::BAD_REQUEST),
        ("/views/x", "name=a", StatusCode::NOT_FOUND),
        (&format!("{page}/edit"), "version=x", StatusCode::BAD_REQUEST),
    ] {
        let answer = ada.post(path, form).await;
        assert_eq!(answer.status, status, "{path} {form}");
        assert!(answer.body.contains("Back to contacts"), "{}", answer.body);
    }
    let twice = format!("do=tag&do=delete&bulk_tag=one&bulk_tag=two&id=x&id={ann}&id=");
    shows(&post(&mut ada, "/contacts/bulk", &twice).await, &["1 contact tagged"]);
    shows(
        &ada.get("/contacts?tag=one&tag=two&page=x").await,
        &["1 contact", "Ann"],
    );
}
