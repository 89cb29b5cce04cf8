use super::*;

fn split(name: &str) -> [String; 5] {
    let n = split_person_name(name);
    [n.prefix, n.first, n.middle, n.last, n.suffix]
}

#[test]
fn titles_with_degrees_stay_together() {
    for (name, want) in [
        ("Dr. med. Jan van der Berg", ["Dr. med.", "Jan", "", "van der Berg", ""]),
        ("Dr. med. dent. Eva Muster", ["Dr. med. dent.", "Eva", "", "Muster", ""]),
        ("Prof. Dr.-Ing. Uwe Klein", ["Prof. Dr.-Ing.", "Uwe", "", "Klein", ""]),
        (
            "Prof. Dr. Dr. h. c. Ida Gross",
            ["Prof. Dr. Dr. h. c.", "Ida", "", "Gross", ""],
        ),
        (
            "Prof. Dr. rer. nat. habil. Ida Gross",
            ["Prof. Dr. rer. nat. habil.", "Ida", "", "Gross", ""],
        ),
        ("Dipl.-Ing. (FH) Ralf Roth", ["Dipl.-Ing. (FH)", "Ralf", "", "Roth", ""]),
        ("Dipl.-Kfm. Ralf Roth", ["Dipl.-Kfm.", "Ralf", "", "Roth", ""]),
        ("Mag.a Dr.in Lea Wolf, MSc", ["Mag.a Dr.in", "Lea", "", "Wolf", "MSc"]),
        ("Dr. Phil Stone", ["Dr.", "Phil", "", "Stone", ""]),
        ("Dr. E. Smith", ["Dr.", "E.", "", "Smith", ""]),
        ("Dr. Jane Doe, PhD, MBA", ["Dr.", "Jane", "", "Doe", "PhD, MBA"]),
        ("Doe, Jane, PhD", ["", "Jane", "", "Doe", "PhD"]),
        ("Dott.ssa Chiara Riva", ["Dott.ssa", "Chiara", "", "Riva", ""]),
        ("MUDr. Jana Nováková, CSc.", ["MUDr.", "Jana", "", "Nováková", "CSc."]),
        ("prof. dr hab. Anna Nowak", ["prof. dr hab.", "Anna", "", "Nowak", ""]),
        ("Drs. Piet de Boer", ["Drs.", "Piet", "", "de Boer", ""]),
        ("Sra. Ana Ruiz", ["Sra.", "Ana", "", "Ruiz", ""]),
        ("Familie Klein", ["Familie", "", "", "Klein", ""]),
        ("Fam. van Dijk", ["Fam.", "", "", "van Dijk", ""]),
        ("Mr. and Mrs. Robert Hale", ["Mr. and Mrs.", "Robert", "", "Hale", ""]),
        ("Mr. & Mrs. Hale", ["Mr. & Mrs.", "", "", "Hale", ""]),
        ("Herr und Frau Weber", ["Herr und Frau", "", "", "Weber", ""]),
        ("Prof. Weber, Ida", ["Prof.", "Ida", "", "Weber", ""]),
    ] {
        assert_eq!(split(name), want.map(str::to_owned), "{name}");
    }
}

#[test]
fn a_couple_shares_its_family_name() {
    for (name, want) in [
        ("John & Mary Smith", ["", "John & Mary", "", "Smith", ""]),
        ("Tom and Kate Lee", ["", "Tom and Kate", "", "Lee", ""]),
        (
            "Hans und Anna von der Heide",
            ["", "Hans und Anna", "", "von der Heide", ""],
        ),
        ("Smith, John & Mary", ["", "John & Mary", "", "Smith", ""]),
    ] {
        assert!(!looks_like_company(name), "{name}");
        assert_eq!(split(name), want.map(str::to_owned), "{name}");
    }
    for name in ["Harrow & Finch", "Harrow & Finch Partners", "Smith, Jones & Co."] {
        assert!(looks_like_company(name), "{name}");
    }
}

