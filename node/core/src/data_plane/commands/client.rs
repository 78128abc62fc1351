//! `CLIENT …`: names, identity, and what a connection wants of its replies.

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow, is_word};
use crate::data_plane::client_line::{ClientType, client_line};
use crate::data_plane::commands::connection::is_plain_text;
use crate::data_plane::session::{Flags, Session};

/// `CLIENT ID`.
pub(crate) fn id(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let number = plane
        .sessions
        .get(call.client)
        .map_or(0, |session| session.number);
    plane
        .reply(call.client)
        .integer(i64::try_from(number).unwrap_or(i64::MAX));
    Flow::Next
}

/// `CLIENT INFO`.
pub(crate) fn info(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let line = plane
        .sessions
        .get(call.client)
        .map(|session| client_line(session, call.now.instant));
    let text = format!("{}\n", line.unwrap_or_default());
    plane.reply(call.client).verbatim(b"txt", text.as_bytes());
    Flow::Next
}

/// `CLIENT LIST [TYPE type | ID id...]`.
pub(crate) fn list(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let choice = match list_choice(call) {
        Ok(choice) => choice,
        Err(text) => return plane.error(call.client, &text),
    };
    let mut text = String::new();
    for session in plane
        .sessions
        .iter()
        .filter(|session| choice.includes(session))
    {
        text.push_str(&client_line(session, call.now.instant));
        text.push('\n');
    }
    plane.reply(call.client).verbatim(b"txt", text.as_bytes());
    Flow::Next
}

enum ListChoice {
    All,
    Type(ClientType),
    Ids(Vec<u64>),
}

impl ListChoice {
    fn includes(&self, session: &Session) -> bool {
        match self {
            Self::All => true,
            Self::Type(wanted) => ClientType::of(session) == *wanted,
            Self::Ids(ids) => ids.contains(&session.number),
        }
    }
}

fn list_choice(call: &Call<'_>) -> Result<ListChoice, String> {
    match (call.args.len(), call.arg(2)) {
        (2, _) => Ok(ListChoice::All),
        (4, Some(word)) if is_word(word, "TYPE") => {
            let wanted = call.arg(3).unwrap_or_default();
            let unknown = || {
                format!(
                    "ERR Unknown client type '{}'",
                    String::from_utf8_lossy(wanted)
                )
            };
            ClientType::parse(wanted)
                .map(ListChoice::Type)
                .ok_or_else(unknown)
        }
        (4.., Some(word)) if is_word(word, "ID") => {
            let ids =
                (3..call.args.len()).map(|n| call.arg_i64(n).and_then(|id| u64::try_from(id).ok()));
            let ids: Option<Vec<u64>> = ids.collect();
            ids.map(ListChoice::Ids)
                .ok_or_else(|| "ERR Invalid client ID".to_owned())
        }
        _ => Err("ERR syntax error".to_owned()),
    }
}

/// `CLIENT SETNAME name`.
pub(crate) fn setname(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let name = call.arg(2).unwrap_or_default();
    if !is_plain_text(name) {
        let text = "ERR Client names cannot contain spaces, newlines or special characters.";
        return plane.error(call.client, text);
    }
    if let Some(session) = plane.sessions.get_mut(call.client) {
        session.about.name = name.to_vec();
    }
    plane.reply(call.client).ok();
    Flow::Next
}

/// `CLIENT GETNAME`.
pub(crate) fn getname(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let name = plane
        .sessions
        .get(call.client)
        .map(|session| session.about.name.clone());
    match name.filter(|name| !name.is_empty()) {
        Some(name) => plane.reply(call.client).bulk(&name),
        None => plane.reply(call.client).null(),
    }
    Flow::Next
}

/// `CLIENT SETINFO LIB-NAME|LIB-VER text`.
pub(crate) fn setinfo(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let (option, value) = (
        call.arg(2).unwrap_or_default(),
        call.arg(3).unwrap_or_default(),
    );
    let is_name = is_word(option, "LIB-NAME");
    if !is_name && !is_word(option, "LIB-VER") {
        let text = format!(
            "ERR Unrecognized option '{}'",
            String::from_utf8_lossy(option)
        );
        return plane.error(call.client, &text);
    }
    if !is_plain_text(value) {
        let option = if is_name { "lib-name" } else { "lib-ver" };
        let text = format!("ERR {option} cannot contain spaces, newlines or special characters.");
        return plane.error(call.client, &text);
    }
    if let Some(session) = plane.sessions.get_mut(call.client) {
        let place = if is_name {
            &mut session.about.lib_name
        } else {
            &mut session.about.lib_version
        };
        *place = value.to_vec();
    }
    plane.reply(call.client).ok();
    Flow::Next
}

/// `CLIENT NO-EVICT ON|OFF`.
pub(crate) fn no_evict(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    on_off(plane, call, Flags::NO_EVICT)
}

/// `CLIENT NO-TOUCH ON|OFF`.
pub(crate) fn no_touch(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    on_off(plane, call, Flags::NO_TOUCH)
}

fn on_off(plane: &mut DataPlane, call: &Call<'_>, flag: Flags) -> Flow {
    let on = call.arg_is(2, "ON");
    if !on && !call.arg_is(2, "OFF") {
        return plane.error(call.client, "ERR syntax error");
    }
    if let Some(session) = plane.sessions.get_mut(call.client) {
        session.flags.set(flag, on);
    }
    plane.reply(call.client).ok();
    Flow::Next
}

/// `CLIENT REPLY ON|OFF|SKIP`: only `ON` is answered.
pub(crate) fn reply(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(session) = plane.sessions.get_mut(call.client) else {
        return Flow::Next;
    };
    let off = session.flags.contains(Flags::REPLY_OFF);
    if call.arg_is(2, "ON") {
        session
            .flags
            .remove(Flags::REPLY_OFF | Flags::REPLY_SKIP | Flags::REPLY_SKIP_NEXT);
        plane.reply(call.client).ok();
    } else if call.arg_is(2, "OFF") {
        session.flags.insert(Flags::REPLY_OFF);
    } else if call.arg_is(2, "SKIP") {
        session.flags.set(Flags::REPLY_SKIP_NEXT, !off);
    } else {
        return plane.error(call.client, "ERR syntax error");
    }
    Flow::Next
}

/// `CLIENT GETREDIR`: nobody tracks keys here.
pub(crate) fn getredir(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane.reply(call.client).integer(-1);
    Flow::Next
}

/// `CLIENT TRACKINGINFO`: tracking is off.
pub(crate) fn trackinginfo(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let mut reply = plane.reply(call.client);
    reply.map(3);
    reply.bulk(b"flags");
    reply.set(1);
    reply.bulk(b"off");
    reply.bulk(b"redirect");
    reply.integer(-1);
    reply.bulk(b"prefixes");
    reply.array(0);
    Flow::Next
}
