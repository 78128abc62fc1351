//! `CLUSTER INFO`.

use std::fmt::Write;

use shoal_gossip::PACKET_NAMES;
use shoal_resp::ReplyWriter;
use shoal_slots::ClusterState;

use super::{Answer, ControlPlane};

impl ControlPlane {
    pub(super) fn show_info(&self, out: &mut ReplyWriter<'_>) -> Answer {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = self.write_info(&mut text);
        out.verbatim(b"txt", text.as_bytes());
        Ok(())
    }

    fn write_info(&self, text: &mut String) -> std::fmt::Result {
        let gossip = &self.gossip;
        let slots = gossip.slot_counts();
        let state = match gossip.state() {
            ClusterState::Ok => "ok",
            ClusterState::Fail => "fail",
        };
        let my_epoch = gossip
            .my_primary()
            .unwrap_or_else(|| gossip.myself())
            .config_epoch;
        write!(
            text,
            "cluster_state:{state}\r\n\
             cluster_slots_assigned:{}\r\n\
             cluster_slots_ok:{}\r\n\
             cluster_slots_pfail:{}\r\n\
             cluster_slots_fail:{}\r\n\
             cluster_known_nodes:{}\r\n\
             cluster_size:{}\r\n\
             cluster_current_epoch:{}\r\n\
             cluster_my_epoch:{my_epoch}\r\n",
            slots.assigned,
            slots.ok,
            slots.suspected,
            slots.failed,
            gossip.nodes().len(),
            gossip.size(),
            gossip.current_epoch(),
        )?;
        let stats = gossip.stats();
        write_packets(text, "sent", &stats.sent, stats.total_sent())?;
        write_packets(text, "received", &stats.received, stats.total_received())?;
        write!(
            text,
            "total_cluster_links_buffer_limit_exceeded:{}\r\n",
            stats.links_over_limit
        )?;
        // Not one of Redis' fields, and only there while somebody looks for the reason; at the end, where clients
        // that know only theirs do not look.
        let wanted = gossip
            .my_primary()
            .is_some_and(|primary| primary.is_failed());
        match self.election.last_refusal().filter(|_| wanted) {
            Some(refusal) => write!(text, "cluster_failover_last_refusal:{refusal}\r\n"),
            None => Ok(()),
        }
    }
}

/// A line for each type of packet that occurred, and their sum.
fn write_packets(
    text: &mut String,
    direction: &str,
    counts: &[u64],
    total: u64,
) -> std::fmt::Result {
    for (name, count) in PACKET_NAMES
        .iter()
        .zip(counts)
        .filter(|(_, count)| **count > 0)
    {
        write!(
            text,
            "cluster_stats_messages_{name}_{direction}:{count}\r\n"
        )?;
    }
    write!(text, "cluster_stats_messages_{direction}:{total}\r\n")
}