#[test]
fn nicknames_stand_in_brackets_or_quotation_marks() {
    for (name, nickname, first, last) in [
        ("Hale, Robert (Bob)", "Bob", "Robert", "Hale"),
        ("(Bob) Robert Hale", "Bob", "Robert", "Hale"),
        ("Robert (Bob) Hale", "Bob", "Robert", "Hale"),
        ("Robert \"Bob\" Hale", "Bob", "Robert", "Hale"),
        ("Robert “Bob” Hale", "Bob", "Robert", "Hale"),
        ("José (Pepe) Ruiz", "Pepe", "José", "Ruiz"),
    ] {
        let split = split_person_name(name);
        assert_eq!(
            (split.nickname.as_str(), split.first.as_str(), split.last.as_str()),
            (nickname, first, last)
        );
    }
    for name in ["Jane Doe (she/her)", "Anna Klein (geb. Gross)", "Acme (UK)", "Ann (2)"] {
        assert_eq!(split_person_name(name).nickname, "", "{name}");
    }
}

#[test]
fn titles_are_joined_without_repeating_them() {
    for (first, second, joined) in [
        ("Frau", "Prof. Dr.", "Frau Prof. Dr."),
        ("Dr.", "Dr.", "Dr."),
        ("Herr Dr.", "Dr. med.", "Herr Dr. med."),
        ("", "Dr.", "Dr."),
        ("Ms", "", "Ms"),
    ] {
        assert_eq!(join_titles(first, second), joined);
    }
    assert!(is_salutation("Frau") && is_salutation("Mr.") && !is_salutation("Dr."));
}

#[test]
fn splits_what_can_be_split() {
    for (name, want) in [
        ("Ann Ivers", ["", "Ann", "", "Ivers", ""]),
        ("Ilse Maria Nowak", ["", "Ilse", "Maria", "Nowak", ""]),
        ("Ruiz, Abelardo", ["", "Abelardo", "", "Ruiz", ""]),
        ("Mx. Sasha van der Berg", ["Mx.", "Sasha", "", "van der Berg", ""]),
        ("Ana-Lucía de Souza", ["", "Ana-Lucía", "", "de Souza", ""]),
        (
            "Prof. Sir Edmund Halloway-Pike OBE",
            ["Prof. Sir", "Edmund", "", "Halloway-Pike", "OBE"],
        ),
        ("John Smith, Jr.", ["", "John", "", "Smith", "Jr."]),
        ("Frau Weber", ["Frau", "", "", "Weber", ""]),
        ("Dr Ann Ivers", ["Dr", "Ann", "", "Ivers", ""]),
        ("José Ortega y Gasset", ["", "José", "", "Ortega y Gasset", ""]),
        ("山田 太郎", ["", "太郎", "", "山田", ""]),
    ] {
        assert_eq!(split(name), want.map(str::to_owned), "{name}");
    }
}

#[test]
fn spanish_names_have_two_family_names() {
    for (name, first, middle, last) in [
        ("Nuria Soler Gil", "Nuria", "", "Soler Gil"),
        ("Juan Carlos Soler Gil", "Juan Carlos", "", "Soler Gil"),
        ("José María Soler", "José", "María", "Soler"),
        ("Ana Soler", "Ana", "", "Soler"),
        ("María de la Fuente", "María", "", "de la Fuente"),
        ("Soler Gil, Nuria", "Nuria", "", "Soler Gil"),
        ("Taller de Pintura Sur", "Taller", "", "de Pintura Sur"),
        ("Nuria", "Nuria", "", ""),
    ] {
        let split = split_spanish_name(name);
        let found = [&split.first, &split.middle, &split.last].map(String::as_str);
        assert_eq!(found, [first, middle, last], "{name}");
    }
}

#[test]
fn keeps_whole_what_cannot() {
    for name in ["Fen", "王小明", "Juan Carlos Pérez García", "Team 3", "a, b, c"] {
        assert_eq!(split(name), ["", name, "", "", ""].map(str::to_owned), "{name}");
    }
}

#[test]
fn companies_are_recognised() {
    assert!(looks_like_company("Kalkwerk Ost GmbH"));
    assert!(looks_like_company("Harrow & Co"));
    assert!(looks_like_company("Hale Bros"));
    assert!(looks_like_company("Hale Bros."));
    assert!(!looks_like_company("Ann Ivers"));
    assert!(!looks_like_company("Co"));
}
