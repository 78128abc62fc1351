//! The grammar of single lines and of the verbatim payload, in nom. Lines come in whole and without their CR LF, so
//! that nothing here is ever incomplete.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take};
use nom::character::complete::{digit1, i64 as integer_token, one_of};
use nom::combinator::{all_consuming, map_opt, opt, recognize, rest, value};
use nom::number::complete::recognize_float;

/// nom's result, without a trace of where it failed: the caller knows the kind of the line.
type Parsed<'a, T> = nom::IResult<&'a [u8], T, ()>;

/// `-12`; the sign may be a plus.
pub(crate) fn integer(line: &[u8]) -> Option<i64> {
    finish(all_consuming(integer_token).parse(line))
}

/// `t` or `f`.
pub(crate) fn boolean(line: &[u8]) -> Option<bool> {
    finish(all_consuming(alt((value(true, tag("t")), value(false, tag("f"))))).parse(line))
}

/// `1.5e3`, `inf`, `-inf`, `nan`. Infinity has to be said: a number too large for a double is refused.
pub(crate) fn double(line: &[u8]) -> Option<f64> {
    let infinite = alt((
        value(f64::INFINITY, tag_no_case("inf")),
        value(f64::NEG_INFINITY, tag_no_case("-inf")),
    ));
    let nan = value(f64::NAN, alt((tag_no_case("nan"), tag_no_case("-nan"))));
    finish(all_consuming(alt((finite, infinite, nan))).parse(line))
}

fn finite(line: &[u8]) -> Parsed<'_, f64> {
    map_opt(recognize_float, |text: &[u8]| {
        core::str::from_utf8(text)
            .ok()?
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
    })
    .parse(line)
}

/// Decimal digits of any number, with an optional sign.
pub(crate) fn is_big_number(line: &[u8]) -> bool {
    finish(all_consuming(recognize((opt(one_of("+-")), digit1))).parse(line)).is_some()
}

/// `txt:` and the text: the format, and how many bytes it took.
pub(crate) fn verbatim(payload: &[u8]) -> Option<[u8; 3]> {
    let (format, _, _) = finish((take(3usize), tag(":"), rest).parse(payload))?;
    format.try_into().ok()
}

fn finish<T>(parsed: Parsed<'_, T>) -> Option<T> {
    parsed.ok().map(|(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_26_numbers_and_their_spellings() {
        let integers: [(&[u8], Option<i64>); 8] = [
            (b"0", Some(0)),
            (b"+5", Some(5)),
            (b"-9223372036854775808", Some(i64::MIN)),
            (b"9223372036854775808", None),
            (b"", None),
            (b"-", None),
            (b"1 ", None),
            (b"1.0", None),
        ];
        for (text, wanted) in integers {
            assert_eq!(integer(text), wanted, "{}", text.escape_ascii());
        }
        let doubles: [(&[u8], f64); 9] = [
            (b"1", 1.0),
            (b"-0.5", -0.5),
            (b"+1.5", 1.5),
            (b"1.5e3", 1500.0),
            (b"1E-2", 0.01),
            (b".5", 0.5),
            (b"inf", f64::INFINITY),
            (b"-inf", f64::NEG_INFINITY),
            (b"INF", f64::INFINITY),
        ];
        for (text, wanted) in doubles {
            assert_eq!(double(text), Some(wanted), "{}", text.escape_ascii());
        }
        assert!(double(b"nan").is_some_and(f64::is_nan));
        assert!(double(b"-nan").is_some_and(f64::is_nan));
        for text in [
            &b""[..],
            b"infinity",
            b"1e999",
            b"0x10",
            b"1,5",
            b"1e",
            b"nan(1)",
            b"--1",
            b"1 ",
        ] {
            assert_eq!(double(text), None, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn row_26_big_numbers_booleans_and_verbatim() {
        for text in [
            &b"3492890328409238509324850943850943825024385"[..],
            b"-1",
            b"+1",
            b"0",
        ] {
            assert!(is_big_number(text));
        }
        for text in [&b""[..], b"-", b"+-1", b"1a", b"1.0", b" 1"] {
            assert!(!is_big_number(text), "{}", text.escape_ascii());
        }
        assert_eq!((boolean(b"t"), boolean(b"f")), (Some(true), Some(false)));
        assert_eq!(
            (boolean(b"x"), boolean(b""), boolean(b"tt")),
            (None, None, None)
        );
        assert_eq!(verbatim(b"txt:"), Some(*b"txt"));
        assert_eq!(verbatim(b"mkd:# a"), Some(*b"mkd"));
        assert_eq!(
            (verbatim(b"txt"), verbatim(b""), verbatim(b"txt a")),
            (None, None, None)
        );
    }
}
