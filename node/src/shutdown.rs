//! Ending: SHUTDOWN, SIGTERM and SIGINT lead to the same orderly end.

use std::cell::RefCell;

use shoal_config::ShutdownFlags;
use shoal_core::ShutdownRequest;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::log;

/// Whether somebody asked for the end.
#[derive(Debug, Default)]
pub(crate) struct Shutdown {
    asked: RefCell<Option<ShutdownRequest>>,
    news: Notify,
}

impl Shutdown {
    /// Asks for the end.
    pub(crate) fn ask(&self, request: ShutdownRequest) {
        *self.asked.borrow_mut() = Some(request);
        self.news.notify_one();
    }

    /// Takes that back, if it is not too late.
    pub(crate) fn abort(&self) {
        self.asked.borrow_mut().take();
    }

    /// Waits until somebody asks.
    pub(crate) async fn requested(&self) -> ShutdownRequest {
        loop {
            if let Some(request) = *self.asked.borrow() {
                return request;
            }
            self.news.notified().await;
        }
    }
}

/// What `shutdown-on-sigterm` and `shutdown-on-sigint` make of a signal.
pub(crate) fn request_of(flags: ShutdownFlags) -> ShutdownRequest {
    let save = match (flags.save, flags.nosave) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    ShutdownRequest {
        save,
        now: flags.now,
        force: flags.force,
    }
}

/// Turns the first signal into a request and the second SIGINT into an immediate exit.
pub(crate) async fn hear_signals(
    shutdown: std::rc::Rc<Shutdown>,
    on_term: ShutdownFlags,
    on_int: ShutdownFlags,
) {
    let (Ok(mut term), Ok(mut int)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        log::warning("Signals cannot be handled; they will end the process at once");
        return;
    };
    // A terminal that goes away is no reason to end. The handler lives as long as this value.
    let _hangup = signal(SignalKind::hangup());
    let mut heard = false;
    loop {
        let (name, flags) = tokio::select! {
            _ = term.recv() => ("SIGTERM", on_term),
            _ = int.recv() => ("SIGINT", on_int),
        };
        if heard && name == "SIGINT" {
            log::warning("You insist... exiting now.");
            std::process::exit(1);
        }
        heard = true;
        log::warning(&format!("Received {name} scheduling shutdown..."));
        shutdown.ask(request_of(flags));
    }
}
