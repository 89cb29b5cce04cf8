//! Recognises lines of a report that are not contacts: totals, counts, page numbers, creation notes, titles of groups,
//! rules.
//!
//! A contact may consist of a name only, so a line is recognised by its words or its form, not by missing values.

use crate::open::Record;
use model::fold;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Words for a sum.
static TOTALS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "total",
        "totals",
        "grand total",
        "subtotal",
        "sub total",
        "sum",
        "count",
        "summe",
        "gesamt",
        "gesamtsumme",
        "gesamtzahl",
        "anzahl",
        "zwischensumme",
        "insgesamt",
        "somme",
        "sous total",
        "suma",
        "razem",
        "łącznie",
        "celkem",
        "spolu",
        "összesen",
        "ukupno",
        "totale",
        "totaal",
        "aantal",
        "totalt",
        "summa",
        "antal",
        "i alt",
        "yhteensä",
        "soma",
        "toplam",
        "итого",
        "всего",
        "разом",
        "合計",
        "合计",
        "总计",
        "總計",
        "합계",
    ])
});

/// Words for a page.
static PAGES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "page",
        "seite",
        "página",
        "pagina",
        "pág",
        "pag",
        "str",
        "strona",
        "strana",
        "side",
        "sida",
        "sivu",
        "oldal",
        "sayfa",
        "стр",
        "страница",
        "сторінка",
    ])
});

/// Words between a page and the number of pages.
static OF: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "of", "von", "de", "di", "sur", "z", "ze", "od", "av", "af", "van", "из", "з",
    ])
});

/// Words for rows and what they represent.
static ROWS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "contact",
        "contacts",
        "record",
        "records",
        "row",
        "rows",
        "entry",
        "entries",
        "result",
        "results",
        "item",
        "items",
        "people",
        "person",
        "persons",
        "member",
        "members",
        "customer",
        "customers",
        "client",
        "clients",
        "user",
        "users",
        "line",
        "lines",
        "kontakt",
        "kontakte",
        "datensatz",
        "datensätze",
        "eintrag",
        "einträge",
        "zeile",
        "zeilen",
        "personen",
        "kunden",
        "mitglieder",
        "contacto",
        "contactos",
        "registro",
        "registros",
        "fila",
        "filas",
        "personas",
        "enregistrement",
        "enregistrements",
        "ligne",
        "lignes",
        "personnes",
        "contatto",
        "contatti",
        "righe",
        "voci",
        "persone",
        "contato",
        "contatos",
        "linhas",
        "pessoas",
        "contacten",
        "rijen",
        "regels",
        "records",
        "kontakty",
        "rekordy",
        "rekordów",
        "kontaktů",
        "záznamů",
        "контактов",
        "записей",
        "строк",
    ])
});

/// First words of a line that states when, by whom or from what a list was made.
static MADE: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "exported",
        "stand",
        "generated",
        "printed",
        "created",
        "downloaded",
        "produced",
        "compiled",
        "prepared",
        "updated",
        "extracted",
        "exportiert",
        "erstellt",
        "gedruckt",
        "generiert",
        "erzeugt",
        "ausgedruckt",
        "exporté",
        "généré",
        "imprimé",
        "créé",
        "édité",
        "exportado",
        "generado",
        "impreso",
        "creado",
        "gerado",
        "impresso",
        "criado",
        "esportato",
        "generato",
        "stampato",
        "creato",
        "geëxporteerd",
        "gegenereerd",
        "afgedrukt",
        "aangemaakt",
        "exporterad",
        "utskriven",
        "eksporteret",
        "wygenerowano",
        "wydrukowano",
        "vygenerováno",
        "vytištěno",
        "экспортировано",
        "создано",
        "сформировано",
        "распечатано",
    ])
});

/// Words that follow those of `MADE`.
static WHEN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "on", "at", "by", "from", "with", "using", "am", "von", "vom", "mit", "aus", "um", "le", "par", "avec",
        "depuis", "el", "por", "desde", "em", "il", "da", "con", "op", "door", "met", "den", "av", "af", "dnia", "dne",
        "przez",
    ])
});

