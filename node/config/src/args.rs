//! redis-server's command line: `[redis.conf] [-] [--option value …]`.
//!
//! Options become lines that are read after the file, each value quoted, so that errors and precedence are
//! those of the file. A word that begins with `--` right after an option's name is its value, except that a
//! bare `--save` means `save ""`.

use crate::line::{quote, split_words};

/// What a command line asks for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CommandLine {
    /// The configuration file.
    pub file: Option<Vec<u8>>,
    /// Whether more is to be read from standard input.
    pub stdin: bool,
    /// The options as lines of redis.conf.
    options: Vec<u8>,
    /// Whether there were any words at all.
    given: bool,
}

impl CommandLine {
    /// Reads the words after the program's name.
    ///
    /// ```
    /// use shoal_config::CommandLine;
    ///
    /// let words: Vec<Vec<u8>> = ["redis.conf", "--port", "7000"].map(Into::into).to_vec();
    /// let line = CommandLine::parse(&words);
    /// assert_eq!(line.file.as_deref(), Some(&b"redis.conf"[..]));
    /// assert_eq!(line.compose(b"port 1\n", b""), b"port 1\n\nport \"7000\" ");
    /// ```
    #[must_use]
    pub fn parse(words: &[Vec<u8>]) -> Self {
        let mut line = Self {
            given: !words.is_empty(),
            ..Self::default()
        };
        let mut rest = words;
        if let Some((first, others)) = words.split_first()
            && first.first().is_some_and(|byte| *byte != b'-')
        {
            line.file = Some(first.clone());
            rest = others;
        }
        let mut name_has_value = true;
        for (index, word) in rest.iter().enumerate() {
            let first_or_last = (index == 0 && line.file.is_none()) || index + 1 == rest.len();
            if word == b"-" && first_or_last {
                line.stdin = true;
            } else if name_has_value && word.starts_with(b"--") {
                name_has_value = line.option_name(word, rest.get(index + 1));
            } else {
                quote(word, &mut line.options);
                line.options.push(b' ');
                name_has_value = true;
            }
        }
        line
    }

    /// Begins the line of an option; answers whether the next `--word` is another option.
    fn option_name(&mut self, word: &[u8], next: Option<&Vec<u8>>) -> bool {
        if !self.options.is_empty() {
            self.options.push(b'\n');
        }
        self.options
            .extend_from_slice(word.get(2..).unwrap_or_default());
        self.options.push(b' ');
        // `--port 7000` in one word brings its value along.
        if split_words(word).is_none_or(|words| words.len() != 1) {
            return true;
        }
        let next_is_option = next.is_some_and(|next| next.starts_with(b"--"));
        if word.eq_ignore_ascii_case(b"--save") && (next_is_option || next.is_none()) {
            self.options.extend_from_slice(b"\"\"");
            return next_is_option;
        }
        word.eq_ignore_ascii_case(b"--sentinel") && next_is_option
    }

    /// The whole configuration: the file's text, then standard input's, then the options.
    #[must_use]
    pub fn compose(&self, file: &[u8], stdin: &[u8]) -> Vec<u8> {
        let mut text = [file, stdin].concat();
        if self.given {
            text.push(b'\n');
            text.extend_from_slice(&self.options);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> String {
        let words: Vec<Vec<u8>> = line.split(' ').map(Into::into).collect();
        String::from_utf8(CommandLine::parse(&words).options).unwrap()
    }

    #[test]
    fn values_may_be_several_and_may_begin_with_dashes() {
        assert_eq!(
            options("--bind 127.0.0.1 ::1 --port 1"),
            "bind \"127.0.0.1\" \"::1\" \nport \"1\" "
        );
        assert_eq!(options("--port --port 1"), "port \"--port\" \"1\" ");
        assert_eq!(
            options("--proc-title-template --my--title--"),
            "proc-title-template \"--my--title--\" "
        );
    }

    #[test]
    fn a_bare_save_is_an_empty_one() {
        assert_eq!(options("--save --port 1"), "save \"\"\nport \"1\" ");
        assert_eq!(options("--port 1 --save"), "port \"1\" \nsave \"\"");
        assert_eq!(options("--save 900 1"), "save \"900\" \"1\" ");
    }

    #[test]
    fn a_value_may_be_part_of_the_word() {
        let words = [
            b"--port 6380".to_vec(),
            b"--save".to_vec(),
            b"3600 1".to_vec(),
        ];
        assert_eq!(
            CommandLine::parse(&words).options,
            b"port 6380 \nsave \"3600 1\" "
        );
    }

    #[test]
    fn standard_input_is_a_dash_at_either_end() {
        for words in [
            vec!["-"],
            vec!["a.conf", "-"],
            vec!["-", "--port", "1"],
            vec!["--port", "1", "-"],
        ] {
            let words: Vec<Vec<u8>> = words.into_iter().map(Into::into).collect();
            assert!(CommandLine::parse(&words).stdin, "{words:?}");
        }
        let words: Vec<Vec<u8>> = ["--port", "-", "1"].map(Into::into).to_vec();
        assert!(!CommandLine::parse(&words).stdin);
    }
}
