//! Streams and their groups.
//!
//! A server of version 7.0 makes consumers later and knows less of them, so their number and their times are
//! compared with a later version only.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use shoal_resp::Frame;

use crate::arguments::pick;
use crate::compare::{Family, compare};
use crate::replies::frame;
use crate::server::is_of_7_0;

/// `k` key, `j` id, `r` end of a range, `g` group, `c` consumer, `n` small number, `t` min-idle-time, `f` field.
const TEMPLATES: &[&str] = &[
    "XADD k a-* f V",
    "XADD k a-* f V",
    "XADD k a-* f V",
    "XADD k a-* f V f V",
    "XADD k a-* same 1 fields V",
    "XADD k a-* same I fields V",
    "XADD k a-* same V fields I",
    "XADD k a-* same V fields V other V",
    "XADD k j f V",
    "XADD k NOMKSTREAM j f V",
    "XADD k NOMKSTREAM a-* f V",
    "XADD k MAXLEN n a-* f V",
    "XADD k MAXLEN = n a-* f V",
    "XADD k MAXLEN ~ n a-* f V",
    "XADD k MAXLEN ~ n LIMIT n a-* f V",
    "XADD k MAXLEN = n LIMIT n a-* f V",
    "XADD k MINID j a-* f V",
    "XADD k MINID = j a-* f V",
    "XADD k MINID ~ j a-* f V",
    "XADD k MINID ~ j LIMIT n a-* f V",
    "XADD k LIMIT n a-* f V",
    "XADD k MAXLEN n MINID j a-* f V",
    "XADD k MAXLEN -1 a-* f V",
    "XADD k MAXLEN V a-* f V",
    "XADD k MAXLEN ~ n LIMIT -1 a-* f V",
    "XADD k j f",
    "XADD k j f V f",
    "XADD k NOMKSTREAM",
    "XADD k MAXLEN",
    "XADD k MAXLEN ~ n NOMKSTREAM LIMIT 0",
    "XADD k 18446744073709551615-18446744073709551615 f V",
    "XADD k 18446744073709551615-* f V",
    "XLEN k",
    "XRANGE k r r",
    "XRANGE k r r",
    "XRANGE k - +",
    "XRANGE k - + COUNT n",
    "XRANGE k r r COUNT n",
    "XRANGE k r r COUNT V",
    "XRANGE k r r COUNT n COUNT n",
    "XRANGE k r r COUNT",
    "XRANGE k r r V n",
    "XREVRANGE k r r",
    "XREVRANGE k r r",
    "XREVRANGE k + -",
    "XREVRANGE k + - COUNT n",
    "XREVRANGE k r r COUNT n",
    "XDEL k j",
    "XDEL k j j j",
    "XDEL k j j j j j j",
    "XTRIM k MAXLEN n",
    "XTRIM k MAXLEN ~ n",
    "XTRIM k MAXLEN ~ n LIMIT n",
    "XTRIM k MAXLEN = n LIMIT n",
    "XTRIM k MINID j",
    "XTRIM k MINID ~ j",
    "XTRIM k MINID ~ j LIMIT n",
    "XTRIM k LIMIT n",
    "XTRIM k MAXLEN n V",
    "XTRIM k V n",
    "XTRIM k LIMIT 0 MAXLEN n",
    "XTRIM k MAXLEN n MAXLEN n",
    "XSETID k a-100 ENTRIESADDED -1",
    "XSETID k a-100 V n",
    "XSETID k a-100 ENTRIESADDED",
    "XREAD STREAMS k j",
    "XREAD STREAMS k k j j",
    "XREAD STREAMS k k j $",
    "XREAD COUNT n STREAMS k k j j",
    "XREAD BLOCK soon STREAMS k j",
    "XREAD BLOCK -1 STREAMS k j",
    "XREAD STREAMS k >",
    "XREAD STREAMS k k j",
    "XREAD COUNT n NOACK STREAMS k j",
    "XREAD GROUP g c STREAMS k j",
    "XREAD COUNT n V k j",
    "XREAD COUNT V STREAMS k j",
    "XREADGROUP GROUP g c STREAMS k >",
    "XREADGROUP GROUP g c STREAMS k >",
    "XREADGROUP GROUP g c COUNT n STREAMS k >",
    "XREADGROUP GROUP g c COUNT n STREAMS k >",
    "XREADGROUP GROUP g c COUNT n NOACK STREAMS k >",
    "XREADGROUP GROUP g c NOACK STREAMS k k > >",
    "XREADGROUP GROUP g c STREAMS k k > j",
    "XREADGROUP GROUP g c STREAMS k j",
    "XREADGROUP GROUP g c COUNT n STREAMS k 0",
    "XREADGROUP GROUP g c COUNT n STREAMS k $",
    "XREADGROUP COUNT n NOACK STREAMS k j",
    "XREADGROUP GROUP g c COUNT n STREAMS k 18446744073709551615-18446744073709551615",
    "XREADGROUP GROUP g c COUNT n STREAMS k 18446744073709551615-18446744073709551614",
    "XGROUP CREATE k g j",
    "XGROUP CREATE k g 0",
    "XGROUP CREATE k g $",
    "XGROUP CREATE k g $ MKSTREAM",
    "XGROUP CREATE k g j ENTRIESREAD n",
    "XGROUP CREATE k g j ENTRIESREAD n MKSTREAM",
    "XGROUP CREATE k g j ENTRIESREAD -2",
    "XGROUP CREATE k g j ENTRIESREAD V",
    "XGROUP CREATE k g j V",
    "XGROUP CREATE k g -",
    "XGROUP CREATE k g $ MKSTREAM MKSTREAM MKSTREAM MKSTREAM",
    "XGROUP SETID k g j",
    "XGROUP SETID k g $",
    "XGROUP SETID k g -",
    "XGROUP SETID k g j ENTRIESREAD n",
    "XGROUP SETID k g j ENTRIESREAD n ENTRIESREAD n",
    "XGROUP SETID k g j MKSTREAM",
    "XGROUP DESTROY k g",
    "XGROUP CREATECONSUMER k g c",
    "XGROUP CREATECONSUMER k g c",
    "XGROUP DELCONSUMER k g c",
    "XGROUP nosuch k g",
    "XACK k g j",
    "XACK k g j j j j",
    "XPENDING k g",
    "XPENDING k g",
    "XPENDING k g r r n",
    "XPENDING k g - + 100",
    "XPENDING k g - + 100 c",
    "XPENDING k g r r n c",
    "XPENDING k g IDLE t r r n",
    "XPENDING k g IDLE t - + n c",
    "XPENDING k g IDLE t r r",
    "XPENDING k g IDLE V r r n",
    "XPENDING k g r r",
    "XPENDING k g r r V",
    "XCLAIM k g c t j",
    "XCLAIM k g c t j j j j j",
    "XCLAIM k g c t j j j JUSTID",
    "XCLAIM k g c t j j IDLE 2000000000",
    "XCLAIM k g c 0 j j IDLE 2000000000 RETRYCOUNT n",
    "XCLAIM k g c 0 j j TIME 1000 FORCE",
    "XCLAIM k g c 0 j j j FORCE",
    "XCLAIM k g c 0 j j j FORCE JUSTID",
    "XCLAIM k g c t j j FORCE RETRYCOUNT n JUSTID LASTID j",
    "XCLAIM k g c 0 j LASTID j",
    "XCLAIM k g c 0 j TIME 99999999999999",
    "XCLAIM k g c 0 j IDLE -1 RETRYCOUNT -1",
    "XCLAIM k g c 0 j V",
    "XCLAIM k g c V j",
    "XCLAIM k g c 0 j IDLE V",
    "XCLAIM k g c 0 j TIME V",
    "XCLAIM k g c 0 j RETRYCOUNT V",
    "XCLAIM k g c 0 j LASTID V",
    "XCLAIM k g c 0 V",
    "XAUTOCLAIM k g c t j",
    "XAUTOCLAIM k g c t r",
    "XAUTOCLAIM k g c t 0 COUNT n",
    "XAUTOCLAIM k g c t 0 COUNT 1",
    "XAUTOCLAIM k g c t 0 COUNT n JUSTID",
    "XAUTOCLAIM k g c t j JUSTID",
    "XAUTOCLAIM k g c V j",
    "XAUTOCLAIM k g c t V",
    "XAUTOCLAIM k g c t 0 COUNT 0",
    "XAUTOCLAIM k g c t 0 COUNT V",
    "XAUTOCLAIM k g c t 0 V",
    "XINFO STREAM k",
    "XINFO STREAM k",
    "XINFO STREAM k",
    "XINFO STREAM k FULL",
    "XINFO STREAM k FULL",
    "XINFO STREAM k FULL COUNT n",
    "XINFO STREAM k FULL COUNT -1",
    "XINFO STREAM k FULL COUNT",
    "XINFO STREAM k FULL COUNT V",
    "XINFO STREAM k V",
    "XINFO GROUPS k",
    "XINFO GROUPS k",
    "XINFO CONSUMERS k g",
    "XINFO CONSUMERS k g",
    "XINFO nosuch k",
    "TYPE k",
    "OBJECT ENCODING k",
    "DEL k",
    "DEL k",
    "DEL k",
    "COPY k k REPLACE",
    "RENAME k k",
    "SET string V",
    "DEL string",
];

