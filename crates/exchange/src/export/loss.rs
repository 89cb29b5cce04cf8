//! The kinds of values that a format may be unable to hold.

/// A kind of values that a format cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is explained by its words")]
pub enum Loss {
    Emails,
    EmailLabels,
    Phones,
    PhoneLabels,
    Addresses,
    AddressLabels,
    Websites,
    WebsiteLabels,
    YearlessBirthdays,
    Nicknames,
    CustomFields,
    VcardLines,
    LongTexts,
}

impl Loss {
    /// The words for one lost value and for several.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Emails => ("email", "emails"),
            Self::EmailLabels => ("label of an email", "labels of emails"),
            Self::Phones => ("phone", "phones"),
            Self::PhoneLabels => ("label of a phone", "labels of phones"),
            Self::Addresses => ("address", "addresses"),
            Self::AddressLabels => ("label of an address", "labels of addresses"),
            Self::Websites => ("website", "websites"),
            Self::WebsiteLabels => ("label of a website", "labels of websites"),
            Self::YearlessBirthdays => ("birthday without a year", "birthdays without a year"),
            Self::Nicknames => ("nickname", "nicknames"),
            Self::CustomFields => ("custom field", "custom fields"),
            Self::VcardLines => ("vCard line", "vCard lines"),
            Self::LongTexts => (
                "end of a text of more than 32,767 characters",
                "ends of texts of more than 32,767 characters",
            ),
        }
    }
}

/// Counts values by their kinds, without the kinds of which there are none.
pub fn counted<const N: usize>(counts: [(Loss, usize); N]) -> Vec<(Loss, u64)> {
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    counts.map(|(loss, count)| (loss, count as u64)).collect()
}
