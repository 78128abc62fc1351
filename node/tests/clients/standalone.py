"""Uses a server without a cluster as a program with redis-py would: databases, transactions, blocking commands.

usage: standalone.py PORT PROTOCOL
Prints `ok` and exits with 0, or fails with the assertion that did not hold.
"""

import sys
import threading

import redis
from redis.exceptions import ResponseError, WatchError


class Waiting:
    """A command that blocks, in a thread of its own; it is there once the server counts one blocked client more."""

    def __init__(self, port, protocol, call):
        self.answer = None
        client = redis.Redis(port=port, protocol=protocol)
        observer = redis.Redis(port=port)
        blocked = observer.info("clients")["blocked_clients"]

        def run():
            try:
                self.answer = call(client)
            except ResponseError as error:
                self.answer = str(error)

        self.thread = threading.Thread(target=run)
        self.thread.start()
        while observer.info("clients")["blocked_clients"] == blocked:
            assert self.thread.is_alive(), f"it did not block: {self.answer}"

    def get(self):
        self.thread.join(timeout=20)
        assert not self.thread.is_alive(), "still blocked"
        return self.answer


def databases_are_apart(port, protocol):
    first, second = (redis.Redis(port=port, db=db, protocol=protocol) for db in (0, 1))
    first.flushall()
    first.set("k", "0")
    assert second.get("k") is None
    assert first.move("k", 1) and second.get("k") == b"0"
    assert second.copy("k", "k", destination_db=0) and first.get("k") == b"0"
    second.set("only", "here")
    assert (first.dbsize(), second.dbsize()) == (1, 2)
    assert first.swapdb(0, 1)
    assert first.get("only") == b"here" and second.get("only") is None
    assert {name: facts["keys"] for name, facts in first.info("keyspace").items()} == {"db0": 2, "db1": 1}
    assert second.flushdb(asynchronous=True) and first.dbsize() == 2
    assert first.flushall() and first.dbsize() == 0


def transactions_are_atomic(port, protocol):
    client, other = (redis.Redis(port=port, protocol=protocol) for _ in range(2))
    client.set("balance", 5)
    with client.pipeline() as pipe:
        pipe.watch("balance")
        pipe.multi()
        pipe.incrby("balance", 5)
        pipe.get("balance")
        assert pipe.execute() == [10, b"10"]
        pipe.watch("balance")
        other.set("balance", 0)
        pipe.multi()
        pipe.incrby("balance", 5)
        try:
            pipe.execute()
            raise AssertionError("a touched key must fail the transaction")
        except WatchError:
            pass

    def add_one(pipe):
        balance = int(pipe.get("balance"))
        pipe.multi()
        pipe.set("balance", balance + 1)

    assert client.transaction(add_one, "balance") == [True]


def waiting_clients_are_served(port, protocol):
    client = redis.Redis(port=port, protocol=protocol)
    client.delete("jobs", "done", "stream")
    first = Waiting(port, protocol, lambda it: it.blpop(["jobs", "more"], timeout=0))
    second = Waiting(port, protocol, lambda it: it.blmove("jobs", "done", 0))
    client.rpush("jobs", "one", "two")
    assert list(first.get()) == [b"jobs", b"one"]
    assert second.get() == b"two"
    assert client.lrange("done", 0, -1) == [b"two"]
    assert client.blpop("jobs", timeout=0.05) is None
    ended = Waiting(port, protocol, lambda it: it.brpop("jobs", timeout=0))
    [blocked] = [line["id"] for line in client.client_list() if "b" in line["flags"]]
    assert client.client_unblock(int(blocked), error=True)
    assert ended.get() == "UNBLOCKED client unblocked via CLIENT UNBLOCK", ended.get()


def readers_of_streams_are_served(port, protocol):
    client = redis.Redis(port=port, protocol=protocol)
    readers = [Waiting(port, protocol, lambda it: it.xread({"stream": "$"}, block=0)) for _ in range(2)]
    client.xadd("stream", {"f": "v"}, id="1-1")
    for reader in readers:
        answer = reader.get()
        [entries] = answer.values() if isinstance(answer, dict) else [answer[0][1]]
        assert "1-1" in str(entries), answer


def main():
    port, protocol = int(sys.argv[1]), int(sys.argv[2])
    for check in (
        databases_are_apart,
        transactions_are_atomic,
        waiting_clients_are_served,
        readers_of_streams_are_served,
    ):
        check(port, protocol)
    print("ok")


main()
