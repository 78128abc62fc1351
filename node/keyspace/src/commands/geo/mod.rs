//! Commands on positions, which are sorted sets with geohashes for scores.

mod add;
mod area;
mod distance;
mod geohash;
mod get;
mod options;
mod reader;
mod search;

pub(crate) use add::geoadd;
pub(crate) use get::{geodist, geohash, geopos};
pub(crate) use search::{
    georadius, georadius_ro, georadiusbymember, georadiusbymember_ro, geosearch, geosearchstore,
};

use shoal_resp::{ReplyWriter, Version};

use crate::ctx::Ctx;
use crate::double;
use crate::refusal::Refusal;
use geohash::Point;

/// Two arguments that say where something is: longitude and latitude.
fn point_arg(ctx: &Ctx<'_>, at: usize) -> Result<Point, Refusal> {
    let coordinate = |at| double::parse(ctx.arg(at)).ok_or(Refusal::NotFloat);
    let (longitude, latitude) = (coordinate(at)?, coordinate(at + 1)?);
    Point::new(longitude, latitude).ok_or_else(|| {
        let text = format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}");
        Refusal::Quoting(text.into_bytes())
    })
}

/// How many metres a unit has.
fn unit_arg(ctx: &Ctx<'_>, at: usize) -> Result<f64, Refusal> {
    const UNITS: [(&str, f64); 4] = [("m", 1.0), ("km", 1000.0), ("ft", 0.3048), ("mi", 1609.34)];
    let word = ctx.arg(at);
    let found = UNITS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, metres)| *metres).ok_or(Refusal::Text(
        "ERR unsupported unit provided. please use M, KM, FT, MI",
    ))
}

/// Writes a position: a double without exponent for each coordinate.
fn reply_point(reply: &mut ReplyWriter<'_>, point: Point) {
    reply.array(2);
    for coordinate in [point.longitude, point.latitude] {
        let text = double::plain(coordinate);
        match reply.version() {
            Version::Resp2 => reply.bulk(&text),
            Version::Resp3 => reply.raw(&[b",", &text[..], b"\r\n"].concat()),
        }
    }
}
