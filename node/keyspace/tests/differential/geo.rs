//! Positions.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use shoal_resp::Frame;

use crate::arguments::pick;
use crate::compare::{Family, compare};
use crate::replies::frame;
use crate::zsets;

/// o longitude, a latitude, m member, d distance, u unit, n count, s score.
const TEMPLATES: &[&str] = &[
    "GEOADD K o a m",
    "GEOADD K o a m",
    "GEOADD K o a m o a m o a m o a m o a m",
    "GEOADD K o a m o a m o a m o a m o a m o a m o a m o a m o a m",
    "GEOADD K NX o a m o a m",
    "GEOADD K XX CH o a m o a m",
    "GEOADD K CH o a m",
    "GEOADD K NX XX o a m",
    "GEOADD K o a m o",
    "GEOADD K CH CH CH",
    "GEOADD K V a m",
    "GEOADD K o V m",
    "GEOADD K 180.5 90 m",
    "ZADD K s m",
    "ZADD K s m",
    "GEODIST K m m",
    "GEODIST K m m u",
    "GEODIST K m m V",
    "GEODIST K m m u u",
    "GEOHASH K m m m",
    "GEOHASH K",
    "GEOPOS K m m m",
    "GEOPOS K",
    "GEORADIUS K o a d u",
    "GEORADIUS K o a d u WITHDIST WITHHASH WITHCOORD",
    "GEORADIUS K o a d u WITHDIST ASC COUNT n",
    "GEORADIUS K o a d u COUNT n ANY",
    "GEORADIUS K o a d u DESC",
    "GEORADIUS K o a d u ANY",
    "GEORADIUS K o a d u STORE K",
    "GEORADIUS K o a d u STOREDIST K",
    "GEORADIUS K o a d u COUNT n STOREDIST out",
    "ZCARD out",
    "GEORADIUS K o a d u STORE K WITHDIST",
    "GEORADIUS K o a d u STORE",
    "GEORADIUS K o a V u",
    "GEORADIUS K o a -1 u",
    "GEORADIUS K o V d u",
    "GEORADIUS_RO K o a d u WITHCOORD",
    "GEORADIUS_RO K o a d u STORE K",
    "GEORADIUSBYMEMBER K m d u",
    "GEORADIUSBYMEMBER K m d u WITHDIST WITHHASH ASC",
    "GEORADIUSBYMEMBER K m d u STORE K",
    "GEORADIUSBYMEMBER K m d V",
    "GEORADIUSBYMEMBER nokey m V V",
    "GEORADIUSBYMEMBER_RO K m d u COUNT n",
    "GEORADIUSBYMEMBER_RO K m d u STOREDIST K",
    "GEOSEARCH K FROMLONLAT o a BYRADIUS d u",
    "GEOSEARCH K FROMLONLAT o a BYRADIUS d u ASC WITHDIST",
    "GEOSEARCH K FROMLONLAT o a BYBOX d d u",
    "GEOSEARCH K FROMLONLAT o a BYBOX d d u DESC WITHDIST WITHCOORD",
    "GEOSEARCH K FROMLONLAT o a BYBOX d d u COUNT n ANY",
    "GEOSEARCH K FROMMEMBER m BYRADIUS d u WITHHASH COUNT n",
    "GEOSEARCH K FROMMEMBER m BYBOX d d u",
    "GEOSEARCH K FROMMEMBER m FROMLONLAT o a BYBOX d d u",
    "GEOSEARCH K FROMMEMBER m BYRADIUS d u BYBOX d d u",
    "GEOSEARCH K FROMMEMBER m WITHDIST WITHHASH ASC",
    "GEOSEARCH K BYRADIUS d u ASC DESC ASC",
    "GEOSEARCH K FROMLONLAT o a BYBOX d V u",
    "GEOSEARCH K FROMLONLAT o a BYBOX d -1 u",
    "GEOSEARCH K FROMMEMBER m BYRADIUS d u STORE K",
    "GEOSEARCHSTORE K K FROMLONLAT o a BYRADIUS d u",
    "GEOSEARCHSTORE K K FROMLONLAT o a BYBOX d d u STOREDIST",
    "GEOSEARCHSTORE out K FROMMEMBER m BYRADIUS d u COUNT n STOREDIST",
    "GEOSEARCHSTORE K K FROMMEMBER m BYRADIUS d u WITHDIST",
    "ZRANGE K 0 -1 WITHSCORES",
    "ZREM K m",
    "SET K V",
    "DEL K",
    "OBJECT ENCODING K",
    "DUMP K",
];

const LONGITUDES: &[&str] = &[
    "0",
    "13.361389",
    "15.087269",
    "-122.41",
    "180",
    "-180",
    "179.99",
    "-179.99",
    "2.35",
    "1e-5",
    "0x10",
    "inf",
    "181",
];
const LATITUDES: &[&str] = &[
    "0",
    "38.115556",
    "37.502669",
    "37.77",
    "85.05112878",
    "-85.05112878",
    "70",
    "-84",
    "81.5",
    "48.85",
    "86",
    "-0.5",
];
const DISTANCES: &[&str] = &[
    "0", "1", "100", "200", "5000", "20000", "1e5", "0.001", "166.2742", "inf", "1e7", "3e7",
];
const UNITS: &[&str] = &["m", "km", "km", "KM", "ft", "mi", "Mi", "x"];
const SCORES: &[&str] = &[
    "0",
    "-1",
    "1.5",
    "3479099956230698",
    "4503599627370495",
    "1e19",
    "1e20",
    "inf",
    "-inf",
];

fn word(rng: &mut Pcg64Mcg, word: &str) -> Option<Vec<u8>> {
    let number = rng.next_u32();
    // Somewhere on the map, often near places that others use.
    let coordinate = |reach: f64| {
        let unit = f64::from(number) / f64::from(u32::MAX) * 2.0 - 1.0;
        let near = [1.0, 0.1, 0.01, 1e-4][(number % 4) as usize];
        format!("{}", unit * reach * near).into_bytes()
    };
    Some(match word {
        "o" if number.is_multiple_of(3) => pick(rng, LONGITUDES).into(),
        "o" => coordinate(180.0),
        "a" if number.is_multiple_of(3) => pick(rng, LATITUDES).into(),
        "a" => coordinate(85.0),
        "d" => pick(rng, DISTANCES).into(),
        "u" => pick(rng, UNITS).into(),
        "s" => pick(rng, SCORES).into(),
        "m" => format!("m{}", number % 30).into(),
        "n" => (i64::from(number % 12) - 1).to_string().into(),
        "K" => format!("k{}", number % 4).into(),
        _ => return None,
    })
}

pub(crate) const FAMILY: Family = Family {
    word,
    same,
    ..Family::new(TEMPLATES)
};

#[test]
fn positions_answer_as_redis_does() {
    compare(FAMILY);
}

/// Members that are equally far away come in any order, and a count leaves any of them out.
fn same(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    if !args[0].starts_with(b"GEOSEARCH") && !args[0].starts_with(b"GEORADIUS") {
        return zsets::same(args, theirs, ours);
    }
    let (theirs, ours) = (frame(theirs), frame(ours));
    let (Some(a), Some(b)) = (theirs.as_items(), ours.as_items()) else {
        return Some(false);
    };
    let limited = args.contains(&&b"COUNT"[..]);
    Some(a.len() == b.len() && (limited || sorted(a) == sorted(b)))
}

fn sorted(frames: &[Frame]) -> Vec<String> {
    let mut texts: Vec<String> = frames.iter().map(|frame| format!("{frame:?}")).collect();
    texts.sort();
    texts
}
