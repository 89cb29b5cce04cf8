//! An import that is struck and taken over by another process, on another data folder, which shares only the server and
//! the folder of files with it.
//!
//! Owns one such round, and how long it takes until the import moves again. Leaves out the comparison of the rounds.

use super::process::Process;
use super::program::{Listed, Program, finished, is_finished};
use super::{Broken, Unbroken, expect, rounds};
use crate::postgres::{Postgres, Purpose};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Who is struck, who takes over, and who looks on: the names of their data folders. The file of rejected rows is called
/// after the first.
const STRUCK: &str = "struck";
const HEIR: &str = "heir";
const WITNESS: &str = "witness";

/// The folder of files that both have.
const OBJECTS: &str = "objects";

/// The database, made anew for every round.
const DATABASE: &str = "takeover";

/// What the one who takes over says.
const LOG: &str = "heir.log";

/// Until what was under way on the server when its client died has ended there.
const SETTLING: Duration = Duration::from_millis(200);

/// How often the import is looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a process is stopped.
const STOPPED: Duration = Duration::from_secs(20);

/// After this an import counts as given up, and a process as hanging.
const PATIENCE: Duration = Duration::from_secs(300);

/// After this a process that was told to end counts as hanging.
const FAREWELL: Duration = Duration::from_secs(30);

/// Gives the number of rounds that ended otherwise than the unbroken run.
pub fn check(binary: PathBuf, folder: &Path, count: u64) -> io::Result<u64> {
    let server = Postgres::start(Purpose::Tests)?;
    let objects = folder.join(OBJECTS);
    let program = Program {
        binary,
        folder: folder.to_owned(),
        environment: vec![
            ("CRYSTALQORE_DATABASE", server.url_of(DATABASE)),
            ("CRYSTALQORE_OBJECTS", objects.display().to_string()),
        ],
    };
    let stage = Stage { server, program };
    let unbroken = stage.unbroken()?;
    let mut longest = Duration::ZERO;
    let different = rounds(count, &unbroken, |round, delay| {
        let (broken, moved) = stage.broken(Blow::of(round), delay)?;
        longest = longest.max(moved.unwrap_or_default());
        Ok(broken)
    })?;
    println!("taken over after {:.1} s at most", longest.as_secs_f64());
    Ok(different)
}

/// What is done to an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    /// It is killed.
    Kill,
    /// It is stopped for a while, and goes on without knowing of it.
    Stop,
}

impl Blow {
    /// A stop in every third round.
    fn of(round: u64) -> Self {
        if round.is_multiple_of(3) {
            Self::Stop
        } else {
            Self::Kill
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Kill => "killed",
            Self::Stop => "stopped",
        }
    }

    fn strike(self, process: &mut Process) -> io::Result<()> {
        match self {
            Self::Stop => process.signal("STOP"),
            Self::Kill => {
                process.signal("KILL")?;
                process.end_within(FAREWELL).map(drop)
            }
        }
    }
}

/// The server and the program that all rounds are played with.
struct Stage {
    server: Postgres,
    program: Program,
}

