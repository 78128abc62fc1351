//! `DEBUG` on the process: sleeping, logging, ending, and the allocator.

use core::time::Duration;

use super::ok;
use crate::data_plane::call::{Call, Flow, printable};
use crate::data_plane::commands::memory::ask_allocator;
use crate::data_plane::event::{AllocatorRequest, LogLevel};
use crate::data_plane::{DataEvent, DataPlane};

/// `DEBUG SLEEP seconds`.
pub(super) fn sleep(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let seconds = call
        .arg(2)
        .and_then(|text| core::str::from_utf8(text).ok()?.parse::<f64>().ok());
    let pause = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    plane.sleep(pause.unwrap_or_default());
    ok(plane, call)
}

impl DataPlane {
    /// Nothing happens for a while.
    fn sleep(&mut self, pause: Duration) {
        self.slept = self.slept.saturating_add(pause);
        self.events.push_back(DataEvent::Stall(pause));
    }

    /// Whatever follows a command (or a transaction) that slept is executed later, before the shell has really slept.
    pub(crate) fn wake_up(&mut self) {
        let slept = core::mem::take(&mut self.slept);
        let micros = u64::try_from(slept.as_micros()).unwrap_or(u64::MAX);
        self.now.instant += slept;
        self.now.unix_micros = self.now.unix_micros.saturating_add(micros);
    }
}

/// `DEBUG LOG message`.
pub(super) fn log(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let text = format!("DEBUG LOG: {}", printable(call.arg(2).unwrap_or_default()));
    plane.log(LogLevel::Warning, text);
    ok(plane, call)
}

/// `DEBUG SEGFAULT`, `PANIC`, `ASSERT`, `OOM`: the process ends, whatever the reason is called.
pub(super) fn crash(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let name = call.arg(1).unwrap_or_default().to_ascii_uppercase();
    let reason = format!("DEBUG {} was asked for", printable(&name));
    plane.events.push_back(DataEvent::Crash { reason });
    Flow::Stop
}

/// `DEBUG RESTART [ms]` and `CRASH-AND-RECOVER [ms]`: whoever supervises the process restarts it, nobody else.
pub(super) fn restart(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if call.arg(2).is_some() && call.arg_i64(2).is_none() {
        return plane.error(call.client, "ERR value is not an integer or out of range");
    }
    let text = "ERR failed to restart the server. Check server logs.";
    plane.error(call.client, text)
}

/// `DEBUG MALLCTL name [value]`.
pub(super) fn mallctl(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let value = call.arg_i64(3);
    if call.arg(3).is_some() && value.is_none() {
        return plane.error(call.client, "ERR value is not an integer or out of range");
    }
    let name = call.arg(2).unwrap_or_default().to_vec();
    ask_allocator(plane, call, AllocatorRequest::Control { name, value })
}
