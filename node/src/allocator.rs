//! What the allocator says of itself, and what it can be told. Without jemalloc it says nothing.

use shoal_core::{AllocatorAnswer, AllocatorRequest, MemoryFacts};

/// Carries out what the plane asks of the allocator.
pub(crate) fn answer(request: AllocatorRequest) -> Result<AllocatorAnswer, String> {
    match request {
        AllocatorRequest::Purge => imp::purge().map(|()| AllocatorAnswer::Done),
        AllocatorRequest::Stats => imp::report().map(AllocatorAnswer::Report),
        AllocatorRequest::Control { name, value } => {
            imp::control(name, value).map(AllocatorAnswer::Number)
        }
    }
}

/// The allocator's name and version: `jemalloc-5.3.0`.
pub(crate) fn name() -> String {
    imp::name()
}

/// Asks the allocator how much it has given out. Kept, so that the names are looked up once.
pub(crate) struct Probe(imp::Probe);

impl Probe {
    pub(crate) fn new() -> Self {
        Self(imp::Probe::new())
    }

    /// Everything but the size of the process.
    pub(crate) fn read(&self) -> MemoryFacts {
        self.0.read().unwrap_or_default()
    }
}

#[cfg(feature = "jemalloc")]
mod imp {
    use shoal_core::MemoryFacts;
    use tikv_jemalloc_ctl::{
        Access, AsName, arenas, epoch, epoch_mib, stats, stats_print, version,
    };

    pub(super) struct Probe(Option<Names>);

    struct Names {
        epoch: epoch_mib,
        allocated: stats::allocated_mib,
        active: stats::active_mib,
        resident: stats::resident_mib,
    }

    impl Probe {
        pub(super) fn new() -> Self {
            let names = || {
                Some(Names {
                    epoch: epoch::mib().ok()?,
                    allocated: stats::allocated::mib().ok()?,
                    active: stats::active::mib().ok()?,
                    resident: stats::resident::mib().ok()?,
                })
            };
            Self(names())
        }

        pub(super) fn read(&self) -> Option<MemoryFacts> {
            let names = self.0.as_ref()?;
            // The numbers are those of the last epoch.
            names.epoch.advance().ok()?;
            Some(MemoryFacts {
                allocated: names.allocated.read().ok()? as u64,
                active: names.active.read().ok()? as u64,
                resident: names.resident.read().ok()? as u64,
                ..MemoryFacts::default()
            })
        }
    }

    pub(super) fn name() -> String {
        let text = version::read().unwrap_or_default();
        let number = text.split('-').next().unwrap_or_default();
        format!("jemalloc-{number}")
    }

    /// Lets all unused pages decay at once, and then as before.
    pub(super) fn purge() -> Result<(), String> {
        let count = arenas::narenas::read().map_err(|error| error.to_string())?;
        for arena in 0..count {
            for what in ["dirty_decay_ms", "muzzy_decay_ms"] {
                let name = format!("arena.{arena}.{what}\0");
                let name = name.as_str().name();
                // Arenas that nobody has used yet do not exist.
                let before: Result<isize, _> = name.read();
                if let Ok(before) = before {
                    let _ = name.write(0_isize);
                    let _ = name.write(before);
                }
            }
        }
        Ok(())
    }

    pub(super) fn report() -> Result<String, String> {
        let mut text = Vec::new();
        stats_print::stats_print(&mut text, stats_print::Options::default())
            .map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Numbers of eight or four bytes, and switches. What is a pointer is out of bounds.
    pub(super) fn control(mut name: Vec<u8>, value: Option<i64>) -> Result<i64, String> {
        const POINTERS: [&[u8]; 4] = [b"hooks", b"experimental", b"prof", b"thread"];
        let has = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
        if name.is_empty() || name.contains(&0) || POINTERS.iter().any(|part| has(part)) {
            return Err("No such file or directory".to_owned());
        }
        name.push(0);
        let name = std::str::from_utf8(&name)
            .map_err(|_| "No such file or directory".to_owned())?
            .name();
        let wide: Result<u64, _> = name.read();
        let narrow: Result<u32, _> = name.read();
        let before = match (wide, narrow) {
            (Ok(number), _) => {
                if let Some(value) = value {
                    Access::<u64>::write(name, value as u64).map_err(|error| error.to_string())?;
                }
                number as i64
            }
            (_, Ok(number)) => {
                if let Some(value) = value {
                    Access::<u32>::write(name, value as u32).map_err(|error| error.to_string())?;
                }
                number.into()
            }
            (_, Err(_)) => switch(name, value)?,
        };
        Ok(before)
    }

    fn switch(name: &tikv_jemalloc_ctl::Name, value: Option<i64>) -> Result<i64, String> {
        let before: bool = name.read().map_err(|error| error.to_string())?;
        if let Some(value) = value {
            Access::<bool>::write(name, value != 0).map_err(|error| error.to_string())?;
        }
        Ok(before.into())
    }
}

#[cfg(not(feature = "jemalloc"))]
mod imp {
    use shoal_core::MemoryFacts;

    const NOT_HERE: &str = "Stats not supported for the current allocator";

    pub(super) struct Probe;

    impl Probe {
        pub(super) const fn new() -> Self {
            Self
        }

        pub(super) const fn read(&self) -> Option<MemoryFacts> {
            None
        }
    }

    pub(super) fn name() -> String {
        "libc".to_owned()
    }

    pub(super) const fn purge() -> Result<(), String> {
        Ok(())
    }

    pub(super) fn report() -> Result<String, String> {
        Ok(NOT_HERE.to_owned())
    }

    pub(super) fn control(_name: Vec<u8>, _value: Option<i64>) -> Result<i64, String> {
        Err(NOT_HERE.to_owned())
    }
}
