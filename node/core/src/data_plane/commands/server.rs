//! Commands about the server as a whole: `TIME`, `SHUTDOWN`, `DEBUG`, `LOLWUT`.

use core::time::Duration;

use crate::data_plane::blocked::Blocked;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::event::ShutdownRequest;
use crate::data_plane::{DataEvent, DataPlane, REDIS_VERSION, SHOAL_VERSION};

/// `TIME`: seconds and microseconds, as text.
pub(crate) fn time(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let micros = call.now.unix_micros;
    let mut reply = plane.reply(call.client);
    reply.array(2);
    reply.bulk((micros / 1_000_000).to_string().as_bytes());
    reply.bulk((micros % 1_000_000).to_string().as_bytes());
    Flow::Next
}

/// `SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]`. Without an error there is no reply: the connection ends.
pub(crate) fn shutdown(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let mut request = ShutdownRequest::default();
    let mut abort = false;
    for n in 1..call.args.len() {
        if call.arg_is(n, "NOSAVE") && request.save != Some(true) {
            request.save = Some(false);
        } else if call.arg_is(n, "SAVE") && request.save != Some(false) {
            request.save = Some(true);
        } else if call.arg_is(n, "NOW") {
            request.now = true;
        } else if call.arg_is(n, "FORCE") {
            request.force = true;
        } else if call.arg_is(n, "ABORT") {
            abort = true;
        } else {
            return plane.error(call.client, "ERR syntax error");
        }
    }
    if abort {
        return abort_shutdown(plane, call, request != ShutdownRequest::default());
    }
    plane.block(call.client, Blocked::Shutdown);
    plane.shutting_down = true;
    plane.events.push_back(DataEvent::Shutdown(request));
    Flow::Stop
}

fn abort_shutdown(plane: &mut DataPlane, call: &Call<'_>, with_other_words: bool) -> Flow {
    if with_other_words {
        return plane.error(call.client, "ERR syntax error");
    }
    if !plane.shutting_down {
        return plane.error(call.client, "ERR No shutdown in progress.");
    }
    plane.events.push_back(DataEvent::AbortShutdown);
    plane.end_shutdown();
    plane.reply(call.client).ok();
    Flow::Next
}

impl DataPlane {
    /// The shell could not shut down (or was told not to): whoever asked is told, and things go on.
    pub fn shutdown_failed(&mut self, now: shoal_slots::Now) {
        self.now = now;
        self.end_shutdown();
        self.finish_turn();
    }

    fn end_shutdown(&mut self) {
        self.shutting_down = false;
        for client in self.sessions.ids() {
            if self
                .sessions
                .get(client)
                .is_some_and(|session| session.blocked == Some(Blocked::Shutdown))
            {
                self.unblock_with_error(client, "ERR Errors trying to SHUTDOWN. Check logs.");
            }
        }
    }
}

const DEBUG_CLOSED: &str = "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you \
     can run it from a local connection, otherwise you need to set this option in the configuration file, and then \
     restart the server.";

/// `DEBUG subcommand ...`, if `enable-debug-command` opens it.
pub(crate) fn debug(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if !plane.is_allowed(plane.settings.debug_command, call.client) {
        return plane.error(call.client, DEBUG_CLOSED);
    }
    if call.arg_is(1, "SLEEP") {
        let seconds = call
            .arg(2)
            .and_then(|text| core::str::from_utf8(text).ok()?.parse::<f64>().ok());
        let pause = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        plane
            .events
            .push_back(DataEvent::Stall(pause.unwrap_or_default()));
        plane.reply(call.client).ok();
        // What follows in this pipeline is executed after the sleep.
        plane.resume_later(call.client);
        return Flow::Stop;
    }
    if call.arg_is(1, "SET-ACTIVE-EXPIRE") {
        plane.expiry.disabled = !call.arg_is(2, "1");
        plane.reply(call.client).ok();
        return Flow::Next;
    }
    if call.arg_is(1, "JMAP") {
        return plane.error(call.client, "ERR there is no Java here");
    }
    let name = String::from_utf8_lossy(call.arg(1).unwrap_or_default()).into_owned();
    plane.error(
        call.client,
        &format!(
            "ERR unknown subcommand or wrong number of arguments for '{name}'. Try DEBUG HELP."
        ),
    )
}

/// `LOLWUT [VERSION n ...]`: a shoal, drawn anew each time from the seed, and our name and version.
pub(crate) fn lolwut(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    use rand_core::Rng;
    const COLUMNS: usize = 64;
    const FISH: [&str; 6] = ["><>", "<><", "><(('>", "<'))><", "><>", "~"];
    let mut text = String::new();
    for _ in 0..9 {
        let mut line = String::new();
        while line.len() < COLUMNS {
            let gap = 1 + plane.rng.next_u32() as usize % 17;
            line.push_str(&" ".repeat(gap));
            let fish = FISH
                .get(plane.rng.next_u32() as usize % FISH.len())
                .copied()
                .unwrap_or("><>");
            if line.len() + fish.len() > COLUMNS {
                break;
            }
            line.push_str(fish);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&format!(
        "\nMany small fish, one shoal. Shoal ver. {SHOAL_VERSION}, Redis ver. {REDIS_VERSION}\n"
    ));
    plane.reply(call.client).verbatim(b"txt", text.as_bytes());
    Flow::Next
}
