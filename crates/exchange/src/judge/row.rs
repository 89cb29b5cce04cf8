//! One ordinary row: every mapped cell becomes a value or a reason.

mod emails;
mod misplaced;
mod phones;

use super::address_objects::{Parts, addresses_in};
use super::composed::compose;
use super::date_orders::{ColumnDates, DateDoubt};
use super::google_cells::{GoogleValue, google_values};
use super::judged::{BadValues, Judged};
use super::lacking::lacking;
use super::place::{has_line, place as place_in, with_comma, zip_code};
use super::placeholders::is_placeholder;
use super::rules::Judge;
use super::vcard_cells::{reasons_of_card, vcard_lines_in};
use crate::cell_lists::{list_members, tags_in};
use crate::escapes::{may_hold_escapes, unescaped};
use crate::formula_guard::{is_spreadsheet_error, unguarded};
use crate::google_lines::is_kept;
use crate::html_text::plain_text;
use crate::mapping::{BoundColumn, BoundMapping, Piece};
use crate::open::Record;
use crate::reason::{Code, Reason, shortened};
use crate::spreadsheet_damage::Unread;
use model::{
    AddressPart, Birthday, ContactId, CustomField, DateOrder, FieldKind, Label, OrderEvidence, Patch, Region, Slot,
    Text, TextField, Version, fold, is_company_salutation, is_placeholder_date, is_salutation, join_titles,
    looks_like_company, split_person_name, split_spanish_name,
};
use std::borrow::Cow;
use std::collections::HashMap;

