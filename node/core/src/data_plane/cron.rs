//! What happens because time passes.
//!
//! Precise deadlines (a `WAIT` that ends, a pause, the timers of replication) are kept where they belong and
//! fire when due. Everything else happens in turns, `hz` per second: idle clients, active expiry, rates,
//! news for the control plane. A turn does a bounded amount of each.

use core::time::Duration;

use super::blocked::Blocked;
use super::session::Flags;
use super::{ClientId, DataPlane};
use crate::messages::ToControl;

/// The least number of sessions looked at per turn; all are seen once per second or better.
const SESSIONS_PER_TURN_MIN: usize = 50;

impl DataPlane {
    /// Fires everything whose time has come.
    pub(crate) fn turn_timers(&mut self) {
        let now = self.now.instant;
        if self.pause.expire(now) {
            self.pause_changed();
        }
        while let Some(client) = self.waiting.expired(now) {
            self.blocked_timed_out(client);
        }
        self.replication_timers();
        self.expire_if_due();
        self.evict_if_due();
        if now >= self.next_cron {
            self.next_cron = now + self.settings.cron_period;
            if !self.cron_paused {
                self.cron();
            }
        }
    }

    fn cron(&mut self) {
        self.sample_rates();
        self.look_at_sessions();
        self.expire_in_turn();
        self.note_peak();
        if self.settings.cluster_enabled {
            self.report_replication();
            self.to_control.push_back(ToControl::Heartbeat);
        }
    }

    fn sample_rates(&mut self) {
        let now = self.now.instant;
        let stats = &mut self.stats;
        stats.loop_turns += 1;
        stats.rates.commands.sample(now, stats.commands);
        stats.rates.input.sample(now, stats.net_input);
        stats.rates.output.sample(now, stats.net_output);
        stats.rates.repl_input.sample(now, stats.repl_input);
        stats.rates.repl_output.sample(now, stats.repl_output);
    }

    /// Idle clients go; so do those who leave too much unread for too long.
    fn look_at_sessions(&mut self) {
        let turns =
            usize::try_from(1_000_000 / self.settings.cron_period.as_micros().max(1)).unwrap_or(10);
        let places = self.sessions.places();
        let count = (places / turns.max(1))
            .max(SESSIONS_PER_TURN_MIN)
            .min(places);
        for _ in 0..count {
            self.cron_place = if self.cron_place + 1 < places {
                self.cron_place + 1
            } else {
                0
            };
            let Some(client) = self.sessions.at(self.cron_place).map(|session| session.id) else {
                continue;
            };
            if !self.is_idle_too_long(client) {
                self.enforce_output_limit(client);
                continue;
            }
            self.close_now(client);
        }
    }

    fn is_idle_too_long(&self, client: ClientId) -> bool {
        let (Some(limit), Some(session)) = (self.settings.timeout, self.sessions.get(client))
        else {
            return false;
        };
        !session
            .flags
            .intersects(Flags::REPLICA | Flags::CLOSING | Flags::SUBSCRIBED)
            && session.blocked.is_none()
            && self.now.instant.since(session.last_input) > limit
    }

    /// The pauses may have changed: those who were held back try again, in their order.
    pub(crate) fn pause_changed(&mut self) {
        self.update_gates();
        self.primary.set_paused(self.pause.for_failover());
        for client in self.pause.take_held() {
            let held = self
                .sessions
                .get(client)
                .is_some_and(|session| session.blocked == Some(Blocked::Paused));
            if held {
                self.unblock(client);
            }
        }
    }

    /// Everybody whose pending input may go on. Called at the end of every call from outside.
    pub(crate) fn finish_turn(&mut self) {
        loop {
            self.serve_ready();
            while let Some(client) = self.resume.pop_front() {
                if let Some(session) = self.sessions.get_mut(client) {
                    session.flags.remove(Flags::RESUMING);
                }
                self.run_pending(client);
                if self
                    .sessions
                    .get(client)
                    .is_some_and(|session| session.unsent() > 0)
                {
                    self.announce(client);
                }
            }
            self.serve_replicas();
            if self.resume.is_empty() {
                break;
            }
        }
        self.hand_out_garbage();
    }

    pub(crate) fn resume_later(&mut self, client: ClientId) {
        if let Some(session) = self.sessions.get_mut(client)
            && !session.flags.contains(Flags::RESUMING)
        {
            session.flags.insert(Flags::RESUMING);
            self.resume.push_back(client);
        }
    }

    /// How long ago this plane was made.
    pub(crate) fn uptime(&self) -> Duration {
        self.now.instant.since(self.started.instant)
    }
}