/// Where 7.0 does other things.
const SINCE_7_2: &[&str] = &[
    "XSETID k j",
    "XSETID k j ENTRIESADDED n",
    "XSETID k a-100",
    "XSETID k a-100 ENTRIESADDED n MAXDELETEDID j",
    "XSETID k j MAXDELETEDID j",
];

#[test]
fn streams_answer_as_redis_does() {
    compare(family());
}

pub(crate) fn family() -> Family {
    let since: &[&str] = if is_of_7_0() { &[] } else { SINCE_7_2 };
    Family {
        word,
        same: if is_of_7_0() { same_as_7_0 } else { same },
        options: &[
            ("stream-node-max-entries", "5"),
            ("stream-node-max-bytes", "300"),
        ],
        configure: |options| {
            options.stream_node_max_entries = 5;
            options.stream_node_max_bytes = 300;
        },
        ..Family::new([TEMPLATES, since].concat().leak())
    }
}

fn word(rng: &mut Pcg64Mcg, word: &str) -> Option<Vec<u8>> {
    const ODD: &[&str] = &[
        "",
        "-",
        "+",
        "0",
        "0-0",
        "5-",
        "-5",
        "abc",
        "1-a",
        "1-2-3",
        " 3-1",
        "3--01",
        "+3",
        "007-1",
        "18446744073709551615",
        "18446744073709551616-0",
        "9223372036854775808-9223372036854775809",
    ];
    let n = rng.next_u32();
    let (ms, seq) = (1 + (n >> 8) % 24, (n >> 16) % 4);
    let id = || match n % 32 {
        0 => pick(&mut rng.clone(), ODD).to_owned(),
        1 => ms.to_string(),
        _ => format!("{ms}-{seq}"),
    };
    Some(
        match word {
            "k" if n.is_multiple_of(60) => "string".to_owned(),
            "k" => format!("s{}", n % 4),
            "j" => id(),
            "r" => match (n >> 3) % 6 {
                0 => "-".to_owned(),
                1 => "+".to_owned(),
                2 => format!("({}", id()),
                3 => ms.to_string(),
                _ => id(),
            },
            "a-*" => format!("{}-*", ms.min(1 + (n >> 20) % 24)),
            "a-100" => format!("{}-100", ms + 10),
            "g" => format!("g{}", n % 3),
            "c" => pick(rng, &["anna", "ben", "c", "", "c\u{0}d"]).to_owned(),
            "n" => (n % 12).to_string(),
            // What was just delivered is never as old as that, and what was claimed with IDLE always is.
            "t" => pick(rng, &["0", "0", "1000000000", "-5"]).to_owned(),
            _ => return None,
        }
        .into(),
    )
}

