//! Determines the countries in which the language of a header row is spoken, the most likely first.
//!
//! A weak hint, never used alone. English is spoken in too many countries to be evidence.

use model::{Region, fold};

/// The countries in which a language is spoken, and words of its header rows, folded.
const LANGUAGES: &[(&[&str], &[&str])] = &[
    (
        &["DE", "AT", "CH"],
        &[
            "vorname",
            "nachname",
            "anrede",
            "strasse",
            "str",
            "hausnummer",
            "privat",
            "plz",
            "ort",
            "telefon",
            "geburtstag",
            "geburtsdatum",
            "firma",
            "land",
            "handy",
            "mobil",
            "abteilung",
            "notizen",
        ],
    ),
    (
        &["FR", "BE", "CH", "CA", "LU"],
        &[
            "prenom",
            "nom",
            "societe",
            "adresse",
            "ville",
            "code postal",
            "telephone",
            "portable",
            "pays",
            "date de naissance",
            "naissance",
            "entreprise",
            "courriel",
            "gsm",
        ],
    ),
    (
        &["ES", "MX", "AR", "CO", "CL", "PE", "UY"],
        &[
            "nombre",
            "apellido",
            "apellidos",
            "empresa",
            "direccion",
            "ciudad",
            "codigo postal",
            "telefono",
            "movil",
            "celular",
            "pais",
            "provincia",
            "fecha de nacimiento",
            "correo",
            "correo electronico",
        ],
    ),
    (
        &["IT", "CH"],
        &[
            "nome",
            "cognome",
            "azienda",
            "indirizzo",
            "citta",
            "cap",
            "telefono",
            "cellulare",
            "paese",
            "provincia",
            "data di nascita",
            "ragione sociale",
        ],
    ),
    (
        &["BR", "PT"],
        &[
            "nome",
            "sobrenome",
            "apelido",
            "empresa",
            "endereco",
            "morada",
            "cidade",
            "cep",
            "telefone",
            "celular",
            "telemovel",
            "pais",
            "estado",
            "data de nascimento",
        ],
    ),
    (
        &["NL", "BE"],
        &[
            "voornaam",
            "achternaam",
            "tussenvoegsel",
            "bedrijf",
            "adres",
            "straat",
            "huisnummer",
            "postcode",
            "woonplaats",
            "plaats",
            "telefoon",
            "mobiel",
            "land",
            "geboortedatum",
        ],
    ),
    (
        &["SE", "FI"],
        &[
            "fornamn",
            "efternamn",
            "foretag",
            "adress",
            "gata",
            "postnummer",
            "ort",
            "telefon",
            "mobil",
            "land",
            "fodelsedag",
            "fodelsedatum",
        ],
    ),
    (
        &["DK"],
        &[
            "fornavn",
            "efternavn",
            "firma",
            "adresse",
            "vej",
            "postnr",
            "postnummer",
            "by",
            "telefon",
            "mobil",
            "fodselsdag",
            "fodselsdato",
        ],
    ),
    (
        &["NO"],
        &[
            "fornavn",
            "etternavn",
            "firma",
            "adresse",
            "gate",
            "postnr",
            "postnummer",
            "poststed",
            "telefon",
            "mobil",
            "fodselsdag",
            "fodselsdato",
        ],
    ),
    (
        &["FI"],
        &[
            "etunimi",
            "sukunimi",
            "yritys",
            "osoite",
            "katuosoite",
            "postinumero",
            "kaupunki",
            "puhelin",
            "matkapuhelin",
            "sahkoposti",
            "syntymaaika",
        ],
    ),
    (
        &["PL"],
        &[
            "imie",
            "nazwisko",
            "firma",
            "adres",
            "ulica",
            "kod pocztowy",
            "miasto",
            "telefon",
            "komorka",
            "kraj",
            "data urodzenia",
        ],
    ),
    (
        &["CZ", "SK"],
        &[
            "jmeno",
            "prijmeni",
            "meno",
            "priezvisko",
            "firma",
            "ulice",
            "ulica",
            "psc",
            "mesto",
            "telefon",
            "mobil",
            "datum narozeni",
        ],
    ),
    (
        &["HU"],
        &[
            "nev",
            "vezeteknev",
            "keresztnev",
            "csaladnev",
            "utonev",
            "ceg",
            "cim",
            "utca",
            "iranyitoszam",
            "varos",
            "telefon",
            "telefonszam",
            "szuletesi datum",
        ],
    ),
    (
        &["RO", "MD"],
        &[
            "prenume",
            "nume",
            "companie",
            "adresa",
            "strada",
            "cod postal",
            "oras",
            "localitate",
            "judet",
            "telefon",
            "data nasterii",
        ],
    ),
    (
        &["HR", "RS", "BA", "SI"],
        &[
            "ime",
            "prezime",
            "priimek",
            "tvrtka",
            "ulica",
            "postanski broj",
            "grad",
            "mjesto",
            "telefon",
            "mobitel",
            "datum rodenja",
        ],
    ),
    (
        &["RU", "KZ", "BY"],
        &[
            "имя",
            "фамилия",
            "отчество",
            "фио",
            "компания",
            "организация",
            "адрес",
            "город",
            "индекс",
            "телефон",
            "мобильныи",
            "дата рождения",
        ],
    ),
    (
        &["UA"],
        &[
            "імя",
            "ім я",
            "прізвище",
            "по батькові",
            "компанія",
            "адреса",
            "місто",
            "телефон",
            "дата народження",
        ],
    ),
    (
        &["GR", "CY"],
        &[
            "ονομα",
            "επωνυμο",
            "εταιρεια",
            "διευθυνση",
            "πολη",
            "τκ",
            "τηλεφωνο",
            "κινητο",
        ],
    ),
    (
        &["TR"],
        &[
            "ad",
            "soyad",
            "soyadi",
            "adi",
            "sirket",
            "adres",
            "sehir",
            "il",
            "ilce",
            "posta kodu",
            "telefon",
            "cep telefonu",
            "dogum tarihi",
        ],
    ),
    (
        &["JP"],
        &[
            "姓",
            "名",
            "氏名",
            "会社",
            "会社名",
            "住所",
            "電話",
            "電話番号",
            "携帯電話",
            "郵便番号",
            "誕生日",
            "生年月日",
        ],
    ),
    (
        &["CN", "TW", "HK"],
        &["姓名", "公司", "地址", "电话", "電話", "手机", "手機", "邮编", "生日"],
    ),
    (
        &["KR"],
        &[
            "이름",
            "성",
            "회사",
            "주소",
            "전화",
            "전화번호",
            "휴대전화",
            "우편번호",
            "생일",
        ],
    ),
    (
        &["IL"],
        &[
            "שם פרטי",
            "שם משפחה",
            "שם",
            "חברה",
            "כתובת",
            "עיר",
            "טלפון",
            "נייד",
            "תאריך לידה",
        ],
    ),
    (
        &["EG", "SA", "AE"],
        &[
            "الاسم",
            "الاسم الاول",
            "اسم العائلة",
            "الشركة",
            "العنوان",
            "المدينة",
            "الهاتف",
            "الجوال",
        ],
    ),
];