/// Reads a row by the judge's rules.
pub fn read(judge: &Judge, record: Record<'_>) -> Judged {
    let composed = compose(&judge.mapping, record);
    let mut reader = RowReader {
        judge,
        record,
        own: judge.layout.as_deref() == Some("crystalqore"),
        escaped: may_hold_escapes(record.text()),
        composed: &composed,
        regions: None,
        patch: judge.empty_patch(),
        reasons: Vec::new(),
        unread: Vec::new(),
        full_name: Cow::Borrowed(""),
        full_name_is_last_first: false,
        full_name_is_spanish: false,
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
    if !reader.own {
        reader.take_company_salutation();
    }
    reader.take_full_name();
    if reader.own {
        reader.reasons.extend(reasons_of_card(&judge.mapping, record));
    }
    reader.check_shape();
    reader.finish()
}

struct RowReader<'a> {
    judge: &'a Judge,
    record: Record<'a>,
    /// Whether the file is our own export: its values are taken as written.
    own: bool,
    /// Whether a cell may hold an escape of another program.
    escaped: bool,
    /// The cells that were composed from several columns.
    composed: &'a [Option<String>],
    /// The countries that the row names; determined when the first number without country code needs them.
    regions: Option<Vec<(&'a Label, Region)>>,
    patch: Patch,
    reasons: Vec<Reason>,
    unread: Vec<Unread>,
    full_name: Cow<'a, str>,
    full_name_is_last_first: bool,
    full_name_is_spanish: bool,
    id: Option<ContactId>,
    version: Option<Version>,
}

impl<'a> RowReader<'a> {
    fn read_cell(&mut self, at: usize, column: &'a BoundColumn, slot: &'a Slot) {
        let composed = self.composed.get(at).and_then(Option::as_deref);
        let raw = composed.unwrap_or_else(|| trimmed(self.record.get(at).unwrap_or_default()));
        let mut cell = unguarded(raw);
        // A guarded value is taken literally.
        if is_spreadsheet_error(cell) && !raw.starts_with('\'') {
            self.tell(
                column,
                raw,
                Code::SpreadsheetError,
                "is an error that a spreadsheet wrote in place of the value; the cell counts as empty.".to_owned(),
                "correct the formula in the spreadsheet and export again".to_owned(),
                true,
            );
            if self.own {
                // The original value is unknown: an empty value might clear it.
                return;
            }
            cell = "";
        }
        if self.own {
            return self.read_value(at, column, slot, cell);
        }
        let cell = without_apostrophe(cell);
        if is_placeholder(cell, slot) {
            return self.read_value(at, column, slot, "");
        }
        match if self.escaped {
            unescaped(cell)
        } else {
            Cow::Borrowed(cell)
        } {
            Cow::Borrowed(cell) => self.read_value(at, column, slot, cell),
            Cow::Owned(cell) => self.read_value(at, column, slot, cell.trim()),
        }
    }

    /// Reads a cell after guards, placeholders and escapes were removed.
    fn read_value(&mut self, at: usize, column: &'a BoundColumn, slot: &'a Slot, cell: &str) {
        match slot {
            Slot::Text(TextField::Notes) if !self.own => self.add_text(TextField::Notes, &plain_text(cell)),
            Slot::Text(field) => self.add_text(*field, cell),
            Slot::FullName if self.full_name.is_empty() => {
                self.full_name = Cow::Owned(cell.to_owned());
                self.full_name_is_last_first = column.piece == Some(Piece::LastFirst);
                self.full_name_is_spanish = is_spanish(&column.header);
            }
            Slot::FullName if cell.is_empty() => {}
            Slot::FullName => {
                self.full_name.to_mut().push(' ');
                self.full_name.to_mut().push_str(cell);
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
            Slot::Birthday => self.read_birthday(at, column, cell),
            Slot::Tags => self.read_tags(cell),
            Slot::Custom(name) => match self.judge.fields.get(at).and_then(Option::as_ref) {
                Some(field) => self.read_field(at, column, name, field, cell),
                None => self.patch.custom.push((name.clone(), Text::new(cell))),
            },
            Slot::VcardLines if !self.own && is_kept(&column.header) => self.read_google(column, cell),
            Slot::VcardLines => self.read_vcard_lines(column, cell),
            Slot::Id => self.read_id(column, cell),
            Slot::Version => self.version = crate::native::read_version(cell),
        }
    }

    /// The label of a value: from its label column, otherwise the column's own.
    fn label_of(&self, column: &BoundColumn, own: &Label) -> Label {
        let chosen = column
            .label_from
            .and_then(|from| self.record.get(from))
            .map(Label::new)
            .unwrap_or_default();
        if chosen.is_none() { own.clone() } else { chosen }
    }

    fn tell(&mut self, column: &BoundColumn, value: &str, code: Code, what: String, advice: String, warning: bool) {
        self.reasons.push(Reason {
            code,
            line: self.record.line(),
            column: column.header.clone(),
            message: format!("\"{}\" {what}", shortened(value)),
            value: shortened(value),
            advice,
            suggestion: None,
            warning: warning || self.judge.bad_values == BadValues::LeaveOut,
        });
    }

    /// Records a value that makes the row invalid unless the contact shows that a spreadsheet has damaged it.
    fn note_unread(&mut self, slot: Slot, given: &str) {
        if self.judge.bad_values == BadValues::Reject {
            let given = given.to_owned();
            self.unread.push(Unread { slot, given });
        }
    }

    /// Reads a cell with zip code, city and state.
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
        let objects = match part {
            AddressPart::Street if !self.own => addresses_in(cell),
            _ => None,
        };
        if let Some(addresses) = objects {
            return self.read_address_objects(column, &label, addresses);
        }
        if self.own || !cell.as_bytes().contains(&b':') || !cell.contains(":::") {
            return self.read_address_part(column, label, part, cell);
        }
        // Google writes the parts of several addresses with one label in sequence.
        for (number, cell) in cell.split(":::").enumerate() {
            self.read_address_part(column, numbered(&label, number), part, cell.trim());
        }
    }

    fn read_address_objects(&mut self, column: &BoundColumn, label: &Label, addresses: Vec<Parts>) {
        if addresses.iter().all(Vec::is_empty) {
            self.read_address_part(column, label.clone(), AddressPart::Street, "");
        }
        for (number, parts) in addresses.into_iter().enumerate() {
            for (part, text) in parts {
                self.read_address_part(column, numbered(label, number), part, &text);
            }
        }
    }

    fn read_address_part(&mut self, column: &BoundColumn, label: Label, part: AddressPart, cell: &str) {
        let text = match part {
            AddressPart::ZipCode if !self.own => Text::new(zip_code(cell)),
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
            Some((_, _, line)) if part == AddressPart::Street && has_line(line.as_str(), text.as_str()) => {}
            Some((_, _, line)) if !text.is_empty() => *line = Text::new(&format!("{line}, {text}")),
            Some(_) => {}
            None => self.patch.addresses.push((label, part, text)),
        }
    }

    fn lost_zero(&mut self, zip: &str) -> bool {
        if zip.len() != 4 || !zip.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        let named = self.regions_named().first().map(|(_, region)| *region);
        named
            .or(self.judge.import_region())
            .is_some_and(|r| ["US", "DE", "FR", "ES", "IT", "FI", "MX", "PL", "CZ", "HR"].contains(&r.code().as_str()))
    }

    fn read_field(&mut self, at: usize, column: &BoundColumn, name: &str, field: &CustomField, cell: &str) {
        let (notation, dates) = self.judge.notation_of(at);
        let read = field.read(cell, notation).or_else(|misfit| {
            // Contacts may have a choice that is no longer offered, and our own export contains it.
            let former = field.former(cell).filter(|_| self.own);
            former.map(Text::new).ok_or(misfit)
        });
        match read {
            Ok(date) if field.kind == FieldKind::Date && !self.own && is_placeholder_date(date.as_str()) => {
                self.patch.custom.push((name.to_owned(), Text::default()));
            }
            Ok(value) => {
                if field.kind == FieldKind::Date {
                    self.doubt_date(column, cell, dates, value.as_str());
                }
                self.patch.custom.push((name.to_owned(), value));
            }
            Err(misfit) => {
                let code = match field.kind {
                    FieldKind::Date => Code::Date,
                    FieldKind::Choice => Code::Choice,
                    FieldKind::Number | FieldKind::Text => Code::Number,
                };
                self.tell(column, cell, code, format!("{}.", misfit.what), misfit.advice, false);
                self.note_unread(Slot::Custom(name.to_owned()), cell);
            }
        }
    }

    fn read_birthday(&mut self, at: usize, column: &'a BoundColumn, cell: &str) {
        if cell.is_empty() || Birthday::is_empty_date(cell) {
            self.patch.birthday = Some(None);
            return;
        }
        let (notation, dates) = self.judge.notation_of(at);
        let alone = dates.is_some_and(|dates| dates.doubt == Some(DateDoubt::Alone));
        if let Some(day) = Birthday::parse(cell, notation.dates).filter(|day| !alone || day.year().is_some()) {
            let day = Some(day).filter(|day| self.own || !day.is_placeholder());
            if let Some(day) = day {
                self.doubt_date(column, cell, dates, &day.to_string());
            }
            self.patch.birthday = Some(day);
        } else if let Some(day) = Birthday::from_day_number(cell) {
            let what = format!("is a spreadsheet's number of a day; it is read as {day}.");
            let advice = "format the column as a date and export again if that is wrong".to_owned();
            self.tell(column, cell, Code::SerialDate, what, advice, true);
            self.patch.birthday = Some(Some(day));
        } else {
            // An invalid birthday does not reject the contact: the text is kept and reported.
            self.patch.custom.push((column.header.clone(), Text::new(cell)));
            let what = "is not a valid date; it is kept as a custom field.".to_owned();
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

    /// Warns that the order of day and month of a date is uncertain, if the other order would be another day.
    fn doubt_date(&mut self, column: &BoundColumn, cell: &str, dates: Option<ColumnDates>, read: &str) {
        let Some((order, doubt)) = dates.and_then(|dates| Some((dates.order(), dates.doubt?))) else {
            return;
        };
        if Birthday::order_evidence(cell) != OrderEvidence::Either {
            return;
        }
        let order = match order {
            DateOrder::DayFirst => "the day first",
            DateOrder::MonthFirst => "the month first",
        };
        let what = match doubt {
            DateDoubt::Assumed => {
                format!("is read as {read}: {order} is assumed, no date of the column shows the order.")
            }
            DateDoubt::Alone => return,
            DateDoubt::Contradicted => {
                format!("is read as {read}: {order} is assumed, the column has dates in both orders.")
            }
        };
        let advice = "choose the order of day and month if that is wrong".to_owned();
        self.tell(column, cell, Code::DateOrder, what, advice, true);
    }

    fn read_tags(&mut self, cell: &str) {
        let tags = self.patch.tags.get_or_insert_default();
        let members = if self.own { list_members(cell) } else { tags_in(cell) };
        for member in members {
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

    fn read_google(&mut self, column: &'a BoundColumn, cell: &str) {
        let cell_of = |from: Option<usize>| from.and_then(|from| self.record.get(from)).unwrap_or_default();
        let service = cell_of(column.service_from);
        let label = cell_of(column.label_from.filter(|from| column.service_from != Some(*from)));
        for value in google_values(&self.judge.rules, &column.header, (label, service), cell) {
            match value {
                GoogleValue::Custom(name, value) => self.patch.custom.push((name, value)),
                GoogleValue::Line(line) => self.patch.vcard_lines.get_or_insert_default().push(line),
            }
        }
    }

    fn read_vcard_lines(&mut self, column: &'a BoundColumn, cell: &str) {
        let (lines, broken) = vcard_lines_in(cell);
        self.patch.vcard_lines.get_or_insert_default().extend(lines);
        for line in broken {
            let what = "is no line of a vCard.".to_owned();
            let advice = "write it as NAME:value, or leave it out".to_owned();
            self.tell(column, line, Code::VcardLine, what, advice, false);
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
                "is not the id of a contact.".to_owned(),
                "leave the ids of an export as they are; a new row has none".to_owned(),
                false,
            ),
        }
    }

    /// `Firma` in a column of forms of address means that the name is a company's.
    fn take_company_salutation(&mut self) {
        if !is_company_salutation(self.text(TextField::Prefix)) {
            return;
        }
        let has_company = !self.text(TextField::Company).is_empty();
        let last = self.text(TextField::LastName).to_owned();
        if !has_company && (last.is_empty() || !self.text(TextField::FirstName).is_empty()) {
            return;
        }
        self.patch.texts.retain(|(field, _)| *field != TextField::Prefix);
        if !has_company {
            self.patch.texts.retain(|(field, _)| *field != TextField::LastName);
            self.put_text(TextField::Company, &last);
        }
    }

    /// Adds a given name from the whole name to a family name of its own column, or the other way round.
    fn complete_name(&mut self) {
        let (first, last) = (self.text(TextField::FirstName), self.text(TextField::LastName));
        let parts = split_person_name(&model::clean(&self.full_name));
        let (lacking, value) = match (first.is_empty(), last.is_empty()) {
            (true, false) if parts.last == last => (TextField::FirstName, parts.first),
            (false, true) if parts.first == first => (TextField::LastName, parts.last),
            _ => return,
        };
        self.put_text(lacking, &value);
    }

    /// Uses the whole name if the row has neither a given nor a family name.
    fn take_full_name(&mut self) {
        let is_part = |f: TextField| matches!(f, TextField::FirstName | TextField::LastName);
        if self.full_name.is_empty() {
            return;
        }
        if self.patch.texts.iter().any(|(f, t)| is_part(*f) && !t.is_empty()) {
            return self.complete_name();
        }
        let name = model::clean(&self.full_name);
        // `Acme Ltd, Ann Ivers` beside the company.
        let company = self.text(TextField::Company);
        let person = name.strip_prefix(company).and_then(|rest| rest.strip_prefix(','));
        let person = person.filter(|person| !company.is_empty() && !person.trim().is_empty());
        let name = person.unwrap_or(&name).split_whitespace().collect::<Vec<_>>().join(" ");
        let salutation = self.text(TextField::Prefix).to_owned();
        let of_company = is_company_salutation(&salutation);
        if (of_company || looks_like_company(&name)) && self.text(TextField::Company).is_empty() {
            if of_company {
                self.patch.texts.retain(|(field, _)| *field != TextField::Prefix);
            }
            self.put_text(TextField::Company, &name);
            return;
        }
        let name = match self.full_name_is_last_first {
            true => with_comma(&name),
            false => name,
        };
        let mut parts = match self.full_name_is_spanish {
            true => split_spanish_name(&name),
            false => split_person_name(&name),
        };
        // `Frau` in its own column, and `Weber` as the name.
        let lone = parts.last.is_empty() && parts.middle.is_empty() && !parts.first.contains(' ');
        if lone && salutation.split(' ').any(is_salutation) {
            parts.last = std::mem::take(&mut parts.first);
        }
        self.add_text(TextField::Prefix, &parts.prefix);
        self.put_text(TextField::FirstName, &parts.first);
        self.put_text(TextField::MiddleName, &parts.middle);
        self.put_text(TextField::LastName, &parts.last);
        self.add_text(TextField::Suffix, &parts.suffix);
        self.put_text(TextField::Nickname, &parts.nickname);
    }

    /// The value of a text field in this row so far.
    fn text(&self, field: TextField) -> &str {
        let texts = self.patch.texts.iter();
        texts
            .filter(|(of, _)| *of == field)
            .map(|(_, text)| text.as_str())
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// Adds a value of a text field. A second value of the row is joined with the first.
    fn add_text(&mut self, field: TextField, cell: &str) {
        let known = self.patch.texts.iter_mut().find(|(of, _)| *of == field);
        let Some((_, value)) = known else {
            self.patch.texts.push((field, Text::new(cell)));
            return;
        };
        let more = Text::new(cell);
        if value.is_empty() {
            *value = more;
        } else if !more.is_empty() && !has_part(field, value.as_str(), more.as_str()) {
            *value = Text::new(&match field {
                TextField::Prefix => join_titles(value.as_str(), more.as_str()),
                TextField::FirstName | TextField::MiddleName | TextField::LastName => format!("{value} {more}"),
                TextField::Notes => format!("{value}\n{more}"),
                _ => format!("{value}, {more}"),
            });
        }
    }

    /// Fills a text field that is still empty in this row.
    fn put_text(&mut self, field: TextField, text: &str) {
        if !text.is_empty() && self.text(field).is_empty() {
            self.add_text(field, text);
        }
    }

    /// Reports cells without a column, and control characters.
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
            unread: self.unread,
            id: self.id,
            version: self.version,
        }
    }
}

/// Whether a text that was joined from several columns already contains another one.
fn has_part(field: TextField, joined: &str, more: &str) -> bool {
    match field {
        TextField::Notes => joined == more || joined.lines().any(|line| line == more),
        _ => joined.split(", ").any(|part| part == more),
    }
}

/// The place of a cell's first value among the values of its label: the column's own place, unless labels come from
/// cells or an earlier cell contained several values.
fn place<T>(values: &[(Label, usize, T)], label: &Label, column: &BoundColumn) -> usize {
    let taken = values.iter().filter(|(l, ..)| l == label).count();
    let own_label = column.slot.as_ref().map(BoundMapping::own_label).unwrap_or_default();
    if own_label == *label && column.label_from.is_none() && taken <= column.place {
        column.place
    } else {
        taken
    }
}

/// The place of the next value of a label in a cell, without counting again: a cell may contain very many.
fn next_place<T>(
    places: &mut HashMap<Label, usize>,
    values: &[(Label, usize, T)],
    label: &Label,
    column: &BoundColumn,
) -> usize {
    match places.get_mut(label) {
        Some(next) => {
            *next += 1;
            *next
        }
        None => {
            let first = place(values, label, column);
            places.insert(label.clone(), first);
            first
        }
    }
}

/// The label of a value: the label beside it, if that is a built-in one or the column has none; otherwise the column's.
fn label_beside(beside: Option<Label>, of_column: &Label) -> Label {
    match beside {
        Some(label) if of_column.is_none() || label.is_built_in() => label,
        _ => of_column.clone(),
    }
}

/// The label of a further address with the same label: a contact has one address per label.
fn numbered(label: &Label, number: usize) -> Label {
    match (number, label.as_str()) {
        (0, _) => label.clone(),
        (1, "") => Label::exact("other"),
        (_, "") => Label::exact(&format!("other {number}")),
        (_, word) => Label::exact(&format!("{word} {}", number + 1)),
    }
}

/// Whether a column of whole names has a Spanish header: `Nombre`, `Nombre y apellidos`.
fn is_spanish(header: &str) -> bool {
    fold(header)
        .split(' ')
        .any(|word| matches!(word, "nombre" | "apellidos"))
}

/// Removes surrounding blanks from a cell; most cells have none.
fn trimmed(cell: &str) -> &str {
    match cell.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] => cell,
        _ => cell.trim(),
    }
}

/// Removes the apostrophe by which a spreadsheet keeps the zeros of a number.
fn without_apostrophe(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => cell,
    }
}
