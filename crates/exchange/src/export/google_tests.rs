use super::*;

fn contact() -> Contact {
    let json = r#"{"prefix":"Dr.","first_name":"Ann","last_name":"=Hale","nickname":"Annie","company":"Fen Trust","department":"Sales","title":"Clerk",
        "emails":[{"label":"work","value":"a@x.org"},{"label":"Verein","value":"b@x.org"}],
        "phones":[{"label":"mobile","value":"+12025550101"},{"label":"fax","value":"+12025550102"}],
        "addresses":[{"label":"home","address":"Quay 5","city":"London","zip_code":"EC1A 1BB","country":"UK"}],
        "website":[{"value":"https://x.org"}],"birthday":"--03-09","tags":["vip","a \"b\""],"notes":"One\nTwo",
        "custom":{"Shoe size":"42"},
        "vcard_lines":["X-ABDATE;X-ABLABEL=\"_$!<Anniversary>!$_\":2010-06-01","X-CRYSTALQORE-PO-BOX;X-ABLABEL=\"Home\":12",
        "X-ABRELATEDNAMES;X-ABLABEL=\"Spouse\":Bob","PHOTO;VALUE=uri:https://x.org/a.jpg","X-FOO:1","X-PHONETIC-LAST-NAME:Heil"]}"#;
    Contact::from_json(json).unwrap()
}

fn written(contacts: &[Contact]) -> String {
    let mut needs = Needs::default();
    contacts.iter().for_each(|contact| needs.add(contact));
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, needs).unwrap();
    contacts.iter().for_each(|contact| writer.write(contact).unwrap());
    writer.finish().unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_file_has_the_columns_of_google() {
    let want = "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,\
        Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,\
        E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,\
        Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,\
        Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Relation 1 - Label,Relation 1 - Value,\
        Website 1 - Label,Website 1 - Value,Event 1 - Label,Event 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value\r\n\
        Ann,,'=Hale,,,Heil,Dr.,,Annie,,Fen Trust,Clerk,Sales,--03-09,\"One\nTwo\",https://x.org/a.jpg,vip ::: a 'b' ::: * myContacts,\
        Work,a@x.org,Verein,b@x.org,Mobile,+1 202 555 0101,Work Fax,+1 202 555 0102,\
        Home,,Quay 5,London,12,,EC1A 1BB,UK,,Spouse,Bob,,https://x.org,Anniversary,2010-06-01,Shoe size,42\r\n\
        Bob,,,,,,,,,,,,,,,,* myContacts,,,,,,,,,,,,,,,,,,,,,,,,,\r\n";
    let bob = Contact {
        first_name: "Bob".into(),
        ..Contact::default()
    };
    assert_eq!(written(&[contact(), bob]), want);
}

#[test]
fn lines_that_google_has_no_column_for_are_lost() {
    assert_eq!(losses(&contact()), [(Loss::VcardLines, 1)]);
}
