//! The workspace that is measured: its members, contacts and shares, written straight into the database.
//!
//! The first member owns a fifth of the contacts, the others the rest; each contact is shared with five members.

use crate::installation::Installation;
use crate::random::Random;
use app::{App, Caller, Setup, System};
use model::{Contact, ContactId, Email, Label, LabeledEmail, LabeledPhone, MatchKey, Phone, Text, name_order};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use store::contacts::ContactRow;
use store::contacts::shares::{Access, Grantee, Share};
use store::contacts::{match_keys, name_order, shares};
use store::members::accounts;
use store::members::accounts::{NewAccount, Role};
use store::workspace::workspaces;
use store::{Member, Workspace, contacts, members};

pub const MEMBERS: i64 = 200;
/// That of every member.
pub const PASSWORD: &str = "a bench is no secret";
const SHARES: i64 = 5;
const HERE: Workspace = Workspace(1);
/// Contacts of one transaction.
const STEP: usize = 50_000;

const FIRST: [&str; 40] = [
    "Ada", "Ben", "Carla", "Daniel", "Ewa", "Farid", "Greta", "Hannes", "Ines", "Jonas", "Kira", "Liam", "Mara",
    "Nils", "Olga", "Paul", "Quinn", "Rosa", "Sven", "Tara", "Udo", "Vera", "Willem", "Xenia", "Yusuf", "Zoe", "Anton",
    "Berta", "Cem", "Dora", "Emil", "Frida", "Gustav", "Helga", "Igor", "Jana", "Karl", "Lotte", "Mehmet", "Nora",
];
const SYLLABLES: [&str; 24] = [
    "ber", "lin", "stein", "mann", "so", "ra", "ki", "lund", "ström", "wick", "ton", "er", "ov", "ska", "nen", "dale",
    "brook", "hart", "feld", "wood", "ros", "van", "gard", "hol",
];

#[derive(Default)]
pub struct OsSystem {
    given: AtomicU64,
}

