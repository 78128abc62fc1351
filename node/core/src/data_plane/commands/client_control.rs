//! `CLIENT KILL`, `PAUSE`, `UNPAUSE`, `UNBLOCK`: one client's power over the others.

use core::time::Duration;

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow, is_word};
use crate::data_plane::client_line::ClientType;
use crate::data_plane::pause::PauseKind;
use crate::data_plane::session::Session;

/// What `CLIENT KILL` looks for; all given parts must hold.
#[derive(Default)]
struct KillFilter {
    number: Option<u64>,
    kind: Option<ClientType>,
    addr: Option<String>,
    local_addr: Option<String>,
    /// `USER` named somebody else than the only user.
    nobody: bool,
    spare_me: bool,
}

impl KillFilter {
    fn includes(&self, session: &Session) -> bool {
        let peer = &session.about.peer;
        !self.nobody
            && self.number.is_none_or(|number| number == session.number)
            && self.kind.is_none_or(|kind| kind == ClientType::of(session))
            && self.addr.as_ref().is_none_or(|addr| *addr == peer.addr)
            && self
                .local_addr
                .as_ref()
                .is_none_or(|addr| *addr == peer.local_addr)
    }
}

/// `CLIENT KILL addr` and `CLIENT KILL filter value ...`.
pub(crate) fn kill(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let old_form = call.args.len() == 3;
    let filter = match if old_form {
        Ok(old_filter(call))
    } else {
        new_filter(call)
    } {
        Ok(filter) => filter,
        Err(text) => return plane.error(call.client, &text),
    };
    let doomed: Vec<_> = plane
        .sessions
        .iter()
        .filter(|session| filter.includes(session) && !session.is_closing())
        .map(|session| session.id)
        .filter(|id| !(filter.spare_me && *id == call.client))
        .collect();
    let myself = doomed.contains(&call.client);
    for id in doomed.iter().filter(|id| **id != call.client) {
        plane.close_now(*id);
    }
    match (old_form, doomed.is_empty()) {
        (true, true) => return plane.error(call.client, "ERR No such client"),
        (true, false) => plane.reply(call.client).ok(),
        (false, _) => plane
            .reply(call.client)
            .integer(i64::try_from(doomed.len()).unwrap_or(i64::MAX)),
    }
    if myself {
        plane.close_after_reply(call.client);
        return Flow::Stop;
    }
    Flow::Next
}

fn old_filter(call: &Call<'_>) -> KillFilter {
    let addr = String::from_utf8_lossy(call.arg(2).unwrap_or_default()).into_owned();
    KillFilter {
        addr: Some(addr),
        ..KillFilter::default()
    }
}

fn new_filter(call: &Call<'_>) -> Result<KillFilter, String> {
    let mut filter = KillFilter {
        spare_me: true,
        ..KillFilter::default()
    };
    let mut next = 2;
    while let Some(word) = call.arg(next) {
        let value = call.arg(next + 1).ok_or("ERR syntax error")?;
        let text = || String::from_utf8_lossy(value).into_owned();
        if is_word(word, "ID") {
            let id = call
                .arg_i64(next + 1)
                .and_then(|id| u64::try_from(id).ok())
                .filter(|id| *id > 0);
            filter.number = Some(id.ok_or("ERR client-id should be greater than 0")?);
        } else if is_word(word, "TYPE") {
            let kind = ClientType::parse(value);
            filter.kind =
                Some(kind.ok_or_else(|| format!("ERR Unknown client type '{}'", text()))?);
        } else if is_word(word, "ADDR") {
            filter.addr = Some(text());
        } else if is_word(word, "LADDR") {
            filter.local_addr = Some(text());
        } else if is_word(word, "USER") {
            if value != b"default" {
                return Err(format!("ERR No such user '{}'", text()));
            }
        } else if is_word(word, "SKIPME") && (is_word(value, "yes") || is_word(value, "no")) {
            filter.spare_me = is_word(value, "yes");
        } else {
            return Err("ERR syntax error".to_owned());
        }
        next += 2;
    }
    Ok(filter)
}

/// `CLIENT PAUSE timeout [WRITE|ALL]`.
pub(crate) fn pause(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let kind = match call.arg(3) {
        None => PauseKind::All,
        Some(word) if is_word(word, "WRITE") => PauseKind::Writes,
        Some(word) if is_word(word, "ALL") => PauseKind::All,
        Some(_) => return plane.error(call.client, "ERR syntax error"),
    };
    let millis = match call.arg_i64(2) {
        None => return plane.error(call.client, "ERR timeout is not an integer or out of range"),
        Some(millis) => match u64::try_from(millis) {
            Ok(millis) => millis,
            Err(_) => return plane.error(call.client, "ERR timeout is negative"),
        },
    };
    plane
        .pause
        .by_client(call.now.instant + Duration::from_millis(millis), kind);
    plane.update_gates();
    plane.reply(call.client).ok();
    Flow::Next
}

/// `CLIENT UNPAUSE`.
pub(crate) fn unpause(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane.pause.end_by_client();
    plane.pause_changed();
    plane.reply(call.client).ok();
    Flow::Next
}

/// `CLIENT UNBLOCK id [TIMEOUT|ERROR]`.
pub(crate) fn unblock(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let with_error = match call.arg(3) {
        None => false,
        Some(word) if is_word(word, "TIMEOUT") => false,
        Some(word) if is_word(word, "ERROR") => true,
        Some(_) => {
            let text = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR";
            return plane.error(call.client, text);
        }
    };
    let Some(number) = call.arg_i64(2) else {
        return plane.error(call.client, "ERR value is not an integer or out of range");
    };
    let target = plane.sessions.iter().find(|session| {
        i64::try_from(session.number) == Ok(number)
            && session
                .blocked
                .is_some_and(|blocked| blocked.is_blocking_command())
    });
    let target = target.map(|session| session.id);
    if let Some(id) = target {
        if with_error {
            plane.unblock_with_error(id, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
        } else {
            plane.blocked_timed_out(id);
        }
    }
    plane
        .reply(call.client)
        .integer(i64::from(target.is_some()));
    Flow::Next
}
