//! `crystalqore export`: lossless round trips, and the options.

use crate::scratch::{Scratch, files_below};

/// Contacts with everything that is hard to preserve in a CSV file.
fn full() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(
        "full.csv",
        "First Name,Last Name,Nick,E1,E2,E3,E4,P1,P2,P3,P4,P5,HStreet,HCity,WCity,WCountry,Web,Born,T,N,Size,Note\n\
         Ann,Ivers,=cmd()|'x'!A0,ann@example.com,ann@example.org,a.ivers@example.net,yacht@example.com,\
         +1 202 555 0101 ext. 12,+1 202 555 0102,+1 202 555 0103,+44 20 7946 0104,+1 202 555 0105,\
         \"12 Canal Row\nFloor 2\",Portland,Berlin,Germany,https://example.com,1980-02-29,\
         \"\"\"fair, 2025\"\", vip\",\"said \"\"hi, you\"\"\n=second line\",38½,''=guarded\n\
         -Bob,O'Duya,,bob@example.com,,,,,,,,,,,,,,,,@here,+1,'\n\
         Süleyman,\"Öz;türk\",\"\"\"Süli\"\"\",,,,,+49 171 3920012,,,,,,,Chemnitz,,,--04-01,a;b,'#N/A,,' it''s\n\
         ,,,,bob@example.org,,,,,,,,,,,,,,,,,\n",
    );
    // A mapping file instead of `--map`, because names that contain a `=` are unambiguous in it.
    scratch.write(
        "mapping.json",
        r#"{"Nick": "nickname", "E1": "email", "E2": "email", "E3": "email:work", "E4": "email:Yacht club",
            "P1": "phone:work", "P2": "phone:mobile", "P3": "phone:mobile", "P4": "phone:fax", "P5": "phone:Yacht club",
            "HStreet": "address:home", "HCity": "city:home", "WCity": "city:work", "WCountry": "country:work",
            "Web": "website", "Born": "birthday", "T": "tags", "N": "notes",
            "Size": "custom:Shoe size", "Note": "custom:=Own (field)"}"#,
    );
    let options = ["--mapping", "mapping.json"];
    assert_eq!(scratch.import("full.csv", &options), "rows 4, new 4");
    scratch
}

fn names(export: &str) -> Vec<&str> {
    export
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(2))
        .collect()
}

#[test]
fn an_export_restores_the_same_contacts_in_an_empty_folder() {
    let scratch = full();
    for options in [
        &[][..],
        &["--delimiter", ";", "--no-bom"],
        &["--delimiter", "tab"],
        &["--delimiter", "|"],
    ] {
        let export = scratch.export(options);
        let other = Scratch::new();
        other.write("export.csv", &export);
        assert_eq!(other.import("export.csv", &[]), "rows 4, new 4", "{options:?}");
        assert_eq!(other.export(options), export);
    }
}

#[test]
fn an_export_changes_nothing_where_it_comes_from() {
    let scratch = full();
    let export = scratch.export(&[]);
    scratch.write("export.csv", &export);
    for options in [
        &["--duplicates", "update"][..],
        &["--duplicates", "update", "--empty-cells", "clear"],
        &["--duplicates", "fill"],
    ] {
        assert_eq!(
            scratch.import("export.csv", options),
            "rows 4, unchanged 4",
            "{options:?}"
        );
    }
    assert_eq!(scratch.import("export.csv", &[]), "rows 4, duplicate 4");
    assert_eq!(scratch.export(&[]), export);
}

#[test]
fn an_export_gives_back_what_was_changed_in_it() {
    let scratch = full();
    let changed = scratch.export(&[]).replace("yacht@example.com", "boat@example.com");
    scratch.write("changed.csv", changed);
    assert_eq!(
        scratch.import("changed.csv", &["--duplicates", "update"]),
        "rows 4, update 1, unchanged 3"
    );
    assert!(scratch.export(&[]).contains("boat@example.com"));
}

