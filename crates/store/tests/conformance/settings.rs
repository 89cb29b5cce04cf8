//! Settings of a workspace.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::workspace::settings;

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
