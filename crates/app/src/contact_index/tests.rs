//! The contact index gives the same answers as the filter and the database.

use super::entry::{Entry, seconds};
use super::index::ContactIndex;
use super::query::Query;
use super::segment::Builder;
use super::visibility::SeenBy;
use super::{Sort, index as list};
use crate::access::Scope;
use crate::search::filter::Filter;
use foldhash::{HashMap, HashSet};
use model::{Address, Contact, ContactId, Email, Label, LabeledEmail, LabeledPhone, Phone, Region, Text, name_order};
use proptest::prelude::*;
use store::contacts::shares::Grantee;
use store::contacts::{ContactRow, Origin};
use store::{ImportId, Member, RunId};

const ME: Member = Member(1);
const WORDS: [&str; 10] = [
    "ann",
    "Ivers",
    "Ánn-Lee",
    "acme",
    "415",
    "Zoë",
    "1234567",
    "",
    "ann ivers",
    "王小明",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned),
        1 => "[a-zA-ZéÖß0-9 .+-]{0,12}",
    ]
}

fn contact() -> impl Strategy<Value = Contact> {
    let names = (word(), word(), word(), word(), word());
    let lists = (
        prop::collection::vec(word(), 0..3),
        prop::collection::vec(
            prop::sample::select(&["ann@acme.com", "x.y@ivers.org", "415@b.de"][..]),
            0..3,
        ),
        prop::collection::vec(
            prop::sample::select(&["+1 415 555 0132", "+44 20 7946 0123", "+49 30 1234567"][..]),
            0..2,
        ),
        prop::collection::vec((word(), word()), 0..2),
        (
            word(),
            prop::collection::btree_map(
                prop::sample::select(&["Shoe size", "Größe", "Ann"][..]).prop_map(str::to_owned),
                prop_oneof![
                    word(),
                    prop::sample::select(&["-5", "5", "1234.5", "0012"][..]).prop_map(str::to_owned)
                ],
                0..3,
            ),
        ),
    );
    (names, lists).prop_map(
        |((first, middle, last, nick, company), (tags, emails, phones, places, (notes, custom)))| {
            let text = |text: &String| Text::new(text);
            let mut contact = Contact {
                first_name: text(&first),
                middle_name: text(&middle),
                last_name: text(&last),
                nickname: text(&nick),
                company: text(&company),
                notes: text(&notes),
                custom: custom.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
                tags: tags.iter().map(text).collect(),
                emails: emails
                    .iter()
                    .map(|email| LabeledEmail {
                        label: Label::NONE,
                        value: Email::parse(email).unwrap(),
                    })
                    .collect(),
                phones: phones
                    .iter()
                    .map(|phone| LabeledPhone {
                        label: Label::NONE,
                        phone: Phone::parse(phone, Region::from_code("US")).unwrap(),
                    })
                    .collect(),
                addresses: places
                    .iter()
                    .map(|(city, country)| Address {
                        city: text(city),
                        country: text(country),
                        ..Address::default()
                    })
                    .collect(),
                ..Contact::default()
            };
            contact.normalise();
            contact
        },
    )
}

fn row() -> impl Strategy<Value = ContactRow> {
    (contact(), 1..3i64, 0..3i64, 0..3i64, 0..5i64).prop_map(|(contact, owner, created, written, day)| ContactRow {
        id: ContactId::nil(),
        owner: Member(owner),
        version: 1_793_491_200_000_000 + day * 43_200_000_000 + written,
        created_at: 1,
        created_by: (created > 0).then_some(Origin {
            run: RunId::Import(ImportId(created)),
            line: 1,
        }),
        made_by: None,
        written_by: (written > 0).then_some(RunId::Import(ImportId(written))),
        edited_by: None,
        body: contact.to_json(),
    })
}

/// A contact, and with whom it is shared.
#[derive(Clone, Debug)]
struct Shared {
    row: ContactRow,
    with: Vec<Grantee>,
}

impl Shared {
    fn sees(&self, scope: Scope) -> bool {
        let owns = self.row.owner == ME;
        let shared = !owns && (self.with.contains(&Grantee::Member(ME)) || self.with.contains(&Grantee::Everyone));
        match scope {
            Scope::Mine => owns,
            Scope::Shared => shared,
            Scope::All => owns || shared,
        }
    }
}

/// 0 is everyone.
fn grantee(number: i64) -> Grantee {
    match number {
        0 => Grantee::Everyone,
        number => Grantee::Member(Member(number)),
    }
}

fn rows() -> impl Strategy<Value = Vec<Shared>> {
    let with = prop::collection::btree_set(0..3_i64, 0..2);
    prop::collection::vec((row(), with), 0..60).prop_map(|rows| {
        let numbered = rows.into_iter().zip(1_u128..);
        numbered
            .map(|((row, with), number)| Shared {
                row: ContactRow {
                    id: ContactId::from_u128(number * 7 % 64),
                    ..row
                },
                with: with.into_iter().map(grantee).collect(),
            })
            .collect()
    })
}

fn term() -> impl Strategy<Value = String> {
    let quoted = |name: &'static str| word().prop_map(move |word| format!("{name}\"{word}\""));
    let parts = prop::sample::select(&["email", "phone", "company", "address", "tag", "notes"][..]);
    prop_oneof![
        4 => quoted(""),
        2 => "[a-z0-9]{1,3}",
        1 => prop::sample::select(&["555-0132", "+49 30", "0123", "41"][..]).prop_map(str::to_owned),
        1 => quoted("tag:"),
        1 => quoted("company:"),
        1 => quoted("city:"),
        1 => quoted("country:"),
        2 => (prop::sample::select(&["shoe size", "größe", "ANN", "Shoe"][..]), word())
            .prop_map(|(name, value)| format!("field:\"{name}={value}\"")),
        2 => prop::sample::select(&["field:größe", "field:\"Shoe size\"=5", "field:ann=-5", "field:ann=\"1,234.50\""][..])
            .prop_map(str::to_owned),
        1 => (1..3).prop_map(|import| format!("import:{import}")),
        1 => parts.clone().prop_map(|part| format!("has:{part}")),
        1 => parts.prop_map(|part| format!("no:{part}")),
        1 => (1..4).prop_map(|day| format!("changed:2026-11-0{day}")),
    ]
}