#[test]
fn what_a_spreadsheet_would_run_is_guarded() {
    let export = full().export(&[]);
    for guarded in [
        "'=cmd()|'x'!A0",
        ",'-Bob,",
        ",'@here,",
        ",'+1,'",
        "''=guarded",
        ",'#N/A,",
        "Custom: =Own (field)",
    ] {
        assert!(export.contains(guarded), "{guarded}:\n{export}");
    }
    // Phone numbers are not guarded: the blanks keep a spreadsheet from evaluating them.
    assert!(export.contains(",+1 202 555 0102,"), "{export}");
}

#[test]
fn the_header_names_every_field() {
    let export = full().export(&[]);
    for header in [
        "CrystalQore ID,CrystalQore Version,First Name,Last Name,Nickname,Company,Title",
        ",Email,Email 2,Email (Work),Email (Yacht club),",
        ",Phone (Mobile),Phone (Mobile) 2,",
        ",Phone (Fax),Phone (Yacht club),",
        ",City (Work),",
        ",Address (Home),City (Home)",
        ",Custom: Shoe size",
    ] {
        let first = export.lines().next().unwrap();
        assert!(first.contains(header), "{header}:\n{first}");
    }
}

#[test]
fn a_filter_narrows() {
    let scratch = full();
    for (filter, expected) in [
        ("ivers", vec!["Ann"]),
        ("tag:vip", vec!["Ann"]),
        ("tag:\"fair, 2025\"", vec!["Ann"]),
        ("tag:vip no:phone", vec![]),
        ("city:chemnitz", vec!["Süleyman"]),
        ("has:birthday", vec!["Ann", "Süleyman"]),
        ("2025550102", vec!["Ann"]),
        ("import:1 has:phone", vec!["Ann", "Süleyman"]),
        ("import:2", vec![]),
        ("nobody", vec![]),
    ] {
        // Columns without line breaks, so that lines can be counted.
        let export = scratch.export(&["--filter", filter, "--columns", "first_name"]);
        assert_eq!(names(&export), expected, "{filter}");
    }
    scratch
        .run(&["export", "--filter", "colour:red"])
        .expect(2)
        .says(&["colour:", "tag:", "has:"]);
}

#[test]
fn columns_can_be_chosen() {
    let scratch = full();
    let header = |columns: &str| {
        let export = scratch.export(&["--no-bom", "--columns", columns]);
        export.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        header("first_name,email"),
        "CrystalQore ID,CrystalQore Version,First Name,Email,Email 2,Email (Work),Email (Yacht club)"
    );
    assert_eq!(
        header("email:work,phone:mobile"),
        "CrystalQore ID,CrystalQore Version,Email (Work),Phone (Mobile),Phone (Mobile) 2"
    );
    scratch
        .run(&["export", "--columns", "mail"])
        .expect(2)
        .says(&["mail is not a field", "first_name", "custom:NAME"]);
    // An export of some columns can be imported again.
    scratch.write("part.csv", scratch.export(&["--columns", "first_name,email"]));
    assert_eq!(
        scratch.import("part.csv", &["--duplicates", "update"]),
        "rows 4, unchanged 4"
    );
}

#[test]
fn json_lines_have_one_contact_a_line() {
    let scratch = full();
    let lines = scratch.export(&["--format", "jsonl"]);
    assert_eq!(lines.lines().count(), 4);
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert!(first["id"].is_string() && first["version"].is_string());
    assert_eq!(first["notes"], "said \"hi, you\"\n=second line");
    assert_eq!(first["tags"], serde_json::json!(["fair, 2025", "vip"]));
    assert_eq!(first["birthday"], "1980-02-29");
    assert_eq!(first["custom"]["=Own (field)"], "'=guarded");
}

#[test]
fn a_scope_narrows() {
    let scratch = full();
    assert_eq!(
        scratch.export(&["--scope", "mine"]),
        scratch.export(&["--scope", "all"])
    );
    let shared = scratch.export(&["--scope", "shared"]);
    assert_eq!(
        shared.lines().count(),
        1,
        "nothing is shared yet, but there is a header"
    );
    assert_eq!(scratch.export(&["--scope", "shared", "--format", "jsonl"]), "");
}

