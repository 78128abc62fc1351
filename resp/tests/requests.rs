//! Requests as a server meets them: good ones, bad ones with the reference server's texts, and every one of them cut
//! at every byte. The texts were observed on redis-server 7.0.15.

#![allow(clippy::panic)]

use proptest::prelude::*;
use shoal_resp::{
    Args, Limits, Progress, RequestError, RequestParser, is_cross_protocol, write_args,
};

/// What came out of a stream of bytes.
#[derive(Clone, Debug, Default, PartialEq)]
struct Served {
    requests: Vec<Vec<Vec<u8>>>,
    skipped: usize,
    error: Option<RequestError>,
}

/// Feeds `input` in reads that end at each of `ends`. Like a connection's buffer, the bytes seen so far are moved
/// away from the front as they are consumed.
fn serve(limits: Limits, input: &[u8], ends: impl IntoIterator<Item = usize>) -> Served {
    let (mut parser, mut served, mut buffer) =
        (RequestParser::new(limits), Served::default(), Vec::new());
    let mut read = 0;
    for end in ends.into_iter().chain([input.len()]) {
        buffer.extend_from_slice(&input[read..end]);
        read = end;
        loop {
            match parser.parse(&buffer) {
                Ok(Progress::Request { consumed }) => {
                    served
                        .requests
                        .push(parser.args(&buffer).iter().map(<[u8]>::to_vec).collect());
                    buffer.drain(..consumed);
                }
                Ok(Progress::Skipped { consumed }) => {
                    served.skipped += 1;
                    buffer.drain(..consumed);
                }
                Ok(Progress::Incomplete) => break,
                Err(error) => {
                    served.error = Some(error);
                    return served;
                }
            }
        }
    }
    served
}

/// Serves `input` whole, byte by byte, and (if it is short) cut in two at every byte; all must agree.
fn serve_all_ways(limits: Limits, input: &[u8]) -> Served {
    let whole = serve(limits, input, []);
    assert_eq!(
        whole,
        serve(limits, input, 0..input.len()),
        "byte by byte: {}",
        input.escape_ascii()
    );
    for cut in 0..input.len().min(300) {
        assert_eq!(
            whole,
            serve(limits, input, [cut]),
            "cut at {cut}: {}",
            input.escape_ascii()
        );
    }
    whole
}

fn words(requests: &[&[&str]]) -> Vec<Vec<Vec<u8>>> {
    requests
        .iter()
        .map(|words| words.iter().map(|word| word.as_bytes().to_vec()).collect())
        .collect()
}

/// Asserts that `input` is exactly these requests.
fn assert_requests(input: &[u8], requests: &[&[&str]]) {
    let served = serve_all_ways(Limits::default(), input);
    assert_eq!(
        (served.requests, served.error),
        (words(requests), None),
        "{}",
        input.escape_ascii()
    );
}

/// Asserts that `input` is answered with this error, under these limits.
fn assert_error(limits: Limits, input: &[u8], text: &str) {
    let served = serve_all_ways(limits, input);
    let error = served
        .error
        .unwrap_or_else(|| panic!("accepted: {}", input.escape_ascii()));
    assert_eq!(
        error.to_string(),
        format!("Protocol error: {text}"),
        "{}",
        input.escape_ascii()
    );
}

#[test]
fn pipelines_of_both_forms() {
    assert_requests(b"*1\r\n$4\r\nPING\r\n", &[&["PING"]]);
    assert_requests(
        b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\nGET  k \n",
        &[&["SET", "k", ""], &["GET", "k"], &["PING"], &["GET", "k"]],
    );
    let long = "x".repeat(12345);
    let input = format!("*2\r\n$4\r\nECHO\r\n$12345\r\n{long}\r\n*1\r\n$4\r\nPING\r\n");
    assert_requests(input.as_bytes(), &[&["ECHO", &long], &["PING"]]);
}

