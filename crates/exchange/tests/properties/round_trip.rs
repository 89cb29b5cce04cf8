//! Our own export, read back: the same contacts under the same ids, and no row that would change its own contact.

use crate::contacts::{contact, id, version};
use crate::{look_at, rows_of, tried};
use exchange::export::Exported;
use exchange::export::crystalqore::{Needs, Writer};
use exchange::export::jsonl;
use exchange::export::vcard::{VcardVersion, card_of};
use exchange::formula_guard::guarded;
use exchange::vcard::write_table;
use model::{Blanks, Contact, ContactId, Fill, Lists};
use proptest::prelude::*;

fn exported() -> impl Strategy<Value = Vec<Exported>> {
    let one = (id(), version(), contact()).prop_map(|(id, version, contact)| Exported { id, version, contact });
    prop::collection::vec(one, 1..20)
}

/// Generates all rules for filling except those that clear: a cell that clears the second of three numbers makes the
/// third one the second.
fn fills() -> impl Strategy<Value = Fill> {
    let update = |lists| Just(Fill::Update(Blanks::Keep, lists));
    prop_oneof![
        update(Lists::Add),
        update(Lists::Replace(Blanks::Keep)),
        Just(Fill::Blanks)
    ]
}

fn written(contacts: &[Exported], delimiter: u8) -> Vec<u8> {
    let mut needs = Needs::default();
    contacts.iter().for_each(|e| needs.add(&e.contact));
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, delimiter, needs.layout(&[])).unwrap();
    contacts.iter().for_each(|e| writer.write(e).unwrap());
    writer.finish().unwrap();
    bytes
}

/// Reads cards back as a file of cards is read.
fn cards_read_back(cards: &str) -> Result<Vec<Exported>, TestCaseError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let written = write_table(&cards.as_bytes().to_vec(), &mut |_, cells| {
        let cells = cells.iter().map(|cell| guarded(cell).into_owned());
        Ok(table.write_record(cells)?)
    });
    written.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let bytes = table
        .into_inner()
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    read_back(&bytes)
}

/// Reads the bytes back as any file is opened, without further information.
fn read_back(bytes: &Vec<u8>) -> Result<Vec<Exported>, TestCaseError> {
    let looked = look_at(bytes).ok_or_else(|| TestCaseError::fail("our own export is refused"))?;
    prop_assert_eq!(
        looked.layout,
        Some("crystalqore"),
        "columns: {:?}",
        looked.opened.header
    );
    let mut contacts = Vec::new();
    for row in rows_of(bytes, &looked, 1000) {
        let judged = row
            .judged
            .ok_or_else(|| TestCaseError::fail("a contact became a blank row"))?;
        prop_assert!(
            judged.reasons.iter().all(|r| r.warning),
            "{:?} of {:?}",
            judged.reasons,
            row.cells
        );
        for fill in [
            Fill::Update(Blanks::Keep, Lists::Add),
            Fill::Update(Blanks::Clear, Lists::Add),
            Fill::Update(Blanks::Keep, Lists::Replace(Blanks::Keep)),
            Fill::Update(Blanks::Keep, Lists::Replace(Blanks::Clear)),
            Fill::Blanks,
        ] {
            let mut same = judged.contact.clone();
            if let Some(patch) = &judged.patch {
                patch.apply(&mut same, fill);
            }
            prop_assert_eq!(&same, &judged.contact, "its own values change it: {:?}", fill);
        }
        contacts.push(Exported {
            id: judged.id.ok_or_else(|| TestCaseError::fail("a contact lost its id"))?,
            version: judged
                .version
                .ok_or_else(|| TestCaseError::fail("a contact lost its version"))?,
            contact: judged.contact,
        });
    }
    Ok(contacts)
}

