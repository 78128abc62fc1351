//! A disk with one file: nodes.conf. What was written is not yet on it; what was synced is.

use std::collections::VecDeque;

use shoal_core::Generation;
use shoal_slots::Instant;

/// What a crash takes with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Loss {
    /// Everything that was handed to the disk arrives there.
    Nothing,
    /// Writes that were not synced are gone.
    Unsynced,
}

#[derive(Debug)]
struct Write {
    done: Instant,
    generation: Generation,
    text: String,
    fsync: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// On the platter.
    durable: Option<String>,
    /// In the cache: what a reader sees now.
    visible: Option<String>,
    /// On their way, in order.
    writes: VecDeque<Write>,
}

impl Disk {
    /// Starts to replace the file.
    pub(crate) fn write(
        &mut self,
        done: Instant,
        generation: Generation,
        text: String,
        fsync: bool,
    ) {
        let done = self.writes.back().map_or(done, |last| last.done.max(done));
        self.writes.push_back(Write {
            done,
            generation,
            text,
            fsync,
        });
    }

    /// When the next write is done.
    pub(crate) fn next_done(&self) -> Option<Instant> {
        self.writes.front().map(|write| write.done)
    }

    /// Takes note of a write that is done by now.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Generation> {
        let write = self.writes.pop_front_if(|write| write.done <= now)?;
        if write.fsync {
            self.durable = Some(write.text.clone());
        }
        self.visible = Some(write.text);
        Some(write.generation)
    }

    /// What is certain to be there after a crash.
    pub(crate) fn durable(&self) -> Option<&str> {
        self.durable.as_deref()
    }

    /// The machine loses power; returns what the next start will read.
    pub(crate) fn crash(&mut self, loss: Loss) {
        let unsynced = self
            .writes
            .drain(..)
            .next_back()
            .map(|write| write.text)
            .or_else(|| self.visible.take());
        if loss == Loss::Nothing && unsynced.is_some() {
            self.durable = unsynced;
        }
        self.visible.clone_from(&self.durable);
    }

    /// What a starting process reads.
    pub(crate) fn read(&self) -> Option<&str> {
        self.visible.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_takes_what_was_not_synced() {
        let (mut disk, now) = (Disk::default(), Instant::ORIGIN);
        disk.write(now, Generation(1), "synced".into(), true);
        disk.write(now, Generation(2), "cached".into(), false);
        assert_eq!(disk.poll(now), Some(Generation(1)));
        assert_eq!(disk.poll(now), Some(Generation(2)));
        assert_eq!(disk.read(), Some("cached"));
        disk.crash(Loss::Unsynced);
        assert_eq!(disk.read(), Some("synced"));
    }

    #[test]
    fn a_kind_crash_takes_nothing() {
        let (mut disk, now) = (Disk::default(), Instant::ORIGIN);
        disk.write(now, Generation(1), "on its way".into(), true);
        disk.crash(Loss::Nothing);
        assert_eq!(disk.read(), Some("on its way"));
    }
}
