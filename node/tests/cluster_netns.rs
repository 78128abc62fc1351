//! A network that fails: nodes in network namespaces, one of which is cut off.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::print_stdout, reason = "and says what it measured")]

mod harness;

use std::time::{Duration, Instant};

use harness::cluster::{Cluster, Node, wait_for_agreement, wait_long};
use harness::load::keys_in;
use harness::netns::Spaces;
use harness::{shoal, tool};

const NODE_TIMEOUT: Duration = Duration::from_millis(2000);
/// A node finds out that it is alone within its timeout, plus this.
const REFUSAL_MAX: Duration = Duration::from_millis(1500);
const HEALING_MAX: Duration = Duration::from_secs(5);

#[test]
fn a_cut_off_primary_refuses_writes_and_returns_as_a_replica() {
    if tool("ip").is_none() {
        return;
    }
    let Some(spaces) = Spaces::new(6) else { return };
    let timeout = format!("cluster-node-timeout {}", NODE_TIMEOUT.as_millis());
    let lines = [timeout.as_str(), "appendonly no", "protected-mode no"];
    let nodes = (0..6).map(|index| Node::start_at(shoal(), spaces.place(index), 6379, &lines));
    let cluster = Cluster::form(nodes.collect());
    let key = keys_in("cut", 0..=5460, 1).remove(0);
    let (alone, heir) = cluster.shard_of(0);

    // The client sits on the side of the node that is cut off: it is who must not be fooled.
    let mut client = cluster.nodes[alone].client();
    assert_eq!(client.text(&["SET", &key, "before"]), "OK");
    spaces.cut(alone);
    let cut = Instant::now();
    let refusal = wait_long("writes to be refused", || {
        let answer = client.text(&["SET", &key, "during"]);
        (answer != "OK").then_some(answer)
    });
    let took = cut.elapsed();
    println!("refused after {took:?}: {refusal}");
    assert_eq!(refusal, "-CLUSTERDOWN The cluster is down");
    assert!(took <= NODE_TIMEOUT + REFUSAL_MAX, "{took:?}");

    let heir = &cluster.nodes[heir];
    wait_long("the other side to elect a primary", || {
        (heir.text(&["SET", &key, "after"]) == "OK").then_some(())
    });
    println!("the other side writes after {:?}", cut.elapsed());
    // Still refused, now that there are two who were primary.
    assert!(
        client
            .text(&["SET", &key, "late"])
            .starts_with("-CLUSTERDOWN")
    );

    spaces.heal(alone);
    let healed = Instant::now();
    let view = wait_for_agreement(&cluster.all(), HEALING_MAX);
    wait_long("agreement without failures", || {
        let view = wait_for_agreement(&cluster.all(), HEALING_MAX);
        view.0.values().all(|line| !line.is_failed()).then_some(())
    });
    let took = healed.elapsed();
    println!("agreement after {took:?}");
    assert!(took <= HEALING_MAX, "{took:?}: {view:#?}");
    let view = wait_for_agreement(&cluster.all(), HEALING_MAX);
    let returned = &view.0[&cluster.nodes[alone].id()];
    assert_eq!(returned.primary, heir.id(), "{view:#?}");
    let alone = &cluster.nodes[alone];
    wait_long("the copy to be complete", || {
        alone.is_synced_replica().then_some(())
    });
    let mut reader = alone.client();
    assert_eq!(reader.text(&["READONLY"]), "OK");
    assert_eq!(reader.text(&["GET", &key]), "after");
}
