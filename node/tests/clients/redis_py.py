"""Uses a cluster as a program with redis-py would: 10,000 keys, pipelines, same-slot commands, redirections.

usage: redis_py.py PORT PROTOCOL
Prints `ok` and exits with 0, or fails with the assertion that did not hold.
"""

import sys

import redis
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException, ResponseError

KEYS = 10_000


def every_key_written_is_read(cluster):
    for n in range(KEYS // 2):
        assert cluster.set(f"py:{n}", f"value {n}") is True
    for n in range(KEYS // 2):
        assert cluster.get(f"py:{n}") == f"value {n}".encode(), n


def pipelines_reach_all_nodes(cluster):
    for start in range(KEYS // 2, KEYS, 500):
        pipe = cluster.pipeline()
        for n in range(start, start + 500):
            pipe.set(f"py:{n}", f"value {n}")
        assert all(pipe.execute())
        pipe = cluster.pipeline()
        for n in range(start, start + 500):
            pipe.get(f"py:{n}")
        assert pipe.execute() == [f"value {n}".encode() for n in range(start, start + 500)]


def same_slot_commands_work(cluster):
    cluster.delete("{tag}a", "{tag}b", "{tag}hash", "{tag}n")
    assert cluster.mset({"{tag}a": "1", "{tag}b": "2"})
    assert cluster.mget("{tag}a", "{tag}b", "{tag}none") == [b"1", b"2", None]
    assert cluster.delete("{tag}a", "{tag}b") == 2
    assert cluster.hset("{tag}hash", mapping={"f": "v", "g": "w"}) == 2
    assert cluster.hgetall("{tag}hash") == {b"f": b"v", b"g": b"w"}
    assert cluster.incrby("{tag}n", 41) == 41
    assert cluster.expire("{tag}n", 100) and 0 < cluster.ttl("{tag}n") <= 100
    assert cluster.mset_nonatomic({"x": "1", "y": "2", "z": "3"})
    assert cluster.mget_nonatomic("x", "y", "z") == [b"1", b"2", b"3"]


def cross_slot_is_refused_with_redis_text(port, protocol):
    # A connection to one node: what the server itself says, not what the client works out.
    node = redis.Redis(port=port, protocol=protocol)
    try:
        node.execute_command("MGET", "a", "b")
    except (ResponseError, RedisClusterException) as error:
        assert "Keys in request don't hash to the same slot" in str(error), error
    else:
        raise AssertionError("MGET across slots was answered")


def every_node_counts_its_keys(cluster):
    total = sum(cluster.dbsize(target_nodes=[node]) for node in cluster.get_primaries())
    assert total >= KEYS, total
    assert cluster.cluster_info(target_nodes=cluster.get_primaries()[0])["cluster_state"] == "ok"


def main():
    port, protocol = int(sys.argv[1]), int(sys.argv[2])
    nodes = [ClusterNode("127.0.0.1", port)]
    cluster = RedisCluster(startup_nodes=nodes, protocol=protocol)
    every_key_written_is_read(cluster)
    pipelines_reach_all_nodes(cluster)
    same_slot_commands_work(cluster)
    cross_slot_is_refused_with_redis_text(port, protocol)
    every_node_counts_its_keys(cluster)
    cluster.close()
    print("ok")


main()
