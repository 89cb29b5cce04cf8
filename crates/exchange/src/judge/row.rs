//! One ordinary row: every mapped cell becomes a value or a reason.

use super::composed::compose;
use super::judged::{BadValues, Judged};
use super::lacking::lacking;
use super::place::{place as place_in, with_comma};
use super::rules::Judge;
use crate::cell_lists::list_members;
use crate::formula_guard::{is_spreadsheet_error, unguarded};
use crate::mapping::{BoundColumn, BoundMapping, Piece};
use crate::open::Record;
use crate::reason::{Code, Reason, shortened};
use model::{
    AddressPart, Birthday, ContactId, CustomField, Email, FieldKind, Label, Patch, Phone, PhoneProblem, Region, Slot,
    Text, TextField, Version, looks_like_company, split_person_name,
};

/// Reads a row with the judge's rules.
pub fn read(judge: &Judge, record: Record<'_>) -> Judged {
    let composed = compose(&judge.mapping, record);
    let mut reader = RowReader {
        judge,
        record,
        composed: &composed,
        regions: None,
        patch: Patch::default(),
        reasons: Vec::new(),
        full_name: "",
        full_name_is_last_first: false,
        id: None,
        version: None,
    };
    for (at, column) in judge.mapping.columns().iter().enumerate() {
        if let Some(slot) = column
            .slot
            .as_ref()
            .filter(|_| column.piece_of.is_none_or(|main| main == at))
        {
            reader.read_cell(at, column, slot);
        }
    }
    reader.take_full_name();
    reader.check_shape();
    reader.finish()
}

struct RowReader<'a> {
    judge: &'a Judge,
    record: Record<'a>,
    /// The cells that were put together from several.
    composed: &'a [Option<String>],
    /// Found when the first number without country code needs them.
    regions: Option<[Option<Region>; 2]>,
    patch: Patch,
    reasons: Vec<Reason>,
    full_name: &'a str,
    full_name_is_last_first: bool,
    id: Option<ContactId>,
    version: Option<Version>,
}

impl<'a> RowReader<'a> {
    fn read_cell(&mut self, at: usize, column: &'a BoundColumn, slot: &'a Slot) {
        let composed = self.composed.get(at).and_then(Option::as_deref);
        let raw = composed.unwrap_or_else(|| self.record.get(at).unwrap_or_default().trim());
        let mut cell = unguarded(raw);
        // A value that was guarded is what it is.
        if is_spreadsheet_error(cell) && !raw.starts_with('\'') {
            self.tell(
                column,
                raw,
                Code::SpreadsheetError,
                "is an error that a spreadsheet wrote in place of the value; the cell counts as empty.".to_owned(),
                "correct the formula in the spreadsheet and export again".to_owned(),
                true,
            );
            cell = "";
        }
        match slot {
            Slot::Text(field) => self.patch.texts.push((*field, Text::new(cell))),
            Slot::FullName => {
                self.full_name = cell;
                self.full_name_is_last_first = column.piece == Some(Piece::LastFirst);
            }
            Slot::Email(label) => self.read_emails(at, column, label, cell),
            Slot::Phone(label) => self.read_phones(at, column, label, cell),
            Slot::Website(label) => {
                let label = self.label_of(column, label);
                let place = place(&self.patch.websites, &label, column);
                let value = Text::new(cell);
                self.patch
                    .websites
                    .push((label, place, (!value.is_empty()).then_some(value)));
            }
            Slot::Address(label, _) if column.piece == Some(Piece::Place) => self.read_place(column, label, cell),
            Slot::Address(label, part) => self.read_address(column, label, *part, cell),
            Slot::Birthday => self.read_birthday(column, cell),
            Slot::Tags => self.read_tags(cell),
            Slot::Custom(name) => match self.judge.fields.get(at).and_then(Option::as_ref) {
                Some(field) => self.read_field(column, name, field, cell),
                None => self.patch.custom.push((name.clone(), Text::new(cell))),
            },
            Slot::Id => self.read_id(column, cell),
            Slot::Version => self.version = crate::native::read_version(cell),
        }
    }

    /// The label of a value: what its label column says, else its column's own.
    fn label_of(&self, column: &BoundColumn, own: &Label) -> Label {
        let told = column
            .label_from
            .and_then(|from| self.record.get(from))
            .map(Label::new)
            .unwrap_or_default();
        if told.is_none() { own.clone() } else { told }
    }

