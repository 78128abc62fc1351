//! Packets of live clusters: every field is read as the captures say, and every packet is written back as
//! the same bytes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use serde_json::{Map, Value, json};
use shoal_gossip::wire::{
    Body, Dialect, Extension, Framer, GossipEntry, Header, LightMessage, Message, NodeFlags,
    Packet, Publication,
};
use shoal_slots::{ClusterState, SlotSet};

/// Every captured packet: its name, its dialect, its bytes, its decoded fields.
fn captures() -> Vec<(String, Dialect, Vec<u8>, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bus");
    let folders = [
        ("redis-7.0.15", Dialect::Redis70),
        ("redis-7.2.6", Dialect::Redis72),
        ("valkey-8.0.1", Dialect::Valkey8),
        ("mixed", Dialect::Valkey8),
    ];
    let mut all = Vec::new();
    for (folder, dialect) in folders {
        let mut files: Vec<PathBuf> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "bin"));
        files.sort();
        for file in files {
            let json: Value =
                serde_json::from_slice(&fs::read(file.with_extension("json")).unwrap()).unwrap();
            let name = format!("{folder}/{}", file.file_name().unwrap().to_string_lossy());
            all.push((
                name,
                dialect,
                fs::read(&file).unwrap(),
                json["packet"].clone(),
            ));
        }
    }
    assert!(all.len() >= 127, "only {} captures found", all.len());
    all
}

#[test]
fn every_field_is_read_as_captured() {
    for (name, dialect, bytes, expected) in captures() {
        let message =
            Message::parse(&bytes, dialect).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(describe(&message, bytes.len()), expected, "{name}");
    }
}

#[test]
fn every_packet_is_written_back_as_the_same_bytes() {
    for (name, dialect, bytes, _) in captures() {
        let message = Message::parse(&bytes, dialect).unwrap();
        assert_eq!(message.encode(), bytes, "{name}");
    }
}

#[test]
fn a_dialect_that_knows_less_still_writes_the_same_bytes() {
    for (name, _, bytes, expected) in captures() {
        if expected["light"] == true {
            continue;
        }
        for dialect in [Dialect::Redis70, Dialect::Redis72, Dialect::Valkey8] {
            let packet =
                Packet::parse(&bytes, dialect).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(packet.encode(), bytes, "{name} as {dialect:?}");
        }
    }
}

#[test]
fn payloads_of_shared_bytes_are_not_copied() {
    for (_, dialect, bytes, _) in captures() {
        let bytes = Bytes::from(bytes);
        let message = Message::parse_shared(&bytes, dialect).unwrap();
        assert_eq!(message, Message::parse(&bytes, dialect).unwrap());
        let publication = match message {
            Message::Light(LightMessage::Publish(publication)) => publication,
            Message::Full(packet) => match packet.body {
                Body::Publish(publication) => publication,
                _ => continue,
            },
            Message::Light(_) => continue,
        };
        assert!(bytes.as_ptr_range().contains(&publication.message.as_ptr()));
    }
}

#[test]
fn a_stream_is_cut_at_the_same_places_however_it_arrives() {
    for folder in ["redis-7.0.15", "valkey-8.0.1"] {
        let of_folder: Vec<_> = captures()
            .into_iter()
            .filter(|(name, ..)| name.starts_with(folder))
            .collect();
        let framer = Framer::new(of_folder[0].1);
        let packets: Vec<&[u8]> = of_folder
            .iter()
            .map(|(_, _, bytes, _)| &bytes[..])
            .collect();
        let stream = packets.concat();
        for chunk in [1, 7, 8, 13, 2256, 5000, stream.len()] {
            let mut input = BytesMut::new();
            let mut cut = Vec::new();
            for bytes in stream.chunks(chunk) {
                input.extend_from_slice(bytes);
                while let Some(packet) = framer.next(&mut input).unwrap() {
                    cut.push(packet);
                }
            }
            assert_eq!(cut, packets, "{folder} in chunks of {chunk}");
            assert!(input.is_empty());
        }
    }
}

/// The fields as the captures write them.
fn describe(message: &Message, total: usize) -> Value {
    match message {
        Message::Light(light) => describe_light(light, total),
        Message::Full(packet) => describe_full(packet, total),
    }
}

fn describe_light(light: &LightMessage, total: usize) -> Value {
    let (kind, name, publication) = match light {
        LightMessage::Publish(publication) => (4, "PUBLISH", publication),
        LightMessage::PublishShard(publication) => (10, "PUBLISHSHARD", publication),
    };
    let mut fields = json!({
        "totlen": total, "ver": 1, "type": kind, "type_name": name,
        "light": true, "notused1": 0, "notused2": 0,
    });
    describe_publication(publication, fields.as_object_mut().unwrap());
    fields
}

