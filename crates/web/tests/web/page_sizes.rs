//! Files that could make pages large: whatever a file contains, no page is larger than a megabyte.

use crate::import::{counted, upload};
use crate::site::{Answer, Browser, Site, near};
use axum::http::StatusCode;
use web::Serve;

/// The maximum size of a page, in bytes.
const MOST: usize = 1_000_000;

async fn site() -> (Site, Browser) {
    let serve = Serve {
        upload_limit: 64 << 20,
        ..near()
    };
    Site::set_up_as(serve).await
}

/// Uploads a file that is accepted; its import is the first.
async fn taken(content: &str) -> (Site, Browser) {
    let (site, mut browser) = site().await;
    let answer = upload(&mut browser, "nasty.csv", content, "text/html").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", start(&answer));
    (site, browser)
}

fn start(answer: &Answer) -> String {
    answer.body.chars().take(3_000).collect()
}

/// Gets a page and checks that it is small.
async fn small(browser: &mut Browser, path: &str) -> Answer {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", start(&answer));
    assert!(answer.body.len() < MOST, "{path} has {} bytes", answer.body.len());
    answer
}

fn columns(count: usize, name: &str) -> String {
    (0..count).map(|at| format!("{name}{at}")).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn a_file_with_too_many_columns_is_refused_with_their_number() {
    let (_site, mut browser) = site().await;
    let content = format!("{}\n{}\n", columns(20_000, "c"), columns(20_000, "v"));
    let answer = upload(&mut browser, "wide.csv", &content, "text/html").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("20000 columns"), "{}", start(&answer));
    assert!(answer.body.len() < MOST);
    let huge = format!("{}\n{}\n", columns(100_000, "c"), columns(100_000, "v"));
    let answer = upload(&mut browser, "wider.csv", &huge, "text/html").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("at most 4096"), "{}", start(&answer));
}

#[tokio::test]
async fn empty_columns_at_the_end_are_not_counted() {
    let commas = ",".repeat(10_000);
    let content = format!("Name,Email{commas}\nAnn Lee,ann@example.org{commas}\n");
    let (_site, mut browser) = taken(&content).await;
    let map = small(&mut browser, "/imports/1/map").await;
    assert!(!map.body.contains("Next columns"));
    assert!(map.body.contains("2 columns will be imported"), "{}", start(&map));
}

#[tokio::test]
async fn many_columns_are_mapped_page_by_page() {
    let content = format!(
        "Name,{}\nAnn Lee,{}\n",
        columns(1_000, "strange thing "),
        columns(1_000, "v")
    );
    let (_site, mut browser) = taken(&content).await;
    let map = small(&mut browser, "/imports/1/map").await;
    assert!(map.body.contains("Columns 1 to 50 of 1,001"), "{}", start(&map));
    assert!(map.body.contains("name=\"column-49\"") && !map.body.contains("name=\"column-50\""));
    let next = browser.post("/imports/1/map", "do=page-2&column-1=company").await;
    assert_eq!(next.header("location"), "/imports/1/map?page=2");
    let map = small(&mut browser, "/imports/1/map?page=2").await;
    assert!(map.body.contains("Columns 51 to 100 of 1,001"));
    assert!(
        map.body.contains("2 of 1,001 columns will be imported"),
        "the choice of the first page is kept"
    );
    let on = browser
        .post("/imports/1/map?page=2", "do=continue&column-50=notes")
        .await;
    assert_eq!(on.header("location"), "/imports/1/preview");
    let last = small(&mut browser, "/imports/1/map?page=100000").await;
    assert!(last.body.contains("Columns 1,001 to 1,001 of 1,001"));
    counted(&mut browser).await;
    small(&mut browser, "/imports/1/preview").await;
}

#[tokio::test]
async fn the_beginning_of_a_huge_cell_is_shown_and_more_of_it_on_demand() {
    let cell = "\"\"".repeat(1_000_000);
    let content = format!("Name,Email,Notes\nAnn Lee,ann@example.org,\"{cell}\"\nBob,bob(at)example.org,\"{cell}\"\n");
    let (_site, mut browser) = taken(&content).await;
    small(&mut browser, "/imports/1/map").await;
    counted(&mut browser).await;
    for class in ["new", "invalid"] {
        let preview = small(&mut browser, &format!("/imports/1/preview?class={class}")).await;
        let (_, link) = preview.body.split_once("href=\"/imports/1/row?").unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        let row = small(&mut browser, &format!("/imports/1/row?{link}")).await;
        assert!(row.body.matches("&quot;").count() > 10_000, "more is shown there");
    }
}

#[tokio::test]
async fn rows_with_everything_wrong_are_shown_in_part() {
    let wrong = vec!["&\"\"<".repeat(150); 100];
    let row = format!("\"{}\"", wrong.join("\",\""));
    let content = format!("{}\n{}", columns(100, "Email "), format!("{row}\n").repeat(52));
    let (_site, mut browser) = taken(&content).await;
    small(&mut browser, "/imports/1/map").await;
    let emails: Vec<String> = (0..50).map(|at| format!("column-{at}=email")).collect();
    browser.post("/imports/1/map", &emails.join("&")).await;
    counted(&mut browser).await;
    let preview = small(&mut browser, "/imports/1/preview?class=invalid").await;
    assert!(preview.body.contains("more</a>"), "{}", start(&preview));
}

#[tokio::test]
async fn huge_names_of_columns_are_cut() {
    let name = "\"\"".repeat(20_000);
    let header: Vec<String> = (0..60).map(|at| format!("\"{at} {name}\"")).collect();
    let content = format!("Email,{}\nann(at)example.org,{}\n", header.join(","), columns(60, "v"));
    let (_site, mut browser) = taken(&content).await;
    small(&mut browser, "/imports/1/map").await;
    counted(&mut browser).await;
    small(&mut browser, "/imports/1/preview?class=invalid").await;
    let twice = "column-1=company&column-2=company";
    let refused = browser.post("/imports/1/map", twice).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.len() < MOST, "{}", refused.body.len());
}

#[tokio::test]
async fn a_contact_with_huge_values_is_shown_in_part_and_not_put_into_a_form() {
    let (_site, mut browser) = site().await;
    let mut places = Vec::new();
    for name in ["Ann", "Bob"] {
        let form = format!("first_name={name}&company={0}&notes={0}", "%22".repeat(300_000));
        let made = browser.post("/contacts/new", &form).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", start(&made));
        let place = made.header("location").split('?').next().unwrap().to_owned();
        let shown = small(&mut browser, &place).await;
        assert!(shown.body.contains("has more values than this page shows"));
        let edit = browser.get(&format!("{place}/edit")).await;
        assert_eq!(edit.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", start(&edit));
        places.push(place);
    }
    let ids: Vec<&str> = places.iter().map(|place| place.rsplit('/').next().unwrap()).collect();
    small(&mut browser, "/contacts").await;
    small(&mut browser, &format!("/contacts/merge?id={}&id={}", ids[0], ids[1])).await;
    small(&mut browser, &format!("{}/share", places[0])).await;
    small(&mut browser, "/duplicates").await;
    browser.post(&format!("{}/delete", places[0]), "").await;
    small(&mut browser, "/trash").await;
}