    fn tell(&mut self, column: &BoundColumn, value: &str, code: Code, what: String, advice: String, warning: bool) {
        self.reasons.push(Reason {
            code,
            line: self.record.line(),
            column: column.header.clone(),
            message: format!("\"{}\" {what}", shortened(value)),
            value: shortened(value),
            advice,
            warning: warning || self.judge.bad_values == BadValues::LeaveOut,
        });
    }

    fn read_emails(&mut self, _at: usize, column: &'a BoundColumn, label: &Label, cell: &str) {
        let label = self.label_of(column, label);
        if cell.is_empty() {
            let place = place(&self.patch.emails, &label, column);
            self.patch.emails.push((label, place, None));
            return;
        }
        let mut places = place(&self.patch.emails, &label, column)..;
        for part in addresses_in(cell) {
            match Email::parse(part) {
                Ok(email) => {
                    if let Some(meant) = email.likely_meant() {
                        let what = "is well formed, but its domain looks like a slip.".to_owned();
                        self.tell(
                            column,
                            part,
                            Code::EmailTypo,
                            what,
                            format!("did you mean {meant}?"),
                            true,
                        );
                    }
                    let place = places.next().unwrap_or_default();
                    self.patch.emails.push((label.clone(), place, Some(email)));
                }
                Err(problem) => {
                    let advice = match problem.suggestion {
                        Some(meant) => format!("did you mean {meant}?"),
                        None => "write it as name@example.com, or leave the cell empty".to_owned(),
                    };
                    self.tell(column, part, Code::Email, format!("{}.", problem.what), advice, false);
                }
            }
        }
    }

    fn read_phones(&mut self, _at: usize, column: &'a BoundColumn, label: &Label, cell: &str) {
        let label = self.label_of(column, label);
        if cell.is_empty() {
            let place = place(&self.patch.phones, &label, column);
            self.patch.phones.push((label, place, None));
            return;
        }
        match self.phones_in(cell) {
            Ok(phones) => {
                let places = place(&self.patch.phones, &label, column)..;
                for (place, phone) in places.zip(phones) {
                    self.patch.phones.push((label.clone(), place, Some(phone)));
                }
            }
            Err(problem) => {
                let code = if problem == PhoneProblem::SpreadsheetDamage {
                    Code::SpreadsheetDamage
                } else {
                    Code::Phone
                };
                self.tell(
                    column,
                    cell,
                    code,
                    format!("{}.", problem.what()),
                    problem.advice().to_owned(),
                    false,
                );
            }
        }
    }

    /// The numbers of a cell: one, or several between separators if each of them is a number.
    fn phones_in(&mut self, cell: &str) -> Result<Vec<Phone>, PhoneProblem> {
        let whole = self.phone(cell);
        if whole.is_ok() && !cell.contains(":::") {
            return whole.map(|phone| vec![phone]);
        }
        let parts: Vec<&str> = cell
            .split(":::")
            .flat_map(|p| p.split([';', '/', '|', '\n', ',']))
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .collect();
        if parts.len() < 2 {
            return whole.map(|phone| vec![phone]);
        }
        let phones: Result<Vec<Phone>, PhoneProblem> = parts.into_iter().map(|p| self.phone(p)).collect();
        phones.or_else(|_| whole.map(|phone| vec![phone]))
    }

    fn phone(&mut self, text: &str) -> Result<Phone, PhoneProblem> {
        if text.starts_with('+') {
            return Phone::parse(text, None);
        }
        let record = self.record;
        let [first, second] = *self.regions.get_or_insert_with(|| self.judge.regions_of(record));
        let read = Phone::parse(text, first);
        match (&read, second) {
            (Err(_), Some(_)) => Phone::parse(text, second).or(read),
            _ => read,
        }
    }

    /// A cell with zip code, city and state.
    fn read_place(&mut self, column: &'a BoundColumn, label: &Label, cell: &str) {
        let place = place_in(cell);
        self.read_address(column, label, AddressPart::City, &place.city);
        for (part, text) in [
            (AddressPart::State, place.state),
            (AddressPart::ZipCode, place.zip_code),
        ] {
            if !text.is_empty() {
                self.read_address(column, label, part, &text);
            }
        }
    }

