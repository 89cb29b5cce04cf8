//! Pairs of records with the expected verdict, for every known kind of similarity: `yes` is the same, `perhaps` must
//! be decided by a member, `no` is not shown.

use super::*;
use crate::{Address, Birthday, DateOrder, Email, Label, LabeledEmail, LabeledPhone, Phone, Region};

/// `kind | verdict | one record | the other`; the fields of a record are separated by commas.
const PAIRS: &str = "
exact | yes | f=Ann,l=Ivers,e=ann@example.com,c=Acme | f=Ann,l=Ivers,e=ann@example.com,c=Acme
email in other letters | yes | f=Ann,l=Ivers,e=ANN@Example.Com | f=Ann,l=Ivers,e=ann@example.com
name in capitals | yes | f=ANN,l=IVERS,e=ann@example.com | f=Ann,l=Ivers,e=ann@example.com
pet name, one email | yes | f=Jack,l=Oduya,e=joduya@example.com | f=John,l=Oduya,e=joduya@example.com
pet name, one email | yes | f=Paco,l=Ruiz,e=fruiz@example.com | f=Francisco,l=Ruiz,e=fruiz@example.com
pet name, one phone | yes | f=Beth,l=Oduya,p=2025550101,c=Acme | f=Elizabeth,l=Oduya,p=2025550101,c=Acme
pet name, one phone and no firm | perhaps | f=Beth,l=Oduya,p=2025550101 | f=Elizabeth,l=Oduya,p=2025550101
pet name, one email of many | perhaps | f=Beth,l=Oduya,e=family.oduya@example.com | f=Elizabeth,l=Oduya,e=family.oduya@example.com
pet name of another tongue, one email | yes | f=Kees,l=Oduya,e=coduya@example.com | f=Cornelis,l=Oduya,e=coduya@example.com
how a name begins, one email | perhaps | f=Zeb,l=Oduya,e=zoduya@example.com | f=Zebulon,l=Oduya,e=zoduya@example.com
how another name begins, one email | perhaps | f=Al,l=Oduya,e=a.oduya@example.com | f=Alma,l=Oduya,e=a.oduya@example.com
pet name unknown to us, one email | perhaps | f=Bibi,l=Oduya,e=x@example.com | f=Roswitha,l=Oduya,e=x@example.com
nickname given, one email | yes | f=Bibi,l=Oduya,e=x@example.com | f=Roswitha,k=Bibi,l=Oduya,e=x@example.com
pet name and firm | perhaps | f=Bill,l=Oduya,c=Acme | f=William,l=Oduya,c=Acme Ltd
pet name and city | perhaps | f=Bill,l=Oduya,y=Ashby | f=William,l=Oduya,y=Ashby
family name alone and street | perhaps | l=Oduya,a=9 Fen Ln,y=Ashby | f=William,l=Oduya,a=9 Fen Lane,y=Ashby
slip and city | perhaps | f=Ann,l=Drmumond,y=Ashby | f=Ann,l=Drummond,y=Ashby
pet name and nothing | no | f=Bill,l=Oduya | f=William,l=Oduya
swapped, one email | yes | f=Ivers,l=Ann,e=ann@example.com | f=Ann,l=Ivers,e=ann@example.com
swapped, one phone | yes | f=Ivers,l=Ann,p=2025550101 | f=Ann,l=Ivers,p=2025550101
swapped and nothing | perhaps | f=Ivers,l=Ann | f=Ann,l=Ivers
slip, one email | yes | f=Ann,l=Arwkright,e=a@example.com | f=Ann,l=Arkwright,e=a@example.com
slip in the given name, an email of that name | yes | f=Hamsih,l=Ivers,e=hamish@example.com | f=Hamish,l=Ivers,e=hamish@example.com
slip in the given name, an email of another | perhaps | f=Hamsih,l=Ivers,e=a@example.com | f=Hamish,l=Ivers,e=a@example.com
slip in the given name, one phone | perhaps | f=Lea,l=Ivers,p=2025550101,b=1990-04-05 | f=Lena,l=Ivers,p=2025550101,b=1990-04-05
slip in the given name, one phone and firm | yes | f=Hamsih,l=Ivers,p=2025550101,c=Acme | f=Hamish,l=Ivers,p=2025550101,c=Acme
slip in the given name that makes a spelling, city | perhaps | f=Imgoen,l=Ivers,y=Ashby | f=Imogen,l=Ivers,y=Ashby
slip in the first letter and street | perhaps | f=Ann,l=0sgood,a=4 Park Ave,y=Ashby | f=Ann,l=Osgood,a=4 Park Avenue,y=Ashby
kindred family names, one phone | perhaps | f=Peter,l=Hansen,p=2025550101,c=Acme | f=Peter,l=Jansen,p=2025550101,c=Acme
kindred family names, one phone | perhaps | f=Peter,l=Wagner,p=2025550101,c=Acme | f=Peter,l=Werner,p=2025550101,c=Acme
slip, one phone | yes | f=Ann,l=Drmumond,p=2025550101 | f=Ann,l=Drummond,p=2025550101
slip and firm | perhaps | f=Ann,l=Drmumond,c=Acme | f=Ann,l=Drummond,c=Acme
slip and nothing | no | f=Ann,l=Drmumond | f=Ann,l=Drummond
married, one email | yes | f=Linnea,l=Ivers,e=linnea@example.com | f=Linnea,l=Oduya,e=linnea@example.com
married, an address of the name before | yes | f=Linnea,l=Ivers,e=l.ivers@example.com | f=Linnea,l=Oduya,e=l.ivers@example.com
one given name, an address that speaks of nobody | perhaps | f=Linnea,l=Ivers,e=bestelling@acme.example | f=Linnea,l=Oduya,e=bestelling@acme.example
one given name, an address put in because one was asked for | perhaps | f=Linnea,l=Ivers,e=xxx@example.com | f=Linnea,l=Oduya,e=xxx@example.com
married, one phone | perhaps | f=Linnea,l=Ivers,p=2025550101,b=1960-01-10 | f=Linnea,l=Oduya,p=2025550101,b=1960-01-10
married, birthday and city | perhaps | f=Linnea,l=Ivers,b=1960-01-10,y=Ashby | f=Linnea,l=Oduya,b=1960-01-10,y=Ashby
married, birthday alone | no | f=Linnea,l=Ivers,b=1960-01-10 | f=Linnea,l=Oduya,b=1960-01-10
given name and firm, private mailboxes | perhaps | f=Gwen,l=Ivers,e=gwen.ivers@mail.test,c=Acme | f=Gwen,l=Oduya,e=gwen.oduya@mail.test,c=Acme
given name and firm, mailboxes of the firm | no | f=Gwen,l=Ivers,e=gwen.ivers@acme.example,c=Acme Foods | f=Gwen,l=Oduya,e=gwen.oduya@acme.example,c=Acme Foods
given name and firm, no mailboxes | no | f=Gwen,l=Ivers,c=Acme | f=Gwen,l=Oduya,c=Acme
initial, one phone and firm | yes | f=L.,l=Fairbairn,p=2025550101,c=Acme | f=Linnea,l=Fairbairn,p=2025550101,c=Acme
initial, one phone | perhaps | f=L.,l=Fairbairn,p=2025550101 | f=Linnea,l=Fairbairn,p=2025550101
initial, one phone, twins | perhaps | f=J.,l=Ivers,p=2025550101,b=1990-04-05 | f=Jane,l=Ivers,p=2025550101,b=1990-04-05
family name alone, one phone | perhaps | l=Ivers,p=2025550101 | f=Ann,l=Ivers,p=2025550101
family name alone, one email | yes | l=Ivers,e=ann.ivers@example.com | f=Ann,l=Ivers,e=ann.ivers@example.com
family name alone, the household's email | perhaps | l=Ivers,e=ivers@example.com | f=Ann,l=Ivers,e=ivers@example.com
initial, one email | yes | f=L,l=Fairbairn,e=l@example.com | f=Linnea,l=Fairbairn,e=l@example.com
initial and firm | perhaps | f=L.,l=Fairbairn,c=Acme | f=Linnea,l=Fairbairn,c=Acme
initial and city | no | f=L.,l=Fairbairn,y=Ashby | f=Linnea,l=Fairbairn,y=Ashby
marks, one phone | yes | f=Jasper,l=Müller,p=2025550101 | f=Jasper,l=Mueller,p=2025550101
marks, one phone | yes | f=Jasper,l=Łęcki,p=2025550101 | f=Jasper,l=Lecki,p=2025550101
apostrophe, one phone | yes | f=Nerys,l=O'Brien,p=2025550101 | f=Nerys,l=OBrien,p=2025550101
hyphen, one phone | yes | f=Anna-Lena,l=Ivers,p=2025550101 | f=Annalena,l=Ivers,p=2025550101
double name, one email | yes | f=Ann,l=Halloway-Pike,e=a@example.com | f=Ann,l=Halloway,e=a@example.com
whole name in one field | yes | f=Ann Ivers,e=a@example.com | f=Ann,l=Ivers,e=a@example.com
title and middle name | yes | t=Dr.,f=Ann,l=Ivers,e=a@example.com | f=Ann,m=K.,l=Ivers,s=PhD,e=a@example.com
number in other spellings | yes | f=Ann,l=Ivers,p=+1 202 555 0101 | f=Ann,l=Ivers,p=(202) 555-0101
email alone | yes | e=ann@example.com | f=Ann,l=Ivers,e=ann@example.com
number alone | yes | p=2025550101 | f=Ann,l=Ivers,p=2025550101
new firm, one phone | yes | f=Ann,l=Ivers,e=ann@acme.example,c=Acme,p=2025550101 | f=Ann,l=Ivers,e=ann@hart.example,c=Hart,p=2025550101
misspelt domain, one phone | yes | f=Ann,l=Ivers,e=ann@mailhost.test,p=2025550101 | f=Ann,l=Ivers,e=ann@mialhost.test,p=2025550101
misspelt domain | perhaps | f=Ann,l=Ivers,e=ann.ivers@mailhost.test | f=Ann,l=Ivers,e=ann.ivers@mialhost.test
dots | perhaps | f=Ann,l=Ivers,e=ann.ivers@example.com | f=Ann,l=Ivers,e=annivers@example.com
dots, another given name | no | f=Bo,l=Ivers,e=ann.ivers@example.com | f=Ann,l=Ivers,e=annivers@example.com
tag | perhaps | f=Ann,l=Ivers,e=ann.ivers+news@example.com | f=Ann,l=Ivers,e=ann.ivers@example.com
family, one email | perhaps | f=Ann,l=Ivers,e=ivers@example.com | f=Bo,l=Ivers,e=ivers@example.com
couple with like names, one email | perhaps | f=Martin,l=Ivers,e=ivers@example.com | f=Martina,l=Ivers,e=ivers@example.com
couple whose names run into one, one phone | perhaps | f=Martin,l=Abelard,p=2025550101 | f=Martina,l=Abelard,p=2025550101
couple with like names, one email | perhaps | f=Stefan,l=Ivers,e=ivers@example.com | f=Stefanie,l=Ivers,e=ivers@example.com
couple with like names, one email | perhaps | f=Александр,l=Ivers,e=ivers@example.com | f=Александра,l=Ivers,e=ivers@example.com
couple with names of one origin, one email | perhaps | f=John,l=Ivers,e=jivers@example.com | f=Jean,l=Ivers,e=jivers@example.com
couple in one, one phone | perhaps | f=Ann & Bo,l=Ivers,p=2025550101 | f=Ann,l=Ivers,p=2025550101
couple in one, one email | perhaps | f=Ann und Bo,l=Ivers,e=ann.ivers@example.com | f=Bo,l=Ivers,e=ann.ivers@example.com
couple twice, one phone | yes | f=Ann & Bo,l=Ivers,p=2025550101 | f=Ann and Bo,l=Ivers,p=2025550101
couple in one and street | perhaps | f=Ann & Bo,l=Ivers,a=9 Fen Ln,y=Ashby | f=Ann,l=Ivers,a=9 Fen Lane,y=Ashby
brothers with like names, one email | perhaps | f=Bastian,l=Ivers,e=ivers@example.com | f=Caspian,l=Ivers,e=ivers@example.com
two names, one email | perhaps | f=Ann,l=Ivers,e=shared@example.com | f=Bo,l=Oduya,e=shared@example.com
address of an office | perhaps | f=Ann,l=Ivers,e=info@acme.example | f=Bo,l=Oduya,e=info@acme.example
address of an office, one given name | perhaps | f=Ann,l=Ivers,e=sales@acme.example | f=Ann,l=Oduya,e=sales@acme.example
address of an office, one person | yes | f=Ann,l=Ivers,e=info@acme.example | f=Ann,l=Ivers,e=info@acme.example
firm and person | perhaps | c=Acme,e=office@acme.example,p=2025550101 | f=Ann,l=Ivers,c=Acme,e=office@acme.example,p=2025550101
firm and person, one phone | perhaps | c=Acme,p=2025550101 | f=Ann,l=Ivers,c=Acme,p=2025550101
firm and person, an address of nobody | perhaps | c=Acme,e=hq1@acme.example | f=Ann,l=Ivers,c=Acme,e=hq1@acme.example
name left out, an address that tells it | yes | c=Acme,e=ann.ivers@acme.example | f=Ann,l=Ivers,c=Acme,e=ann.ivers@acme.example
two firms, one email | perhaps | c=Acme,e=x@example.com | c=Hart,e=x@example.com
one firm, one email | yes | c=Acme,e=x@example.com | c=ACME Inc.,e=x@example.com
colleagues, one phone | perhaps | f=Ann,l=Ivers,c=Acme,p=2025550101 | f=Bo,l=Oduya,c=Acme,p=2025550101
colleagues, two extensions | no | f=Ann,l=Ivers,c=Acme,p=+12025550101;ext=1 | f=Bo,l=Oduya,c=Acme,p=+12025550101;ext=2
twins | perhaps | f=Ann,l=Ivers,p=2025550101,b=1990-04-05 | f=Bo,l=Ivers,p=2025550101,b=1990-04-05
twins without a phone | no | f=Ann,l=Ivers,b=1990-04-05,a=9 Fen Ln | f=Bo,l=Ivers,b=1990-04-05,a=9 Fen Ln
father and son | no | f=Ann,l=Ivers,s=Jr.,a=3 Quay Rd,y=Ashby | f=Ann,l=Ivers,s=Sr.,a=3 Quay Rd,y=Ashby
father and son by birthday | no | f=Ann,l=Ivers,b=1970-05-06,a=3 Quay Rd,y=Ashby | f=Ann,l=Ivers,b=1940-02-03,a=3 Quay Rd,y=Ashby
father and son, one phone | perhaps | f=Ann,l=Ivers,b=1970-05-06,p=2025550101 | f=Ann,l=Ivers,b=1940-02-03,p=2025550101
father and son, one email | perhaps | f=Ann,l=Ivers,s=Jr.,e=ivers@example.com | f=Ann,l=Ivers,s=Sr.,e=ivers@example.com
father and son, suffixes in the name | perhaps | f=Ann,l=Ivers Jr.,p=2025550101 | f=Ann,l=Ivers Sr.,p=2025550101
father and son, suffixes in the name | no | f=Ann,l=Ivers III,y=Ashby | f=Ann,l=Ivers II,y=Ashby
father and son in German, one email | perhaps | f=Ann,l=Ivers,s=d. J.,e=ann.ivers@example.com | f=Ann,l=Ivers,s=d. Ä.,e=ann.ivers@example.com
father and son in French, one phone | perhaps | f=Ann,l=Ivers,s=fils,p=2025550101 | f=Ann,l=Ivers,s=père,p=2025550101
one person, suffix in the name | yes | f=Ann,l=Ivers Jr.,p=2025550101 | f=Ann,l=Ivers,s=Jr.,p=2025550101
another middle name, one phone | perhaps | f=Ann,m=A.,l=Ivers,p=2025550101 | f=Ann,m=R.,l=Ivers,p=2025550101
brothers of one name by birthday, one phone | perhaps | f=Ann,l=Ivers,b=1970-05-06,p=2025550101 | f=Ann,l=Ivers,b=1974-02-03,p=2025550101
birthday with a slip, one phone | yes | f=Ann,l=Ivers,b=1970-05-06,p=2025550101 | f=Ann,l=Ivers,b=1970-05-16,p=2025550101
another person of the name | no | f=Ann,l=Ivers,e=a@example.com,p=2025550101,c=Acme,y=Ashby | f=Ann,l=Ivers,e=b@example.org,p=2025550102,c=Hart,y=Elstow
another person of the name | no | f=Ann,l=Ivers,e=a@example.com,y=Ashby | f=Ann,l=Ivers,e=b@example.org,y=Elstow
like names and nothing else | no | f=Ann,l=Quillan,e=a@example.com,p=2025550101 | f=Ann,l=Quillans,e=b@example.org,p=2025550102,c=Hart
name alone and all of it | perhaps | f=Ann,l=Ivers | f=Ann,l=Ivers,e=a@example.com,p=2025550101,c=Acme
given name alone | no | f=Ann | f=Ann,l=Ivers,e=a@example.com
name and city | perhaps | f=Ann,l=Ivers,y=Ashby,e=a@example.com | f=Ann,l=Ivers,y=Ashby,p=2025550101
name and firm, another mailbox | perhaps | f=Ann,l=Ivers,c=Acme,e=a@example.com | f=Ann,l=Ivers,c=Acme,e=ann.ivers@acme.example
street in short | perhaps | f=Ann,l=Ivers,a=49 North Maple Street,y=Ashby | f=Ann,l=Ivers,a=49 N. Maple St.,y=Ashby
street in short | perhaps | f=Ann,l=Ivers,a=Hauptstraße 5,y=Ulm | f=Ann,l=Ivers,a=Hauptstr. 5,y=Ulm
another house | perhaps | f=Ann,l=Ivers,a=49 North Maple Street,y=Ashby | f=Ann,l=Ivers,a=51 N. Maple St.,y=Ashby
firm twice and nothing else | perhaps | c=Acme | c=Acme
firm in two cities | no | c=Acme,y=Elstow | c=Acme,y=Ashby
name twice and nothing else | perhaps | f=Ann,l=Ivers | f=Ann,l=Ivers
firm and address twice | perhaps | c=Acme Ltd,a=3 Quay Rd,y=Ashby | c=Acme,a=3 Quay Road,y=Ashby
legal form with dots | perhaps | c=Acme S.r.l.,a=3 Quay Rd,y=Ashby | c=Acme SRL,a=3 Quay Road,y=Ashby
legal form with dots | yes | c=Acme Sp. z o.o.,p=2025550101 | c=Acme,p=2025550101
legal form with a stroke | yes | c=Acme A/S,e=x@acme.example | c=Acme ApS,e=x@acme.example
firm in short words | yes | c=Acme Bros. Mfg.,p=2025550101 | c=Acme Brothers Manufacturing,p=2025550101
firms that differ by letters | perhaps | c=A & S Boats,p=2025550101 | c=B & S Boats,p=2025550101
legal form and name in one piece | yes | c=株式会社桜,p=2025550101 | c=桜,p=2025550101
saint in a name and street | perhaps | f=Ann,l=St. Claire,a=9 Fen Ln,y=Ashby | f=Ann,l=Saint Claire,a=9 Fen Lane,y=Ashby
both names spelled otherwise, birthday and city | perhaps | f=Youssef,l=Hussain,b=1990-04-05,y=Ashby | f=Yusuf,l=Hussein,b=1990-04-05,y=Ashby
man and wife without given names, one phone | perhaps | t=Mr.,l=Ivers,p=2025550101 | t=Mrs.,l=Ivers,p=2025550101
man and wife without given names, one email | perhaps | t=Herr,l=Ivers,e=ivers@example.com | t=Frau,l=Ivers,e=ivers@example.com
man and wife without given names, street | no | t=Mr.,l=Ivers,a=9 Fen Ln,y=Ashby | t=Mrs.,l=Ivers,a=9 Fen Ln,y=Ashby
title in the name, one phone | yes | f=Dr. Ann,l=Ivers,p=2025550101 | f=Ann,l=Ivers,p=2025550101
title in the name and street | perhaps | f=Frau Ann,l=Ivers,a=9 Fen Ln,y=Ashby | f=Ann,l=Ivers,a=9 Fen Ln,y=Ashby
initial beside a name and street | perhaps | f=Ann K.,l=Ivers,a=9 Fen Ln,y=Ashby | f=Ann Karin,l=Ivers,a=9 Fen Ln,y=Ashby
twins with like names, an address at home | perhaps | f=Lea,l=Ivers,e=ivers.home@example.com,b=1990-04-05 | f=Lena,l=Ivers,e=ivers.home@example.com,b=1990-04-05
kindred short family names, one phone | perhaps | f=Ann,l=Bauer,p=2025550101,c=Acme | f=Ann,l=Brauer,p=2025550101,c=Acme
pet name, slip and birthday | perhaps | f=Bill,l=Abelard,b=1970-02-03 | f=William,l=Ableard,b=1970-02-03
two scripts, one email | yes | f=Иван,l=Петренко,e=ivan.petrenko@example.com | f=Ivan,l=Petrenko,e=ivan.petrenko@example.com
two scripts and firm | perhaps | f=Екатерина,l=Щербакова,c=Acme | f=Ekaterina,l=Shcherbakova,c=Acme
two scripts and firm | perhaps | f=Νίκος,l=Οικονόμου,c=Acme | f=Nikos,l=Oikonomou,c=Acme
two scripts, another family name | no | f=Иван,l=Петренко,c=Acme | f=Ivan,l=Sokolov,c=Acme
couple in two scripts, one email | perhaps | f=Александр,l=Ивлев,e=x1@example.com | f=Aleksandra,l=Ivleva,e=x1@example.com
firm and somebody there | no | c=Acme,y=Ashby | f=Ann,l=Ivers,c=Acme,y=Ashby
colleagues | no | f=Ann,l=Ivers,c=Acme,y=Ashby | f=Bo,l=Oduya,c=Acme,y=Ashby
";