#[test]
fn the_order_can_be_that_of_names() {
    let scratch = Scratch::new();
    scratch.write(
        "people.csv",
        "First Name,Last Name,Company\nAnn,Zuse,\nBob,Ångström,\n,,Morgan Ltd\nCy,Adams,\nÉve,Zuse,\n",
    );
    scratch.import("people.csv", &[]);
    let by = |order| {
        let export = scratch.export(&["--order", order, "--columns", "first_name"]);
        names(&export).join(" ")
    };
    assert_eq!(by("created"), "Ann Bob  Cy Éve");
    assert_eq!(by("name"), "Cy Bob  Ann Éve");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let scratch = full();
    let run = scratch.run(&["export", "-o", "out.csv"]);
    run.expect(0).says(&["Exported 4 contacts to out.csv"]);
    assert_eq!(run.out, "");
    assert_eq!(scratch.read("out.csv"), scratch.export(&[]));
    scratch.write("other", "");
    let [out, other] = ["out.csv", "other"].map(|name| std::fs::metadata(scratch.path(name)).unwrap().permissions());
    assert_eq!(out, other, "others may read it as any new file");
    scratch
        .run(&["export", "--output", "no/such/folder/out.csv"])
        .expect(1)
        .says(&["out.csv"]);
    // The path is an existing folder, which is only detected after everything was written.
    std::fs::create_dir(scratch.path("folder")).unwrap();
    scratch.run(&["export", "-o", "folder"]).expect(1).says(&["folder"]);
    for path in files_below(&scratch.path("")) {
        assert!(!path.to_string_lossy().ends_with(".unfinished"), "{}", path.display());
    }
}

#[test]
fn delimiter_and_byte_order_mark_can_be_chosen() {
    let scratch = full();
    let export = scratch.export(&["--delimiter", ";"]);
    assert!(export.starts_with("\u{feff}CrystalQore ID;CrystalQore Version;First Name;"));
    assert!(export.contains(";\"Öz;türk\";"), "{export}");
    let bare = scratch.export(&["--delimiter", ";", "--no-bom"]);
    assert_eq!(export.strip_prefix('\u{feff}'), Some(bare.as_str()));
    scratch
        .run(&["export", "--format", "jsonl", "--no-bom"])
        .expect(2)
        .says(&["--no-bom"]);
}

#[test]
fn every_format_is_written_and_says_what_it_loses() {
    let scratch = full();
    for (format, begin) in [
        ("csv", "\u{feff}CrystalQore ID,"),
        ("crystalqore", "\u{feff}CrystalQore ID,"),
        ("google", "\u{feff}First Name,Middle Name,"),
        ("outlook", "\u{feff}\"Title\",\"First Name\","),
        ("vcard", "BEGIN:VCARD\r\nVERSION:3.0\r\n"),
        ("vcard4", "BEGIN:VCARD\r\nVERSION:4.0\r\n"),
        ("jsonl", "{\"id\":"),
    ] {
        let export = scratch.export(&["--format", format]);
        assert!(export.starts_with(begin), "{format}: {export}");
    }
    let told = scratch.run(&["export", "--format", "outlook", "-o", "o.csv"]);
    told.expect(0).says(&[
        "Exported 4 contacts",
        "Outlook CSV has no place for 1 email,",
        "2 nicknames",
        "--format csv",
    ]);
    let told = scratch.run(&["export", "--format", "vcard", "-o", "o.vcf"]);
    told.expect(0);
    assert!(!told.err.contains("no place"), "{}", told.err);
    scratch
        .run(&["export", "--format", "vcard", "--columns", "email"])
        .expect(2)
        .says(&["--columns"]);
}

#[test]
fn an_empty_directory_is_a_header() {
    let scratch = Scratch::new();
    let export = scratch.export(&[]);
    assert!(export.starts_with("\u{feff}CrystalQore ID,") && export.ends_with(",Notes\r\n"));
    assert_eq!(export.lines().count(), 1);
}

