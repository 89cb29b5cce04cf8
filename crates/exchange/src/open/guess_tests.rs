use super::*;

/// Encodes a text in a single-byte encoding; `None` if the encoding lacks one of its characters.
fn encoded(text: &str, charset: Charset) -> Option<Vec<u8>> {
    text.chars()
        .map(|c| (0..=255).find(|byte| charset.char_of(*byte) == c))
        .collect()
}

fn charset(label: &str) -> Charset {
    Charset::from_label(label).unwrap()
}

/// Checks that each text, written in each encoding, is read back unchanged.
fn check(texts: &[&str], labels: &[&str]) {
    for label in labels {
        for text in texts {
            let Some(bytes) = encoded(text, charset(label)) else {
                panic!("{label} cannot write {text}");
            };
            let guess = guess(&bytes);
            let read = guess.charset.decode(&bytes);
            assert_eq!(
                &read,
                text,
                "{label} taken for {} ({})",
                guess.charset.name(),
                guess.evidence
            );
        }
    }
}

const CENTRAL: &[&str] = &[
    "Ime;Prezime;Grad\nŽeljko;Šarić;Čakovec\nĐurđa;Kovačić;Požega\n",
    "Ime;Priimek;Mesto\nŽiga;Čuk;Šmarje\nTjaša;Kovač;Škofja Loka\n",
    "Meno;Priezvisko;Mesto\nĽubica;Žiaková;Košice\nJán;Hruška;Trenčín\n",
    "Jméno;Příjmení;Město\nJiří;Dvořák;Plzeň\nRůžena;Šťastná;Ústí nad Labem\n",
    "Imię;Nazwisko;Firma;Miasto\nŁucja;Żak;Przykład;Łódź\nGrzegorz;Brzęczyk;Spółka;Kraków\n",
    "Adres służbowy - ulica;Telefon komórkowy;Imię\nul. Krótka 1;;Łukasz\n",
    "Vezetéknév;Keresztnév;Város\nKovács;Ödön;Győr\nSzűcs;Éva;Pécs\nTőkés;Zoltán;Hódmezővásárhely\n",
    "name,city\nIvana Šimić,Čabar\nMarko Jurić,Križ\n",
    "Lieferant;Ort\nMüller s.r.o.;Brně\nKrüger;Plzeň\nŠkoda;Příbram\n",
];

#[test]
fn central_european_languages_are_read_in_each_of_their_encodings() {
    check(CENTRAL, &["windows-1250", "iso-8859-2", "cp852"]);
    let in_mac: Vec<&str> = CENTRAL
        .iter()
        .copied()
        .filter(|text| encoded(text, charset("mac-centeuro")).is_some())
        .collect();
    assert!(in_mac.len() >= 5, "Mac OS has no đ");
    check(&in_mac, &["mac-centeuro"]);
}

#[test]
fn romanian_is_read_in_its_encodings() {
    let text = "Prenume;Nume;Oraş\nŞtefan;Ţurcanu;Iaşi\nIoniţă;Bălan;Braşov\n";
    check(&[text], &["windows-1250", "iso-8859-2", "cp852"]);
}

const WESTERN: &[&str] = &[
    "Vorname;Nachname;Straße;Ort\nJürgen;Müller;Königsallee 5;Düsseldorf\nSören;Groß;Äußere Str. 7;Köln\n",
    "Vorname;Ort\nAnja;Köln\nUwe;Bonn\n",
    "Prénom;Société;Ville\nOcéane;Ateliers Noël;Besançon\nFrançois;Crédit Général;Orléans\n",
    "Nombre;Apellido;Ciudad\nJosé;Muñoz;Málaga\nÍñigo;Peña;A Coruña\n",
    "Nombre,Ciudad\nJosé,Bogotá\nAna,Lima\n",
    "Name,City\nAndré Lefèvre,Liège\nJosé Muñoz,Málaga\n",
    "Förnamn;Efternamn;Ort\nÅsa;Öberg;Malmö\nBjörn;Sjöström;Växjö\n",
    "First Name,Last Name\nRené,Smith\nBob,Jones\n",
];

#[test]
fn western_languages_are_read_in_each_of_their_encodings() {
    check(WESTERN, &["windows-1252", "macintosh", "cp850"]);
    let in_437: Vec<&str> = WESTERN
        .iter()
        .copied()
        .filter(|text| encoded(text, charset("cp437")).is_some())
        .collect();
    check(&in_437, &["cp437"]);
    check(
        &[
            "Nome;Cognome;Società\nNiccolò;Però;Città Srl\nZoè;Caffè;Perché SpA\n",
            "Nome;Sobrenome;Cidade\nJoão;Gonçalves;São Paulo\nConceição;Araújo;Maringá\n",
            "Fornavn;Efternavn;By\nSøren;Kjær;Århus\nÅse;Nygård;Tromsø\n",
        ],
        &["windows-1252", "macintosh", "cp850"],
    );
}

#[test]
fn other_scripts_are_left_to_the_detector() {
    for (label, text) in [
        ("windows-1251", "Фамилия;Имя;Город\nЁлкина;Дарья;Тверь\n"),
        ("ibm866", "Фамилия;Имя;Город\nЁлкина;Дарья;Тверь\nСидоров;Пётр;Казань\n"),
        ("koi8-r", "Фамилия;Имя;Город\nЁлкина;Дарья;Тверь\nСидоров;Пётр;Казань\n"),
        ("windows-1253", "Όνομα;Επώνυμο;Πόλη\nΓιώργος;Παπαδόπουλος;Αθήνα\n"),
        (
            "gb18030",
            "姓名,手机,邮箱,公司\n王小明,1,x@example.com,蓝天科技有限公司\n",
        ),
        (
            "shift_jis",
            "氏名,会社名,住所\n山田太郎,株式会社サンプル,東京都千代田区\n",
        ),
        ("big5", "姓名,公司,地址\n王小明,範例科技股份有限公司,台北市信義區\n"),
        ("euc-kr", "이름,회사,주소\n김민수,한국상사,서울시 강남구\n"),
    ] {
        let (bytes, _, _) = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text);
        let guess = guess(&bytes);
        assert_eq!(
            guess.charset.decode(&bytes),
            text,
            "{label} taken for {}",
            guess.charset.name()
        );
    }
}

#[test]
fn a_guess_says_its_doubt() {
    let certain = guess(&encoded(CENTRAL[0], charset("windows-1250")).unwrap());
    assert!(certain.evidence.contains("those of Croatian"), "{}", certain.evidence);
    let doubtful = guess(b"Name\nX\xE8\n");
    assert!(doubtful.evidence.starts_with("assumed"), "{}", doubtful.evidence);
}