/// Beginnings of closing lines of a list.
const BEGINNINGS: &[&str] = &[
    "end of report",
    "end of list",
    "end of file",
    "end of data",
    "end of export",
    "end of records",
    "ende der liste",
    "ende des berichts",
    "fin de la liste",
    "fin du rapport",
    "fin del informe",
    "fine elenco",
    "copyright ",
    "all rights reserved",
    "confidential",
    "vertraulich",
    "confidentiel",
    "confidencial",
    "powered by ",
    "report date",
    "report run",
    "run date",
    "data as of",
    "as of ",
    "stand vom",
];

/// Titles of groups of contacts that are not names.
static GROUPS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "customers",
        "clients",
        "leads",
        "prospects",
        "suppliers",
        "vendors",
        "partners",
        "contacts",
        "members",
        "employees",
        "staff",
        "friends",
        "family",
        "colleagues",
        "subscribers",
        "donors",
        "volunteers",
        "sponsors",
        "guests",
        "attendees",
        "speakers",
        "students",
        "teachers",
        "parents",
        "others",
        "other",
        "archived",
        "archive",
        "active",
        "inactive",
        "new",
        "closed",
        "open",
        "kunden",
        "lieferanten",
        "interessenten",
        "partner",
        "kontakte",
        "mitglieder",
        "mitarbeiter",
        "freunde",
        "familie",
        "kollegen",
        "gäste",
        "teilnehmer",
        "sonstige",
        "fournisseurs",
        "partenaires",
        "membres",
        "employés",
        "amis",
        "famille",
        "collègues",
        "autres",
        "clientes",
        "proveedores",
        "socios",
        "miembros",
        "empleados",
        "amigos",
        "familia",
        "otros",
        "clienti",
        "fornitori",
        "soci",
        "membri",
        "dipendenti",
        "amici",
        "famiglia",
        "altri",
        "fornecedores",
        "parceiros",
        "membros",
        "família",
        "outros",
        "klanten",
        "leveranciers",
        "leden",
        "medewerkers",
        "vrienden",
        "overige",
        "klienci",
        "dostawcy",
        "pracownicy",
        "klienti",
        "zákazníci",
        "dodavatelé",
        "клиенты",
        "поставщики",
        "партнёры",
        "сотрудники",
        "друзья",
    ])
});

/// Words before the name of a group.
static GROUP_NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "group",
        "section",
        "category",
        "department",
        "segment",
        "list",
        "board",
        "stage",
        "status",
        "owner",
        "region",
        "team",
        "gruppe",
        "abteilung",
        "kategorie",
        "bereich",
        "groupe",
        "section",
        "catégorie",
        "grupo",
        "categoría",
        "gruppo",
        "categoria",
    ])
});

/// Words before a remark.
static REMARKS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    folded(&[
        "note", "notes", "source", "filter", "filters", "hinweis", "legend", "legende", "quelle", "remarque", "nota",
        "fuente", "fonte",
    ])
});

/// Words in the form used for comparison.
fn folded(words: &[&str]) -> HashSet<String> {
    words.iter().map(|word| fold(word)).collect()
}

/// Returns what the line of a record is, if it is not a contact.
pub fn kind_of(record: Record<'_>) -> Option<&'static str> {
    let mut cells = record.cells().map(str::trim).filter(|cell| !cell.is_empty());
    let first = cells.next()?;
    if first.len() > 120 {
        return None;
    }
    if record.len() > 1 && is_rule(first) && cells.clone().all(is_rule) {
        return Some("a rule between rows");
    }
    match cells.clone().next() {
        None if record.len() > 1 => alone(first),
        None => None,
        Some(_) => beside_numbers(first, cells),
    }
}

/// Classifies a line in which this is the only filled cell.
fn alone(cell: &str) -> Option<&'static str> {
    let folded = fold(cell);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    match () {
        () if is_page(&words) => Some("a page number"),
        () if is_count(cell, &words) => Some("a total or a count below the table"),
        () if is_made(&words) => Some("a note on when or by whom the list was made"),
        () if is_closing(cell, &folded) => Some("a note below the table"),
        () if is_title(cell, &folded, &words) => Some("a title between the rows"),
        () => None,
    }
}

