//! The `CLUSTER` subcommands that need the membership. Each is answered after what it changed is on disk and in
//! force: the reply goes through the same barrier as everything else, behind the new view.

mod help;
mod info;
mod links;
mod membership;
mod slots;
mod topology;
mod words;

use std::fmt::Display;

use shoal_resp::ReplyWriter;

use super::ControlPlane;
use super::event::Generation;
use crate::messages::{AdminRequest, ToData};

/// Why a command is refused, as the client reads it.
#[derive(Debug)]
pub(super) struct Refusal(String);

impl Refusal {
    fn new(text: impl Display) -> Self {
        Self(format!("ERR {text}"))
    }

    fn syntax() -> Self {
        Self::new("syntax error")
    }

    fn not_an_integer() -> Self {
        Self::new("value is not an integer or out of range")
    }

    /// As the data plane says it, for counts that only the subcommand itself can check.
    fn arity(subcommand: &str) -> Self {
        Self::new(format_args!(
            "wrong number of arguments for 'cluster|{subcommand}' command"
        ))
    }
}

/// Every refusal of a lower room has the text that the client is to read.
impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

type Answer = Result<(), Refusal>;

impl ControlPlane {
    /// Carries out a command and answers it.
    pub(super) fn take_admin(&mut self, request: &AdminRequest) {
        self.take_status(request.replication);
        let mut reply = Vec::new();
        let mut writer = ReplyWriter::new(&mut reply, request.version);
        if let Err(Refusal(text)) = self.dispatch(request, &mut writer) {
            reply.clear();
            ReplyWriter::new(&mut reply, request.version).error(&text);
        }
        // What the command changed goes first.
        self.settle();
        self.barrier.tell(ToData::AdminReply {
            ticket: request.ticket,
            reply,
        });
    }

    fn dispatch(&mut self, request: &AdminRequest, out: &mut ReplyWriter<'_>) -> Answer {
        match request.subcommand {
            "addslots" => self.add_slots(request)?,
            "addslotsrange" => self.add_slots_range(request)?,
            "delslots" => self.del_slots(request)?,
            "delslotsrange" => self.del_slots_range(request)?,
            "flushslots" => self.gossip.flush_slots(self.now, request.keys_total)?,
            "setslot" => self.set_slot(request)?,
            "meet" => self.meet(request)?,
            "forget" => self.forget(request)?,
            "replicate" => self.replicate(request)?,
            "reset" => self.reset(request)?,
            "failover" => self.failover(request)?,
            "set-config-epoch" => self.set_config_epoch(request)?,
            "saveconfig" => return self.save_config(request, out),
            "bumpepoch" => {
                let bump = self.gossip.bump_epoch().to_string();
                out.simple(&bump);
                return Ok(());
            }
            "count-failure-reports" => return self.count_failure_reports(request, out),
            "myid" => return show_id(out, self.gossip.my_id().as_bytes()),
            "myshardid" => return show_id(out, self.gossip.my_shard().as_bytes()),
            "nodes" => return self.show_nodes(out),
            "replicas" | "slaves" => return self.show_replicas(request, out),
            "info" => return self.show_info(out),
            "slots" => return self.show_slots(request, out),
            "shards" => return self.show_shards(request, out),
            "links" => return self.show_links(out),
            "help" => return help::show(out),
            other => {
                return Err(Refusal::new(format_args!(
                    "unknown subcommand '{other}'. Try CLUSTER HELP."
                )));
            }
        }
        out.ok();
        Ok(())
    }

    /// `CLUSTER SAVECONFIG`: the answer waits for the save, and a failure is the answer.
    fn save_config(&mut self, request: &AdminRequest, out: &mut ReplyWriter<'_>) -> Answer {
        self.barrier.ask_for(request.ticket, request.version);
        out.ok();
        Ok(())
    }

    /// Whether a failed save was wanted by `CLUSTER SAVECONFIG` only; its client is told then.
    pub(super) fn answer_failed_save(&mut self, generation: Generation, reason: &str) -> bool {
        let askers = self.barrier.take_askers(generation);
        for (_, ticket, version) in &askers {
            let mut reply = Vec::new();
            let text = format!("ERR error saving the cluster node config: {reason}");
            ReplyWriter::new(&mut reply, *version).error(&text);
            self.barrier.change_answer(*ticket, &reply);
        }
        if !askers.is_empty() {
            // Nothing waits for it any more.
            self.barrier.saved(generation);
        }
        !askers.is_empty()
    }
}

fn show_id(out: &mut ReplyWriter<'_>, id: &[u8; 40]) -> Answer {
    out.bulk(id);
    Ok(())
}