#[test]
fn what_real_replicas_send() {
    let captures: [&[u8]; 3] = [
        include_bytes!("captures/redis-7.0.15.replica"),
        include_bytes!("captures/redis-7.2.6.replica"),
        include_bytes!("captures/valkey-8.0.1.replica"),
    ];
    for capture in captures {
        let served = serve_all_ways(Limits::default(), capture);
        assert_eq!(served.error, None);
        assert!(served.requests.len() > 50);
        assert!(served.requests.iter().any(|request| request[0] == b"PSYNC"));
        let mut written = Vec::new();
        for request in &served.requests {
            let slices: Vec<&[u8]> = request.iter().map(Vec::as_slice).collect();
            write_args(&mut written, Args::from_slices(&slices));
        }
        assert_eq!(
            serve(Limits::default(), &written, []).requests,
            served.requests
        );
    }
}

#[test]
fn row_13_limits_before_authentication() {
    let limits = Limits::unauthenticated();
    assert_error(limits, b"*11\r\n", "unauthenticated multibulk length");
    assert_error(limits, b"*10\r\n$16385\r\n", "unauthenticated bulk length");
    assert_error(limits, b"*2147483648\r\n", "invalid multibulk length");
    assert_error(limits, b"*1\r\n$600000000\r\n", "invalid bulk length");
    let mut allowed = b"*2\r\n$4\r\nAUTH\r\n$16384\r\n".to_vec();
    allowed.extend_from_slice(&[b'p'; 16384]);
    allowed.extend_from_slice(b"\r\n");
    assert_eq!(serve(limits, &allowed, []).requests.len(), 1);
    // Words of a line are not counted: the line as a whole is limited.
    assert_eq!(
        serve(limits, b"a a a a a a a a a a a a\r\n", []).requests[0].len(),
        12
    );

    let mut parser = RequestParser::new(limits);
    *parser.limits_mut() = Limits::default();
    assert_eq!(parser.parse(b"*11\r\n"), Ok(Progress::Incomplete));
}

