//! A malicious file from a stranger: a member imports it and opens its rejected rows in a spreadsheet.

use crate::scratch::Scratch;

const FILE: &str = "Name,Email,\"=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",Notes,Zip\n\
                    Ann,bad-mail,=cmd|'/C calc'!A0,@SUM(1),\"=\"\"07030\"\"\"\n\
                    +1+1,also-bad,\t=1,-2+3,'=kept\n";

/// The cells of a file that has no line breaks within cells.
fn cells(text: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for letter in text.trim_start_matches('\u{feff}').chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' | '\r' | '\n' if !is_quoted => cells.push(String::new()),
            letter => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

#[test]
fn a_spreadsheet_runs_nothing_of_rejected_rows_and_they_are_read_as_they_were() {
    let scratch = Scratch::new();
    scratch.write("strange.csv", FILE);
    scratch
        .run(&["import", "strange.csv", "--rejected", "rejected.csv"])
        .expect(4);
    let rejected = scratch.read("rejected.csv");
    for cell in cells(&rejected) {
        let is_text = cell == "=07030";
        assert!(
            is_text || !cell.starts_with(['=', '+', '-', '@', '\t']),
            "{cell:?}\n{rejected}"
        );
    }
    let corrected = rejected
        .replace("bad-mail", "ann@example.com")
        .replace("also-bad", "bo@example.com");
    scratch.write("corrected.csv", corrected);
    scratch.run(&["import", "corrected.csv"]).expect(0);
    let exported = scratch.run(&["export", "--format", "jsonl"]);
    let exported = &exported.expect(0).out;
    for value in ["\"@SUM(1)\"", "\"-2+3\"", "\"07030\"", "\"=kept\"", "+1+1"] {
        assert!(exported.contains(value), "{value}\n{exported}");
    }
}