proptest! {
    #![proptest_config(tried(200))]

    #[test]
    fn export_then_read_is_the_identity(contacts in exported(), delimiter in prop::sample::select(b",;\t".as_slice())) {
        let bytes = written(&contacts, delimiter);
        let again = read_back(&bytes)?;
        for (was, is) in contacts.iter().zip(&again) {
            prop_assert_eq!(is, was);
        }
        prop_assert_eq!(again.len(), contacts.len());
        prop_assert_eq!(written(&again, delimiter), bytes, "written again it is another file");
    }

    #[test]
    fn cards_then_read_are_the_identity(contacts in exported(), version in prop::sample::select(&[VcardVersion::V3, VcardVersion::V4][..])) {
        let cards: String = contacts.iter().map(|exported| card_of(exported, version)).collect();
        let again = cards_read_back(&cards)?;
        for (was, is) in contacts.iter().zip(&again) {
            prop_assert_eq!(is, was, "{}", card_of(was, version));
        }
        prop_assert_eq!(again.len(), contacts.len());
        prop_assert!(cards.split("\r\n").all(|line| line.len() <= 75));
    }

    #[test]
    fn json_lines_then_read_are_the_identity(contacts in exported()) {
        let mut bytes = Vec::new();
        for exported in &contacts {
            jsonl::write(&mut bytes, exported).unwrap();
        }
        let lines: Vec<&[u8]> = bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n').collect();
        prop_assert_eq!(lines.len(), contacts.len());
        for (was, line) in contacts.iter().zip(lines) {
            let json: serde_json::Value = serde_json::from_slice(line).unwrap();
            prop_assert_eq!(&json["id"], &was.id.to_string());
            let mut fields = json.as_object().unwrap().clone();
            fields.retain(|name, _| name != "id" && name != "version");
            let again = Contact::from_json(&serde_json::Value::Object(fields).to_string()).unwrap();
            prop_assert_eq!(&again, &was.contact);
        }
    }

    #[test]
    fn an_update_brings_in_what_the_row_says(row in contact(), mut known in contact(), shared in any::<u8>(), fill in fills()) {
        let bytes = written(&[Exported { id: ContactId::nil(), version: 0, contact: row.clone() }], b',');
        let looked = look_at(&bytes).ok_or_else(|| TestCaseError::fail("our own export is refused"))?;
        let judged = rows_of(&bytes, &looked, 1).pop().and_then(|row| row.judged);
        let patch = judged.and_then(|judged| judged.patch).ok_or_else(|| TestCaseError::fail("no row"))?;
        // Both have values in common, at different positions.
        let is_shared = |at: usize| shared >> (at % 8) & 1 == 1;
        known.emails.extend(row.emails.iter().rev().enumerate().filter(|(at, _)| is_shared(*at)).map(|(_, e)| e.clone()));
        known.phones.extend(row.phones.iter().rev().enumerate().filter(|(at, _)| is_shared(*at)).map(|(_, p)| p.clone()));
        known.normalise();
        patch.apply(&mut known, fill);
        let mut again = known.clone();
        patch.apply(&mut again, fill);
        prop_assert_eq!(&again, &known, "once more changes more");
        if fill != Fill::Update(Blanks::Keep, Lists::Replace(Blanks::Keep)) {
            let is_tag = |tag| known.tags.iter().any(|k| model::tag_key(k) == model::tag_key(tag));
            prop_assert!(row.tags.iter().all(is_tag), "{:?}", known);
        }
        let keys: Vec<String> = known.emails.iter().map(|e| e.value.key()).collect();
        prop_assert!(row.emails.iter().all(|e| keys.contains(&e.value.key())), "{:?}", known);
        prop_assert!(row.phones.iter().all(|p| known.phones.iter().any(|k| k.phone == p.phone)), "{:?}", known);
        prop_assert!(row.websites.iter().all(|w| known.websites.iter().any(|k| k.value == w.value)), "{:?}", known);
    }

    #[test]
    fn what_is_stored_is_what_serde_writes_and_reads(contact in contact()) {
        let stored = contact.to_json();
        prop_assert_eq!(&stored, &serde_json::to_string(&contact).unwrap());
        prop_assert_eq!(Contact::from_json(&stored).unwrap(), contact);
    }

    #[test]
    fn normalising_twice_is_once(contact in contact()) {
        let mut again = contact.clone();
        again.normalise();
        prop_assert_eq!(&again, &contact);
        prop_assert_eq!(model::Contact::from_json(&contact.to_json()).unwrap(), contact);
    }
}