impl Stage {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a run takes is where blows must be spread over"
    )]
    fn unbroken(&self) -> io::Result<Unbroken> {
        self.clear()?;
        let began = Instant::now();
        finished(self.program.import(STRUCK).status()?)?;
        let took = began.elapsed();
        let end = self.program.end(WITNESS, STRUCK)?;
        Ok(Unbroken { took, end })
    }

    /// Makes an empty database, with its tables: what is struck shall be an import, and who waits must not meet its birth.
    fn clear(&self) -> io::Result<()> {
        for folder in [STRUCK, HEIR, WITNESS, OBJECTS] {
            let _ = fs::remove_dir_all(self.program.folder.join(folder));
        }
        let _ = fs::remove_file(self.program.folder.join(format!("{STRUCK}.csv")));
        self.server.fresh(DATABASE)?;
        let listed = self.program.listed(WITNESS)?;
        expect(listed.is_none(), || "an empty database has an import".to_owned())
    }

    /// One round; and how long it took until the import moved again, if it was met under way.
    #[expect(
        clippy::disallowed_methods,
        reason = "how soon an import is taken over is measured here"
    )]
    fn broken(&self, blow: Blow, delay: Duration) -> io::Result<(Broken, Option<Duration>)> {
        self.clear()?;
        let mut heir = self.heir()?;
        let mut struck = Process::start(&mut self.program.import(STRUCK))?;
        sleep(delay);
        blow.strike(&mut struck)?;
        let mut watch = Watch {
            since: Instant::now(),
            met: None,
            progress: Progress::default(),
        };
        sleep(SETTLING);
        watch.met = self.program.listed(WITNESS)?;
        let wrong = match blow {
            Blow::Kill => self.after_kill(&watch)?,
            Blow::Stop => self.after_stop(&mut watch, &mut heir, &mut struck)?,
        };
        self.until_done(&mut watch, &mut heir)?;
        self.dismiss(heir)?;
        let broken = Broken {
            end: self.program.end(WITNESS, STRUCK)?,
            moment: watch.in_words(blow),
            wrong,
        };
        Ok((broken, watch.progress.moved))
    }

    /// Starts the one who takes over.
    fn heir(&self) -> io::Result<Process> {
        let log = fs::File::create(self.program.folder.join(LOG))?;
        let mut command = self.program.command(HEIR, &["resume", "--watch"]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Process::start(&mut command)
    }

    /// What was killed before it had begun is begun again, as a person would.
    fn after_kill(&self, watch: &Watch) -> io::Result<Option<String>> {
        if watch.met.is_none() {
            finished(self.program.import(STRUCK).status()?)?;
        }
        Ok(None)
    }

    /// Lets it go on after a while, and says if it then ended as it must not.
    fn after_stop(&self, watch: &mut Watch, heir: &mut Process, struck: &mut Process) -> io::Result<Option<String>> {
        while watch.since.elapsed() < STOPPED {
            self.look(watch, heir)?;
            sleep(PAUSE);
        }
        struck.signal("CONT")?;
        Ok(match struck.end_within(PATIENCE)? {
            None => Some("what was stopped goes on and does not end".to_owned()),
            Some(status) => wrong_end(watch.met.as_ref(), status),
        })
    }

    fn until_done(&self, watch: &mut Watch, heir: &mut Process) -> io::Result<()> {
        while !self.look(watch, heir)? {
            let waited = watch.since.elapsed();
            expect(waited < PATIENCE, || {
                format!("the import is not done after {waited:.0?}; {}", self.said())
            })?;
            sleep(PAUSE);
        }
        Ok(())
    }

    /// Looks at the import once: whether it is done.
    fn look(&self, watch: &mut Watch, heir: &mut Process) -> io::Result<bool> {
        let ended = heir.ended()?;
        expect(ended.is_none(), || {
            format!("who should take over has ended; {}", self.said())
        })?;
        let now = self.program.listed(WITNESS)?;
        if let (Some(met), Some(now)) = (&watch.met, &now) {
            watch.progress.note(met, now, watch.since.elapsed());
        }
        Ok(now.is_some_and(|now| now.is_done()))
    }

    /// Has the one who took over end, as a service is ended.
    fn dismiss(&self, mut heir: Process) -> io::Result<()> {
        heir.signal("TERM")?;
        let ended = heir.end_within(FAREWELL)?;
        expect(ended.is_some(), || {
            format!("who took over does not end when told to; {}", self.said())
        })
    }

    fn said(&self) -> String {
        let bytes = fs::read(self.program.folder.join(LOG)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let last = text.lines().next_back().unwrap_or("nothing");
        format!("the last it said: {last}")
    }
}

/// What is known of an import since it was struck.
struct Watch {
    since: Instant,
    /// It, when it was struck; none if it had not begun.
    met: Option<Listed>,
    progress: Progress,
}

impl Watch {
    fn in_words(&self, blow: Blow) -> String {
        let met = match &self.met {
            None => "before it had begun".to_owned(),
            Some(met) => format!("{} with {} rows committed", met.state, met.rows),
        };
        let moved = self.progress.moved.map_or_else(String::new, |moved| {
            format!(", taken over after {:.1} s", moved.as_secs_f64())
        });
        format!("{}, {met}{moved}", blow.in_words())
    }
}

/// When an import moved again that had been met under way.
#[derive(Debug, Default)]
struct Progress {
    interrupted: bool,
    moved: Option<Duration>,
}

impl Progress {
    /// It moves if its rows grow, if it is done, or if it is not called interrupted any longer.
    fn note(&mut self, met: &Listed, now: &Listed, after: Duration) {
        let interrupted = now.state == "interrupted";
        let moves = now.rows > met.rows || now.is_done() || (self.interrupted && !interrupted);
        if moves && !met.is_done() {
            self.moved.get_or_insert(after);
        }
        self.interrupted |= interrupted;
    }
}

/// How an import ended that went on after a stop, if it must not have ended so.
///
/// Another has taken it over meanwhile, so it must give up. Rejected rows have a code of their own, which is not 0 and yet
/// means that it went to its end. If it had not begun when it was stopped, or was done, there was nothing to take over.
fn wrong_end(met: Option<&Listed>, status: ExitStatus) -> Option<String> {
    let was_under_way = met.is_some_and(|met| !met.is_done());
    let gave_up = status.code().is_some() && !is_finished(status);
    let right = if was_under_way { gave_up } else { is_finished(status) };
    (!right).then(|| format!("what was stopped and went on ended with {status}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    fn listed(state: &str, rows: u64) -> Listed {
        Listed::of(state, rows)
    }

    #[test]
    fn every_third_round_stops() {
        let blows: Vec<Blow> = (1..=6).map(Blow::of).collect();
        let expected = [Blow::Kill, Blow::Kill, Blow::Stop];
        assert_eq!(blows, [expected, expected].concat());
    }

    #[test]
    fn progress_is_what_happens_first() {
        let met = listed("running", 10);
        let mut progress = Progress::default();
        let seconds = Duration::from_secs;
        progress.note(&met, &listed("running", 10), seconds(1));
        progress.note(&met, &listed("interrupted", 10), seconds(2));
        assert_eq!(progress.moved, None);
        progress.note(&met, &listed("running", 10), seconds(3));
        progress.note(&met, &listed("running", 20), seconds(4));
        assert_eq!(progress.moved, Some(seconds(3)));
    }

    #[test]
    fn growth_and_the_end_are_progress() {
        let met = listed("interrupted", 10);
        for now in [listed("interrupted", 11), listed("done", 10)] {
            let mut progress = Progress::default();
            progress.note(&met, &now, Duration::ZERO);
            assert_eq!(progress.moved, Some(Duration::ZERO));
        }
        let mut progress = Progress::default();
        progress.note(&listed("done", 10), &listed("done", 10), Duration::ZERO);
        assert_eq!(progress.moved, None);
    }

    #[test]
    fn what_lost_its_import_must_give_up() {
        let code = |code: i32| ExitStatus::from_raw(code << 8);
        let under_way = listed("running", 10);
        let done = listed("done", 10);
        assert_eq!(wrong_end(Some(&under_way), code(1)), None);
        for wrong in [code(0), code(4), ExitStatus::from_raw(9)] {
            assert!(wrong_end(Some(&under_way), wrong).is_some(), "{wrong}");
        }
        for met in [None, Some(&done)] {
            assert_eq!(wrong_end(met, code(4)), None);
            assert!(wrong_end(met, code(1)).is_some());
        }
    }
}