#[test]
fn columns_become_fields_and_go_out_in_their_order() {
    let scratch = Scratch::new();
    scratch.write("a.csv", "First Name,Shoe size,Boss\nAnn,44,Bob\nCal,38,\n");
    assert_eq!(scratch.import("a.csv", &["--unmapped", "custom"]), "rows 2, new 2");
    // A later file fills the same custom fields, regardless of the case of its headers.
    scratch.write("b.csv", "Last Name,BOSS,Age\nDee,Bob,7\n");
    assert_eq!(scratch.import("b.csv", &["--map", "Age=custom:Age"]), "rows 1, new 1");
    let export = scratch.export(&[]);
    let header = export.lines().next().unwrap();
    assert!(
        header.ends_with("Custom: Shoe size,Custom: Boss,Custom: Age"),
        "{header}"
    );
    let other = Scratch::new();
    other.write("export.csv", &export);
    assert_eq!(other.import("export.csv", &[]), "rows 3, new 3");
    assert_eq!(other.export(&[]), export);
    assert_eq!(
        other.import("export.csv", &["--duplicates", "update"]),
        "rows 3, unchanged 3"
    );

    let some = scratch.export(&["--filter", "field:boss=bob", "--columns", "custom:Boss"]);
    assert_eq!(some.lines().count(), 3);
    assert!(some.lines().all(|line| line.split(',').count() == 3), "{some}");
    assert_eq!(names(&scratch.export(&["--filter", "field:\"Shoe size\"=44"])), ["Ann"]);
    assert_eq!(scratch.export(&["--filter", "field:Age"]).lines().count(), 2);
}

#[test]
fn a_dash_names_the_terminal() {
    let scratch = full();
    assert_eq!(scratch.export(&["--output", "-"]), scratch.export(&[]));
    assert!(!scratch.path("-").exists());
    scratch.write("bad.csv", "Name,Email\nAnn,nonsense\n");
    scratch.import("bad.csv", &[]);
    let rejected = |options: &[&str]| {
        scratch
            .run(&[&["rejected", "2"], options].concat())
            .expect(0)
            .out
            .clone()
    };
    assert_eq!(rejected(&["--output", "-"]), rejected(&[]));
    assert!(rejected(&[]).contains("nonsense"));
}

#[test]
fn google_in_parts_is_an_archive_that_reads_back() {
    let scratch = full();
    let export = ["export", "--format", "google-parts", "-o", "parts.zip"];
    scratch.run(&export).expect(0).says(&["Exported 4 contacts"]);
    let other = Scratch::new();
    other.write("parts.zip", std::fs::read(scratch.path("parts.zip")).unwrap());
    let document = other.run(&["inspect", "parts.zip", "--json"]).expect(0).json();
    assert_eq!(document["source"]["entry"], "contacts-001.csv");
    assert_eq!(other.import("parts.zip", &[]), "rows 4, new 4");
    for (was, is) in scratch.contacts().iter().zip(other.contacts()) {
        assert_eq!(
            (&is["first_name"], &is["last_name"]),
            (&was["first_name"], &was["last_name"])
        );
    }
}

#[test]
fn messengers_of_old_google_files_go_to_phones_with_their_service() {
    let scratch = Scratch::new();
    scratch.write(
        "google.csv",
        "Name,Given Name,E-mail 1 - Type,E-mail 1 - Value,IM 1 - Type,IM 1 - Service,IM 1 - Value,IM 2 - Service,IM 2 - Value\n\
         Ann,Ann,* Home,ann@example.com,Home,Skype,ann.ivers,ICQ,12345\n",
    );
    let inspected = scratch.run(&["inspect", "google.csv", "--json"]).expect(0).json();
    assert_eq!(inspected["columns"][5]["field"], "label", "{inspected}");
    assert_eq!(scratch.import("google.csv", &[]), "rows 1, new 1");
    let card = scratch.export(&["--format", "vcard"]);
    for line in [
        "item1.IMPP;X-SERVICE-TYPE=\"Skype\":ann.ivers\r\nitem1.X-ABLabel:Home\r\n",
        "\r\nIMPP;X-SERVICE-TYPE=\"ICQ\":12345\r\n",
    ] {
        assert!(card.contains(line), "{line}\n{card}");
    }
}
