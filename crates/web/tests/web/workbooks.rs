//! Excel workbooks and vCards in the wizard: the selected sheet, selecting another one, and the stored files until the
//! start.

use crate::import::{counted, upload};
use crate::site::{Browser, Site};
use axum::http::StatusCode;
use rust_xlsxwriter::{Format, Workbook};

/// A workbook with two sheets of contacts.
fn book() -> Vec<u8> {
    let mut book = Workbook::new();
    let zip = Format::new().set_num_format("00000");
    for (name, people) in [
        (
            "Members",
            [
                ("Ann Lee", "ann@example.org", 2116),
                ("Bob Ray", "bob(at)example.org", 2117),
            ],
        ),
        (
            "Former <b>",
            [("Cy Young", "cy@example.org", 2118), ("Di Roe", "di@example.org", 2119)],
        ),
    ] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (column, title) in ["Name", "Email", "Zip Code"].iter().enumerate() {
            sheet.write(0, column as u16, *title).unwrap();
        }
        for (row, (name, email, code)) in (1_u32..).zip(people) {
            sheet.write(row, 0, name).unwrap();
            sheet.write(row, 1, email).unwrap();
            sheet.write_with_format(row, 2, code, &zip).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

async fn with_book() -> (Site, Browser) {
    let (site, mut browser) = Site::set_up().await;
    let answer = upload(&mut browser, "members.xlsx", book(), "text/html").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header("location"), "/imports/1/map");
    (site, browser)
}

/// The number of stored upload files.
fn kept(site: &Site) -> usize {
    let folder = site.database_file().with_file_name("uploads");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_workbook_leads_from_step_to_step() {
    let (site, mut browser) = with_book().await;
    let map = browser.get("/imports/1/map").await;
    for said in [
        "Excel workbook, sheet “Members”",
        "02116",
        "<option value=\"Former &lt;b&gt;\">",
    ] {
        assert!(map.body.contains(said), "{said}: {}", map.body);
    }
    assert!(!map.body.contains("id=\"encoding\"") && !map.body.contains("id=\"delimiter\""));
    let preview = counted(&mut browser).await;
    assert!(preview.body.contains("Import 1 contact"), "{}", preview.body);
    assert!(
        preview.body.contains("Email in line 3"),
        "the row of the sheet: {}",
        preview.body
    );
    let fixed = browser
        .post(
            "/imports/1/fix?class=invalid&page=1",
            "row=2&column=1&value=bob%40example.org",
        )
        .await;
    assert_eq!(fixed.status, StatusCode::SEE_OTHER);
    let preview = counted(&mut browser).await;
    assert!(preview.body.contains("Import 2 contacts"), "{}", preview.body);
    assert_eq!(
        kept(&site),
        2,
        "the table and the workbook, of which another sheet can be chosen"
    );
    browser.post("/imports/1/start", "").await;
    assert_eq!(kept(&site), 1, "the table alone");
}

#[tokio::test]
async fn another_sheet_is_chosen() {
    let (site, mut browser) = with_book().await;
    let chosen = browser
        .post("/imports/1/map", "do=&header=auto&sheet=Former+%3Cb%3E&column-2=")
        .await;
    assert_eq!(chosen.header("location"), "/imports/1/map", "{}", chosen.body);
    let map = browser.get("/imports/1/map").await;
    assert!(
        map.body.contains("sheet “Former &lt;b&gt;”") && map.body.contains("Cy Young"),
        "{}",
        map.body
    );
    assert!(
        map.body.contains("02118"),
        "what was chosen for the columns of the other sheet is gone"
    );
    let preview = counted(&mut browser).await;
    assert!(preview.body.contains("Import 2 contacts"), "{}", preview.body);
    assert_eq!(kept(&site), 2);
    // The form is sent again with all other settings.
    let same = browser
        .post("/imports/1/map", "do=&header=auto&sheet=Former+%3Cb%3E&column-2=")
        .await;
    assert_eq!(same.header("location"), "/imports/1/map");
    let map = browser.get("/imports/1/map").await;
    assert!(map.body.contains("Not imported: "), "{}", map.body);
    let unknown = browser.post("/imports/1/map", "do=&header=auto&sheet=Nobody").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.body.contains("no sheet “Nobody”"), "{}", unknown.body);
    let discarded = browser.post("/imports/1/discard", "").await;
    assert_eq!(discarded.status, StatusCode::SEE_OTHER);
    assert_eq!(kept(&site), 0);
}

#[tokio::test]
async fn a_workbook_that_is_damaged_or_too_large_is_refused_and_leaves_nothing() {
    let (site, mut browser) = Site::set_up().await;
    let whole = book();
    let answer = upload(&mut browser, "members.xlsx", &whole[..whole.len() / 2], "text/html").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("damaged or not whole"), "{}", answer.body);
    // Test sites have an upload limit of 1 MiB, which also applies to the table of a workbook.
    let mut large = Workbook::new();
    let sheet = large.add_worksheet();
    sheet.write(0, 0, "Name").unwrap();
    for row in 1..60_000 {
        sheet.write(row, 0, "Always the same long name").unwrap();
    }
    let large = large.save_to_buffer().unwrap();
    assert!(large.len() < 1 << 20, "{}", large.len());
    let answer = upload(&mut browser, "large.xlsx", &large, "text/html").await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(kept(&site), 0);
    let list = browser.get("/imports").await;
    assert!(list.body.contains("No imports yet"));
}

#[tokio::test]
async fn cards_lead_to_their_preview_at_once() {
    let (site, mut browser) = Site::set_up().await;
    let cards = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Marsh\r\nN:Marsh;Ana;;;\r\nEMAIL:ana@example.org\r\nEND:VCARD\r\n\
                 BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bo Lund\r\nN:Lund;Bo;;;\r\nEMAIL:bo(at)example.org\r\nEND:VCARD\r\n";
    let answer = upload(&mut browser, "phone.vcf", cards, "application/json").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::CREATED, "/imports/1/preview")
    );
    let preview = counted(&mut browser).await;
    assert!(
        preview.body.contains("Import 1 contact") && preview.body.contains("line 7"),
        "{}",
        preview.body
    );
    let map = browser.get("/imports/1/map").await;
    assert!(
        map.body.contains("vCard") && map.body.contains("value=\"email\" selected"),
        "{}",
        map.body
    );
    assert_eq!(kept(&site), 1);
}
