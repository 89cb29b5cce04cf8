use super::*;
use crate::open::batch::Record;

/// The cells of a record, and its anomaly.
type Row = (Vec<String>, Option<Anomaly>);

fn opened(bytes: &[u8]) -> (Opened, Vec<Row>) {
    let source = bytes.to_vec();
    let opened = open(&source, &Overrides::default()).unwrap();
    let text = decoded(&source, &opened.encoding).unwrap();
    let header: Vec<&str> = opened.header.iter().map(String::as_str).collect();
    let mut records = Records::new(text, opened.dialect.clone()).of_table(&header, opened.header_row.unwrap_or(0));
    let mut batch = Batch::default();
    let mut rows = Vec::new();
    while records.fill(&mut batch, 7).unwrap() {
        rows.extend(
            batch
                .records()
                .filter(|r| opened.header_row.is_none_or(|at| r.index() > at))
                .filter(|r| !r.text().trim().is_empty())
                .map(|r: Record<'_>| (r.cells().map(str::to_owned).collect::<Vec<_>>(), r.anomaly())),
        );
    }
    (opened, rows)
}

fn cells(bytes: &[u8]) -> Vec<String> {
    opened(bytes).1.into_iter().map(|(cells, _)| cells.join("|")).collect()
}

#[test]
fn lines_in_another_encoding_than_the_rest_are_read_and_marked() {
    let mut file = "Name,City\nJürgen,Köln\nZoë,Liège\n".as_bytes().to_vec();
    file.extend_from_slice(b"Andr\xE9,Besan\xE7on\nBob,Bonn\n");
    let (opened, rows) = opened(&file);
    assert_eq!(opened.encoding.charset, Charset::UTF_8);
    let other = Charset::from_label("windows-1252");
    assert_eq!(opened.encoding.other, other);
    assert!(
        opened.encoding.evidence.contains("1 line(s)"),
        "{}",
        opened.encoding.evidence
    );
    let seen: Vec<(&str, bool)> = rows
        .iter()
        .map(|(cells, odd)| (cells[0].as_str(), odd.is_some()))
        .collect();
    assert_eq!(
        seen,
        [("Jürgen", false), ("Zoë", false), ("André", true), ("Bob", false)]
    );
    assert_eq!(rows[2].1, other.map(Anomaly::OtherEncoding));
    assert_eq!(rows[2].0[1], "Besançon");
}

#[test]
fn mixed_files_are_read_line_by_line_whatever_the_other_encoding() {
    for (label, utf8, other) in [
        (
            "windows-1250",
            "Łukasz;Łódź\nŻaneta;Gdańsk\n",
            "Šarić;Čakovec\nŽeljko;Požega\n",
        ),
        ("windows-1252", "Zoë;Köln\n", "André;Orléans\nFrançois;Besançon\n"),
        (
            "windows-1251",
            "Пётр;Казань\nАнна;Пермь\n",
            "Дарья;Тверь\nФёдор;Псков\n",
        ),
        ("macintosh", "Zoë;Köln\n", "Océane;Orléans\nFrançois;Besançon\n"),
        ("cp850", "Zoë;Köln\n", "Jürgen;Düsseldorf\nSören;Fürth\n"),
        (
            "gb18030",
            "王小明;上海\n李雷;北京\n",
            "张伟;蓝天科技有限公司\n韩梅梅;广州市天河区\n",
        ),
    ] {
        let charset = Charset::from_label(label).unwrap();
        let written: Vec<u8> = match charset.is_single_byte() {
            true => other
                .chars()
                .map(|c| (0..=255).find(|b| charset.char_of(*b) == c).unwrap())
                .collect(),
            false => encoding_rs::GB18030.encode(other).0.into_owned(),
        };
        for bom in ["", "\u{feff}"] {
            let mut file = format!("{bom}Name;City\n{utf8}").into_bytes();
            file.extend_from_slice(&written);
            let got = cells(&file).join("\n");
            let want = format!("{utf8}{other}").trim_end().replace(';', "|");
            assert_eq!(got, want, "{label}");
        }
    }
}

#[test]
fn a_damaged_character_is_no_other_encoding() {
    let file = b"Name,City\nJ\xC3\xBCrgen,K\xC3\xB6ln\nZo\xC3\xAB M\xC3\xBCl\xC3,Bonn\n";
    let (opened, rows) = opened(file);
    assert_eq!(opened.encoding.other, None);
    assert_eq!(rows[1].1, Some(Anomaly::BadBytes));
}

#[test]
fn marks_in_the_middle_of_joined_files_are_no_part_of_values() {
    let file = "\u{feff}Name,Email\nAna,a@x.org\n\u{feff}Name,Email\nBo,b@x.org\n\u{feff}\"Cem, K\",c@x.org\n\"\u{feff}Dee\",d@x.org\n";
    assert_eq!(
        cells(file.as_bytes()),
        [
            "Ana|a@x.org",
            "Name|Email",
            "Bo|b@x.org",
            "Cem, K|c@x.org",
            "Dee|d@x.org"
        ]
    );
}

#[test]
fn lines_in_quotes_are_read_as_the_records_they_hold() {
    assert_eq!(
        cells(b"\"Name,Email,Notes\"\r\n\"Ana,a@x.org,\"\"tea, cakes\"\"\"\r\n\"Bo,b@x.org,\"\r\n"),
        ["Ana|a@x.org|tea, cakes", "Bo|b@x.org|"]
    );
    assert_eq!(
        cells(b"Name;Email;Notes\n\"Ana;a@x.org;\"\"said \"\"\"\"hi\"\"\"\"\"\"\"\nBo;b@x.org;x\n"),
        ["Ana|a@x.org|said \"hi\"", "Bo|b@x.org|x"]
    );
    assert_eq!(
        cells(b"\"Name\tEmail\"\n\"Ana\ta@x.org\"\n\"Bo\tb@x.org\"\n"),
        ["Ana|a@x.org", "Bo|b@x.org"]
    );
}

#[test]
fn zeros_at_the_end_are_no_row() {
    let mut file = b"Name,Email\nAna,a@x.org\n".to_vec();
    file.extend_from_slice(&[0; 4096]);
    assert_eq!(cells(&file), ["Ana|a@x.org"]);
}

#[test]
fn many_empty_columns_are_left_out() {
    let commas = ",".repeat(16_384);
    let file = format!(
        "Name,Email,Phone{commas}\n{}",
        format!("Ana,a@x.org,1{commas}\n").repeat(200)
    );
    let (opened, rows) = opened(file.as_bytes());
    assert_eq!(opened.header, ["Name", "Email", "Phone"]);
    assert_eq!(rows.len(), 200);
}

#[test]
fn rows_below_another_header_row_belong_to_another_table() {
    let other = |text: &str| {
        let source = text.as_bytes().to_vec();
        let opened = open(&source, &Overrides::default()).unwrap();
        let header: Vec<&str> = opened.header.iter().map(String::as_str).collect();
        let text = decoded(&source, &opened.encoding).unwrap();
        let mut records = Records::new(text, opened.dialect).of_table(&header, opened.header_row.unwrap());
        let mut batch = Batch::default();
        records.fill(&mut batch, 100).unwrap();
        let apart = batch.records().filter(|r| r.is_of_other_table());
        apart
            .map(|r| r.get(0).unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
            .join("|")
    };
    assert_eq!(
        other("Name,Email,Phone\nAna,a@x.org,1\n\nCompany,Address,City\nAcme,12 Elm,Boston\n"),
        "Company|Acme"
    );
    assert_eq!(
        other(
            "First Name,Last Name,Email,Phone\nAna,Marsh,a@x.org,1\n\u{feff}Last Name,First Name,Phone,Email\nKaya,Cem,3,c@x.org\n"
        ),
        "Last Name|Kaya"
    );
    assert_eq!(
        other("Name,Email,Phone\nAna,a@x.org,1\n,,\nFoo,Bar,Baz\nTea,Milk,Acme\n,,\nName,Email,Phone\nBo,b@x.org,2\n"),
        "",
        "a header row of unknown words is none"
    );
    assert_eq!(
        other("Name,Email\nAna,a@x.org\n\nCompany,City\nAcme,Boston\n\nName,Email\nBo,b@x.org\n"),
        "Company|Acme"
    );
    assert_eq!(other("Name,Email\nAna,a@x.org\nName,Email\nBo,b@x.org\n"), "");
    assert_eq!(
        other("Name,Email,City\nAna,a@x.org,Bern\n\nEmail,Name,City\nb@x.org,Bo,Basel\n"),
        "Email|b@x.org"
    );
}
