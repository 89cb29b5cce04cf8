//! A bar with rows, rate and time left on a terminal, nothing in a pipe; and Ctrl-C, which finishes the batch in hand.

use crate::show::grouped;
use app::{Progress, Watch};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C. One for the whole program, as the signal is: `resume` may run one import after another, and a handler
/// can be set only once.
static STOP: AtomicBool = AtomicBool::new(false);
static HANDLER: Once = Once::new();

/// Whether Ctrl-C was pressed; from the first asking on, it is noticed and does not end the program.
pub fn stop_flag() -> &'static AtomicBool {
    HANDLER.call_once(|| {
        // Without a handler Ctrl-C ends the program at once, which is harmless too.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
    });
    &STOP
}

/// Runs `work` with a line that tells what is in hand and how many rows of it are done.
pub fn counting<T>(work: impl FnOnce(&mut dyn FnMut(&'static str, u64)) -> T) -> T {
    let line = ProgressBar::new_spinner();
    let result = work(&mut |what, rows| {
        line.set_message(format!("{what}: {} rows", grouped(rows)));
        line.tick();
    });
    line.finish_and_clear();
    result
}

/// Runs `work` with a bar, and lets Ctrl-C stop it after the batch in hand. A second Ctrl-C ends the program at once;
/// the import can be resumed from what is committed all the same.
pub fn watched<T>(work: impl FnOnce(Watch<'_>) -> T) -> T {
    let stop = stop_flag();
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut show = |progress: Progress| {
        bar.set_length(progress.of_bytes);
        bar.set_position(progress.bytes.min(progress.of_bytes));
        let seconds = bar.elapsed().as_secs_f64().max(0.001);
        let rate = (progress.counts.rows as f64 / seconds) as u64;
        bar.set_message(format!(
            "{} rows, {} rows/s",
            grouped(progress.counts.rows),
            grouped(rate)
        ));
    };
    let result = work(Watch {
        progress: &mut show,
        stop,
    });
    bar.finish_and_clear();
    result
}
