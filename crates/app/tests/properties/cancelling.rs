//! A cancelled import stops after the rows in progress, keeps what it has written, and can be undone; a background
//! worker finishes cancelled imports that no process runs.

use crate::{Choices, Installation, contacts_in};
use app::{
    Error, ImportId, ImportRequest, ImportState, ImportSummary, Opening, Stopped, Watch, Worker, WorkerObserver,
};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::Duration;

const ROWS: u64 = 5_000;

fn many() -> String {
    let rows = (0..ROWS).map(|n| format!("Ann,a{n}@example.com\r\n"));
    ["First Name,Email\r\n".to_owned()].into_iter().chain(rows).collect()
}

/// Imports a file, and calls `once` when the first rows are done.
fn interrupted(installation: &Installation, once: &mut dyn FnMut(ImportId), stop: &AtomicBool) -> ImportSummary {
    let path = installation.put(&many());
    let request = ImportRequest {
        path: &path,
        file_name: "many.csv",
        opening: Opening::default(),
        options: Choices::default().options,
        rejected: None,
    };
    let mut first = true;
    let mut progress = |_| {
        if std::mem::take(&mut first) {
            once(ImportId(1));
        }
    };
    let watch = Watch {
        progress: &mut progress,
        stop,
    };
    installation.app.import(installation.actor, &request, watch).unwrap()
}

fn state(installation: &Installation) -> ImportState {
    installation.app.imports(installation.actor).unwrap()[0].state
}

#[test]
fn a_cancelled_import_keeps_what_it_has_and_can_be_undone() {
    let installation = Installation::new(1);
    let (app, actor) = (&installation.app, installation.actor);
    // From another thread, as a page would do it: `cancel_import` waits until the rows in progress are committed.
    let summary = std::thread::scope(|scope| {
        let mut cancel = |import| {
            scope.spawn(move || app.cancel_import(actor, import).unwrap());
            while !app.import_progress(actor, import).is_ok_and(|p| p.bytes.is_some()) {
                sleep(Duration::from_millis(1));
            }
        };
        interrupted(&installation, &mut cancel, &AtomicBool::new(false))
    });
    if summary.stopped == Stopped::No {
        // The import finished before the request, which then changed nothing.
        assert_eq!(state(&installation), ImportState::Done);
        return;
    }
    assert_eq!(
        (summary.stopped, state(&installation)),
        (Stopped::Cancelled, ImportState::Cancelled)
    );
    assert_eq!(contacts_in(&installation.seen()), summary.counts.new);
    app.undo(actor, ImportId(1), false).unwrap();
    assert_eq!(contacts_in(&installation.seen()), 0);
}

/// An observer that ignores all events.
struct Nobody;

impl WorkerObserver for Nobody {
    fn ended(&mut self, _: &ImportSummary, _: &str) {}
    fn failed(&mut self, _: Option<ImportId>, _: &Error) {}
}

#[test]
fn a_runner_ends_what_nobody_runs() {
    for (cancelled, end) in [(false, ImportState::Done), (true, ImportState::Cancelled)] {
        let installation = Installation::new(1);
        let stop = AtomicBool::new(true);
        let summary = interrupted(&installation, &mut |_| (), &stop);
        assert_eq!(
            (summary.stopped, state(&installation)),
            (Stopped::OnRequest, ImportState::Running)
        );
        if cancelled {
            installation.app.cancel_import(installation.actor, ImportId(1)).unwrap();
            assert_eq!(state(&installation), ImportState::Cancelling);
        }
        let app = Arc::new(installation.app);
        let runner = Worker::start(Arc::clone(&app), Nobody);
        let progress = || app.import_progress(installation.actor, ImportId(1)).unwrap();
        for _ in 0..3000 {
            if progress().state == end {
                break;
            }
            sleep(Duration::from_millis(10));
        }
        runner.stop();
        assert_eq!(progress().state, end);
        let rows = if cancelled { summary.counts.rows } else { ROWS };
        assert_eq!(progress().counts.rows, rows);
    }
}
