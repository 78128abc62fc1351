//! Commands about the connection itself: greeting, password, database, protocol.

use shoal_resp::Version;

use crate::data_plane::call::{Call, Flow, is_word, parse_i64};
use crate::data_plane::session::Flags;
use crate::data_plane::{DataPlane, REDIS_VERSION};

/// `PING [message]`.
pub(crate) fn ping(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if plane.hears_only_messages(call.client) {
        return pong(plane, call);
    }
    match (call.args.len(), call.arg(1)) {
        (1, _) => plane.reply(call.client).simple("PONG"),
        (2, Some(message)) => plane.reply(call.client).bulk(message),
        _ => return plane.wrong_arity(call),
    }
    Flow::Next
}

/// The answer to a subscriber in RESP2, who expects messages only.
fn pong(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if call.args.len() > 2 {
        return plane.wrong_arity(call);
    }
    let mut reply = plane.reply(call.client);
    reply.array(2);
    reply.bulk(b"pong");
    reply.bulk(call.arg(1).unwrap_or_default());
    Flow::Next
}

/// `ECHO message`.
pub(crate) fn echo(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane
        .reply(call.client)
        .bulk(call.arg(1).unwrap_or_default());
    Flow::Next
}

/// `QUIT`: answered, then closed.
pub(crate) fn quit(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane.reply(call.client).ok();
    plane.close_after_reply(call.client);
    Flow::Stop
}

/// `RESET`: the connection is as if it were new, except that a password must be given again.
pub(crate) fn reset(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let must_authenticate = plane.settings.requires_password();
    plane.end_transaction(call.client);
    plane.drop_subscriptions(call.client);
    if let Some(session) = plane.sessions.get_mut(call.client) {
        session.reset();
        session.flags.set(Flags::UNAUTHENTICATED, must_authenticate);
    }
    plane.reply(call.client).simple("RESET");
    Flow::Next
}

const DB_INDEX_RANGE: &str =
    "ERR value is out of range, value must between -2147483648 and 2147483647";

/// `SELECT index`.
pub(crate) fn select(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(index) = call.arg_i64(1) else {
        return plane.error(call.client, "ERR value is not an integer or out of range");
    };
    if i32::try_from(index).is_err() {
        return plane.error(call.client, DB_INDEX_RANGE);
    }
    if plane.settings.cluster_enabled && index != 0 {
        return plane.error(call.client, "ERR SELECT is not allowed in cluster mode");
    }
    let Some(index) = usize::try_from(index)
        .ok()
        .filter(|n| *n < plane.settings.databases)
    else {
        return plane.error(call.client, "ERR DB index is out of range");
    };
    if let Some(session) = plane.sessions.get_mut(call.client) {
        session.db = index;
    }
    plane.reply(call.client).ok();
    Flow::Next
}

const WRONG_PASSWORD: &str = "WRONGPASS invalid username-password pair or user is disabled.";
const NO_PASSWORD_SET: &str = "ERR AUTH <password> called without any password configured for the default user. \
     Are you sure your configuration is correct?";
const HELLO_NEEDS_AUTH: &str = "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO \
     <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at \
     the same time";

/// `AUTH [user] password`.
pub(crate) fn auth(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let (user, password) = match (call.args.len(), call.arg(1), call.arg(2)) {
        (2, Some(password), _) => {
            if !plane.settings.requires_password() {
                return plane.error(call.client, NO_PASSWORD_SET);
            }
            (&b"default"[..], password)
        }
        (3, Some(user), Some(password)) => (user, password),
        _ => return plane.error(call.client, "ERR syntax error"),
    };
    if !authenticate(plane, call, user, password) {
        return plane.error(call.client, WRONG_PASSWORD);
    }
    plane.reply(call.client).ok();
    Flow::Next
}

