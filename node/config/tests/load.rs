//! Reading whole configurations: Redis' errors, precedence, includes, and the rows of hostile input.

use std::collections::BTreeMap;

use shoal_config::{Config, FatalError, Host, LINE_LEN_MAX, OptionId};

/// Files in memory.
#[derive(Default)]
struct Files {
    files: BTreeMap<Vec<u8>, Vec<u8>>,
    reads: usize,
}

impl Files {
    fn with(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| (path.as_bytes().to_vec(), text.as_bytes().to_vec()));
        Self {
            files: files.collect(),
            reads: 0,
        }
    }
}

impl Host for Files {
    fn read(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        self.reads += 1;
        self.files
            .get(path)
            .cloned()
            .ok_or("No such file or directory".into())
    }

    fn change_dir(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        match path {
            b"/nowhere" => Err("No such file or directory".into()),
            path => Ok(path.to_vec()),
        }
    }
}

fn load(text: &str) -> Result<(Config, Vec<String>), FatalError> {
    load_with(text, &mut Files::default())
}

fn load_with(text: &str, files: &mut Files) -> Result<(Config, Vec<String>), FatalError> {
    let mut config = Config::new();
    let warnings = config.load(Some(b"root.conf"), text.as_bytes(), files)?;
    Ok((config, warnings))
}

fn refusal(text: &str) -> String {
    match load(text) {
        Ok(_) => format!("accepted: {text}"),
        Err(FatalError::AtLine { reason, .. } | FatalError::Whole { reason }) => reason,
        Err(other) => other.to_string(),
    }
}

#[test]
fn the_fatal_text_is_that_of_redis() {
    let error = load("# one\n\n  port 6379 6380  \n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\n*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***\nReading the configuration file, at line 3\n\
         >>> 'port 6379 6380'\nwrong number of arguments"
    );
    let error = load("cluster-enabled yes\nreplicaof a 1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\n*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***\nreplicaof directive not allowed in cluster mode"
    );
}

#[test]
fn values_are_refused_in_redis_words() {
    for (line, reason) in [
        ("appendonly maybe", "argument must be 'yes' or 'no'"),
        (
            "port 70000",
            "argument must be between 0 and 65535 inclusive",
        ),
        ("port 0x10", "argument couldn't be parsed into an integer"),
        ("maxmemory abc", "argument must be a memory value"),
        (
            "maxmemory-clients 101%",
            "percentage argument must be less or equal to 100",
        ),
        (
            "maxmemory-clients x",
            "argument must be a memory or percent value",
        ),
        (
            "unixsocketperm 999",
            "argument couldn't be parsed as an octal number",
        ),
        (
            "unixsocketperm 1000",
            "argument must be between 0 and 777 inclusive",
        ),
        (
            "loglevel loud",
            "argument(s) must be one of the following: debug, verbose, notice, warning, nothing",
        ),
        (
            "shutdown-on-sigint save nosave",
            "shutdown options SAVE and NOSAVE can't be used simultaneously",
        ),
        ("save 1", "Invalid save parameters"),
        ("dir /nowhere", "No such file or directory"),
        (
            "sentinel foo",
            "sentinel directive while not in sentinel mode",
        ),
        (
            "user a on\nuser a off",
            "Error in user declaration 'a': Duplicate user found. A user can only be defined once in config files",
        ),
        ("foo.bar", "Module config specified without value"),
        ("include", "Bad directive or wrong number of arguments"),
    ] {
        assert_eq!(refusal(line), reason, "{line}");
    }
}

#[test]
fn later_lines_win_and_saves_add_up() {
    let (config, _) = load("port 1\nPORT 2\nsave 900 1\nsave 300 10").unwrap();
    assert_eq!(config.port(), 2);
    assert_eq!(config.save_points(), [(900, 1), (300, 10)]);
    let (config, _) = load("save ''\nsave 60 1").unwrap();
    assert_eq!(config.save_points(), [(60, 1)]);
    let (config, _) = load("save \"60 1 30 2\"").unwrap();
    assert_eq!(config.save_points(), [(60, 1), (30, 2)]);
}

#[test]
fn a_cluster_has_one_database() {
    let (config, warnings) = load("cluster-enabled yes\ndatabases 9").unwrap();
    assert_eq!(config.databases(), 1);
    assert_eq!(
        warnings,
        ["WARNING: Changing databases number from 9 to 1 since we are in cluster mode"]
    );
}

#[test]
fn options_without_effect_are_kept_and_said_so() {
    let (config, warnings) = load("io-threads 4\nactivedefrag no").unwrap();
    assert_eq!(config.number(OptionId::IoThreads), 4);
    assert_eq!(
        warnings,
        ["The option 'io-threads' is kept but has no effect in this version"]
    );
}

