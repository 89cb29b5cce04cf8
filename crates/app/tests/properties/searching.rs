//! A search by search texts finds the same contacts as reading every contact.

use crate::files::past;
use crate::tried;
use app::Order;
use model::Contact;
use proptest::prelude::*;
use proptest::sample::select;

/// Parts of the values of random files, also in other spellings, and words that match no contact.
const WORDS: &[&str] = &[
    "ann",
    "IVERS",
    "nn iv",
    "Zoë",
    "zoe",
    "ZOE\u{308}",
    "acme inc",
    "Acme, Inc.",
    "vip",
    "a, b",
    "x.org",
    "a@x.org",
    "gmail",
    "=1+1",
    "0101",
    "555-0101",
    "(202) 555",
    "+1202",
    "202.555.0103 x5",
    "ext=5",
    "---",
    "bonn",
];

/// A word, or several separated by blanks.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(WORDS).prop_map(str::to_owned),
        3 => "[a-e%_\\\\éß0-5 ]{1,3}",
        1 => "\\PC{0,3}",
    ]
}

/// A filter of words only; colons are removed because they would form a condition.
fn filter() -> impl Strategy<Value = String> {
    let quoted = |word: String| format!("\"{}\"", word.replace(['"', ':'], ""));
    prop::collection::vec(word().prop_map(quoted), 1..4).prop_map(|words| words.join(" "))
}

fn contact() -> impl Strategy<Value = Contact> {
    let text = || "[a-eA-E%_\\\\éß0-5 ]{0,6}";
    (text(), text(), text()).prop_map(|(nickname, company, tag)| Contact {
        nickname: nickname.as_str().into(),
        company: company.as_str().into(),
        tags: vec![tag.as_str().into(), "vip".into()],
        ..Contact::default()
    })
}

proptest! {
    #![proptest_config(tried(80))]

    #[test]
    fn texts_make_no_difference(
        past in past(),
        typed in prop::collection::vec(contact(), 0..8),
        filters in prop::collection::vec(filter(), 1..8),
    ) {
        let (installation, _) = past.lived();
        for contact in typed.into_iter().filter(Contact::has_identity) {
            installation.app.create_contact(installation.actor, contact).unwrap();
        }
        let before: Vec<String> = filters.iter().map(|filter| installation.found(filter, Order::Created)).collect();
        prop_assert!(installation.app.index_texts(installation.actor, 1_000).unwrap().complete);
        for (filter, before) in filters.iter().zip(before) {
            let found = installation.found(filter, Order::Created);
            prop_assert_eq!(&found, &before, "with texts, by {}", filter);
            // The order by name reads every contact.
            let by_name = installation.found(filter, Order::Name);
            prop_assert_eq!(sorted(&found), sorted(&by_name), "by {}", filter);
        }
    }
}

fn sorted(lines: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = lines.lines().collect();
    lines.sort_unstable();
    lines
}
