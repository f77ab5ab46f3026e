import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { Peer } from "../../../test/support/door.ts";

const support = join(import.meta.dirname, "..", "..", "..", "test", "support", "door.ts");
const serve = `
  import { openDoor } from ${JSON.stringify(support)};
  const door = await openDoor({ "hold/list": async () => ({ holds: [] }) });
  process.stdout.write(door.path);
  process.stdin.once("end", async () => { await door[Symbol.asyncDispose](); process.exit(0); }).resume();`;

test("running out of descriptors ends nothing; when some are free again it serves on", async () => {
  const shell = 'ulimit -n 64 && exec "$0" --input-type=module -e "$1"';
  const child = spawn("sh", ["-c", shell, process.execPath, serve], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const [path] = (await once(child.stdout, "data")) as [Buffer];
  const connections = Array.from({ length: 120 }, () => Peer.connect(String(path)).catch(() => undefined));
  const peers = (await Promise.all(connections)).filter((peer) => peer !== undefined);
  const request = { jsonrpc: "2.0", id: 1, method: "hold/list" };
  // Some of them were accepted and are served although no further one can be; the kernel closed or queued the rest.
  const served = await Promise.any(
    peers.map((peer) => {
      peer.send(request);
      return peer.next();
    }),
  );
  assert.equal(served["id"], 1);
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  await using after = await Peer.connect(String(path));
  after.send(request);
  assert.equal((await after.next())["id"], 1);
  child.stdin.end();
  await after.closed();
  assert.deepEqual(await exited, [0, null]);
});
