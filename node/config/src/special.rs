//! Options with a grammar of their own: save, bind, client-output-buffer-limit, replicaof and the like.

use crate::number::{lenient, memory};
use crate::value::{BufferLimit, Value};

/// Redis listens on at most this many addresses.
const BIND_MAX: usize = 16;

/// Classes of keyspace events in the order that CONFIG GET writes them; `A` stands for `ALL_EVENTS`.
const EVENT_CLASSES: &[u8] = b"g$lshzxetdnKEm";
/// `g$lshzxetd`: all classes but new keys and misses, which `A` never includes.
const ALL_EVENTS: u32 = (1 << 10) - 1;
/// The bit of `n`, which is hidden behind `A` when shown, as in Redis.
const NEW_EVENTS: u32 = 1 << 10;

/// Names of the client classes with output limits; `replica` is accepted for `slave`.
const CLASSES: [&str; 3] = ["normal", "slave", "pubsub"];

type Parsed = Result<Value, String>;

/// `bind 127.0.0.1 -::1`; one empty word means no address.
pub(crate) fn bind(words: &[&[u8]]) -> Parsed {
    if words.len() > BIND_MAX {
        return Err("Too many bind addresses specified.".into());
    }
    if matches!(words, [b""]) {
        return Ok(Value::List(Vec::new()));
    }
    Ok(Value::List(
        words.iter().map(|word| word.to_vec()).collect(),
    ))
}

/// `save 900 1 300 10`; added to `old` if a file gives several lines. `save ""` takes all away.
pub(crate) fn save(words: &[&[u8]], old: Option<&Value>) -> Parsed {
    if matches!(words, [b""]) {
        return Ok(Value::SavePoints(Vec::new()));
    }
    let mut points = match old {
        Some(Value::SavePoints(points)) => points.clone(),
        _ => Vec::new(),
    };
    for pair in words.chunks(2) {
        let number = |word: &[u8], least: i64| {
            lenient(word)
                .filter(|number| *number >= least)
                .and_then(|number| u64::try_from(number).ok())
        };
        let point = match pair {
            [seconds, changes] => number(seconds, 1).zip(number(changes, 0)),
            _ => None,
        };
        points.push(point.ok_or("Invalid save parameters")?);
    }
    Ok(Value::SavePoints(points))
}

/// `client-output-buffer-limit replica 256mb 64mb 60`: classes not named keep their limits.
pub(crate) fn buffer_limits(words: &[&[u8]], old: Option<&Value>) -> Parsed {
    let mut limits = match old {
        Some(Value::BufferLimits(limits)) => *limits,
        _ => [BufferLimit::default(); 3],
    };
    if !words.len().is_multiple_of(4) {
        return Err("Wrong number of arguments in buffer limit configuration.".into());
    }
    for group in words.chunks(4) {
        let [class, hard, soft, seconds] = group else {
            continue;
        };
        let limit = client_class(class)
            .and_then(|index| limits.get_mut(index))
            .ok_or("Invalid client class specified in buffer limit configuration.")?;
        let seconds = lenient(seconds).and_then(|seconds| u64::try_from(seconds).ok());
        *limit = memory(hard)
            .zip(memory(soft))
            .zip(seconds)
            .map(|((hard, soft), soft_seconds)| BufferLimit {
                hard,
                soft,
                soft_seconds,
            })
            .ok_or("Error in hard, soft or soft_seconds setting in buffer limit configuration.")?;
    }
    Ok(Value::BufferLimits(limits))
}

fn client_class(name: &[u8]) -> Option<usize> {
    if name.eq_ignore_ascii_case(b"replica") {
        return Some(1);
    }
    CLASSES
        .iter()
        .position(|class| class.as_bytes().eq_ignore_ascii_case(name))
}

