//! The local workspace.

use crate::on_every_engine;
use store::{Member, Workspace, workspaces};

#[test]
fn the_local_workspace_is_made_once() {
    on_every_engine(|store, _| {
        let known = || store.read(|tx| Ok::<_, store::Error>(workspaces::local(tx)?)).unwrap();
        assert_eq!(known(), None);
        for now in [5, 6] {
            let local = store.write(|tx| workspaces::ensure_local(tx, now)).unwrap();
            assert_eq!(local, (Workspace(1), Member(1)));
            assert_eq!(known(), Some(local));
        }
    });
}
