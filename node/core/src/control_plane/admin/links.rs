//! `CLUSTER LINKS`.

use shoal_resp::ReplyWriter;

use super::{Answer, ControlPlane};

impl ControlPlane {
    pub(super) fn show_links(&self, out: &mut ReplyWriter<'_>) -> Answer {
        let links: Vec<_> = self.gossip.links().collect();
        out.array(links.len());
        for link in links {
            let integer = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            out.map(6);
            out.bulk(b"direction");
            out.bulk(if link.outbound { b"to" } else { b"from" });
            out.bulk(b"node");
            out.bulk(link.node.as_bytes());
            out.bulk(b"create-time");
            out.integer(integer(link.created));
            out.bulk(b"events");
            // A link is always read; it is written to when something waits.
            out.bulk(if link.send_buffer > 0 { b"rw" } else { b"r" });
            out.bulk(b"send-buffer-allocated");
            out.integer(integer(link.send_buffer));
            out.bulk(b"send-buffer-used");
            out.integer(integer(link.send_buffer));
        }
        Ok(())
    }
}
