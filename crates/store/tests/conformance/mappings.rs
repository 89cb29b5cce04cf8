//! Mappings that members have used.

use crate::{HERE, on_every_engine};
use store::imports::mappings;
use store::{Member, Workspace};

#[test]
fn the_last_mapping_of_a_member_for_a_header_row_is_remembered() {
    on_every_engine(|store, _| {
        let put = |workspace, member, header, mapping: &str| {
            store
                .write(|tx| mappings::put(tx, workspace, Member(member), header, mapping, 5))
                .unwrap();
        };
        put(HERE, 1, u128::MAX, "first");
        put(HERE, 1, u128::MAX, "second");
        put(HERE, 2, u128::MAX, "of another member");
        put(HERE, 1, 7, "of another header row");
        put(Workspace(HERE.0 + 1), 1, u128::MAX, "of another workspace");
        let get = |member, header| {
            store
                .read(|tx| mappings::get(tx, HERE, Member(member), header))
                .unwrap()
        };
        assert_eq!(get(1, u128::MAX).as_deref(), Some("second"));
        assert_eq!(get(2, u128::MAX).as_deref(), Some("of another member"));
        assert_eq!(get(1, 7).as_deref(), Some("of another header row"));
        assert_eq!(get(2, 7), None);
    });
}
