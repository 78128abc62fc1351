//! Any text as nodes.conf and as an answer to CLUSTER NODES: no panic, and what was read can be written and
//! is read as the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shoal_gossip::nodes_conf::{LineForm, NodeLine, NodesConf, parse_nodes};

fuzz_target!(|text: &str| {
    if let Ok(conf) = NodesConf::parse(text) {
        assert_eq!(NodesConf::parse(&conf.to_string()), Ok(conf));
    }
    for node in parse_nodes(text).unwrap_or_default() {
        let mut plain = node.clone();
        plain.aux = Default::default();
        let line = node.display(LineForm::ClusterNodes).to_string();
        assert_eq!(NodeLine::parse(&line, 1), Ok(plain));
    }
});
