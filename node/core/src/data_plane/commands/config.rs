//! `CONFIG GET`, `SET`, `REWRITE`, `RESETSTAT`: the table is `shoal-config`'s, its effects are here.

use shoal_config::{Allowed, Change, OptionId, SetContext, SetError, TABLE};

use crate::data_plane::blocked::Blocked;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::event::LogLevel;
use crate::data_plane::settings::{self, Settings};
use crate::data_plane::{DataEvent, DataPlane};
use crate::messages::{Ticket, ToControl};

/// `CONFIG GET pattern ...`.
pub(crate) fn get(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let patterns: Vec<&[u8]> = call.args.slice(2..).iter().collect();
    let found = plane.config.get(&patterns);
    let mut reply = plane.reply(call.client);
    reply.map(found.len());
    for (name, value) in found {
        reply.bulk(&name);
        reply.bulk(&value);
    }
    Flow::Next
}

/// `CONFIG SET name value ...`: all or none.
pub(crate) fn set(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let words: Vec<&[u8]> = call.args.slice(2..).iter().collect();
    if !words.len().is_multiple_of(2) {
        return plane.error(call.client, &SetError::Syntax.to_string());
    }
    let pairs: Vec<(&[u8], &[u8])> = words
        .chunks_exact(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
        .collect();
    let context = SetContext {
        protected_allowed: plane.is_allowed(plane.config.enable_protected_configs(), call.client),
        loading: plane.is_loading(),
    };
    match plane.config.set(&pairs, context) {
        Ok(changes) => {
            plane.options_changed(&changes);
            plane.reply(call.client).ok();
            Flow::Next
        }
        Err(error) => plane.error(call.client, &error.to_string()),
    }
}

/// `CONFIG RESETSTAT`.
pub(crate) fn resetstat(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane.stats.reset();
    plane.command_stats.reset();
    plane.keyspace.reset_stats();
    plane.expiry.reset();
    plane.reply(call.client).ok();
    Flow::Next
}

/// `CONFIG REWRITE`: the shell has the file, so the client waits for it.
pub(crate) fn rewrite(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if plane.process.config_file.is_empty() {
        return plane.error(
            call.client,
            "ERR The server is running without a config file",
        );
    }
    let ticket = plane.draw_ticket();
    plane.block(call.client, Blocked::Rewrite(ticket));
    plane.events.push_back(DataEvent::RewriteConfig { ticket });
    Flow::Stop
}

impl DataPlane {
    /// What `CONFIG REWRITE` makes of the old text of the configuration file.
    #[must_use]
    pub fn rewritten_config(&self, old: &[u8]) -> Vec<u8> {
        self.config.rewrite(old, None)
    }

    /// The shell wrote the configuration file, or could not.
    pub fn config_rewritten(
        &mut self,
        now: shoal_slots::Now,
        ticket: Ticket,
        result: Result<(), String>,
    ) {
        self.now = now;
        let mut reply = Vec::new();
        let mut writer = shoal_resp::ReplyWriter::new(&mut reply, shoal_resp::Version::Resp2);
        match result {
            Ok(()) => {
                writer.ok();
                self.log(
                    LogLevel::Notice,
                    "CONFIG REWRITE executed with success.".to_owned(),
                );
            }
            Err(reason) => {
                writer.error(&format!("ERR Rewriting config file: {reason}"));
                self.log(
                    LogLevel::Warning,
                    format!("CONFIG REWRITE failed: {reason}"),
                );
            }
        }
        self.finish_ticket(ticket, &reply);
        self.finish_turn();
    }

    /// Whether an option of the kind `no`, `yes`, `local` opens something to this client.
    pub(crate) fn is_allowed(&self, allowed: Allowed, client: crate::ClientId) -> bool {
        match allowed {
            Allowed::No => false,
            Allowed::Yes => true,
            Allowed::Local => self
                .sessions
                .get(client)
                .is_some_and(|session| session.about.peer.is_local()),
        }
    }

    /// Makes changed options felt.
    pub(crate) fn options_changed(&mut self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        self.settings = Settings::of(&self.config);
        self.effects.wanted_events = self.settings.notifications.classes();
        self.primary
            .set_config(settings::primary_config(&self.config));
        if let Some(upstream) = &mut self.upstream {
            upstream.set_config(settings::replica_config(&self.config));
        }
        settings::tune_keyspace(&self.config, self.keyspace.options_mut());
        self.update_gates();
        self.look_at_memory();
        for change in changes {
            let Some(spec) = TABLE.get(change.id as usize) else {
                continue;
            };
            let value = String::from_utf8_lossy(&self.config.shown(change.id)).into_owned();
            if !change.built {
                let text = format!(
                    "CONFIG SET {}: accepted, but nothing acts on this option yet.",
                    spec.name
                );
                self.log(LogLevel::Warning, text);
            }
            if concerns_control(change.id, spec.name) {
                self.to_control.push_back(ToControl::Option {
                    name: spec.name,
                    value: value.clone(),
                });
            }
            self.events.push_back(DataEvent::OptionChanged {
                name: spec.name,
                value,
            });
        }
    }
}

/// The control plane announces our ports and keeps every `cluster-*` option.
fn concerns_control(id: OptionId, name: &str) -> bool {
    name.starts_with("cluster-") || matches!(id, OptionId::Port | OptionId::TlsPort | OptionId::Hz)
}