#[test]
fn row_13_a_query_buffer_has_a_ceiling_and_the_connection_is_closed_silently() {
    let mut limits = Limits::default();
    limits.query_buffer_max = 64;
    let served = serve_all_ways(
        limits,
        b"*2\r\n$4\r\nECHO\r\n$60\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    );
    assert_eq!(served.error, None);
    let input = format!("*2\r\n$4\r\nECHO\r\n$60\r\n{}\r\n", "x".repeat(60));
    let served = serve_all_ways(limits, input.as_bytes());
    assert_eq!(served.error, Some(RequestError::QueryBufferTooLong));
    let mut reply = Vec::new();
    RequestError::QueryBufferTooLong.write_reply(&mut reply);
    assert!(reply.is_empty());
}

#[test]
fn row_14_empty_requests_leave_nothing_behind() {
    let input = b"*0\r\n\r\n*-1\r\nPING\r\n  \r\n*1\r\n$4\r\nPING\r\n\n*-5\r\n*1\r\n$4\r\nQUIT\r\n";
    let served = serve_all_ways(Limits::default(), input);
    assert_eq!(served.requests, words(&[&["PING"], &["PING"], &["QUIT"]]));
    assert_eq!((served.skipped, served.error), (6, None));
}

#[test]
fn malformed_headers_get_the_reference_servers_texts() {
    for count in [
        "x",
        "",
        "-0",
        "01",
        "+1",
        " 1",
        "1 ",
        "2147483648",
        "99999999999999999999",
        "1.0",
    ] {
        assert_error(
            Limits::default(),
            format!("*{count}\r\n").as_bytes(),
            "invalid multibulk length",
        );
    }
    assert_error(Limits::default(), b"*1\r\nfoo\r\n", "expected '$', got 'f'");
    assert_error(Limits::default(), b"*1\r\n\r\n", "expected '$', got ' '");
    assert_error(Limits::default(), b"*1\r\n\n\r\n", "expected '$', got ' '");
    assert_error(Limits::default(), b"*1\r\n*1\r\n", "expected '$', got '*'");
    let mut reply = Vec::new();
    let error = serve(Limits::default(), b"*1\r\n\xff\r\n", [])
        .error
        .unwrap();
    error.write_reply(&mut reply);
    assert_eq!(reply, b"-ERR Protocol error: expected '$', got '\xff'\r\n");
    reply.clear();
    RequestError::InvalidBulkLength.write_reply(&mut reply);
    assert_eq!(reply, b"-ERR Protocol error: invalid bulk length\r\n");
}

#[test]
fn row_18_bulk_lengths_at_the_edges() {
    let lengths = [
        "2147483647",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "536870913",
    ];
    for length in lengths
        .into_iter()
        .chain(["-1", "-0", "+5", " 5", "05", "", "0x1", "00"])
    {
        assert_error(
            Limits::default(),
            format!("*1\r\n${length}\r\n").as_bytes(),
            "invalid bulk length",
        );
    }
    // With the limit raised as far as it goes, the longest length is waited for, and nothing wraps.
    for length in ["536870912", "2147483647", "9223372036854775807"] {
        let input = format!("*1\r\n${length}\r\nabc\r\n");
        let served = serve_all_ways(Limits::primary_link(), input.as_bytes());
        assert_eq!(served, Served::default(), "{length}");
    }
}

#[test]
fn lines_that_do_not_end() {
    let long = [b'1'; 65537];
    let cases: [(&[u8], &str); 4] = [
        (b"*", "too big mbulk count string"),
        (b"*1\r\n$", "too big bulk count string"),
        (b"a", "too big inline request"),
        // A NUL hides the end of its line, as it does from the reference server.
        (b"PING\0\r\n", "too big inline request"),
    ];
    for (start, text) in cases {
        let input = [start, &long[..]].concat();
        let served = serve(Limits::default(), &input, []);
        assert_eq!(
            served.error.unwrap().to_string(),
            format!("Protocol error: {text}")
        );
        assert_eq!(served, serve(Limits::default(), &input, 0..input.len()));
    }
    for start in [&b"*1\0\r\n"[..], b"PING\0\r\nPING\r\n", b"*1\r\n$4\0\r\n"] {
        assert_eq!(serve_all_ways(Limits::default(), start), Served::default());
    }
}

#[test]
fn line_ends_are_checked_unless_told_otherwise() {
    let hidden = b"*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n";
    assert_error(Limits::default(), hidden, "invalid bulk length");
    assert_error(
        Limits::default(),
        b"*1\rX$4\r\nPING\r\n",
        "invalid multibulk length",
    );
    assert_error(
        Limits::default(),
        b"*1\r\n$4\rYPING\r\n",
        "invalid bulk length",
    );
    let mut limits = Limits::default();
    limits.check_line_ends = false;
    for lenient in [&hidden[..], b"*1\rX$4\rYPINGzz*1\r\n$4\r\nPING\r\n"] {
        let served = serve_all_ways(limits, lenient);
        assert_eq!(
            (served.requests, served.error),
            (words(&[&["PING"], &["PING"]]), None)
        );
    }
}

#[test]
fn row_20_inline_quotes_and_escapes() {
    let cases: [(&[u8], &[&str]); 14] = [
        (b"set a b", &["set", "a", "b"]),
        (b" \x0bset\ta ", &["set", "a"]),
        (b"echo a\x0bb", &["echo", "a\x0bb"]),
        (b"echo \"a b\"", &["echo", "a b"]),
        (
            b"echo \"\\x41\\n\\r\\t\\b\\a\\\\\\\"\\q\"",
            &["echo", "A\n\r\t\x08\x07\\\"q"],
        ),
        (b"echo \"\\x4\" \"\\xzz\"", &["echo", "x4", "xzz"]),
        (b"echo 'a\\'b\\n'", &["echo", "a'b\\n"]),
        (b"echo a\"b\" '' \"\"", &["echo", "ab", "", ""]),
        (b"ec\"ho\" 1", &["echo", "1"]),
        (b"echo \"a\"\x0b'b'", &["echo", "a", "b"]),
        (b"echo \"\\x00\\x01\"", &["echo", "\0\x01"]),
        (b"PING\r", &["PING"]),
        (b"\rPING", &["PING"]),
        (b"*x\"", &[]),
    ];
    for (line, expected) in cases.iter().take(13) {
        for end in [&b"\n"[..], b"\r\n"] {
            assert_requests(&[line, end].concat(), &[expected]);
        }
    }
    for line in [
        "set a \"b",
        "echo \"a\"b",
        "echo 'a'b",
        "echo 'a",
        "echo \"a\\",
        "echo \"a\\\"",
        "\"",
    ] {
        assert_error(
            Limits::default(),
            format!("{line}\r\n").as_bytes(),
            "unbalanced quotes in request",
        );
    }
}

#[test]
fn row_20_http_is_recognised() {
    let served = serve(
        Limits::default(),
        b"POST / HTTP/1.1\r\nHost: x\r\nhost:y\r\nGET /\r\n",
        [],
    );
    let crossing: Vec<bool> = served
        .requests
        .iter()
        .map(|request| is_cross_protocol(Args::from_slices(&[&request[0]])))
        .collect();
    assert_eq!(crossing, [true, true, false, false]);
    assert!(is_cross_protocol(Args::from_slices(&[b"post"])));
    assert!(!is_cross_protocol(Args::from_slices(&[])));
}

#[test]
fn the_parser_says_where_arguments_lie_and_how_much_is_missing() {
    let mut parser = RequestParser::new(Limits::default());
    let input = b"*2\r\n$4\r\nECHO\r\n$1000\r\nabc";
    assert_eq!(parser.parse(input), Ok(Progress::Incomplete));
    assert_eq!(parser.bytes_wanted(input.len()), Some(999));
    let input = b"PING 1\r\n";
    let mut parser = RequestParser::new(Limits::default());
    assert_eq!(parser.parse(input), Ok(Progress::Request { consumed: 8 }));
    assert!(parser.is_inline());
    assert_eq!(
        parser
            .ranges()
            .map(|ranges| (ranges[1].start, ranges[1].end)),
        Some((5, 6))
    );
    assert_eq!(parser.bytes_wanted(0), None);
    parser.release();
    assert_eq!(
        parser.parse(b"PING '1'\r\n"),
        Ok(Progress::Request { consumed: 10 })
    );
    assert_eq!(parser.ranges(), None);
}

fn any_request() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..12)
}

proptest! {
    /// Row 19: the buffer that grows by reads and shrinks by requests never loses its place.
    #[test]
    fn row_19_the_buffer_and_the_model_agree(
        requests in prop::collection::vec(any_request(), 0..8),
        mut ends in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut input = Vec::new();
        for request in &requests {
            let slices: Vec<&[u8]> = request.iter().map(Vec::as_slice).collect();
            write_args(&mut input, Args::from_slices(&slices));
        }
        let mut ends: Vec<usize> = ends.drain(..).map(|end| end.index(input.len() + 1)).collect();
        ends.sort_unstable();
        let served = serve(Limits::default(), &input, ends);
        prop_assert_eq!(served, Served { requests, skipped: 0, error: None });
    }

    #[test]
    fn any_bytes_give_the_same_answer_however_they_are_cut(
        input in "[*$\r\n\\-0123 \"'\\\\xPING\0]{0,60}",
    ) {
        serve_all_ways(Limits::default(), input.as_bytes());
        serve_all_ways(Limits::unauthenticated(), input.as_bytes());
    }
}