    fn read_address(&mut self, column: &'a BoundColumn, label: &Label, part: AddressPart, cell: &str) {
        let label = self.label_of(column, label);
        let text = match part {
            // What we wrote ourselves is taken as it is.
            AddressPart::ZipCode if self.judge.layout.as_deref() != Some("crystalqore") => Text::new(zip_code(cell)),
            _ => Text::new(cell),
        };
        if part == AddressPart::ZipCode && self.lost_zero(text.as_str()) {
            self.tell(
                column,
                cell,
                Code::LostZero,
                "has four digits where five are usual; a spreadsheet may have dropped the zero in front.".to_owned(),
                format!("check whether it is 0{text}"),
                true,
            );
        }
        // A second line of the street joins the first.
        let earlier = self
            .patch
            .addresses
            .iter_mut()
            .find(|(l, p, _)| *l == label && *p == part);
        match earlier {
            Some((_, _, line)) if line.is_empty() => *line = text,
            Some((_, _, line)) if !text.is_empty() => *line = Text::new(&format!("{line}, {text}")),
            Some(_) => {}
            None => self.patch.addresses.push((label, part, text)),
        }
    }

    fn lost_zero(&mut self, zip: &str) -> bool {
        if zip.len() != 4 || !zip.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        let record = self.record;
        let [region, _] = *self.regions.get_or_insert_with(|| self.judge.regions_of(record));
        region
            .is_some_and(|r| ["US", "DE", "FR", "ES", "IT", "FI", "MX", "PL", "CZ", "HR"].contains(&r.code().as_str()))
    }

    fn read_field(&mut self, column: &BoundColumn, name: &str, field: &CustomField, cell: &str) {
        let own = self.judge.layout.as_deref() == Some("crystalqore");
        let read = field.read(cell, self.judge.notation).or_else(|misfit| {
            // Contacts may have what is not offered any more, and our own export says what they have.
            let former = field.former(cell).filter(|_| own);
            former.map(Text::new).ok_or(misfit)
        });
        match read {
            Ok(value) => self.patch.custom.push((name.to_owned(), value)),
            Err(misfit) => {
                let code = match field.kind {
                    FieldKind::Date => Code::Date,
                    FieldKind::Choice => Code::Choice,
                    FieldKind::Number | FieldKind::Text => Code::Number,
                };
                self.tell(column, cell, code, format!("{}.", misfit.what), misfit.advice, false);
            }
        }
    }

    fn read_birthday(&mut self, column: &'a BoundColumn, cell: &str) {
        if cell.is_empty() || Birthday::is_empty_date(cell) {
            self.patch.birthday = Some(None);
            return;
        }
        match Birthday::parse(cell, self.judge.notation.dates) {
            Some(day) => self.patch.birthday = Some(Some(day)),
            None => {
                // Nobody loses a contact over a birthday: it is kept as it is and told.
                self.patch.custom.push((column.header.clone(), Text::new(cell)));
                let what = "is no whole date; it is kept as a custom field.".to_owned();
                self.tell(
                    column,
                    cell,
                    Code::Birthday,
                    what,
                    "write dates as 1980-12-31".to_owned(),
                    true,
                );
            }
        }
    }

    fn read_tags(&mut self, cell: &str) {
        let tags = self.patch.tags.get_or_insert_default();
        for member in list_members(cell) {
            let name = member.trim_start_matches('*').trim();
            let google = self.judge.layout.as_deref().is_some_and(|l| l.starts_with("google"));
            if google
                && matches!(
                    name,
                    "myContacts"
                        | "My Contacts"
                        | "Other Contacts"
                        | "otherContacts"
                        | "starred"
                        | "Starred in Android"
                )
            {
                continue;
            }
            tags.push(Text::new(if google { name } else { &member }));
        }
    }

    fn read_id(&mut self, column: &'a BoundColumn, cell: &str) {
        if cell.is_empty() {
            return;
        }
        match ContactId::try_parse(cell) {
            Ok(id) => self.id = Some(id),
            Err(_) => self.tell(
                column,
                cell,
                Code::Id,
                "is no id of a contact.".to_owned(),
                "leave the ids of an export as they are; a new row has none".to_owned(),
                false,
            ),
        }
    }

