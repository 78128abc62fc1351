//! `DEBUG PROTOCOL` and `DEBUG ERROR`: replies of every kind, for those who test clients.

use shoal_resp::{ReplyWriter, Version};

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};

const UNKNOWN: &str = "ERR Wrong protocol type name. Please use one of the following: \
     string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false";

/// `DEBUG PROTOCOL type`.
#[expect(clippy::approx_constant, reason = "this very number is expected")]
pub(super) fn protocol(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let name = call.arg(2).unwrap_or_default().to_ascii_lowercase();
    let mut reply = plane.reply(call.client);
    match name.as_slice() {
        b"string" => reply.bulk(b"Hello World"),
        b"integer" => reply.integer(12345),
        b"double" => reply.double(3.141),
        b"bignum" => reply.big_number("1234567999999999999999999999999999999"),
        b"null" => reply.null(),
        b"array" => {
            reply.array(3);
            count_to_three(&mut reply);
        }
        b"set" => {
            reply.set(3);
            count_to_three(&mut reply);
        }
        b"map" => map(&mut reply),
        b"attrib" => attribute(&mut reply),
        b"push" => push(&mut reply),
        b"true" => reply.boolean(true),
        b"false" => reply.boolean(false),
        b"verbatim" => reply.verbatim(b"txt", b"This is a verbatim\nstring"),
        _ => reply.error(UNKNOWN),
    }
    Flow::Next
}

fn count_to_three(reply: &mut ReplyWriter<'_>) {
    for number in 0..3 {
        reply.integer(number);
    }
}

fn map(reply: &mut ReplyWriter<'_>) {
    reply.map(3);
    for number in 0..3 {
        reply.integer(number);
        reply.boolean(number == 1);
    }
}

/// An attribute is no reply of its own: one follows.
fn attribute(reply: &mut ReplyWriter<'_>) {
    if reply.attribute(1) {
        reply.bulk(b"key-popularity");
        reply.array(2);
        reply.bulk(b"key:123");
        reply.integer(90);
    }
    reply.bulk(b"Some real reply following the attribute");
}

/// Nor is a push.
fn push(reply: &mut ReplyWriter<'_>) {
    if reply.version() == Version::Resp2 {
        return reply.error("ERR RESP2 is not supported by this command");
    }
    reply.push(2);
    reply.bulk(b"server-cpu-usage");
    reply.integer(42);
    reply.bulk(b"Some real reply following the push reply");
}

/// `DEBUG ERROR text`: an error as given, code and all.
pub(super) fn error(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let text: Vec<u8> = call.arg(2).unwrap_or_default().to_vec();
    plane.reply(call.client).error_bytes(&text);
    Flow::Next
}
