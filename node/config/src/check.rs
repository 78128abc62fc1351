//! What some texts must look like, with Redis' words when they do not.

use crate::option::Check;

/// The longest host name that the bus carries, plus its end mark.
const HOSTNAME_LEN: usize = 256;

/// Variables that a process title may mention.
const TITLE_VARIABLES: [&[u8]; 7] = [
    b"title",
    b"listen-addr",
    b"server-mode",
    b"port",
    b"tls-port",
    b"unixsocket",
    b"config-file",
];

/// Refuses a text that an option cannot take.
pub(crate) fn check_text(check: Check, text: &[u8]) -> Result<(), String> {
    let is_path = text.iter().any(|byte| matches!(byte, b'/' | b'\\'));
    let refusal = match check {
        Check::Any => return Ok(()),
        Check::FileName if is_path => "dbfilename can't be a path, just a filename",
        Check::FileNameNotEmpty if text.is_empty() => "appendfilename can't be empty",
        Check::FileNameNotEmpty if is_path => "appendfilename can't be a path, just a filename",
        Check::DirNameNotEmpty if text.is_empty() => "appenddirname can't be empty",
        Check::DirNameNotEmpty if is_path => "appenddirname can't be a path, just a dirname",
        Check::Hostname if text.len() >= HOSTNAME_LEN => {
            "Hostnames must be less than 256 characters"
        }
        Check::Hostname
            if !text
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) =>
        {
            "Hostnames may only contain alphanumeric characters, hyphens or dots"
        }
        Check::NodeName if !text.iter().all(|byte| can_stand_in_nodes_conf(*byte)) => {
            "Announced human node name contained invalid character"
        }
        Check::ProcTitle if !is_title(text) => {
            "template format is invalid or contains unknown variables"
        }
        _ => return Ok(()),
    };
    Err(refusal.into())
}

/// Characters of auxiliary fields in nodes.conf. Redis lets blanks, commas, `=` and quotes through as well,
/// and then cannot read its own file any more.
fn can_stand_in_nodes_conf(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !b"!#$%&()*+:;<>?@[]{|}~^,=\"'\\".contains(&byte)
}

/// Whether every `{…}` names a variable; other braces are not allowed.
fn is_title(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(open) = rest.iter().position(|byte| matches!(byte, b'{' | b'}')) {
        let Some(inside) = rest.get(open..).and_then(|from| from.strip_prefix(b"{")) else {
            return false;
        };
        let Some(close) = inside.iter().position(|byte| *byte == b'}') else {
            return false;
        };
        if !inside
            .get(..close)
            .is_some_and(|name| TITLE_VARIABLES.contains(&name))
        {
            return false;
        }
        rest = inside.get(close + 1..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostnames_have_a_length_and_an_alphabet() {
        assert_eq!(check_text(Check::Hostname, b"node-1.example"), Ok(()));
        assert!(check_text(Check::Hostname, &[b'a'; 255]).is_ok());
        assert!(check_text(Check::Hostname, &[b'a'; 256]).is_err());
        assert!(check_text(Check::Hostname, b"a,b").is_err());
    }

    #[test]
    fn titles_know_their_variables() {
        assert!(is_title(
            b"TEST {title} {listen-addr} {port} {tls-port} {unixsocket} {config-file}"
        ));
        for bad in ["{nope}", "{title", "title}", "{title}}"] {
            assert!(!is_title(bad.as_bytes()), "{bad}");
        }
    }
}
