use super::*;

#[test]
fn formats_of_text_are_known_by_how_they_are_written() {
    let cases: &[(Refusal, &[&str])] = &[
        (
            Refusal::Vcard,
            &[
                "BEGIN:VCARD\r\nVERSION:3.0\r\n",
                "begin:vcard\n",
                "\n\nBEGIN:VCARD\n",
                "MECARD:N:Marsh;;",
            ],
        ),
        (Refusal::Calendar, &["BEGIN:VCALENDAR\n"]),
        (Refusal::RichText, &["{\\rtf1\\ansi Name,Email\\par"]),
        (
            Refusal::Html,
            &[
                "<!DOCTYPE html>\n<html>",
                "<table><tr><td>a</td></tr></table>",
                "<div class=\"login\">\n<p>Sign in</p>\n</div>",
                "<tr><td>Ana</td></tr>\n<tr><td>Bo</td></tr>",
            ],
        ),
        (
            Refusal::Xml,
            &[
                "<?xml version=\"1.0\"?><a/>",
                "<contacts>\n<contact name=\"Ana\"/>\n</contacts>\n",
                "<phonebooks><phonebook/></phonebooks>",
            ],
        ),
        (
            Refusal::Json,
            &[
                "{\"a\": 1}",
                "[ {\"a\": 1}]",
                "[[\"Name\",\"Email\"],[\"Ana\",\"a@x.org\"]]",
                "{}",
                "[\n  \"a\"]",
            ],
        ),
        (
            Refusal::Ldif,
            &[
                "dn: cn=Ana,mail=a@x.org\nobjectclass: top\n",
                "version: 1\n\ndn: cn=Ana,dc=x\n",
                "# extended LDIF\n#\n\ndn: cn=Ana,dc=x\n",
                "dn:: Y249QW5h\ncn: Ana\n",
            ],
        ),
        (
            Refusal::Sql,
            &[
                "-- dump\nINSERT INTO `contacts` (`name`) VALUES\n('Ana'),\n('Bo');\n",
                "INSERT INTO contacts VALUES (1, 'Ana', 'a@x.org');\n",
                "/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `c`;\nCREATE TABLE `c` (\n",
                "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE c (name TEXT);\n",
                "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n\nCOPY public.c (name, email) FROM stdin;\nAna\ta@x.org\n",
                "create table c (name text, email text);",
                "USE shop;\ninsert into c values ('Ana','a@x.org');",
            ],
        ),
        (
            Refusal::PrintedTable,
            &[
                " name | email\n------+-------\n Ana  | a@x.org\n(1 row)\n",
                "+------+---------+\n| name | email   |\n+------+---------+\n| Ana  | a@x.org |\n+------+---------+\n",
                "  name\n--------\n Ana\n Bo\n(2 rows)\n",
                "┌──────┬───────┐\n│ name │ email │\n├──────┼───────┤\n│ Ana  │ a@x   │\n",
                "-[ RECORD 1 ]----\nname  | Ana\nemail | a@x.org\n",
                "*************************** 1. row ***************************\n name: Ana\n",
                "| name | email |\n|------+-------|\n| Ana  | a@x   |\n",
                "name │ email\n═════╪══════\nAna  │ a@x.org\n",
            ],
        ),
        (
            Refusal::Markdown,
            &[
                "| Name | Email |\n| --- | --- |\n| Ana | a@x.org |\n",
                "Name | Email\n--- | ---\nAna | a@x.org\n",
                "# Contacts\n\n| Name | Email |\n|:-----|------:|\n| Ana | a@x.org |\n",
            ],
        ),
        (
            Refusal::Pointer,
            &[
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
                "/annex/objects/SHA256E-s3--x.csv\n",
            ],
        ),
        (
            Refusal::KeyValue,
            &[
                "name: Ana Marsh\nemail: ana@example.com\n---\nname: Bo Lin\nemail: bo@example.com\n",
                "---\n- name: Ana\n  email: a@x.org\n- name: Bo\n  email: b@x.org\n",
                "contacts:\n  - name: Ana\n    phone: \"1\"\n",
                "[contact]\nname = Ana\nemail = a@x.org\n",
                "%YAML 1.2\n---\na: b\n",
                "Name: Ana Marsh\nCompany: Marsh, Lin & Co\nPhone: 1\n\nName: Bo\nCompany: X\nPhone: 2\n",
            ],
        ),
        (
            Refusal::Message,
            &[
                "Return-Path: <a@x.org>\nReceived: from x\n",
                "From: Ana <a@x.org>\nTo: b@x.org\nMIME-Version: 1.0\n\nHello,\n",
                "From ana@example.com Sat Nov 28\nReceived: from x\n",
            ],
        ),
        (Refusal::Encrypted, &["-----BEGIN PGP MESSAGE-----\n\nabc\n"]),
        (
            Refusal::WrittenLineBreaks,
            &[
                "Name,Email\\nAna,a@x.org\\nBo,b@x.org",
                "Name;Email\\r\\nAna;a@x.org\\r\\n\n",
            ],
        ),
    ];
    for (refusal, texts) in cases {
        for text in *texts {
            assert_eq!(format_of(text.as_bytes()), Some(*refusal), "{text}");
        }
    }
}

#[test]
fn tables_are_no_other_format() {
    for text in [
        "a,b\n",
        "{notes},b\n",
        "<b>Name</b>,Email\nAna,a@x.org\n",
        "Name|Email\nAna|a@x.org\n",
        "Name,Notes\nAna,\"key: value\"\nBo,\"a: b\"\n",
        "Set,Use,Begin\n1,2,3\n",
        "Report: contacts\nDate: 2026-11-28\nName,Email\nAna,a@x.org\nBo,b@x.org\n",
        "# exported\nName,Email\nAna,a@x.org\n",
        "-- contacts of the shop\nName;Email\nAna;a@x.org\n",
        "Name,Path\nAna,C:\\new\nBo,D:\\x\n",
        "From,To\nAna,Bo\n",
        "Date;Name\n2026-11-28;Ana\n",
        "Name,Email\n-----,-----\nAna,a@x.org\n",
        "Email\na@x.org\nb@x.org\n",
        "[Name],[Email]\nAna,a@x.org\n",
        "Update,Select\nInsert into,x\n",
        "time: 10:00,name\n11:00,Ana\n12:00,Bo\n",
    ] {
        assert_eq!(format_of(text.as_bytes()), None, "{text}");
    }
}
