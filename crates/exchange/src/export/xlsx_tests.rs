use super::*;
use crate::convert::{SourceFormat, convert};
use crate::export::crystalqore::Needs;
use model::{Contact, ContactId, Phone, Text};

fn contact(name: &str) -> Contact {
    let mut contact = Contact {
        first_name: name.into(),
        ..Contact::default()
    };
    contact.phones.push(model::LabeledPhone {
        label: model::Label::exact("work"),
        phone: Phone::parse("+442079460102", None).unwrap(),
    });
    contact
}

fn written(contacts: &[Contact], rows: u32) -> Vec<u8> {
    let mut needs = Needs::default();
    contacts.iter().for_each(|contact| needs.add(contact));
    let mut writer = Writer::with_rows(needs.layout(&[]), 1_700_000_000, rows).unwrap();
    for contact in contacts {
        let exported = Exported {
            id: ContactId::from_u128(1),
            version: 7,
            contact: contact.clone(),
        };
        writer.write(&exported).unwrap();
    }
    let mut bytes = Vec::new();
    writer.finish(&mut bytes).unwrap();
    bytes
}

fn table(bytes: &[u8], sheet: Option<&str>) -> (crate::convert::TableSource, String) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut table = Vec::new();
    let source = convert(file, sheet, &mut table).unwrap().unwrap();
    (source, String::from_utf8(table).unwrap())
}

#[test]
fn contacts_beyond_the_last_row_go_to_a_further_sheet() {
    let contacts: Vec<Contact> = ["Ana", "Bo", "Cy", "Di", "Ed"].map(contact).to_vec();
    let bytes = written(&contacts, 2);
    let (source, first) = table(&bytes, None);
    assert_eq!(source.format, SourceFormat::Xlsx);
    assert_eq!(source.sheets, ["Contacts", "Contacts 2", "Contacts 3"]);
    assert_eq!(first.lines().count(), 3);
    assert!(
        first.contains("Ana") && first.contains("Bo") && !first.contains("Cy"),
        "{first}"
    );
    let (_, third) = table(&bytes, Some("Contacts 3"));
    assert!(third.starts_with("1,CrystalQore ID") && third.contains("Ed"), "{third}");
}

#[test]
fn the_same_contacts_make_the_same_file() {
    let contacts = [contact("Ana")];
    assert_eq!(written(&contacts, 9), written(&contacts, 9));
}

#[test]
fn a_text_that_no_cell_holds_is_cut_and_not_read_back() {
    let mut long = contact("Ana");
    long.notes = Text::new(&"\u{1f600} and so on ".repeat(3_000));
    let mut fits = contact("Bo");
    fits.notes = Text::new(&"x".repeat(LONGEST));
    assert_eq!(losses(&long), [(Loss::LongTexts, 1)]);
    assert_eq!(losses(&fits), []);
    let bytes = written(&[long, fits], 9);
    let (source, table) = table(&bytes, None);
    assert_eq!(source.cut_texts, 1);
    assert!(source.losses()[0].contains("was cut"), "{:?}", source.losses());
    assert!(!table.contains("and so on"));
    assert!(table.contains(&"x".repeat(LONGEST)));
}

#[test]
fn numbers_that_are_codes_are_texts_in_columns_of_text() {
    let bytes = written(&[contact("Ana")], 9);
    let (_, table) = table(&bytes, None);
    assert!(table.contains("+44 20 7946 0102"), "{table}");
}

/// The peak memory use of this process, in KiB.
#[cfg(target_os = "linux")]
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().trim().parse().unwrap()
}

/// Exports that many contacts with twelve custom fields each, and returns the size of the workbook in bytes.
#[cfg(target_os = "linux")]
fn write_many(contacts: usize) -> usize {
    let mut exported = Exported {
        id: ContactId::from_u128(1),
        version: 7,
        contact: contact("Ann"),
    };
    let mut needs = Needs::default();
    for field in 0..12 {
        exported.contact.custom.insert(format!("Field {field}"), "x".into());
    }
    needs.add(&exported.contact);
    let mut writer = Writer::new(needs.layout(&[]), 1_700_000_000).unwrap();
    for at in 0..contacts {
        for (field, value) in exported.contact.custom.values_mut().enumerate() {
            *value = Text::new(&format!("value {at} of {field}"));
        }
        writer.write(&exported).unwrap();
    }
    let mut bytes = Counted(0);
    writer.finish(&mut bytes).unwrap();
    bytes.0
}

/// Counts the bytes that are written.
#[cfg(target_os = "linux")]
struct Counted(usize);

#[cfg(target_os = "linux")]
impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "memory_does_not_grow_with_the_rows runs it in a process of its own"]
fn peaks_of_few_and_many_rows() {
    write_many(500);
    let few = peak_memory();
    assert!(write_many(10_000) > 100_000);
    println!("peaks: {few} {}.", peak_memory());
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_rows() {
    let this = std::env::current_exe().unwrap();
    let test = "export::xlsx::tests::peaks_of_few_and_many_rows";
    let run = std::process::Command::new(this)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let out = String::from_utf8(run.stdout).unwrap();
    let peaks = out.split_once("peaks: ").and_then(|(_, rest)| rest.split_once('.'));
    let peaks = peaks.and_then(|(peaks, _)| peaks.split_once(' '));
    let (few, many) = peaks.unwrap_or_else(|| unreachable!("{out}"));
    let (few, many): (u64, u64) = (few.parse().unwrap(), many.parse().unwrap());
    // With all cells in memory, the difference would be 35 MiB larger.
    assert!(many - few < 16 * 1024, "{few} KiB, then {many} KiB");
    assert!(many < 64 * 1024, "{many} KiB");
}