/// Classifies a line of several cells: by the first cell, if the others contain only numbers and dates.
fn beside_numbers<'a>(first: &str, others: impl Iterator<Item = &'a str> + Clone) -> Option<&'static str> {
    let is_number = |cell: &str| {
        cell.chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '%' | '-' | '/' | ':' | '€' | '$' | '£'))
    };
    let is_part = |cell: &str| is_number(cell) || cell.len() <= 4 && OF.contains(&fold(cell));
    if first.len() > 40 || !others.clone().all(is_part) {
        return None;
    }
    let folded = fold(first);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() == 1 && PAGES.contains(words[0]) {
        return Some("a page number");
    }
    if !others.clone().all(is_number) {
        return None;
    }
    let has = |list: &HashSet<String>| words.iter().any(|word| list.contains(*word));
    let number_of = has(&ROWS) && words.iter().any(|word| matches!(*word, "number" | "no" | "of"));
    if TOTALS.contains(folded.as_str()) || begins_with_total(&words) || number_of {
        return Some("a total or a count below the table");
    }
    let made = is_made(&words) || words.first().is_some_and(|word| MADE.contains(*word));
    made.then_some("a note on when or by whom the list was made")
}

fn is_rule(cell: &str) -> bool {
    let is_line = |c| matches!(c, '-' | '=' | '_' | '*' | '#' | '~' | '.' | '–' | '—' | '─' | '═');
    cell.chars().all(is_line) && cell.chars().count() >= 3
}

