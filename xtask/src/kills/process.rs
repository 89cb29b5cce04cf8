//! A process that is struck, or that waits for others to be.
//!
//! Owns signals and waiting with a limit. Leaves out what the process does. None of them outlives the check.

use super::expect;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::Duration;

/// How often a process is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// A process that is killed when it is dropped.
pub struct Process {
    child: Child,
}

impl Process {
    pub fn start(command: &mut Command) -> io::Result<Self> {
        Ok(Self {
            child: command.spawn()?,
        })
    }

    /// Sends it a signal, if it has not ended.
    pub fn signal(&mut self, name: &str) -> io::Result<()> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -s \"$0\" \"$1\"", name, &self.child.id().to_string()]);
        expect(kill.status()?.success(), || format!("SIG{name} could not be sent"))
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for its end; none if it takes longer than it may.
    pub fn end_within(&mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let mut waited = Duration::ZERO;
        loop {
            match self.ended()? {
                None if waited < limit => sleep(PAUSE),
                ended => return Ok(ended),
            }
            waited += PAUSE;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough for any machine; short enough for a test that fails.
    const LONG: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Process {
        Process::start(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn an_end_is_seen_with_its_code() {
        let code = shell("exit 7")
            .end_within(LONG)
            .unwrap()
            .and_then(|status| status.code());
        assert_eq!(code, Some(7));
    }

    #[test]
    fn a_stopped_process_goes_on_when_it_is_told() {
        let mut process = shell("sleep 0.2; exit 7");
        process.signal("STOP").unwrap();
        assert_eq!(process.end_within(Duration::from_millis(600)).unwrap(), None);
        process.signal("CONT").unwrap();
        let code = process.end_within(LONG).unwrap().and_then(|status| status.code());
        assert_eq!(code, Some(7));
        process.signal("TERM").unwrap();
    }
}
