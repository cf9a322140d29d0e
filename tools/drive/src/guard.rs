//! What must be undone even if this program is killed.
//!
//! A [`Guard`] is a small shell that waits for our end of a pipe to close, in a process group of its own, and then runs
//! one line. Dropping the guard closes the pipe; so does Ctrl-C, a panic or a SIGKILL of this program. There is one way
//! to clean up, and it is always taken. Signal handlers are deliberately not here: they would miss SIGKILL.

use std::process::{Child, ChildStdin, Command, Stdio};

use std::os::unix::process::CommandExt as _;

/// Runs a line of shell when it is dropped, or when this program is gone.
pub struct Guard {
    keeper: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// `undo` is a line for `sh`; `words` are its `$1`, `$2`, ..., so that no path is ever quoted by hand.
    pub fn new(undo: &str, words: &[&str]) -> std::io::Result<Guard> {
        let script = format!("trap '' INT HUP TERM QUIT; cat >/dev/null; {undo}");
        let mut keeper = Command::new("sh")
            .args(["-c", &script, "guard"])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let pipe = keeper.stdin.take();
        Ok(Guard { keeper, pipe })
    }

    /// Undoes it now, and waits for `child`, which it ends, meanwhile: a process is not gone until somebody asks how it ended.
    pub fn end(mut self, child: &mut Child) {
        drop(self.pipe.take());
        let _ = child.wait();
    }

    /// Ends a whole process group: asked first, forced after five seconds.
    pub fn of_group(leader: u32) -> std::io::Result<Guard> {
        let undo = "kill -s TERM -- -$1 || exit 0; n=0; \
                    while kill -s 0 -- -$1 && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done; kill -s KILL -- -$1";
        Guard::new(undo, &[&leader.to_string()])
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // Nothing is left to do if the keeper itself is gone.
        let _ = self.keeper.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn what_is_guarded_is_undone_when_the_guard_goes() {
        let mark = std::env::temp_dir().join(format!("drive-guard-{}", std::process::id()));
        std::fs::write(&mark, "here").unwrap();
        let guard = Guard::new("rm -- \"$1\"", &[mark.to_str().unwrap()]).unwrap();
        assert!(mark.exists());
        drop(guard);
        assert!(!mark.exists());
    }

    #[test]
    fn a_group_is_ended_with_all_its_members() {
        let mut leader = Command::new("sh")
            .args(["-c", "sleep 600 & sleep 600"])
            .process_group(0)
            .spawn()
            .unwrap();
        let begun = Instant::now();
        Guard::of_group(leader.id()).unwrap().end(&mut leader);
        assert!(!leader.wait().unwrap().success());
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}