fn contact(record: &str) -> Contact {
    let mut contact = Contact::default();
    let mut address = Address::default();
    for field in record.trim().split(',') {
        let (field, value) = field.trim().split_once('=').unwrap();
        match field {
            "t" => contact.prefix = value.into(),
            "f" => contact.first_name = value.into(),
            "m" => contact.middle_name = value.into(),
            "l" => contact.last_name = value.into(),
            "s" => contact.suffix = value.into(),
            "k" => contact.nickname = value.into(),
            "c" => contact.company = value.into(),
            "a" => address.address = value.into(),
            "y" => address.city = value.into(),
            "b" => contact.birthday = Birthday::parse(value, DateOrder::DayFirst),
            "e" => contact.emails.push(LabeledEmail {
                label: Label::NONE,
                value: Email::parse(value).unwrap(),
            }),
            "p" => contact.phones.push(LabeledPhone {
                label: Label::NONE,
                phone: Phone::parse(value, Region::from_code("US")).unwrap(),
            }),
            other => panic!("{other}"),
        }
    }
    if !address.is_empty() {
        contact.addresses.push(address);
    }
    contact
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str, Contact, Contact)> {
    PAIRS.lines().filter(|line| !line.is_empty()).map(|line| {
        let parts: Vec<&str> = line.split(" | ").collect();
        (line, parts[1], contact(parts[2]), contact(parts[3]))
    })
}