/// Times are those of the calls, and there is no radix tree here.
fn same(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    let shown = |reply| show(&frame(reply), &args[0].escape_ascii().to_string(), false);
    Some(shown(theirs) == shown(ours))
}

fn same_as_7_0(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    let (theirs, ours) = (frame(theirs), frame(ours));
    let unbalanced = |reply: &Frame| {
        let error = reply.as_error();
        error.is_some_and(|error| error.starts_with(b"ERR Unbalanced"))
    };
    Some(match args {
        [b"XGROUP", b"CREATECONSUMER", ..] => theirs.as_integer().and(ours.as_integer()).is_some(),
        [b"XINFO", b"CONSUMERS", ..] => theirs.as_items().is_some() && ours.as_items().is_some(),
        _ if unbalanced(&theirs) => unbalanced(&ours),
        _ => {
            let shown = |reply| show(reply, &args[0].escape_ascii().to_string(), true);
            shown(&theirs) == shown(&ours)
        }
    })
}

/// A frame without what differs; `name` says what it is.
fn show(frame: &Frame, name: &str, old: bool) -> String {
    const TIME: i64 = 1_000_000_000_000;
    let pair = |(name, value): (&Frame, &Frame)| {
        let name = name.as_bytes().unwrap().escape_ascii().to_string();
        format!("{name}: {}, ", show(value, &name, old))
    };
    match (name, frame.as_integer(), frame.as_items()) {
        ("radix-tree-nodes", ..) => "_".to_owned(),
        ("consumers", ..) if old => "_".to_owned(),
        (_, Some(time), _) if time > TIME => "time".to_owned(),
        // Old enough for XCLAIM, or not.
        ("idle" | "inactive", Some(time), _) if time >= 0 => (time / 1_000_000_000).to_string(),
        ("XPENDING", _, Some([id, consumer, idle, count])) if idle.as_integer().is_some() => {
            format!("{id:?} {consumer:?} {} {count:?}", show(idle, "idle", old))
        }
        (_, _, Some([Frame::Bulk(first), ..])) if matches!(&first[..], b"name" | b"length") => {
            let items = frame.as_items().unwrap().chunks_exact(2);
            items.map(|item| pair((&item[0], &item[1]))).collect()
        }
        (_, _, Some(items)) => {
            let items: Vec<_> = items.iter().map(|item| show(item, name, old)).collect();
            format!("{items:?}")
        }
        _ => match frame.as_pairs() {
            Some(pairs) => pairs.map(pair).collect(),
            None => format!("{frame:?}"),
        },
    }
}
