//! Progress bar with rows, rate and time left, on a terminal only; and Ctrl-C, which stops after the current batch.

use crate::show::grouped;
use app::{Progress, Watch};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C. One flag for the whole program: `resume` may run several imports in turn, and a signal handler can be
/// installed only once.
static STOP: AtomicBool = AtomicBool::new(false);
static HANDLER: Once = Once::new();

/// Returns the flag that Ctrl-C sets. From the first call on, the first Ctrl-C sets the flag instead of ending the
/// program.
pub fn stop_flag() -> &'static AtomicBool {
    HANDLER.call_once(|| {
        // Without a handler Ctrl-C ends the program at once, which is safe too.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
    });
    &STOP
}

/// Runs `work` with a line that shows the current table and how many of its rows are done.
pub fn counting<T>(work: impl FnOnce(&mut dyn FnMut(&'static str, u64)) -> T) -> T {
    let line = ProgressBar::new_spinner();
    let result = work(&mut |what, rows| {
        line.set_message(format!("{what}: {} rows", grouped(rows)));
        line.tick();
    });
    line.finish_and_clear();
    result
}

/// Runs `work` with a progress bar. Ctrl-C stops it after the current batch; a second Ctrl-C ends the program at once.
/// In both cases the import can be resumed from its last committed batch.
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