#[test]
fn every_pair_is_judged_as_a_person_would() {
    let mut wrong = Vec::new();
    for (line, wanted, a, b) in pairs() {
        for (a, b) in [(&a, &b), (&b, &a)] {
            let found = similarity(a, b);
            let said = match found.verdict {
                Verdict::Same => "yes",
                Verdict::Possible => "perhaps",
                Verdict::Different => "no",
            };
            if said != wanted {
                wrong.push(format!("{said}: {line} {:?}", found.reasons));
            }
            assert_eq!(found.reasons.is_empty(), found.verdict == Verdict::Different, "{line}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(pairs().count() >= 60);
}

#[test]
fn similar_contacts_are_in_one_block_or_share_a_key() {
    for (line, _, a, b) in pairs() {
        if similarity(&a, &b).verdict == Verdict::Different {
            continue;
        }
        let keys = MatchKey::of_contact(&b);
        let in_one = |of_b: &[Block]| blocks(&a).iter().any(|block| of_b.contains(block));
        assert!(
            MatchKey::of_contact(&a).iter().any(|key| keys.contains(key)) || in_one(&blocks(&b)),
            "{line}"
        );
    }
}

#[test]
fn what_a_sketch_rules_out_is_two_by_all_values_too() {
    let contacts: Vec<Compared> = pairs()
        .flat_map(|(.., a, b)| [Compared::new(&a), Compared::new(&b)])
        .collect();
    let mut ruled_out = 0;
    for (at, a) in contacts.iter().enumerate() {
        for b in contacts[at..].iter().filter(|b| a.sketch().rules_out(&b.sketch())) {
            ruled_out += 1;
            let (name_a, name_b) = (a.display_name(), b.display_name());
            assert_eq!(rate_all_values(a, b), Rating::DIFFERENT, "{name_a} / {name_b}");
        }
    }
    assert!(ruled_out > contacts.len());
}

#[test]
fn reasons_are_given_for_what_is_rated_possible() {
    for (line, _, a, b) in pairs() {
        let (a, b) = (Compared::without_keys(&a), Compared::without_keys(&b));
        let is_possible = rate_values(&a, &b).verdict == Verdict::Possible;
        assert_eq!(!reasons_of_values(&a, &b).is_empty(), is_possible, "{line}");
    }
}

#[test]
fn nothing_speaks_against_a_contact_being_itself() {
    for (line, _, a, b) in pairs() {
        for contact in [&a, &b] {
            let mut keys = MatchKey::of_contact(contact);
            keys.extend(["einfo@example.com", "p+12025550101"].map(MatchKey::from_stored));
            for key in keys {
                assert!(identity::is_equal(contact, contact));
                let found = with_key(&Identity::from_contact(contact), &Identity::from_contact(contact), &key);
                assert_eq!(found, Verdict::Same, "{line} {key:?}");
            }
        }
    }
}
