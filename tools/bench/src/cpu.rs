//! Time on the processor, of a server with all its processes, and of the children we have waited for; and memory.
//!
//! From `/proc`, in clock ticks of 10 ms: exact enough for runs of seconds. Deliberately not here: anything finer.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

/// Linux counts these in hundredths of a second, whatever the kernel's own clock.
const TICK_MICROS: u64 = 10_000;

/// User and system time of `root` and all that descend from it, in microseconds.
pub fn of_tree(root: u32) -> anyhow::Result<u64> {
    let mut stats = HashMap::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name();
        let Ok(process) = name.to_string_lossy().parse::<u32>() else {
            continue;
        };
        // It may have ended since.
        if let Some(stat) = read(&entry.path()) {
            stats.insert(process, stat);
        }
    }
    anyhow::ensure!(stats.contains_key(&root), "the server has ended");
    let mut ticks = 0;
    for (process, stat) in &stats {
        let mut at = *process;
        // Up to the root, or to the first process of all.
        while at != root {
            match stats.get(&at) {
                Some(stat) if stat.parent != at => at = stat.parent,
                _ => break,
            }
        }
        if at == root {
            ticks += stat.own;
        }
    }
    Ok(ticks * TICK_MICROS)
}

/// The same of the children that this program has waited for.
pub fn of_children() -> u64 {
    read(Path::new("/proc/self")).map_or(0, |stat| stat.children * TICK_MICROS)
}

/// Nanoseconds that this thread has had of a processor.
pub fn on_processor() -> anyhow::Result<u64> {
    Ok(of_this_thread()?[0])
}

/// Nanoseconds that this thread could have run and had no processor, since somebody else had it.
pub fn kept_waiting() -> anyhow::Result<u64> {
    Ok(of_this_thread()?[1])
}

/// See proc(5), schedstat.
fn of_this_thread() -> anyhow::Result<[u64; 2]> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let mut numbers = stat.split(' ').map_while(|word| word.parse().ok());
    let both = numbers.next().zip(numbers.next());
    let (ran, waited) =
        both.context("the kernel does not count the time of threads (schedstat)")?;
    Ok([ran, waited])
}

/// Waits until a server has nothing to do any more in the background, for a minute at most.
pub fn settle(root: u32) -> anyhow::Result<()> {
    let pause = Duration::from_millis(500);
    for _ in 0..120 {
        let before = of_tree(root)?;
        std::thread::sleep(pause);
        // Two ticks at most.
        if of_tree(root)? - before <= 2 * TICK_MICROS {
            return Ok(());
        }
    }
    Ok(())
}

/// Resident memory of one process, in bytes.
pub fn memory(process: u32) -> Option<u64> {
    of_status(process, "VmRSS:")
}

/// The most it has ever been, in bytes.
pub fn peak_memory(process: u32) -> Option<u64> {
    of_status(process, "VmHWM:")
}

fn of_status(process: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

struct Stat {
    parent: u32,
    own: u64,
    children: u64,
}

fn read(process: &Path) -> Option<Stat> {
    parse(&std::fs::read_to_string(process.join("stat")).ok()?)
}

/// See proc(5): the name, in brackets, may hold anything.
fn parse(stat: &str) -> Option<Stat> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    if fields.first() == Some(&"Z") {
        // It has ended, and nobody has asked how.
        return None;
    }
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(1)?).ok()?,
        own: number(11)? + number(12)?,
        children: number(13)? + number(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_any_name() {
        let line = "42 (a b) c) S 7 42 42 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 1 1";
        let stat = parse(line).unwrap();
        assert_eq!((stat.parent, stat.own, stat.children), (7, 30, 70));
        assert!(parse(&line.replace(" S 7", " Z 7")).is_none());
    }

    #[test]
    fn our_own_time_is_seen() {
        let ours = of_tree(std::process::id());
        assert!(ours.is_ok());
        assert!(of_tree(u32::MAX).is_err());
    }
}
