//! Forming the cluster, as an operator would: slots, epochs, meetings, replicas; and waiting until it serves.

use std::time::Duration;

use shoal_slots::SLOT_COUNT;
use tokio::time::{Instant, sleep};

use super::nodes::{Nodes, POLL};
use super::{Options, say};

/// How long each step may take before we give up.
const STEP_MAX: Duration = Duration::from_secs(30);
/// Up to this many nodes everybody is introduced to everybody; beyond that gossip does it.
const FULL_MESH_MAX: usize = 16;

/// Brings the cluster to work, whether it is new or comes back.
pub(crate) async fn form(options: &Options, nodes: &mut Nodes) -> Result<(), String> {
    wait_for_processes(nodes).await?;
    let count = nodes.0.len();
    let known = known_nodes(nodes).await?;
    if known.iter().all(|known| *known == 1) {
        let primaries = usize::from(options.primaries);
        say("Giving out slots and introducing the nodes to each other ...");
        give_out_slots(nodes, primaries).await?;
        introduce(nodes).await?;
        let expected = format!("cluster_known_nodes:{count}");
        all(nodes, "know each other", &["CLUSTER", "INFO"], |info| {
            has_line(info, &expected)
        })
        .await?;
        all(
            nodes,
            "finish their handshakes",
            &["CLUSTER", "NODES"],
            |nodes| !nodes.contains("handshake"),
        )
        .await?;
        make_replicas(nodes, primaries).await?;
    } else if known.iter().any(|known| *known != count) {
        return Err(format!(
            "The files in {} are of another cluster (its nodes know {known:?} nodes, not {count}).\n\
             Choose another --dir, or remove that directory.",
            options.directory().display()
        ));
    } else {
        say("The cluster was here before; waiting for its nodes to find each other ...");
    }
    all(nodes, "serve", &["CLUSTER", "INFO"], |info| {
        has_line(info, "cluster_state:ok")
    })
    .await?;
    let synced =
        |info: &str| has_line(info, "role:master") || has_line(info, "master_link_status:up");
    all(nodes, "replicate", &["INFO", "replication"], synced).await
}

/// Waits until every port is served by the process that we started for it: something else may listen there, and
/// would be turned into a member of our cluster.
async fn wait_for_processes(nodes: &mut Nodes) -> Result<(), String> {
    let deadline = Instant::now() + STEP_MAX;
    for node in &mut nodes.0 {
        loop {
            let ours = format!("process_id:{}", node.pid());
            let info = node.ask(&["INFO", "server"]).await;
            if info.is_ok_and(|info| has_line(&info, &ours)) {
                break;
            }
            if let Some(reason) = node.death() {
                return Err(reason);
            }
            if Instant::now() >= deadline {
                return Err(format!(
                    "Node {} does not accept commands after {STEP_MAX:?}",
                    node.port
                ));
            }
            sleep(POLL).await;
        }
    }
    Ok(())
}

fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|found| found.trim_end() == line)
}

/// Waits until a command's answer satisfies a condition on every node.
async fn all(
    nodes: &mut Nodes,
    what: &str,
    words: &[&str],
    fits: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let deadline = Instant::now() + STEP_MAX;
    for node in &mut nodes.0 {
        loop {
            let answer = node.ask(words).await;
            if answer.as_deref().is_ok_and(&fits) {
                break;
            }
            if let Some(reason) = node.death() {
                return Err(reason);
            }
            if Instant::now() >= deadline {
                return Err(format!(
                    "Node {} does not {what} after {STEP_MAX:?}: {answer:?}",
                    node.port
                ));
            }
            sleep(POLL).await;
        }
    }
    Ok(())
}

async fn known_nodes(nodes: &mut Nodes) -> Result<Vec<usize>, String> {
    let mut known = Vec::new();
    for node in &mut nodes.0 {
        let info = node.ask(&["CLUSTER", "INFO"]).await?;
        let count = info.lines().find_map(|line| {
            line.trim_end()
                .strip_prefix("cluster_known_nodes:")?
                .parse()
                .ok()
        });
        known.push(count.unwrap_or(0));
    }
    Ok(known)
}

async fn give_out_slots(nodes: &mut Nodes, primaries: usize) -> Result<(), String> {
    let slots = usize::from(SLOT_COUNT);
    for (index, node) in nodes.0.iter_mut().enumerate() {
        // Different epochs from the start: nobody has to resolve collisions.
        node.ask(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()])
            .await?;
        if index < primaries {
            let first = slots * index / primaries;
            let last = slots * (index + 1) / primaries - 1;
            node.ask(&[
                "CLUSTER",
                "ADDSLOTSRANGE",
                &first.to_string(),
                &last.to_string(),
            ])
            .await?;
        }
    }
    Ok(())
}

async fn introduce(nodes: &mut Nodes) -> Result<(), String> {
    let ports: Vec<String> = nodes.0.iter().map(|node| node.port.to_string()).collect();
    let hosts = if ports.len() <= FULL_MESH_MAX {
        ports.len()
    } else {
        1
    };
    for (index, node) in nodes.0.iter_mut().enumerate().take(hosts) {
        for port in ports.iter().skip(index + 1) {
            node.ask(&["CLUSTER", "MEET", "127.0.0.1", port]).await?;
        }
    }
    Ok(())
}

async fn make_replicas(nodes: &mut Nodes, primaries: usize) -> Result<(), String> {
    let mut ids = Vec::new();
    for node in nodes.0.iter_mut().take(primaries) {
        ids.push(node.ask(&["CLUSTER", "MYID"]).await?);
    }
    for (node, primary) in nodes.0.iter_mut().skip(primaries).zip(ids.iter().cycle()) {
        node.ask(&["CLUSTER", "REPLICATE", primary]).await?;
    }
    Ok(())
}
