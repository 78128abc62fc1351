// Uses a cluster as a program with ioredis would: 10,000 keys, pipelines, same-slot commands, reads from replicas.
//
// usage: node ioredis.cjs PORT    (NODE_PATH names the folder that holds ioredis)
// Prints `ok` and exits with 0, or fails with the assertion that did not hold.

const assert = require("node:assert");
const Redis = require("ioredis");

const KEYS = 10_000;
const BATCH = 500;

async function everyKeyWrittenIsRead(cluster) {
  for (let start = 0; start < KEYS; start += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, i) => start + i);
    await Promise.all(numbers.map((n) => cluster.set(`js:${n}`, `value ${n}`)));
    const values = await Promise.all(numbers.map((n) => cluster.get(`js:${n}`)));
    assert.deepStrictEqual(values, numbers.map((n) => `value ${n}`));
  }
}

async function pipelinesWithinASlotWork(cluster) {
  const pipeline = cluster.pipeline();
  for (let n = 0; n < 100; n += 1) pipeline.set(`{js}:${n}`, n).incr(`{js}:${n}`);
  const replies = await pipeline.exec();
  assert.ok(replies.every(([error]) => error === null));
  assert.deepStrictEqual(replies.filter((_, i) => i % 2 === 1).map(([, value]) => value), Array.from({ length: 100 }, (_, n) => n + 1));
}

async function sameSlotCommandsWork(cluster) {
  await cluster.mset("{js}a", "1", "{js}b", "2");
  assert.deepStrictEqual(await cluster.mget("{js}a", "{js}b", "{js}none"), ["1", "2", null]);
  await cluster.hset("{js}hash", { f: "v", g: "w" });
  assert.deepStrictEqual(await cluster.hgetall("{js}hash"), { f: "v", g: "w" });
  assert.strictEqual(await cluster.del("{js}a", "{js}b"), 2);
}

async function crossSlotIsRefused(cluster) {
  await assert.rejects(cluster.mget("a", "b"), /CROSSSLOT Keys in request don't hash to the same slot/);
}

async function main() {
  const cluster = new Redis.Cluster([{ host: "127.0.0.1", port: Number(process.argv[2]) }]);
  await new Promise((resolve, reject) => {
    cluster.once("ready", resolve);
    cluster.once("error", reject);
  });
  await everyKeyWrittenIsRead(cluster);
  await pipelinesWithinASlotWork(cluster);
  await sameSlotCommandsWork(cluster);
  await crossSlotIsRefused(cluster);
  assert.strictEqual(cluster.nodes("master").length, 3);
  await cluster.quit();
  console.log("ok");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
