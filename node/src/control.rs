//! The control thread: owns the [`ControlPlane`], its timers, and the saving of nodes.conf.
//!
//! It has a thread and a runtime of its own, so that whatever the data thread is busy with, the node keeps
//! answering on the bus. As with the data plane, every call is followed by draining what the plane has to say.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use shoal_core::{ControlEvent, ControlPlane, Generation, ToControl, ToData};
use shoal_slots::{Instant, Now};
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
    /// nodes.conf, while no save of it is under way on another thread.
    file: RefCell<Option<NodesFile>>,
    /// Saves that wait for that thread or are under way on it. A later one must not overtake them.
    queued: Cell<usize>,
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
        file: RefCell::new(Some(file)),
        queued: Cell::new(0),
        armed: Cell::new(Instant::from_micros(u64::MAX)),
        rearm: Notify::new(),
        me: RefCell::default(),
    });
    *control.me.borrow_mut() = Rc::downgrade(&control);
    spawn_local(save_in_order(control.clone(), to_save));
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
            self.act(plane, event);
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

    fn act(&self, plane: &mut ControlPlane, event: ControlEvent) {
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
            } => self.save(
                plane,
                Save {
                    generation,
                    text,
                    fsync,
                },
            ),
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

impl Control {
    /// What need not survive a power cut is written at once, before the answers that depend on it go out: a
    /// process that is killed right after its `OK` must not have forgotten. What has to be on disk takes
    /// longer, and must not keep the bus waiting.
    fn save(&self, plane: &mut ControlPlane, save: Save) {
        let mut file = self.file.borrow_mut();
        match file.as_mut() {
            Some(file) if !save.fsync && self.queued.get() == 0 => {
                let result = file.save(&save.text, false);
                confirm(plane, self.clock.now(), save.generation, &result);
            }
            _ => {
                self.queued.set(self.queued.get() + 1);
                // The task ends only with the process.
                let _ = self.saves.send(save);
            }
        }
    }
}

fn confirm(
    plane: &mut ControlPlane,
    now: Now,
    generation: Generation,
    result: &std::io::Result<()>,
) {
    match result {
        Ok(()) => plane.saved(now, generation),
        Err(error) => {
            let reason = crate::listen::system_text(error);
            log::warning(&format!(
                "Could not save the cluster configuration: {reason}"
            ));
            plane.save_failed(now, generation, &reason);
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
async fn save_in_order(control: Rc<Control>, mut to_save: mpsc::UnboundedReceiver<Save>) {
    let mut waiting = Vec::new();
    while to_save.recv_many(&mut waiting, MESSAGES_PER_TURN).await > 0 {
        let fsync = waiting.iter().any(|save: &Save| save.fsync);
        let generations: Vec<Generation> = waiting.iter().map(|save| save.generation).collect();
        let file = control.file.borrow_mut().take();
        let Some((last, mut file)) = waiting.pop().zip(file) else {
            return;
        };
        waiting.clear();
        let written = tokio::task::spawn_blocking(move || {
            let result = file.save(&last.text, fsync);
            (file, result)
        });
        let Ok((file, result)) = written.await else {
            return;
        };
        *control.file.borrow_mut() = Some(file);
        control
            .queued
            .set(control.queued.get().saturating_sub(generations.len()));
        let now = control.clock.now();
        for generation in generations {
            control.call(|plane| confirm(plane, now, generation, &result));
        }
    }
}