fn is_numeric(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

fn is_page(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    PAGES.contains(*first) && !rest.is_empty() && rest.iter().all(|word| is_numeric(word) || OF.contains(*word))
}

fn begins_with_total(words: &[&str]) -> bool {
    (1..=2.min(words.len())).any(|n| TOTALS.contains(&words[..n].join(" ")))
}

/// `Total: 3`, `Total contacts: 3`, `3 contacts`, `(3 rows)`, `Number of records: 45`.
fn is_count(cell: &str, words: &[&str]) -> bool {
    let numbers = words.iter().filter(|word| is_numeric(word)).count();
    let rows = words.iter().any(|word| ROWS.contains(*word));
    match begins_with_total(words) {
        true => numbers > 0 || words.len() == 1 || rows || cell.ends_with(':'),
        false => numbers > 0 && rows && words.len() <= 5,
    }
}

/// `Exported on 28 Nov 2026 by admin`.
fn is_made(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    let first_or_after = |word: &str| MADE.contains(word);
    // `Report generated on ...`, `List printed 28.11.2026`.
    let at = if first_or_after(first) {
        Some(rest)
    } else {
        rest.split_first()
            .filter(|(word, _)| first_or_after(word))
            .map(|(_, rest)| rest)
    };
    at.is_some_and(|rest| {
        rest.first()
            .is_some_and(|word| WHEN.contains(*word) || word.starts_with(|c: char| c.is_ascii_digit()))
            || rest.iter().any(|word| is_numeric(word) && word.len() >= 2)
    })
}

fn is_closing(cell: &str, folded: &str) -> bool {
    let remark = cell
        .split_once(':')
        .is_some_and(|(word, rest)| !rest.trim().is_empty() && REMARKS.contains(&fold(word)));
    remark
        || BEGINNINGS.iter().any(|begin| folded.starts_with(begin))
        || cell.starts_with('©')
        || cell.starts_with("(c) ")
        || cell.starts_with("* ")
        || matches!(folded, "end" | "eof" | "ende" | "fin" | "fine" | "конец")
}

fn is_title(cell: &str, folded: &str, words: &[&str]) -> bool {
    let letters: Vec<char> = cell.chars().filter(|c| *c != ' ').collect();
    let is_index = match letters[..] {
        [letter] => letter.is_uppercase() || letter == '#',
        [from, '-' | '–' | '—', to] => from.is_uppercase() && to.is_uppercase() || cell.starts_with("0-9"),
        _ => false,
    };
    let bare = cell.trim_matches(|c: char| matches!(c, '=' | '-' | '*' | '#' | '~' | '—' | '–' | '>' | '<'));
    let framed =
        cell.starts_with('[') && cell.ends_with(']') || cell.len() >= bare.len() + 4 && !bare.trim().is_empty();
    let counted = cell
        .strip_suffix(')')
        .and_then(|cell| cell.rsplit_once('('))
        .is_some_and(|(_, n)| !n.is_empty() && is_numeric(n.trim()));
    let named = cell
        .split_once(':')
        .is_some_and(|(word, _)| GROUP_NAMES.contains(&fold(word)));
    is_index || framed || counted || named || cell.ends_with(':') || words.len() <= 2 && GROUPS.contains(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{Batch, Dialect, Records};

    fn kind(line: &str) -> Option<&'static str> {
        let mut batch = Batch::default();
        Records::new(line.as_bytes(), Dialect::default())
            .fill(&mut batch, 1)
            .unwrap();
        batch.records().next().and_then(kind_of)
    }

    #[test]
    fn lines_of_a_report_are_no_contacts() {
        for (kinds, lines) in [
            (
                "a page number",
                &[
                    "Page 1 of 1,,",
                    "Page 3,,",
                    "page 2/7,,",
                    "Seite 1 von 3,,",
                    "Página 1 de 2,,",
                    "Strona 1 z 4,,",
                    "стр. 2 из 3,,",
                    "- Page 2 -,,",
                    "Page,1,of,3",
                    "Sida 1 av 2,,",
                ][..],
            ),
            (
                "a total or a count below the table",
                &[
                    "Total contacts: 3,,",
                    "Total: 3,,",
                    "TOTAL,,",
                    "3 contacts,,",
                    "(3 rows),,",
                    "Number of records: 45,,",
                    "Total,2,",
                    "Grand total,,12",
                    "Anzahl: 12,,",
                    "12 Datensätze,,",
                    "Count: 7,,",
                    "Summe,,3",
                    "Итого: 3,,",
                    "合計,3,",
                    "Total records,3,",
                    "2 records found,,",
                    "Gesamt:,4,",
                ],
            ),
            (
                "a note on when or by whom the list was made",
                &[
                    "Exported on 28 Nov 2026 by admin,,",
                    "Generated by CRM 4.2,,",
                    "Printed 28.11.2026,,",
                    "Erstellt am 28.11.2026,,",
                    "Report generated on 2026-11-28,,",
                    "Exporté le 28/11/2026,,",
                    "Generated on,2026-11-28,",
                    "Created by admin,,",
                    "List printed 2026-11-28,,",
                    "Downloaded from Example CRM,,",
                ],
            ),
            (
                "a note below the table",
                &[
                    "End of report,,",
                    "*** End of list ***,,",
                    "© 2026 Example Ltd,,",
                    "Confidential - do not share,,",
                    "Note: prices in EUR,,",
                    "* deleted contacts,,",
                    "EOF,,",
                    "Source: CRM,,",
                    "Copyright 2026 Example,,",
                    "All rights reserved.,,",
                ],
            ),
            (
                "a title between the rows",
                &[
                    "A,,",
                    "Z,",
                    "#,,",
                    "A-C,,",
                    "Customers,,",
                    "=== Sales ===,,",
                    "[VIP],,",
                    "VIP (12),,",
                    "Friends:,,",
                    "Group: Sales,,",
                    "Kunden,,",
                    "-- Leads --,,",
                    "Ä,,",
                ],
            ),
            (
                "a rule between rows",
                &["-----,-----,-----", "===,===,", "***,,", "____,____,____"],
            ),
        ] {
            for line in lines {
                assert_eq!(kind(line), Some(kinds), "{line}");
            }
        }
    }

    #[test]
    fn contacts_with_little_are_contacts() {
        for line in [
            "Ana Marsh,,",
            "Cher,,",
            "Mr. Page,,",
            "Page,Elliot,",
            "Page,,",
            "Page One Books,,",
            "王,,",
            "Total Energies,,",
            "Total,Eva,",
            "Summer,,",
            "Count Dracula,,",
            "Members Bank,,",
            "Exported Goods Ltd,,",
            "Ana,ana@example.com,",
            "3M,,",
            "A,B,",
            "X,x@example.com,",
            "Endo,,",
            "Sum,Li,",
            "Noted Books: Berlin,,",
            "Contact One,,",
            "Anna-Lena,,",
            "J.-P.,,",
            "Studio 54,,",
        ] {
            assert_eq!(kind(line), None, "{line}");
        }
    }
}