/// `oom-score-adj-values 0 200 800`.
pub(crate) fn oom_values(words: &[&[u8]]) -> Parsed {
    let [first, second, third] = words else {
        return Err("wrong number of arguments".into());
    };
    let read = |word: &[u8]| {
        let number = lenient(word).filter(|number| (-2000..=2000).contains(number));
        number
            .and_then(|number| i32::try_from(number).ok())
            .ok_or("Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
    };
    Ok(Value::OomValues([
        read(first)?,
        read(second)?,
        read(third)?,
    ]))
}

/// `notify-keyspace-events KEA`.
pub(crate) fn events(word: &[u8]) -> Parsed {
    let bit = |class: &u8| {
        EVENT_CLASSES
            .iter()
            .position(|known| known == class)
            .map(|index| 1 << index)
    };
    let mut bits = 0;
    for class in word {
        bits |= match class {
            b'A' => ALL_EVENTS,
            other => bit(other).ok_or("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")?,
        };
    }
    Ok(Value::Events(bits))
}

/// The letters of classes of events, `A` spelt out.
pub(crate) fn event_letters(bits: u32) -> Vec<u8> {
    let letters = EVENT_CLASSES.iter().enumerate();
    let set = letters.filter(|(index, _)| bits & (1 << index) != 0);
    set.map(|(_, letter)| *letter).collect()
}

/// `replicaof host port`, `replicaof no one`.
pub(crate) fn replica_of(words: &[&[u8]]) -> Parsed {
    let [host, port] = words else {
        return Err("wrong number of arguments".into());
    };
    if host.eq_ignore_ascii_case(b"no") && port.eq_ignore_ascii_case(b"one") {
        return Ok(Value::Primary(None));
    }
    let port = lenient(port)
        .and_then(|port| u16::try_from(port).ok())
        .ok_or("Invalid master port")?;
    Ok(Value::Primary(Some((host.to_vec(), port))))
}

/// `latency-tracking-info-percentiles 50 99 99.9`; one empty word means none.
pub(crate) fn percentiles(words: &[&[u8]]) -> Parsed {
    if matches!(words, [b""]) {
        return Ok(Value::Percentiles(Vec::new()));
    }
    let read = |word: &&[u8]| {
        let number = core::str::from_utf8(word)
            .ok()
            .and_then(|text| text.parse::<f64>().ok());
        let number = number.ok_or("Invalid latency-tracking-info-percentiles parameters")?;
        if (0.0..=100.0).contains(&number) {
            return Ok(number);
        }
        Err("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]")
    };
    Ok(Value::Percentiles(
        words.iter().map(read).collect::<Result<_, &str>>()?,
    ))
}

/// Shows one of the values above.
pub(crate) fn show(value: &Value) -> Vec<u8> {
    let text = match value {
        Value::List(words) => return words.join(&b' '),
        Value::Primary(Some((host, port))) => {
            let mut text = host.clone();
            text.extend_from_slice(format!(" {port}").as_bytes());
            return text;
        }
        Value::SavePoints(points) => join(
            points
                .iter()
                .map(|(seconds, changes)| format!("{seconds} {changes}")),
        ),
        Value::BufferLimits(limits) => join(CLASSES.iter().zip(limits).map(|(class, limit)| {
            format!(
                "{class} {} {} {}",
                limit.hard, limit.soft, limit.soft_seconds
            )
        })),
        Value::OomValues(values) => join(values.iter().map(ToString::to_string)),
        Value::Events(bits) => show_events(*bits),
        Value::Percentiles(values) => join(values.iter().map(ToString::to_string)),
        _ => String::new(),
    };
    text.into_bytes()
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}

fn show_events(bits: u32) -> String {
    let all = bits & ALL_EVENTS == ALL_EVENTS;
    let hidden = if all { ALL_EVENTS | NEW_EVENTS } else { 0 };
    let shown = EVENT_CLASSES
        .iter()
        .enumerate()
        .filter(|(index, _)| bits & !hidden & (1 << index) != 0);
    let classes = shown.map(|(_, class)| char::from(*class));
    all.then_some('A').into_iter().chain(classes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<&[u8]> {
        line.split(' ').map(str::as_bytes).collect()
    }

    #[test]
    fn save_points_are_pairs() {
        assert_eq!(
            save(&words("900 1 300 10"), None),
            Ok(Value::SavePoints(vec![(900, 1), (300, 10)]))
        );
        assert_eq!(save(&words(""), None), Ok(Value::SavePoints(vec![])));
        for bad in ["900", "0 1", "1 -1", "a 1", "900 1 300"] {
            assert_eq!(
                save(&words(bad), None),
                Err("Invalid save parameters".into()),
                "{bad}"
            );
        }
    }

    #[test]
    fn buffer_limits_merge_by_class() {
        let first = buffer_limits(&words("replica 256mb 64mb 60"), None).unwrap();
        let second = buffer_limits(&words("normal 1 2 3"), Some(&first)).unwrap();
        assert_eq!(
            show(&second),
            b"normal 1 2 3 slave 268435456 67108864 60 pubsub 0 0 0"
        );
    }

    #[test]
    fn events_are_shown_in_redis_order() {
        for (given, shown) in [
            ("KEA", "AKE"),
            ("KEAmn", "AKEm"),
            ("Eg$n", "g$nE"),
            ("", ""),
        ] {
            assert_eq!(
                String::from_utf8(show(&events(given.as_bytes()).unwrap())).unwrap(),
                shown
            );
        }
        assert!(events(b"q").is_err());
    }

    #[test]
    fn percentiles_are_shown_without_trailing_zeros() {
        assert_eq!(
            show(&percentiles(&words("50 99.0 99.90")).unwrap()),
            b"50 99 99.9"
        );
        assert!(percentiles(&words("101")).is_err());
        assert!(percentiles(&words("nan")).is_err());
    }
}