fn authenticate(plane: &mut DataPlane, call: &Call<'_>, user: &[u8], password: &[u8]) -> bool {
    let accepted = user == b"default" && plane.settings.accepts_password(password);
    if accepted {
        if let Some(session) = plane.sessions.get_mut(call.client) {
            session.flags.remove(Flags::UNAUTHENTICATED);
        }
    } else {
        plane.stats.auth_denied += 1;
    }
    accepted
}

/// What `HELLO` asks for beyond the protocol version.
#[derive(Default)]
struct HelloOptions<'a> {
    auth: Option<(&'a [u8], &'a [u8])>,
    name: Option<&'a [u8]>,
}

/// `HELLO [protover [AUTH user password] [SETNAME name]]`.
pub(crate) fn hello(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let version = match call.arg(1).map(parse_i64) {
        None => None,
        Some(Some(2)) => Some(Version::Resp2),
        Some(Some(3)) => Some(Version::Resp3),
        Some(Some(_)) => return plane.error(call.client, "NOPROTO unsupported protocol version"),
        Some(None) => {
            return plane.error(
                call.client,
                "ERR Protocol version is not an integer or out of range",
            );
        }
    };
    let options = match hello_options(call) {
        Ok(options) => options,
        Err(text) => return plane.error(call.client, &text),
    };
    if let Some((user, password)) = options.auth
        && !authenticate(plane, call, user, password)
    {
        return plane.error(call.client, WRONG_PASSWORD);
    }
    if plane.flags_of(call.client).contains(Flags::UNAUTHENTICATED) {
        return plane.error(call.client, HELLO_NEEDS_AUTH);
    }
    if let Some(name) = options.name
        && !is_plain_text(name)
    {
        let text = "ERR Client names cannot contain spaces, newlines or special characters.";
        return plane.error(call.client, text);
    }
    if let Some(session) = plane.sessions.get_mut(call.client) {
        session.version = version.unwrap_or(session.version);
        if let Some(name) = options.name {
            session.about.name = name.to_vec();
        }
    }
    hello_reply(plane, call);
    Flow::Next
}

fn hello_options<'a>(call: &Call<'a>) -> Result<HelloOptions<'a>, String> {
    let mut options = HelloOptions::default();
    let mut next = 2;
    while let Some(word) = call.arg(next) {
        match (call.arg(next + 1), call.arg(next + 2)) {
            (Some(user), Some(password)) if is_word(word, "AUTH") => {
                options.auth = Some((user, password));
                next += 3;
            }
            (Some(name), _) if is_word(word, "SETNAME") => {
                options.name = Some(name);
                next += 2;
            }
            _ => {
                let word = String::from_utf8_lossy(word);
                return Err(format!("ERR Syntax error in HELLO option '{word}'"));
            }
        }
    }
    Ok(options)
}

fn hello_reply(plane: &mut DataPlane, call: &Call<'_>) {
    let mode = if plane.settings.cluster_enabled {
        "cluster"
    } else {
        "standalone"
    };
    let role = if plane.is_replica() {
        "replica"
    } else {
        "master"
    };
    let Some(number) = plane
        .sessions
        .get(call.client)
        .map(|session| session.number)
    else {
        return;
    };
    let mut reply = plane.reply(call.client);
    let proto = if reply.version() == Version::Resp3 {
        3
    } else {
        2
    };
    reply.map(7);
    for (key, value) in [("server", "redis"), ("version", REDIS_VERSION)] {
        reply.bulk(key.as_bytes());
        reply.bulk(value.as_bytes());
    }
    reply.bulk(b"proto");
    reply.integer(proto);
    reply.bulk(b"id");
    reply.integer(i64::try_from(number).unwrap_or(i64::MAX));
    for (key, value) in [("mode", mode), ("role", role)] {
        reply.bulk(key.as_bytes());
        reply.bulk(value.as_bytes());
    }
    reply.bulk(b"modules");
    reply.array(0);
}

/// Whether a name can stand in `CLIENT LIST` without breaking its lines: `!` to `~` only.
pub(crate) fn is_plain_text(name: &[u8]) -> bool {
    name.iter().all(|byte| (b'!'..=b'~').contains(byte))
}