impl System for OsSystem {
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_micros()).unwrap()
    }

    fn contact_id(&self) -> ContactId {
        id(u128::from(self.given.fetch_add(1, Ordering::Relaxed)) + (1 << 40))
    }

    fn unique_name(&self) -> String {
        format!("n{}", self.given.fetch_add(1, Ordering::Relaxed))
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

fn id(number: u128) -> ContactId {
    ContactId::from_u128(number << 80 | 7 << 76 | 2 << 62)
}

pub fn email(member: i64) -> String {
    format!("m{member}@example.com")
}

pub fn word(random: &mut Random) -> String {
    match random.below(3) {
        0 => random.pick(&FIRST).to_lowercase(),
        1 => family(random).to_lowercase(),
        _ => format!("{} {}", random.pick(&FIRST), family(random)),
    }
}

fn family(random: &mut Random) -> String {
    let mut name = String::new();
    for _ in 0..2 + random.below(2) {
        name.push_str(random.pick(&SYLLABLES));
    }
    name[..1].to_uppercase() + &name[1..]
}

/// The contact of that number. The owner of the first fifth is the first member.
fn contact(number: usize) -> Contact {
    let mut random = Random::new(number as u64 + 1);
    let first = random.pick(&FIRST);
    let mut contact = Contact {
        first_name: first.into(),
        last_name: Text::new(&family(&mut random)),
        company: Text::new(&format!("{} & {}", family(&mut random), family(&mut random))),
        emails: vec![LabeledEmail {
            label: Label::NONE,
            value: Email::parse(&format!(
                "p{number}@{}.example.com",
                random.pick(&SYLLABLES[8..10]).replace('ö', "o")
            ))
            .unwrap(),
        }],
        tags: (0..random.below(3))
            .map(|_| Text::new(random.pick(&["vip", "trade show", "2026", "lead"])))
            .collect(),
        ..Contact::default()
    };
    if number.is_multiple_of(8) {
        let phone = Phone::parse(&format!("+49 30 {:07}", 1_000_000 + number), None).unwrap();
        contact.phones.push(LabeledPhone {
            label: Label::NONE,
            phone,
        });
    }
    contact.normalise();
    contact
}

fn owner(number: usize, contacts: usize) -> Member {
    let mut random = Random::new(number as u64 ^ 0xABCD);
    match number < contacts / 5 {
        true => Member(1),
        false => Member(1 + i64::try_from(random.below(200)).unwrap()),
    }
}

/// A file of some contacts; the first are in the workspace.
pub fn csv(numbers: Range<usize>) -> String {
    let mut csv = "First Name,Last Name,Company,Email\n".to_owned();
    for number in numbers {
        let contact = contact(number);
        let values = [&contact.first_name, &contact.last_name, &contact.company].map(|value| value.as_str().to_owned());
        csv.push_str(&format!("{},{}\n", values.join(","), contact.emails[0].value.as_str()));
    }
    csv
}

/// Writes members and contacts.
pub fn make(app: &App, installation: &Installation, count: usize) {
    let first = Setup {
        name: "Member 1".to_owned(),
        email: email(1),
        password: PASSWORD.to_owned(),
        workspace_name: "A large team".to_owned(),
    };
    app.setup(&first, &Caller::default()).unwrap();
    let store = installation.store();
    store
        .write(|tx| {
            let first = accounts::get(tx, HERE, Member(1))?.unwrap();
            for member in 2..=MEMBERS {
                let account = NewAccount {
                    name: &format!("Member {member}"),
                    email: &email(member),
                    password_hash: &first.password_hash,
                };
                members::add(tx, HERE, &account, Role::Member, 1)?;
            }
            Ok::<_, store::Error>(())
        })
        .unwrap();
    let (mut all_keys, mut all_names) = (Vec::new(), Vec::new());
    let numbers: Vec<usize> = (0..count).collect();
    for some in numbers.chunks(STEP) {
        let rows: Vec<ContactRow> = some
            .iter()
            .map(|number| {
                let contact = contact(*number);
                let id = id(*number as u128 + 1);
                all_keys.extend(MatchKey::of_contact(&contact).into_iter().map(|key| (key, id)));
                all_names.push((name_order(&contact), id));
                let moment = 1_790_000_000_000_000 + *number as i64 * 1_000_000;
                ContactRow {
                    id,
                    owner: owner(*number, count),
                    version: moment,
                    created_at: moment,
                    created_by: None,
                    made_by: None,
                    written_by: None,
                    edited_by: None,
                    body: contact.to_json(),
                }
            })
            .collect();
        store
            .write(|tx| {
                workspaces::begin_change(tx, HERE)?;
                contacts::insert_many(tx, HERE, &rows)
            })
            .unwrap();
    }
    all_names.sort_unstable();
    store
        .write(|tx| {
            match_keys::insert_many(tx, HERE, all_keys)?;
            name_order::insert_many(tx, HERE, all_names)
        })
        .unwrap();
}

/// Shares each contact with five members; the first fifth with the second member, among others.
pub fn share(installation: &Installation, count: usize) {
    let store = installation.store();
    let numbers: Vec<usize> = (0..count).collect();
    for some in numbers.chunks(STEP) {
        let mut all = Vec::new();
        for number in some {
            let mut random = Random::new(*number as u64 ^ 0x5A5A);
            let owner = owner(*number, count);
            let mut with: Vec<i64> = if owner.0 == 1 { vec![2] } else { Vec::new() };
            while (with.len() as i64) < SHARES {
                let member = 1 + i64::try_from(random.below(200)).unwrap();
                if member != owner.0 && !with.contains(&member) {
                    with.push(member);
                }
            }
            with.sort_unstable();
            all.extend(with.into_iter().map(|member| Share {
                contact: id(*number as u128 + 1),
                to: Grantee::Member(Member(member)),
                access: random.pick(&[Access::View, Access::View, Access::Edit]),
                by: owner,
                at: 1_790_000_000_000_000,
            }));
        }
        store
            .write(|tx| {
                workspaces::begin_change(tx, HERE)?;
                shares::put_many(tx, HERE, &all)
            })
            .unwrap();
    }
}
