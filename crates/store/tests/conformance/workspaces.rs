//! The local workspace.

use crate::on_every_engine;
use store::{Member, Workspace, workspaces};

#[test]
fn the_local_workspace_is_made_once() {
    on_every_engine(|store, _| {
        let known = || {
            store
                .read(|tx| workspaces::local(tx).map(|l| l.map(|(w, m)| (w.0, m.0))))
                .unwrap()
        };
        assert_eq!(known(), None);
        for now in [5, 6] {
            let local = store.write(|tx| workspaces::ensure_local(tx, now)).unwrap();
            assert_eq!(local, (Workspace(1), Member(1)));
            assert_eq!(known(), Some((1, 1)));
        }
    });
}
