//! CrystalQore CSV: importing an export into an empty directory reproduces it; importing it into its own directory
//! changes nothing.

use crate::files::{choices, past};
use crate::{Choices, Installation, tried};
use app::Duplicates;
use proptest::prelude::*;

proptest! {
    #![proptest_config(tried(80))]

    #[test]
    fn an_empty_directory_becomes_the_same(past in past(), choices in choices()) {
        let (installation, _) = past.lived();
        let export = installation.csv();
        let empty = Installation::new(2);
        let result = empty.import(&export, &choices);
        prop_assert_eq!(result.counts.new, result.counts.rows, "{:?} of\n{}", result.notable, export);
        prop_assert_eq!(empty.csv(), export);
        // The import into the empty directory can be undone as well.
        let undone = empty.app.undo(empty.actor, result.import.unwrap(), false).unwrap();
        prop_assert_eq!((undone.removed, undone.kept), (result.counts.new, 0));
        prop_assert_eq!(empty.seen(), Installation::new(2).seen());
    }

    #[test]
    fn its_own_directory_stays_as_it_is(past in past(), choices in choices(), fill in any::<bool>()) {
        let (installation, _) = past.lived();
        let before = installation.seen();
        let mut choices: Choices = choices;
        choices.options.duplicates = if fill { Duplicates::Fill } else { Duplicates::Update };
        let result = installation.import(&before.csv, &choices);
        prop_assert_eq!(result.counts.unchanged, result.counts.rows, "{:?} of\n{}", result.notable, before.csv);
        prop_assert_eq!(installation.seen(), before);
    }
}
