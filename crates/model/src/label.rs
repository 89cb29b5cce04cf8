//! The label of a value that can occur several times.

use crate::text::clean;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `work`, `home`, `mobile`, `fax`, `other`, a custom word, or none (empty).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "CompactString", into = "CompactString")]
pub struct Label(Kind);

/// The built-in labels need no allocation: every email and phone of every row has a label.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    #[default]
    None,
    Work,
    Home,
    Mobile,
    Other,
    Fax,
    Own(Box<str>),
}

impl Kind {
    fn built_in(word: &str) -> Option<Self> {
        [Self::None, Self::Work, Self::Home, Self::Mobile, Self::Other, Self::Fax]
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    fn word(&self) -> &str {
        match self {
            Self::None => "",
            Self::Work => "work",
            Self::Home => "home",
            Self::Mobile => "mobile",
            Self::Other => "other",
            Self::Fax => "fax",
            Self::Own(word) => word,
        }
    }
}

impl From<CompactString> for Label {
    fn from(word: CompactString) -> Self {
        Self::exact(&word)
    }
}

impl From<Label> for CompactString {
    fn from(label: Label) -> Self {
        label.as_str().into()
    }
}

impl Label {
    /// No label.
    pub const NONE: Label = Label(Kind::None);

    /// Parses a label in the spellings of other programs: `Work`, `* Home` (the preferred one), `Mobil`, `Work Fax`.
    /// Known words become the built-in labels; others are kept unchanged.
    pub fn new(raw: &str) -> Self {
        let text = clean(raw);
        let text = text.trim_start_matches('*').trim();
        // Apple's own labels: `_$!<Mobile>!$_`.
        let text = text
            .strip_prefix("_$!<")
            .and_then(|t| t.strip_suffix(">!$_"))
            .unwrap_or(text);
        let lower = text.to_lowercase();
        let known = match lower.trim_end_matches('.') {
            "work" | "business" | "office" | "company" | "work_phone" | "arbeit" | "geschäftlich" | "dienstlich"
            | "travail" | "bureau" | "professionnel" | "trabajo" | "trabalho" | "lavoro" | "werk" | "arbete"
            | "arbejde" | "arbeid" | "praca" | "работа" | "рабочий" | "рабочая" | "工作" | "単位" | "仕事"
            | "勤務先" | "직장" | "gesch" | "dienstl" | "dienst" | "büro" | "firma" | "beruflich" | "job" | "pro"
            | "oficina" | "ufficio" | "escritório" | "kantoor" | "zakelijk" | "kontor" | "jobb" | "służbowy"
            | "раб" | "office phone" | "work phone" | "biz" => "work",
            "home" | "private" | "personal" | "privat" | "domicile" | "personnel" | "casa" | "particular"
            | "personale" | "thuis" | "privé" | "hem" | "hjem" | "dom" | "domowy" | "домашний" | "домашняя"
            | "личный" | "личная" | "дом" | "家" | "住宅" | "自宅" | "집" | "priv" | "perso" | "pers" | "maison"
            | "zuhause" | "zu hause" | "daheim" | "residencia" | "residencial" | "abitazione" | "prywatny"
            | "home phone" | "house" => "home",
            "mobile" | "cell" | "cellphone" | "cell phone" | "mobile phone" | "iphone" | "handy" | "mobil"
            | "móvil" | "movil" | "celular" | "portable" | "cellulare" | "mobiel" | "mobiltelefon" | "komórka"
            | "мобильный" | "手机" | "手機" | "携帯" | "휴대전화" | "mob" | "cel" | "gsm" | "natel" | "kom" | "моб"
            | "whatsapp" | "handynr" | "mobilni" | "telemóvel" | "portatile" => "mobile",
            "fax" | "work fax" | "home fax" | "other fax" | "workfax" | "homefax" | "business fax" | "telefax"
            | "факс" | "fx" | "传真" | "傳真" | "ファックス" | "팩스" => "fax",
            "other" | "main" | "sonstige" | "andere" | "autre" | "otro" | "outro" | "altro" | "overig" | "anders"
            | "övrigt" | "andet" | "annet" | "inny" | "другой" | "другое" | "其他" | "その他" | "기타" => {
                "other"
            }
            "" => "",
            _ => text,
        };
        Self::exact(known)
    }

    /// Returns the built-in label with this name, ignoring case, or a custom label. Translations are not recognised.
    pub fn exact(word: &str) -> Self {
        let word = clean(word);
        Self(Kind::built_in(&word).unwrap_or_else(|| Kind::Own(word.into())))
    }

    /// The label's word; empty if there is no label.
    pub fn as_str(&self) -> &str {
        self.0.word()
    }

    /// Whether there is no label.
    pub fn is_none(&self) -> bool {
        self.0 == Kind::None
    }

    /// Whether the label is one of the built-in ones.
    pub fn is_built_in(&self) -> bool {
        !matches!(self.0, Kind::None | Kind::Own(_))
    }

    /// Whether values with this label are fax numbers, which are not match keys.
    pub fn is_fax(&self) -> bool {
        self.0 == Kind::Fax
    }

    /// The sort key of labelled values in a contact: none, work, home, mobile, other, fax, then custom labels. The
    /// fixed order makes a contact equal to itself after it was exported to columns and imported again.
    pub fn rank(&self) -> (u8, &str) {
        let rank = match self.0 {
            Kind::None => 0,
            Kind::Work => 1,
            Kind::Home => 2,
            Kind::Mobile => 3,
            Kind::Other => 4,
            Kind::Fax => 5,
            Kind::Own(_) => 6,
        };
        (rank, self.as_str())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_as_systems_and_people_write_them() {
        for (raw, label) in [
            ("_$!<Mobile>!$_", "mobile"),
            ("_$!<Home>!$_", "home"),
            ("_$!<Work>!$_", "work"),
            ("_$!<Other>!$_", "other"),
            ("_$!<HomeFAX>!$_", "fax"),
            ("_$!<WorkFAX>!$_", "fax"),
            ("_$!<Main>!$_", "other"),
            ("_$!<HomePage>!$_", "HomePage"),
            ("_$!<Anniversary>!$_", "Anniversary"),
            ("iPhone", "mobile"),
            ("* Work", "work"),
            ("priv.", "home"),
            ("Mob.", "mobile"),
            ("gesch.", "work"),
            ("GSM", "mobile"),
            ("раб.", "work"),
            ("Boat", "Boat"),
        ] {
            assert_eq!(Label::new(raw).as_str(), label, "{raw}");
        }
    }
}
