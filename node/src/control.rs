//! The control thread: owns the [`ControlPlane`], its timers, and the saving of nodes.conf.
//!
//! It has a thread and a runtime of its own, so that whatever the data thread is busy with, the node keeps
//! answering on the bus. As with the data plane, every call is followed by draining what the plane has to say.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use shoal_core::{ControlEvent, ControlPlane, Generation, ToControl, ToData};
use shoal_slots::Instant;
use tokio::sync::{Notify, mpsc};
use tokio::task::spawn_local;

use crate::bus::Bus;
use crate::clock::Clock;
use crate::data::level_of;
use crate::disk::NodesFile;
use crate::log;

/// How many messages of the data plane are handled before the bus gets a turn.
const MESSAGES_PER_TURN: usize = 64;

/// A text on its way to nodes.conf.
struct Save {
    generation: Generation,
    text: String,
    fsync: bool,
}

/// The plane and what the shell keeps beside it.
pub(crate) struct Control {
    pub(crate) plane: RefCell<ControlPlane>,
    pub(crate) clock: Clock,
    pub(crate) bus: Bus,
    to_data: mpsc::UnboundedSender<ToData>,
    saves: mpsc::UnboundedSender<Save>,
    /// When the timer is set to ring, and how to set it anew.
    armed: Cell<Instant>,
    rearm: Notify,
    me: RefCell<Weak<Control>>,
}

/// The ends of the queues that the control thread holds.
pub(crate) struct ControlQueues {
    pub(crate) from_data: mpsc::UnboundedReceiver<ToControl>,
    pub(crate) to_data: mpsc::UnboundedSender<ToData>,
}

/// Runs the control plane until the process ends. Called on its own thread, inside its own runtime.
pub(crate) async fn run(
    plane: ControlPlane,
    clock: Clock,
    queues: ControlQueues,
    file: NodesFile,
    listeners: Vec<tokio::net::TcpListener>,
) {
    let (saves, to_save) = mpsc::unbounded_channel();
    let control = Rc::new(Control {
        plane: RefCell::new(plane),
        clock,
        bus: Bus::default(),
        to_data: queues.to_data,
        saves,
        armed: Cell::new(Instant::from_micros(u64::MAX)),
        rearm: Notify::new(),
        me: RefCell::default(),
    });
    *control.me.borrow_mut() = Rc::downgrade(&control);
    spawn_local(save_in_order(control.clone(), file, to_save));
    for listener in listeners {
        spawn_local(crate::bus::accept(control.clone(), listener));
    }
    spawn_local(keep_time(control.clone()));
    // What the plane has to say from the start: its first view, and a new nodes.conf.
    control.call(|_| ());
    hear_data(control, queues.from_data).await;
}

impl Control {
    /// Calls the plane and carries out what it then wishes.
    pub(crate) fn call<R>(&self, call: impl FnOnce(&mut ControlPlane) -> R) -> R {
        let mut plane = self.plane.borrow_mut();
        let result = call(&mut plane);
        self.settle(&mut plane);
        result
    }

    fn settle(&self, plane: &mut ControlPlane) {
        while let Some(event) = plane.poll_event() {
            self.act(event);
        }
        while let Some(transmit) = plane.poll_transmit() {
            self.bus.send(transmit);
        }
        while let Some(message) = plane.poll_to_data() {
            // The data thread ends only with the process.
            let _ = self.to_data.send(message);
        }
        if plane
            .poll_timeout()
            .is_some_and(|deadline| deadline < self.armed.get())
        {
            self.rearm.notify_one();
        }
    }

    fn act(&self, event: ControlEvent) {
        match event {
            ControlEvent::Connect { link, ip, port } => {
                if let Some(control) = self.me.borrow().upgrade() {
                    self.bus.connect(control, link, ip, port);
                }
            }
            ControlEvent::Close { link } => self.bus.close(link),
            ControlEvent::Save {
                generation,
                text,
                fsync,
            } => {
                let _ = self.saves.send(Save {
                    generation,
                    text,
                    fsync,
                });
            }
            ControlEvent::Log { level, text } => log::log(level_of(level), &text),
            ControlEvent::Fatal(text) => {
                log::warning(&text);
                std::process::exit(1);
            }
            other => log::warning(&format!(
                "The shell does not know how to do this: {other:?}"
            )),
        }
    }
}

/// Calls the plane when its next deadline comes.
async fn keep_time(control: Rc<Control>) {
    loop {
        let deadline = control.plane.borrow().poll_timeout();
        control
            .armed
            .set(deadline.unwrap_or(Instant::from_micros(u64::MAX)));
        tokio::select! {
            () = tokio::time::sleep_until(control.clock.deadline(deadline)) => {
                let now = control.clock.now();
                control.bus.report_queues(&control);
                control.call(|plane| plane.handle_timeout(now));
            }
            () = control.rearm.notified() => {}
        }
    }
}

/// Hands the data plane's messages to the control plane, in order.
async fn hear_data(control: Rc<Control>, mut from_data: mpsc::UnboundedReceiver<ToControl>) {
    let mut batch = Vec::with_capacity(MESSAGES_PER_TURN);
    while from_data.recv_many(&mut batch, MESSAGES_PER_TURN).await > 0 {
        let now = control.clock.now();
        for message in batch.drain(..) {
            control.call(|plane| plane.handle_data(now, message));
        }
    }
}

/// Writes nodes.conf off this thread, one save at a time. Of several that wait only the last is written: it
/// contains the others.
async fn save_in_order(
    control: Rc<Control>,
    file: NodesFile,
    mut to_save: mpsc::UnboundedReceiver<Save>,
) {
    let mut file = Some(file);
    let mut waiting = Vec::new();
    while to_save.recv_many(&mut waiting, MESSAGES_PER_TURN).await > 0 {
        let fsync = waiting.iter().any(|save: &Save| save.fsync);
        let generations: Vec<Generation> = waiting.iter().map(|save| save.generation).collect();
        let Some((last, mut held)) = waiting.pop().zip(file.take()) else {
            return;
        };
        waiting.clear();
        let written = tokio::task::spawn_blocking(move || {
            let result = held.save(&last.text, fsync);
            (held, result)
        });
        let Ok((held, result)) = written.await else {
            return;
        };
        file = Some(held);
        let now = control.clock.now();
        for generation in generations {
            match &result {
                Ok(()) => control.call(|plane| plane.saved(now, generation)),
                Err(error) => {
                    let reason = crate::listen::system_text(error);
                    log::warning(&format!(
                        "Could not save the cluster configuration: {reason}"
                    ));
                    control.call(|plane| plane.save_failed(now, generation, &reason));
                }
            }
        }
    }
}
