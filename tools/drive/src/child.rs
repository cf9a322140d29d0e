//! One child process: its output passes through line by line, it has a time limit, and it leaves no children of its own.
//!
//! While the lines pass, results are counted: what cargo's test runner prints, what Node's prints, and a bare `N passed, M failed`.
//! Deliberately not here: what a step means and in which order steps run (see `test.rs`).

use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::guard::Guard;

/// How many things passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Did well.
    pub passed: u64,
    /// Did not.
    pub failed: u64,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    /// Nothing when all went well, else one line for a person.
    pub trouble: Option<String>,
    /// What the child itself counted.
    pub count: Count,
}

/// Runs `command` to its end, or for `limit` at most.
pub fn run(mut command: Command, limit: Duration) -> Ended {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ended::badly(format!("cannot start {program}: {error}")),
    };
    let guard = match Guard::of_group(child.id()) {
        Ok(guard) => guard,
        Err(error) => {
            let _ = child.kill();
            return Ended::badly(format!("cannot guard {program}: {error}"));
        }
    };
    let (sender, lines) = mpsc::channel();
    pass_through(child.stdout.take(), sender.clone());
    pass_through(child.stderr.take(), sender);
    let mut count = Count::default();
    let status = wait(&mut child, &lines, limit, &mut count);
    // The group goes before the last lines are read: a forgotten grandchild would keep the pipes open.
    guard.end(&mut child);
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(5)) {
        show(&line, &mut count);
    }
    let trouble = match status {
        Some(status) if status.success() => None,
        Some(status) => Some(format!("{program} ended with {status}")),
        None => Some(format!("{program} took longer than {} s", limit.as_secs())),
    };
    Ended { trouble, count }
}

/// Runs `command` quietly and returns what it wrote to standard output, or one line that says what went wrong.
pub fn output(mut command: Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| anyhow::anyhow!("cannot start {program}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "{program} ended with {}: {}",
        output.status,
        errors.trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Ended {
    /// It did well, and counted nothing.
    #[must_use]
    pub fn well() -> Ended {
        Ended {
            trouble: None,
            count: Count::default(),
        }
    }

    /// A run in which nothing was counted is no success.
    #[must_use]
    pub fn or_if_nothing_ran(mut self) -> Ended {
        if self.trouble.is_none() && self.count == Count::default() {
            self.trouble = Some("no test ran".to_owned());
        }
        self
    }

    /// Says what the trouble was, if there was some; true if there was none.
    #[must_use]
    pub fn told(self, name: &str) -> bool {
        if let Some(trouble) = &self.trouble {
            println!("{name}: {trouble}");
        }
        self.trouble.is_none()
    }

    /// It did not even begin.
    #[must_use]
    pub fn badly(trouble: String) -> Ended {
        Ended {
            trouble: Some(trouble),
            count: Count::default(),
        }
    }
}

fn pass_through(from: Option<impl Read + Send + 'static>, to: mpsc::Sender<String>) {
    let Some(from) = from else { return };
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while let Ok(1..) = from.read_until(b'\n', &mut line) {
            let text = String::from_utf8_lossy(&line);
            if to
                .send(text.trim_end_matches(['\n', '\r']).to_owned())
                .is_err()
            {
                return;
            }
            line.clear();
        }
    });
}

fn wait(
    child: &mut Child,
    lines: &mpsc::Receiver<String>,
    limit: Duration,
    count: &mut Count,
) -> Option<ExitStatus> {
    let begun = Instant::now();
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => show(&line, count),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if begun.elapsed() > limit {
            return None;
        }
    }
}

fn show(line: &str, count: &mut Count) {
    println!("{line}");
    if let Some(more) = read_count(line) {
        *count += more;
    }
}

/// `test result: ok. 3 passed; 1 failed; ...` of cargo, a line of Node's that is exactly `ℹ pass 3` or the like, or one that
/// is exactly `3 passed, 1 failed`.
fn read_count(line: &str) -> Option<Count> {
    let line = line.trim();
    if let Some((kind, number)) = line
        .strip_prefix("ℹ ")
        .and_then(|line| line.split_once(' '))
    {
        let number = number.parse().ok()?;
        return match kind {
            "pass" => Some(Count {
                passed: number,
                failed: 0,
            }),
            // What did not end in time, or could not begin, is cancelled.
            "fail" | "cancelled" => Some(Count {
                passed: 0,
                failed: number,
            }),
            _ => None,
        };
    }
    let (first, second) = match line.strip_prefix("test result: ") {
        Some(rest) => rest.split_once(". ")?.1.split_once("; ")?,
        None => line.split_once(", ")?,
    };
    let second = second.split(';').next()?;
    Some(Count {
        passed: first.strip_suffix(" passed")?.parse().ok()?,
        failed: second.strip_suffix(" failed")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Ended {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, limit)
    }

    #[test]
    fn results_are_read_from_both_kinds_of_line() {
        let cargo =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out";
        let twelve = Count {
            passed: 12,
            failed: 3,
        };
        assert_eq!(read_count(cargo), Some(twelve));
        assert_eq!(read_count("12 passed, 3 failed"), Some(twelve));
        assert_eq!(read_count("about 12 passed, 3 failed"), None);
        let mut node = Count::default();
        for line in [
            "ℹ tests 15",
            "ℹ pass 12",
            "ℹ fail 2",
            "ℹ cancelled 1",
            "ℹ skipped 3",
        ] {
            node += read_count(line).unwrap_or_default();
        }
        assert_eq!(node, twelve);
        assert_eq!(read_count("ℹ pass the salt"), None);
        assert_eq!(read_count("passed, failed"), None);
        assert_eq!(read_count(""), None);
    }

    #[test]
    fn a_child_that_does_well_is_counted() {
        let ended = shell(
            "echo 2 passed, 0 failed; echo 1 passed, 1 failed >&2",
            Duration::from_secs(60),
        );
        assert!(ended.trouble.is_none(), "{ended:?}");
        assert_eq!(
            ended.count,
            Count {
                passed: 3,
                failed: 1
            }
        );
    }

    #[test]
    fn trouble_is_told() {
        let ended = shell("exit 3", Duration::from_secs(60));
        assert!(ended.trouble.unwrap().contains("exit status: 3"));
        let ended = run(
            Command::new("no-such-program-here"),
            Duration::from_secs(60),
        );
        assert!(ended.trouble.unwrap().contains("cannot start"));
    }

    #[test]
    fn time_is_limited_for_grandchildren_too() {
        let begun = Instant::now();
        let ended = shell("sleep 300 & sleep 300", Duration::from_millis(200));
        assert!(ended.trouble.unwrap().contains("took longer"));
        assert!(begun.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_forgotten_grandchild_does_not_hold_us_up() {
        let begun = Instant::now();
        let ended = shell("sleep 300 & exit 0", Duration::from_secs(100));
        assert!(ended.trouble.is_none());
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
}
