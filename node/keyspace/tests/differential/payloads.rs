//! DUMP on one side, RESTORE on the other.

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;

use crate::arguments::value;
use crate::compare::{Family, node, unix_millis};
use crate::replies::{canonical, frame};
use crate::server::Redis;

#[test]
fn dump_payloads_are_exchanged_with_redis() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let mut node = node(Family::new(&[]));
    let mut rng = Pcg64Mcg::seed_from_u64(3);
    for round in 0..200usize {
        let now = unix_millis();
        let key = format!("d{round}");
        let command: Vec<Vec<u8>> = if round % 2 == 0 {
            vec![
                b"SET".to_vec(),
                key.clone().into(),
                value(&mut rng).repeat(1 + round),
            ]
        } else {
            let pairs =
                (0..1 + round % 20).flat_map(|i| [format!("f{i}").into_bytes(), value(&mut rng)]);
            [b"HSET".to_vec(), key.clone().into()]
                .into_iter()
                .chain(pairs)
                .collect()
        };
        let command: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
        assert_eq!(redis.call(&command), node.run(&command, now));
        let dumps = [
            redis.call(&[b"DUMP", key.as_bytes()]),
            node.run(&[b"DUMP", key.as_bytes()], now),
        ];
        let [from_redis, from_us] = dumps.map(|reply| frame(&reply).as_bytes().unwrap().to_vec());
        let copy = format!("copy{round}");
        let ok = b"+OK\r\n".to_vec();
        assert_eq!(
            redis.call(&[b"RESTORE", copy.as_bytes(), b"0", &from_us]),
            ok,
            "{command:?}"
        );
        assert_eq!(
            node.run(&[b"RESTORE", copy.as_bytes(), b"0", &from_redis], now),
            ok,
            "{command:?}"
        );
        let read: &[u8] = if round % 2 == 0 { b"GET" } else { b"HGETALL" };
        for key in [&key, &copy] {
            let read = [read, key.as_bytes()];
            assert_eq!(
                canonical("HGETALL", &redis.call(&read)),
                canonical("HGETALL", &node.run(&read, now))
            );
            let encoding: [&[u8]; 3] = [b"OBJECT", b"ENCODING", key.as_bytes()];
            assert_eq!(redis.call(&encoding), node.run(&encoding, now));
        }
    }
}