/// Builds an index in several steps: each row had other values before, which were removed. Who sees the contacts with
/// odd ids is set last.
fn built(rows: &[Shared], step: usize) -> ContactIndex {
    let mut index = ContactIndex::default();
    for round in 0..2 {
        for some in rows.chunks(step.max(1)) {
            let mut ids: HashSet<ContactId> = some.iter().map(|shared| shared.row.id).collect();
            if round == 0 {
                // An id that is not in the index.
                ids.insert(ContactId::from_u128(1_000));
            }
            index.remove(&ids);
            let mut builder = Builder::default();
            for shared in some {
                let before = ContactRow {
                    owner: ME,
                    body: r#"{"first_name":"earlier"}"#.to_owned(),
                    ..shared.row.clone()
                };
                let entry = match round {
                    0 => Entry::new(&before, vec![Grantee::Everyone]),
                    // Who sees the others is set below.
                    _ if shared.row.id.as_u128() % 2 == 0 => Entry::new(&shared.row, shared.with.clone()),
                    _ => Entry::new(
                        &ContactRow {
                            owner: Member(3),
                            ..shared.row.clone()
                        },
                        vec![Grantee::Member(Member(2))],
                    ),
                };
                builder.add(entry.unwrap());
            }
            index.insert(builder.finish());
            index = index.tidied();
        }
    }
    let odd = rows.iter().filter(|shared| shared.row.id.as_u128() % 2 == 1);
    for some in odd.collect::<Vec<_>>().chunks(step.max(1)) {
        let seen_by = some.iter().map(|shared| {
            let (owner, shared_with) = (shared.row.owner, shared.with.clone());
            (shared.row.id, SeenBy { owner, shared_with })
        });
        index.share(&seen_by.collect::<HashMap<_, _>>());
    }
    index
}

fn expected(rows: &[Shared], filter: &Filter, scope: Scope, sort: Sort) -> Vec<ContactId> {
    let read = |row: &ContactRow| Contact::from_json(&row.body).unwrap();
    let seen = rows
        .iter()
        .filter(|shared| shared.sees(scope))
        .map(|shared| &shared.row);
    let mut passing: Vec<&ContactRow> = seen.filter(|row| filter.lets_pass(row, &read(row))).collect();
    passing.sort_by_key(|row| match sort {
        Sort::Name | Sort::NameDown => (name_order(&read(row)), 0, row.id),
        Sort::Newest => (String::new(), 0, row.id),
        Sort::Changed => (String::new(), seconds(row.version), row.id),
    });
    if sort != Sort::Name {
        passing.reverse();
    }
    passing.into_iter().map(|row| row.id).collect()
}

proptest! {
    #[test]
    fn the_list_answers_as_the_filter_does(
        rows in rows(), terms in prop::collection::vec(term(), 0..3), step in 1..30_usize, from in 0..40_u64, size in 1..20_usize,
    ) {
        let filter: Filter = terms.join(" ").parse().unwrap();
        let index = built(&rows, step);
        for scope in [Scope::Mine, Scope::Shared, Scope::All] {
            let passing = index.passing(&Query::new(ME, scope, filter.conditions()));
            for sort in [Sort::Name, Sort::NameDown, Sort::Newest, Sort::Changed] {
                let expected = expected(&rows, &filter, scope, sort);
                prop_assert_eq!(passing.total, expected.len() as u64, "{} {:?}", terms.join(" "), scope);
                let skipped = usize::try_from(from).unwrap();
                let page: Vec<_> = expected.into_iter().skip(skipped).take(size).collect();
                prop_assert_eq!(index.page(&passing, sort, from, size), &page[..], "{:?}", sort);
                // Both ways to page by name give the same result.
                if let (Sort::Name | Sort::NameDown, true) = (sort, from < passing.total) {
                    let until = (from + size as u64).min(passing.total);
                    prop_assert_eq!(index.first_by_name(&passing, from, until, sort == Sort::NameDown), page);
                }
            }
            let mut ids = index.ids(&passing);
            ids.sort();
            prop_assert_eq!(ids, { let mut all = expected(&rows, &filter, scope, Sort::Newest); all.sort(); all });
        }
    }
}

#[test]
fn many_small_changes_do_not_make_many_segments() {
    let row = |number: u128, name: &str| ContactRow {
        id: ContactId::from_u128(number),
        owner: ME,
        version: 1,
        created_at: 1,
        created_by: None,
        made_by: None,
        written_by: None,
        edited_by: None,
        body: format!(r#"{{"first_name":"{name}"}}"#),
    };
    let mut index = list::ContactIndex::default();
    for round in 0..200_u128 {
        let changed = row(round % 50, &format!("n{round}"));
        index.remove(&HashSet::from_iter([changed.id]));
        let mut builder = Builder::default();
        builder.add(Entry::new(&changed, Vec::new()).unwrap());
        index.insert(builder.finish());
        index = index.tidied();
    }
    assert!(index.segments() <= 20, "{}", index.segments());
    let passing = index.passing(&Query::new(ME, Scope::All, &[]));
    assert_eq!(passing.total, 50);
}
