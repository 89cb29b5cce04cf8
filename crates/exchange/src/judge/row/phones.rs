//! The telephone numbers of a row, read by the countries that the row names.

use super::{RowReader, label_beside, next_place, place};
use crate::judge::phone_cells::{phones_in, with_plus};
use crate::mapping::BoundColumn;
use crate::reason::Code;
use crate::spreadsheet_damage::may_have_been_a_phone;
use model::{Label, Phone, PhoneProblem, Region, Slot};
use std::collections::HashMap;

const WHATSAPP_HOSTS: [&str; 2] = ["@c.us", "@s.whatsapp.net"];

impl<'a> RowReader<'a> {
    pub(super) fn read_phones(&mut self, _at: usize, column: &'a BoundColumn, label: &Label, cell: &str) {
        let label = self.label_of(column, label);
        let rest = self.without_emails(column, cell);
        let cell = rest.as_ref();
        if cell.is_empty() {
            let place = place(&self.patch.phones, &label, column);
            self.patch.phones.push((label, place, None));
            return;
        }
        let mut places = HashMap::new();
        let mut foreign = None;
        let found = phones_in(cell, &mut |text| self.phone(text, &label, &mut foreign));
        let alone = found.len() == 1;
        for found in found {
            match found {
                Ok((beside, phone)) => {
                    let label = label_beside(beside, &label);
                    let place = match alone {
                        true => place(&self.patch.phones, &label, column),
                        false => next_place(&mut places, &self.patch.phones, &label, column),
                    };
                    self.patch.phones.push((label, place, Some(phone)));
                }
                Err((text, problem)) => {
                    let code = match problem {
                        PhoneProblem::SpreadsheetDamage => Code::SpreadsheetDamage,
                        _ => Code::Phone,
                    };
                    let what = format!("{}.", problem.what());
                    let meant = with_plus(&text);
                    let advice = match &meant {
                        Some(meant) => format!("did you mean {meant}?"),
                        None => problem.advice().to_owned(),
                    };
                    self.tell(column, &text, code, what, advice, false);
                    if let Some(meant) = meant {
                        self.suggest(cell, &text, &meant);
                    }
                    if may_have_been_a_phone(&text) {
                        self.note_unread(Slot::Phone(label.clone()), &text);
                    }
                }
            }
        }
        if let Some((named, read)) = foreign {
            let what =
                format!("is not a number of {named}, the country of this row; it is read as a number of {read}.");
            let advice = "write it with its country code".to_owned();
            self.tell(column, cell, Code::PhoneCountry, what, advice, true);
        }
    }

    /// Reads one number: by the countries that the row names, otherwise by the import's country. `foreign` is set to
    /// the row's country and the country used if the row's did not fit.
    pub(super) fn phone(
        &mut self,
        text: &str,
        label: &Label,
        foreign: &mut Option<(Region, Region)>,
    ) -> Result<Phone, PhoneProblem> {
        if text.starts_with('+') {
            return Phone::parse(text, None);
        }
        if let Some(meant) = self.whatsapp_number(text) {
            return Phone::parse(&meant, None);
        }
        let of_import = self.judge.import_region();
        let named = self.regions_named();
        // The country of the address with the same label first, then the countries of other addresses.
        let same = named.iter().filter(|(of, _)| *of == label);
        let others = named.iter().filter(|(of, _)| *of != label);
        let mut first = None;
        for (_, region) in same.chain(others) {
            match Phone::parse(text, Some(*region)) {
                Ok(phone) => return Ok(phone),
                Err(problem) if first.is_none() => first = Some((*region, problem)),
                Err(_) => {}
            }
        }
        let Some((country, problem)) = first else {
            return Phone::parse(text, of_import);
        };
        let Some(region) = of_import.filter(|region| named.iter().all(|(_, named)| named != region)) else {
            return Err(problem);
        };
        let phone = Phone::parse(text, Some(region)).map_err(|_| problem)?;
        *foreign = Some((country, region)).filter(|_| phone.region() == Some(region));
        Ok(phone)
    }

    /// Returns the number with its plus if the row contains the WhatsApp id of its international form: the digits
    /// before `@c.us` or `@s.whatsapp.net`.
    fn whatsapp_number(&self, text: &str) -> Option<String> {
        let row = self.record.text();
        let is_id = |host: &&str| row.contains(host) && row.contains(&format!("{text}{host}"));
        WHATSAPP_HOSTS.iter().find(|host| is_id(host))?;
        with_plus(text)
    }

    /// The countries that the row names.
    pub(super) fn regions_named(&mut self) -> &[(&'a Label, Region)] {
        let (judge, record) = (self.judge, self.record);
        self.regions.get_or_insert_with(|| judge.regions_named(record))
    }
}
