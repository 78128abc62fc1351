//! The start-up logo. Test suites read the process id from it, so its words are Redis'.

use shoal_config::{Config, REDIS_VERSION};

use crate::log;

/// Draws the logo if the log goes to a terminal or `always-show-logo` says so; otherwise one line.
pub(crate) fn show(config: &Config) {
    let mode = if config.cluster_enabled() {
        "cluster"
    } else {
        "standalone"
    };
    let port = config.port();
    let terminal =
        config.logfile().is_none() && std::io::IsTerminal::is_terminal(&std::io::stdout());
    if !config.always_show_logo() && !terminal {
        log::notice(&format!("Running mode={mode}, port={port}."));
        return;
    }
    let (pid, version) = (std::process::id(), env!("CARGO_PKG_VERSION"));
    log::raw(&format!(
        "\n        ><(((('>                 Shoal {version}, as Redis {REDIS_VERSION}, {bits} bit\n\
         \x20   ><(((('>    ><(((('>\n\
         \x20       ><(((('>                 Running in {mode} mode\n\
         \x20   ><(((('>    ><(((('>         Port: {port}\n\
         \x20       ><(((('>                 PID: {pid}\n\n",
        bits = usize::BITS,
    ));
}
