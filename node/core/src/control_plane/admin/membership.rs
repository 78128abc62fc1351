//! Who belongs to the cluster and in which role: `MEET`, `FORGET`, `REPLICATE`, `RESET`, `FAILOVER`, epochs and
//! the lists of nodes.

use shoal_gossip::nodes_conf::LineForm;
use shoal_replication::{ManualEnd, ManualKind};
use shoal_resp::ReplyWriter;

use super::{Answer, ControlPlane, Refusal};
use crate::messages::AdminRequest;

impl ControlPlane {
    pub(super) fn meet(&mut self, request: &AdminRequest) -> Answer {
        if request.args.len() > 3 {
            return Err(Refusal::arity("meet"));
        }
        let port = request.number(1);
        let port = port.ok_or_else(|| {
            Refusal::new(format_args!(
                "Invalid base port specified: {}",
                request.text(1)
            ))
        })?;
        let bus_port = match request.args.get(2) {
            None => None,
            Some(_) => Some(request.number(2).ok_or_else(|| {
                Refusal::new(format_args!(
                    "Invalid bus port specified: {}",
                    request.text(2)
                ))
            })?),
        };
        Ok(self
            .gossip
            .meet(self.now, &request.text(0), port, bus_port)?)
    }

    pub(super) fn forget(&mut self, request: &AdminRequest) -> Answer {
        Ok(self.gossip.forget(self.now, &request.text(0))?)
    }

    pub(super) fn replicate(&mut self, request: &AdminRequest) -> Answer {
        self.gossip
            .replicate(self.now, &request.text(0), request.keys_total > 0)?;
        self.manual.end(ManualEnd::Aborted);
        Ok(())
    }

    pub(super) fn reset(&mut self, request: &AdminRequest) -> Answer {
        let hard = match request.args.len() {
            0 => false,
            1 if request.is_word(0, "hard") => true,
            1 if request.is_word(0, "soft") => false,
            _ => return Err(Refusal::syntax()),
        };
        self.gossip.reset(self.now, hard, request.keys_total > 0)?;
        self.election.reset();
        self.manual.end(ManualEnd::Aborted);
        if hard {
            self.voter.reset();
            let id = self.gossip.my_id();
            self.notice(format!("Node hard reset, now I'm {id}"));
        }
        Ok(())
    }

    pub(super) fn failover(&mut self, request: &AdminRequest) -> Answer {
        let kind = match request.args.len() {
            0 => ManualKind::Plain,
            1 if request.is_word(0, "force") => ManualKind::Force,
            1 if request.is_word(0, "takeover") => ManualKind::Takeover,
            _ => return Err(Refusal::syntax()),
        };
        Ok(self.start_manual(kind)?)
    }

    pub(super) fn set_config_epoch(&mut self, request: &AdminRequest) -> Answer {
        let epoch = request.number(0).ok_or_else(Refusal::not_an_integer)?;
        Ok(self.gossip.set_config_epoch(self.now, epoch)?)
    }

    pub(super) fn count_failure_reports(
        &mut self,
        request: &AdminRequest,
        out: &mut ReplyWriter<'_>,
    ) -> Answer {
        let count = self
            .gossip
            .count_failure_reports(self.now, &request.text(0))?;
        out.integer(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(())
    }

    pub(super) fn show_nodes(&self, out: &mut ReplyWriter<'_>) -> Answer {
        let line = |node| {
            format!(
                "{}\n",
                self.gossip.node_line(node).display(LineForm::ClusterNodes)
            )
        };
        let text: String = self.gossip.nodes().map(line).collect();
        out.verbatim(b"txt", text.as_bytes());
        Ok(())
    }

    pub(super) fn show_replicas(
        &self,
        request: &AdminRequest,
        out: &mut ReplyWriter<'_>,
    ) -> Answer {
        let replicas = self.gossip.replicas_of(&request.text(0))?;
        out.array(replicas.len());
        for replica in replicas {
            let line = self
                .gossip
                .node_line(replica)
                .display(LineForm::ClusterNodes)
                .to_string();
            out.bulk(line.as_bytes());
        }
        Ok(())
    }
}