fn describe_full(packet: &Packet, total: usize) -> Value {
    let (kind, name) = (packet.body.kind(), type_name(&packet.body));
    let mut fields = describe_header(&packet.header);
    let fields = fields.as_object_mut().unwrap();
    let heartbeat = packet.body.heartbeat();
    fields.insert("totlen".into(), json!(total));
    fields.insert("ver".into(), json!(1));
    fields.insert("type".into(), json!(kind));
    fields.insert("type_name".into(), json!(name));
    fields.insert(
        "count".into(),
        json!(heartbeat.map_or(0, |body| body.gossip.len())),
    );
    fields.insert(
        "extensions".into(),
        json!(heartbeat.map_or(0, |body| body.extensions.len())),
    );
    match &packet.body {
        Body::Ping(heartbeat) | Body::Pong(heartbeat) | Body::Meet(heartbeat) => {
            assert_eq!(heartbeat.malformed, 0);
            let gossip: Vec<Value> = heartbeat.gossip.iter().map(describe_entry).collect();
            let extensions: Vec<Value> = heartbeat
                .extensions
                .iter()
                .map(describe_extension)
                .collect();
            fields.insert("gossip".into(), json!(gossip));
            fields.insert("ext".into(), json!(extensions));
        }
        Body::Fail(node) => {
            fields.insert("about".into(), json!(node.as_str()));
        }
        Body::Publish(publication) | Body::PublishShard(publication) => {
            describe_publication(publication, fields)
        }
        Body::Update(update) => {
            let update = json!({
                "configEpoch": update.config_epoch.0,
                "nodename": update.node.as_str(),
                "slots": ranges(&update.slots),
            });
            fields.insert("update".into(), update);
        }
        Body::Module(module) => {
            let id: String = module
                .module_id
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let module = json!({
                "module_id_hex": id, "len": module.payload.len(), "type": module.kind,
                "payload": latin(&module.payload),
            });
            fields.insert("module".into(), module);
        }
        _ => {}
    }
    Value::Object(fields.clone())
}

fn describe_header(header: &Header) -> Value {
    json!({
        "port": header.port, "pport": header.pport, "cport": header.cport,
        "currentEpoch": header.current_epoch.0, "configEpoch": header.config_epoch.0,
        "offset": header.offset.0, "sender": header.sender.as_str(), "myslots": ranges(&header.slots),
        "slaveof": header.primary.map(|primary| primary.to_string()), "myip": header.ip.as_str(),
        "flags": header.flags.bits(), "flag_names": flag_names(header.flags),
        "state": u8::from(header.state == ClusterState::Fail),
        "mflags": [header.mflags.bits(), 0, 0],
        "mflag_names": named(u16::from(header.mflags.bits()), &["PAUSED", "FORCEACK", "EXT_DATA"]),
    })
}

fn describe_entry(entry: &GossipEntry) -> Value {
    json!({
        "name": entry.node.as_str(), "ping_sent": entry.ping_sent, "pong_received": entry.pong_received,
        "ip": entry.ip.as_str(), "port": entry.port, "cport": entry.cport, "pport": entry.pport,
        "flags": entry.flags.bits(), "flag_names": flag_names(entry.flags), "notused1": 0,
    })
}

fn describe_extension(extension: &Extension) -> Value {
    let padded = |text: &str| 8 + (text.len() + 1).next_multiple_of(8);
    let text = |name: &str, value: &str| json!({ "type_name": name, "length": padded(value), "value": value });
    let mut fields = match extension {
        Extension::Hostname(name) => text("HOSTNAME", name.as_str()),
        Extension::HumanNodename(name) => text("HUMAN_NODENAME", name.as_str()),
        Extension::ClientIpv4(name) => text("CLIENT_IPV4", name.as_str()),
        Extension::ClientIpv6(name) => text("CLIENT_IPV6", name.as_str()),
        Extension::ForgottenNode { node, ttl_secs } => {
            json!({ "type_name": "FORGOTTEN_NODE", "length": 56, "name": node.as_str(), "ttl": ttl_secs })
        }
        Extension::ShardId(shard) => {
            json!({ "type_name": "SHARDID", "length": 48, "shard_id": shard.as_str() })
        }
        other => panic!("not in the captures: {other:?}"),
    };
    fields["type"] = json!(extension.number());
    fields["unused"] = json!(0);
    fields
}

fn describe_publication(publication: &Publication, fields: &mut Map<String, Value>) {
    fields.insert("channel".into(), json!(latin(&publication.channel)));
    fields.insert("message".into(), json!(latin(&publication.message)));
}

fn type_name(body: &Body) -> &'static str {
    let names = [
        "PING",
        "PONG",
        "MEET",
        "FAIL",
        "PUBLISH",
        "FAILOVER_AUTH_REQUEST",
        "FAILOVER_AUTH_ACK",
        "UPDATE",
        "MFSTART",
        "MODULE",
        "PUBLISHSHARD",
    ];
    names[usize::from(body.kind())]
}

fn flag_names(flags: NodeFlags) -> Vec<&'static str> {
    let names = [
        "MASTER",
        "SLAVE",
        "PFAIL",
        "FAIL",
        "MYSELF",
        "HANDSHAKE",
        "NOADDR",
        "MEET",
        "MIGRATE_TO",
        "NOFAILOVER",
        "EXTENSIONS_SUPPORTED",
        "LIGHT_HDR_SUPPORTED",
    ];
    named(flags.bits(), &names)
}

fn named(bits: u16, names: &[&'static str]) -> Vec<&'static str> {
    names
        .iter()
        .enumerate()
        .filter(|(bit, _)| bits & (1 << bit) != 0)
        .map(|(_, name)| *name)
        .collect()
}

fn ranges(slots: &SlotSet) -> Vec<[u16; 2]> {
    slots
        .ranges()
        .map(|range| [range.start().get(), range.end().get()])
        .collect()
}

/// The captures write bytes as the characters of the same numbers.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}
