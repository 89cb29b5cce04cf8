//! Saved views.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::Member;
use store::workspace::views::{self, View};

pub fn view(member: i64, shared: bool, name: &str) -> View {
    View {
        id: 0,
        member: Member(member),
        shared,
        saved_at: 5,
        name: name.to_owned(),
        query: "tag=é&sort=newest".to_owned(),
    }
}

#[test]
fn a_member_has_their_own_views_and_those_of_all() {
    on_every_engine(|store, _| {
        let add = |workspace, view: &View| store.write(|tx| views::add(tx, workspace, view)).unwrap();
        let mine = add(HERE, &view(1, false, "Mine"));
        let theirs = add(HERE, &view(2, false, "Theirs"));
        let all = add(HERE, &view(2, true, "All"));
        add(ELSEWHERE, &view(1, true, "Elsewhere"));
        let of = |member| {
            let found = store.read(|tx| views::visible_to(tx, HERE, Member(member))).unwrap();
            found.iter().map(|view| view.id).collect::<Vec<_>>()
        };
        assert_eq!(of(1), [all, mine]);
        assert_eq!(of(2), [all, theirs]);
        assert_eq!(of(3), [all]);
    });
}

#[test]
fn a_view_is_changed_and_deleted() {
    on_every_engine(|store, _| {
        let id = store.write(|tx| views::add(tx, HERE, &view(1, false, "Mine"))).unwrap();
        let get = || store.read(|tx| views::get(tx, HERE, id)).unwrap();
        let mut changed = View {
            id,
            ..view(1, false, "Mine")
        };
        assert_eq!(get().as_ref(), Some(&changed));
        changed.name = "Ours".to_owned();
        changed.shared = true;
        changed.query = String::new();
        assert!(store.write(|tx| views::update(tx, HERE, &changed)).unwrap());
        assert!(!store.write(|tx| views::update(tx, ELSEWHERE, &changed)).unwrap());
        assert_eq!(get(), Some(changed));
        assert!(!store.write(|tx| views::delete(tx, ELSEWHERE, id)).unwrap());
        assert!(store.write(|tx| views::delete(tx, HERE, id)).unwrap());
        assert!(!store.write(|tx| views::delete(tx, HERE, id)).unwrap());
        assert_eq!(get(), None);
    });
}
