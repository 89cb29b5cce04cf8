//! Finding, dismissing and merging duplicates, through the router.

use crate::managing::joined;
use crate::site::{Answer, Browser, Site};
use app::Role;
use axum::http::StatusCode;

async fn create(browser: &mut Browser, form: &str) -> String {
    let answer = browser.post("/contacts/new", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let page = answer.header("location").split('?').next().unwrap();
    page.rsplit('/').next().unwrap().to_owned()
}

async fn post(browser: &mut Browser, path: &str, form: &str) -> Answer {
    let answer = browser.post(path, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let next = answer.header("location").to_owned();
    browser.get(&next).await
}

fn shows(answer: &Answer, texts: &[&str]) {
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

fn versions(form: &Answer) -> Vec<String> {
    let parts = form.body.split("name=\"version\" value=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

const ANN: &str =
    "first_name=Ann&last_name=Ivers&email_label=&email=ann%40example.com&company=Acme&birthday=1984-03-09";
/// A script rewrites the date for the reader.
const BIRTHDAY: &str = "<time datetime=\"1984-03-09\" data-local=\"day\">";
const ANNE: &str = "sure=yes&first_name=Anne&last_name=Ivers&email_label=&email=ann%40example.com&phone_label=&phone=%2B1+202+555+0101";

#[tokio::test]
async fn duplicates_are_shown_with_reasons_and_can_be_dismissed() {
    let (_site, mut ada) = Site::set_up().await;
    shows(
        &ada.get("/duplicates").await,
        &["<h1>Find duplicates</h1>", "No duplicates"],
    );
    let (ann, anne) = (create(&mut ada, ANN).await, create(&mut ada, ANNE).await);
    let page = post(&mut ada, "/duplicates", "").await;
    shows(
        &page,
        &[
            "same email: ann@example.com",
            "short form of the name",
            BIRTHDAY,
            "Not duplicates",
            "/contacts/merge",
            &ann,
            &anne,
        ],
    );
    let page = post(&mut ada, "/duplicates/dismiss", &format!("id={ann}&id={anne}&from=0")).await;
    shows(&page, &["Marked as not duplicates", "No duplicates"]);
    hides(&post(&mut ada, "/duplicates", "").await, &["same email:"]);
}

#[tokio::test]
async fn two_are_merged_as_was_chosen_and_that_is_undone() {
    let (_site, mut ada) = Site::set_up().await;
    let (ann, anne) = (create(&mut ada, ANN).await, create(&mut ada, ANNE).await);
    let form = ada.get(&format!("/contacts/merge?from=20&id={ann}&id={anne}")).await;
    shows(
        &form,
        &[
            "← Find duplicates",
            "<h1>Merge contacts</h1>",
            ">Merge<",
            "Contact to keep",
            "Acme",
            "+1 202 555 0101",
            BIRTHDAY,
            "type=\"radio\"",
        ],
    );
    let versions = versions(&form);
    let listed = "listed=email%3Aann%40example.com&keep=email%3Aann%40example.com&listed=phone%3A%2B12025550101";
    let sent = format!(
        "from=20&id={ann}&id={anne}&version={}&version={}&kept={ann}&whose%3Afirst_name={anne}&{listed}",
        versions[0].replace(':', "%3A"),
        versions[1].replace(':', "%3A"),
    );
    let page = post(&mut ada, "/contacts/merge", &sent).await;
    shows(
        &page,
        &[
            "2 contacts merged",
            "Undo",
            "href=\"/duplicates?from=20\"",
            "<h1>Anne Ivers</h1>",
            "Acme",
        ],
    );
    hides(&page, &["202 555 0101"]);
    assert_eq!(
        ada.get(&format!("/contacts/{anne}")).await.status,
        StatusCode::NOT_FOUND
    );
    let at = page.body.find("/actions/").unwrap();
    let undo = page.body[at..].split('"').next().unwrap().to_owned();
    shows(
        &post(&mut ada, &undo, &format!("back=%2Fcontacts%2F{ann}")).await,
        &["<h1>Ann Ivers</h1>"],
    );
    shows(&ada.get(&format!("/contacts/{anne}")).await, &["202 555 0101"]);
    // The form contains versions that are outdated by now.
    let edit = format!("/contacts/{anne}/edit");
    let version = versions[1].split(':').nth(1).unwrap();
    assert_eq!(
        ada.post(&edit, &format!("version={version}&first_name=Anna"))
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    shows(&post(&mut ada, "/contacts/merge", &sent).await, &["nothing was merged"]);
}

#[tokio::test]
async fn who_merges_from_the_list_of_duplicates_goes_on_there_by_keys() {
    let (_site, mut ada) = Site::set_up().await;
    let (ann, anne) = (create(&mut ada, ANN).await, create(&mut ada, ANNE).await);
    let page = post(&mut ada, "/duplicates", "").await;
    shows(&page, &["1 possible duplicate,", "name=\"from\" value=\"0\""]);
    hides(&page, &["value=\"duplicates\" autofocus"]);
    let form = ada.get(&format!("/contacts/merge?from=0&id={ann}&id={anne}")).await;
    // Pressing Enter merges as proposed.
    shows(
        &form,
        &["← Find duplicates", "name=\"from\" value=\"0\"", " checked autofocus"],
    );
    let versions: String = versions(&form)
        .iter()
        .map(|version| format!("&version={}", version.replace(':', "%3A")))
        .collect();
    let listed = "listed=email%3Aann%40example.com&keep=email%3Aann%40example.com";
    let sent = format!("from=0&id={ann}&id={anne}{versions}&kept={ann}&{listed}");
    let page = post(&mut ada, "/contacts/merge", &sent).await;
    let more = "href=\"/duplicates?from=0\" autofocus>More duplicates<";
    shows(&page, &["2 contacts merged", "Undo", more]);
    let at = page.body.find("/actions/").unwrap();
    let undo = page.body[at..].split('"').next().unwrap().to_owned();
    shows(&ada.get("/duplicates?from=0").await, &["No duplicates"]);
    post(&mut ada, &undo, &format!("back=%2Fcontacts%2F{ann}")).await;
    shows(
        &ada.get("/duplicates?from=0").await,
        &[
            "same email: ann@example.com",
            "formaction=\"/contacts/merge\" name=\"then\" value=\"duplicates\" autofocus>",
        ],
    );
    hides(
        &ada.get(&format!("/contacts/merge?id={ann}&id={anne}")).await,
        &["← Find duplicates", " checked autofocus"],
    );
}

#[tokio::test]
async fn what_is_hidden_or_not_to_be_changed_is_not_merged() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    let ann = create(&mut ada, ANN).await;
    let anne = create(&mut bob, ANNE).await;
    let form = format!("/contacts/merge?id={ann}&id={anne}");
    assert_eq!(bob.get(&form).await.status, StatusCode::NOT_FOUND);
    let sent = format!("id={ann}&id={anne}&kept={anne}");
    assert_eq!(bob.post("/contacts/merge", &sent).await.status, StatusCode::NOT_FOUND);
    let dismiss = format!("id={ann}&id={anne}");
    assert_eq!(
        bob.post("/duplicates/dismiss", &dismiss).await.status,
        StatusCode::NOT_FOUND
    );
    shows(&bob.get("/duplicates").await, &["No duplicates"]);

    let share = format!("/contacts/{ann}/share");
    post(&mut ada, &share, "member=2&access=view").await;
    let page = post(&mut bob, "/duplicates", "").await;
    shows(&page, &["same email: ann@example.com", "You cannot merge these", "Ada"]);
    hides(&page, &["/contacts/merge"]);
    let page = bob.get(&form).await;
    shows(&page, &["You cannot merge these contacts"]);
    assert_eq!(bob.post("/contacts/merge", &sent).await.status, StatusCode::FORBIDDEN);

    // A contact that the member may edit can stay; their own contact is merged into it.
    post(&mut ada, &share, "member=2&access=edit").await;
    shows(&bob.get(&form).await, &[">Merge<"]);
    let sent = format!("id={ann}&id={anne}&kept={ann}");
    shows(&post(&mut bob, "/contacts/merge", &sent).await, &["2 contacts merged"]);
    shows(&ada.get(&format!("/contacts/{ann}")).await, &["202 555 0101"]);
}

/// A dismissal applies to all members, so it requires the right to edit one of the two contacts.
#[tokio::test]
async fn who_may_only_view_two_contacts_does_not_hide_them_as_duplicates() {
    let (site, mut ada) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Member).await;
    let (ann, anne) = (create(&mut ada, ANN).await, create(&mut ada, ANNE).await);
    for id in [&ann, &anne] {
        post(&mut ada, &format!("/contacts/{id}/share"), "member=2&access=view").await;
    }
    let page = post(&mut bob, "/duplicates", "").await;
    shows(&page, &["same email: ann@example.com"]);
    hides(&page, &["Not duplicates"]);
    let dismiss = format!("id={ann}&id={anne}");
    let refused = bob.post("/duplicates/dismiss", &dismiss).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    shows(
        &post(&mut ada, "/duplicates", "").await,
        &["same email: ann@example.com", "Not duplicates"],
    );
    post(&mut ada, &format!("/contacts/{ann}/share"), "member=2&access=edit").await;
    let done = bob.post("/duplicates/dismiss", &dismiss).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    hides(
        &post(&mut ada, "/duplicates", "").await,
        &["same email: ann@example.com"],
    );
    let log = ada.get("/audit?action=told_apart").await;
    shows(&log, &["Marked contacts as not duplicates", "Bob"]);
}

#[tokio::test]
async fn merging_fewer_than_two_contacts_is_rejected() {
    let (site, mut ada) = Site::set_up().await;
    shows(&ada.get("/contacts/merge").await, &["Select two to ten contacts"]);
    let ann = create(&mut ada, ANN).await;
    shows(
        &ada.get(&format!("/contacts/merge?id={ann}&id={ann}")).await,
        &["Select two to ten contacts"],
    );
    assert_eq!(ada.get("/contacts/merge?id=x&id=y").await.status, StatusCode::NOT_FOUND);
    // A visitor without a session sees neither page.
    assert_eq!(site.browser().get("/duplicates").await.status, StatusCode::SEE_OTHER);
}