/// Returns the countries of the header row's language; empty if no language stands out.
pub fn regions_of_headers<'a>(headers: impl Iterator<Item = &'a str>) -> Vec<Region> {
    let headers: Vec<String> = headers.map(|header| spaced_words(&fold(header))).collect();
    let known = |words: &[&str]| headers.iter().filter(|header| has_any(header, words)).count();
    let counts: Vec<usize> = LANGUAGES.iter().map(|(_, words)| known(words)).collect();
    let most = counts.iter().copied().max().unwrap_or_default();
    // One word does not prove a language, and words that two languages share prove nothing.
    if most < 2 || counts.iter().filter(|count| **count == most).count() > 1 {
        return Vec::new();
    }
    let language = counts.iter().position(|count| *count == most).map(|at| LANGUAGES[at].0);
    language
        .unwrap_or_default()
        .iter()
        .filter_map(|code| Region::from_code(code))
        .collect()
}

/// Returns the words of a header with one space before, between and after them.
fn spaced_words(header: &str) -> String {
    let words = header
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |text, word| text + word + " ")
}

fn has_any(header: &str, phrases: &[&str]) -> bool {
    let is_whole =
        |at: usize, phrase: &str| header[..at].ends_with(' ') && header[at + phrase.len()..].starts_with(' ');
    let has = |phrase: &str| header.match_indices(phrase).any(|(at, found)| is_whole(at, found));
    phrases.iter().any(|phrase| has(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(headers: &str) -> Option<String> {
        regions_of_headers(headers.split(','))
            .first()
            .map(|region| region.code())
    }

    #[test]
    fn the_language_of_headers_hints_at_countries() {
        for (headers, country) in [
            ("Vorname,Nachname,Telefon", "DE"),
            ("Prénom,Nom,Téléphone", "FR"),
            ("Nom Prénom,Courriel,Tél. portable", "FR"),
            ("Telefon (privat),Straße/Hausnummer,PLZ/Ort", "DE"),
            ("Nombre y apellidos,Teléfono móvil,Correo", "ES"),
            ("Nombre,Apellidos,Teléfono,Email", "ES"),
            ("Nome,Cognome,Telefono", "IT"),
            ("Nome,Sobrenome,Telefone,CEP", "BR"),
            ("Voornaam,Achternaam,Telefoon", "NL"),
            ("Förnamn,Efternamn,Telefon", "SE"),
            ("Imię,Nazwisko,Telefon", "PL"),
            ("Фамилия,Имя,Телефон", "RU"),
            ("姓,名,電話番号", "JP"),
        ] {
            assert_eq!(first(headers).as_deref(), Some(country), "{headers}");
        }
        for headers in ["First Name,Last Name,Phone", "Name,Telefon", ""] {
            assert_eq!(first(headers), None, "{headers}");
        }
    }
}
