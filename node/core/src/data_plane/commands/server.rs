//! Commands about the server as a whole: `TIME`, `SHUTDOWN`, `LOLWUT`.

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