#[test]
fn includes_are_read_in_their_place() {
    let mut files = Files::with(&[
        ("a.conf", "port 2\ninclude b.conf"),
        ("b.conf", "timeout 3"),
    ]);
    let (config, _) = load_with("port 1\ninclude a.conf\ntimeout 4", &mut files).unwrap();
    assert_eq!((config.port(), config.number(OptionId::Timeout)), (2, 4));
    let error = load("include no.conf").unwrap_err();
    assert_eq!(
        error.to_string(),
        "Fatal error, can't open config file 'no.conf': No such file or directory"
    );
    let mut files = Files::with(&[("a.conf", "\nport x")]);
    let error = load_with("include a.conf", &mut files).unwrap_err();
    assert!(
        error.to_string().contains("at line 2\n>>> 'port x'"),
        "{error}"
    );
}

#[test]
fn row_36_include_cycles_end() {
    for files in [
        &[("a.conf", "include a.conf")][..],
        &[("a.conf", "include b.conf"), ("b.conf", "include a.conf")],
        &[("a.conf", "include root.conf")],
    ] {
        let error = load_with("include a.conf", &mut Files::with(files)).unwrap_err();
        assert!(error.to_string().contains("cycle"), "{error}");
    }
}

#[test]
fn row_36_includes_that_multiply_are_bounded() {
    let names: Vec<String> = (0..30).map(|index| format!("{index}.conf")).collect();
    let texts: Vec<String> = (1..=30)
        .map(|next| format!("include {next}.conf\ninclude {next}.conf"))
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let mut files = Files::with(&files);
    assert!(load_with("include 0.conf", &mut files).is_err());
    assert!(files.reads <= 1001);
}

#[test]
fn row_36_unknown_directives() {
    for line in ["nonsense", "nonsense 1 2", "\"port 1\" 2", "\x01 2", "port"] {
        assert!(load(line).is_err(), "{line:?}");
    }
}

#[test]
fn row_36_a_line_of_a_megabyte() {
    let fits = format!("requirepass {}", "a".repeat(LINE_LEN_MAX - 12));
    assert_eq!(
        load(&fits).unwrap().0.requirepass().map(|pass| pass.len()),
        Some(LINE_LEN_MAX - 12)
    );
    assert_eq!(
        refusal(&format!("{fits}a")),
        "line is longer than 1048576 bytes"
    );
}

#[test]
fn row_36_trailing_comments_are_accepted_with_a_warning() {
    let (config, warnings) = load("port 7000 # the first node's\nrequirepass #secret").unwrap();
    assert_eq!(config.port(), 7000);
    assert_eq!(config.requirepass().as_deref(), Some(&b"#secret"[..]));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn empty_values_are_accepted() {
    let text =
        "logfile ''\npidfile \"\"\nunixsocket ''\nrequirepass \"\"\nbind ''\nmaxmemory ''\nsave ''";
    let (config, _) = load(text).unwrap();
    assert_eq!(
        (config.logfile(), config.requirepass(), config.bind().len()),
        (None, None, 0)
    );
}

#[test]
fn what_was_rewritten_reads_back() {
    let text = "port 1\nbind 1.2.3.4 -::1\nrequirepass \"\\xff b\"\nsave 5 6\nunixsocketperm 700\nmaxmemory-clients 5%\n\
                client-output-buffer-limit pubsub 1mb 2kb 3\nnotify-keyspace-events KEA\noom-score-adj yes\n\
                shutdown-on-sigterm now force\nreplicaof h 5\nlatency-tracking-info-percentiles ''\nio-threads 3";
    let (config, _) = load(text).unwrap();
    for old in [
        "",
        text,
        "# only this\nport 5\nport 6\nsave 1 1\nsave 2 2\nsave 3 3",
    ] {
        let new = String::from_utf8(config.rewrite(old.as_bytes(), None)).unwrap();
        let (again, _) = load(&new).unwrap();
        assert_eq!(again, config, "{new}");
        assert_eq!(
            config.rewrite(new.trim_end().as_bytes(), None),
            new.into_bytes()
        );
    }
}

#[test]
fn strange_words_survive_a_rewrite() {
    for text in [
        "bind a \"\" b",
        "bind \"\\\"a b\\\"\"",
        "bind a '#b'",
        "replicaof \"a b\" 5",
        "bind ''",
    ] {
        let (config, _) = load(text).unwrap();
        let new = String::from_utf8(config.rewrite(b"", None)).unwrap();
        assert_eq!(load(&new).unwrap().0, config, "{text} became {new}");
    }
}
