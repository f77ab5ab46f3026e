import assert from "node:assert/strict";
import { test } from "node:test";
import { openDoor } from "../../../test/support/door.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { refusingClients } from "./refusing.ts";

const refuse = () => Promise.reject(new Refusal("LEDGER_UNAVAILABLE", "The disk is full.", "Free some space."));

test("a daemon that can't record says so to each client in its own words, and stops for whoever asks", async () => {
  const stopped = Promise.withResolvers<void>();
  const { dialects } = refusingClients({ refuse, stop: stopped.resolve });
  await using door = await openDoor({ "gate/request": refuse, "session/list": refuse }, { dialects });
  await using peer = await door.connect();
  const message = "The disk is full. Free some space.";
  peer.send({ kind: "decide", id: "1", request: { tool_name: "Bash" } });
  assert.deepEqual(await peer.next(), { kind: "error", id: "1", message });
  const command = { id: "5f3c0a52-8c57-4a0c-9a6c-0c7f4f0f2b10", ts: "2026-11-21T07:00:00Z", agent: "codex" };
  peer.send({ kind: "propose", ...command, cwd: "/", argv: ["ls"], raw: "ls" });
  const denied = { kind: "verdict", class: "catastrophic", decision: "deny", tier: 1, risk: null };
  assert.deepEqual(await peer.next(), { ...denied, reason: "ledger_unavailable", summary: message });
  peer.send({ kind: "observe", change: "created", path: "/x" });
  assert.deepEqual(await peer.next(), { kind: "error", message });
  const version = { protocol_version: { major: 1, minor: 0 } };
  peer.send({ ...version, type: "connect" }, { ...version, type: "list_sessions" });
  assert.equal((await peer.next())["type"], "connected");
  assert.deepEqual(await peer.next(), { type: "error", message, code: "LEDGER_UNAVAILABLE" });
  peer.send({ kind: "shutdown", op: "shutdown", nonce: "", proof: "" });
  assert.deepEqual(await peer.next(), { kind: "ack" });
  await stopped.promise;
});
