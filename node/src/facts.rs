//! What only the process can know of itself, for INFO.

use std::fs::read_to_string;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use shoal_core::{MemoryFacts, ProcessFacts};

use crate::allocator::{self, Probe};

/// Descriptors needed beside those of clients.
const SPARE_DESCRIPTORS: u64 = 32;

/// What does not change while the process runs.
pub(crate) fn fixed(config_file: Option<&str>) -> ProcessFacts {
    let system = rustix::system::uname();
    let word = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let executable = std::env::current_exe().unwrap_or_default();
    ProcessFacts {
        pid: std::process::id(),
        os: format!(
            "{} {} {}",
            word(system.sysname()),
            word(system.release()),
            word(system.machine())
        ),
        executable: executable.to_string_lossy().into_owned(),
        config_file: config_file.unwrap_or_default().to_owned(),
        allocator: allocator::name(),
        system_memory_bytes: meminfo("MemTotal:"),
        ..ProcessFacts::default()
    }
}

/// Reads again what changes.
pub(crate) fn refresh(facts: &mut ProcessFacts) {
    if let Ok(stat) = read_to_string("/proc/self/stat") {
        // The name in parentheses may contain blanks; what follows it is regular.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = |index| nth_number(after_name, index).unwrap_or(0);
        let per_second = rustix::param::clock_ticks_per_second().max(1);
        let time = |ticks: u64| Duration::from_millis(ticks * 1000 / per_second);
        facts.cpu_user = time(ticks(11));
        facts.cpu_sys = time(ticks(12));
    }
}

/// What is known of the memory at this moment. An allocator that says nothing is taken to have given out all of it.
pub(crate) fn memory(probe: &Probe) -> MemoryFacts {
    let page = rustix::param::page_size() as u64;
    let resident = read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| nth_number(&text, 1));
    let mut facts = probe.read();
    facts.rss = resident.unwrap_or(0) * page;
    if facts.allocated == 0 {
        (facts.allocated, facts.active, facts.resident) = (facts.rss, facts.rss, facts.rss);
    }
    facts
}

fn nth_number(text: &str, index: usize) -> Option<u64> {
    text.split_whitespace().nth(index)?.parse().ok()
}

fn meminfo(name: &str) -> u64 {
    let text = read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| nth_number(line, 1)).unwrap_or(0) * 1024
}

/// Lets the process open as many files as `maxclients` needs; answers how many clients that leaves room for,
/// if fewer.
pub(crate) fn raise_descriptor_limit(maxclients: u32) -> Option<u32> {
    let wanted = u64::from(maxclients) + SPARE_DESCRIPTORS;
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    if current >= wanted {
        return None;
    }
    let possible = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(possible),
            maximum: limit.maximum,
        },
    );
    let open = if raised.is_ok() { possible } else { current };
    (open < wanted).then(|| {
        u32::try_from(open.saturating_sub(SPARE_DESCRIPTORS))
            .unwrap_or(maxclients)
            .max(1)
    })
}
