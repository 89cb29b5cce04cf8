//! What is set for a workspace.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::{accounts, settings, workspaces};

#[test]
fn the_last_settings_hold() {
    on_every_engine(|store, _| {
        let get = |workspace| store.read(|tx| settings::get(tx, workspace)).unwrap();
        assert_eq!(get(HERE), None);
        for text in ["{}", r#"{"country":"DE"}"#] {
            store.write(|tx| settings::put(tx, HERE, text)).unwrap();
        }
        assert_eq!(get(HERE).as_deref(), Some(r#"{"country":"DE"}"#));
        assert_eq!(get(ELSEWHERE), None);
    });
}

#[test]
fn a_workspace_has_a_name() {
    on_every_engine(|store, _| {
        let name = |workspace| store.read(|tx| workspaces::name(tx, workspace)).unwrap();
        assert_eq!(name(HERE), None);
        store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
        store.write(|tx| accounts::rename_workspace(tx, HERE, "Acme")).unwrap();
        assert_eq!((name(HERE).as_deref(), name(ELSEWHERE)), (Some("Acme"), None));
    });
}
