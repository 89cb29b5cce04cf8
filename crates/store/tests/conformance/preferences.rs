//! Preferences of members.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::preferences;
use store::{Member, members};

#[test]
fn a_choice_is_a_members_own_and_the_last_holds() {
    on_every_engine(|store, _| {
        let get = |workspace, member, choice: &str| {
            store
                .read(|tx| preferences::get(tx, workspace, Member(member), choice))
                .unwrap()
        };
        let put = |member, choice: &str, value: &str| {
            store
                .write(|tx| preferences::put(tx, HERE, Member(member), choice, value))
                .unwrap();
        };
        assert_eq!(get(HERE, 1, "columns"), None);
        put(1, "columns", "name");
        put(1, "columns", "name,città");
        put(1, "other", "");
        put(2, "columns", "email");
        assert_eq!(get(HERE, 1, "columns").as_deref(), Some("name,città"));
        assert_eq!(get(HERE, 1, "other").as_deref(), Some(""));
        assert_eq!(get(ELSEWHERE, 1, "columns"), None);
        for _ in 0..2 {
            store
                .write(|tx| preferences::remove(tx, HERE, Member(1), "columns"))
                .unwrap();
        }
        assert_eq!(get(HERE, 1, "columns"), None);
        assert_eq!(get(HERE, 1, "other").as_deref(), Some(""));
        store
            .write(|tx| members::hand_over_rest(tx, HERE, Member(1), Member(2)))
            .unwrap();
        assert_eq!(get(HERE, 1, "other"), None, "they go with the member");
        assert_eq!(get(HERE, 2, "columns").as_deref(), Some("email"));
    });
}