    /// The whole name is taken where the row names no parts.
    fn take_full_name(&mut self) {
        let is_part = |f: TextField| matches!(f, TextField::FirstName | TextField::LastName | TextField::MiddleName);
        if self.full_name.is_empty() || self.patch.texts.iter().any(|(f, t)| is_part(*f) && !t.is_empty()) {
            return;
        }
        let name = model::clean(self.full_name);
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let has_company = |t: &[(TextField, Text)]| t.iter().any(|(f, t)| *f == TextField::Company && !t.is_empty());
        if looks_like_company(&name) && !has_company(&self.patch.texts) {
            self.put_text(TextField::Company, &name);
            return;
        }
        let name = match self.full_name_is_last_first {
            true => with_comma(&name),
            false => name,
        };
        let parts = split_person_name(&name);
        self.put_text(TextField::Prefix, &parts.prefix);
        self.put_text(TextField::FirstName, &parts.first);
        self.put_text(TextField::MiddleName, &parts.middle);
        self.put_text(TextField::LastName, &parts.last);
        self.put_text(TextField::Suffix, &parts.suffix);
    }

    /// Fills a text field that no column of this row has filled.
    fn put_text(&mut self, field: TextField, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.patch.texts.iter_mut().find(|(f, _)| *f == field) {
            Some((_, value)) if value.is_empty() => *value = Text::new(text),
            Some(_) => {}
            None => self.patch.texts.push((field, Text::new(text))),
        }
    }

    /// Cells without a column, and control characters.
    fn check_shape(&mut self) {
        let columns = self.judge.mapping.columns().len();
        let extra: Vec<&str> = self
            .record
            .cells()
            .skip(columns)
            .filter(|c| !c.trim().is_empty())
            .collect();
        if !extra.is_empty() {
            let mut reason = Reason::of_row(
                Code::TooManyFields,
                self.record.line(),
                format!(
                    "This row has {} values, the header has {columns}; \"{}\" belongs to no column.",
                    self.record.len(),
                    shortened(&extra.join(", "))
                ),
                "a value that holds the delimiter must stand in quotation marks",
            );
            reason.value = shortened(&extra.join(", "));
            reason.warning = self.judge.bad_values == BadValues::LeaveOut;
            self.reasons.push(reason);
        }
        if self.record.text().contains('\0') {
            let message = "This row holds NUL characters; they are dropped.";
            self.reasons.push(
                Reason::of_row(
                    Code::ControlCharacter,
                    self.record.line(),
                    message,
                    "check the program that wrote the file",
                )
                .as_warning(),
            );
        }
    }

    fn finish(mut self) -> Judged {
        let patch = self.judge.keep_patch.then(|| Box::new(self.patch.clone()));
        let contact = std::mem::take(&mut self.patch).into_contact();
        if !contact.has_identity() && !self.reasons.iter().any(|r| !r.warning) {
            self.reasons.push(Reason::of_row(
                Code::NoIdentity,
                self.record.line(),
                "This row has no name, company, email or phone.",
                "fill one of them, or check which column is mapped to which field",
            ));
        }
        let lacking = lacking(&self.judge.mapping, &self.judge.rules, self.record.line(), &contact);
        Judged {
            line: self.record.line(),
            contact,
            patch,
            reasons: self.reasons,
            lacking,
            id: self.id,
            version: self.version,
        }
    }
}

/// The place of a cell's first value among those of its label: its column's own, unless labels come from cells or an
/// earlier cell held several.
fn place<T>(values: &[(Label, usize, T)], label: &Label, column: &BoundColumn) -> usize {
    let taken = values.iter().filter(|(l, ..)| l == label).count();
    let own_label = column.slot.as_ref().map(BoundMapping::own_label).unwrap_or_default();
    if own_label == *label && column.label_from.is_none() && taken <= column.place {
        column.place
    } else {
        taken
    }
}

/// The addresses of a cell: one, unless there is more than one `@` and something between them.
fn addresses_in(cell: &str) -> Vec<&str> {
    if memchr::memchr_iter(b'@', cell.as_bytes()).count() < 2 {
        return vec![cell];
    }
    let parts: Vec<&str> = cell
        .split(":::")
        .flat_map(|p| p.split([';', ',', '\n', '|']))
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    let parts = if parts.len() == 1 && !cell.contains('<') {
        cell.split_whitespace().collect()
    } else {
        parts
    };
    if parts.iter().all(|p| p.contains('@')) {
        parts
    } else {
        vec![cell]
    }
}

/// A zip code without the traces of a spreadsheet.
fn zip_code(cell: &str) -> &str {
    let cell = match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => cell,
    };
    match cell.strip_suffix(".0") {
        Some(digits) if digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => cell,
    }
}
