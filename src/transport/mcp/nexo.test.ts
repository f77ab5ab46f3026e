import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { openDoor } from "../../../test/support/door.ts";
import { dial } from "../../client/index.ts";
import { systemClock } from "../../kit/clock.ts";
import type { ClientDialect, ForeignFrame } from "../../protocol/client-dialect.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { type NexoMcpPorts, serveNexoMcp } from "./index.ts";

type Message = Record<string, unknown> & { result?: Record<string, unknown> };

/** The host's end: what is asked and answered over the child's standard input and output. */
class Host implements AsyncDisposable {
  readonly #input = new PassThrough();
  readonly #output = new PassThrough();
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #served: Promise<void>;
  #text = "";
  #lastId = 0;

  constructor(ports: Pick<NexoMcpPorts, "dial"> & Partial<NexoMcpPorts>) {
    this.#served = serveNexoMcp({ cwd: "/work", ...ports, input: this.#input, output: this.#output });
    this.#output.setEncoding("utf8").on("data", (chunk: string) => {
      this.#text += chunk;
      const lines = this.#text.split("\n");
      this.#text = lines.pop() ?? "";
      for (const line of lines) {
        const message = JSON.parse(line) as Message;
        this.#waiting.get(message["id"] as number)?.(message);
      }
    });
  }

  ask(method: string, params: object = {}): Promise<Message> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#input.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return answer;
  }

  initialize(name = "claude-code"): Promise<Message> {
    return this.ask("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name, version: "1" },
    });
  }

  async permission(args: object): Promise<{ answer: Record<string, unknown>; structured: unknown }> {
    const { result } = await this.ask("tools/call", { name: "permission_prompt", arguments: args });
    const [block] = (result?.["content"] ?? []) as { text: string }[];
    return {
      answer: JSON.parse(block?.text ?? "") as Record<string, unknown>,
      structured: result?.["structuredContent"],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.end();
    await this.#served;
  }
}

/** A door whose permission socket answers as told; `decided` are the requests that came. */
async function permissionSocket(answer: (request: ForeignFrame, id: string) => object) {
  const decided: ForeignFrame[] = [];
  const dialect: ClientDialect = {
    name: "nexo",
    matches: () => true,
    ordered: false,
    fault: ({ message }) => ({ kind: "error", id: "", message }),
    open: (peer) => ({
      serve(frame) {
        const request = frame["request"] as ForeignFrame;
        decided.push(request);
        const made = answer(request, String(frame["id"]));
        if ("end" in made) peer.end();
        else peer.send(made);
      },
    }),
  };
  const door = await openDoor({}, { dialects: [dialect] });
  return {
    decided,
    dial: (signal: AbortSignal) => dial(door.path, signal),
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  };
}

const decision = (id: string, outcome: object) => ({
  kind: "decision",
  id,
  response: { tool_use_id: "", outcome, rationale: "" },
});
const question = { tool_name: "Bash", input: { command: "ls" }, tool_use_id: "toolu_1" };

test("nexo's tool has nexo's names; its question is passed on with the folder", async () => {
  await using socket = await permissionSocket((_, id) => decision(id, { outcome: "allow_once" }));
  await using host = new Host(socket);
  const { result } = await host.initialize();
  assert.equal((result?.["serverInfo"] as { name: string } | undefined)?.name, "nexo-driver-permission");
  const tools = (await host.ask("tools/list")).result?.["tools"] as {
    name: string;
    inputSchema: { required: string[] };
    outputSchema?: object;
  }[];
  assert.deepEqual(
    tools.map(({ name }) => name),
    ["permission_prompt"],
  );
  assert.deepEqual(tools[0]?.inputSchema.required, ["tool_name", "input"]);
  assert.equal(tools[0]?.outputSchema, undefined);
  await host.permission({ ...question, goal_id: "g" });
  const [asked] = socket.decided;
  assert.equal(asked?.["goal_id"], "g");
  assert.equal((asked?.["metadata"] as { cwd: string } | undefined)?.cwd, "/work");
});

test("each outcome becomes the host's answer; nothing is remembered", async () => {
  const outcomes = [
    [{ outcome: "allow_once" }, { behavior: "allow", updatedInput: { command: "ls" } }],
    [
      { outcome: "allow_once", updated_input: { command: "ls -l" } },
      { behavior: "allow", updatedInput: { command: "ls -l" } },
    ],
    [
      { outcome: "allow_session", scope: "session" },
      { behavior: "allow", updatedInput: { command: "ls" } },
    ],
    [
      { outcome: "deny", message: "no" },
      { behavior: "deny", message: "no" },
    ],
    [
      { outcome: "unavailable", reason: "asleep" },
      { behavior: "deny", message: "asleep" },
    ],
    [{ outcome: "cancelled" }, { behavior: "deny", message: "goal cancelled" }],
  ] as const;
  let next = 0;
  await using socket = await permissionSocket((_, id) => decision(id, outcomes[next++]?.[0] ?? {}));
  await using host = new Host(socket);
  await host.initialize();
  for (const [, expected] of outcomes) assert.deepEqual((await host.permission(question)).answer, expected);
  assert.equal(socket.decided.length, outcomes.length);
});

test("Claude Code gets text alone, which is all that it takes; other hosts get both", async () => {
  await using socket = await permissionSocket((_, id) => decision(id, { outcome: "allow_once" }));
  for (const [name, both] of [
    ["claude-code", false],
    ["another", true],
  ] as const) {
    await using host = new Host(socket);
    await host.initialize(name);
    const { answer, structured } = await host.permission(question);
    assert.deepEqual(structured, both ? answer : undefined);
  }
});

test("what nobody decides is a deny: no socket, an error, another payload, a line that is lost for good", async () => {
  const clock = { ...systemClock, sleep: async () => {} };
  const unreachable = { dial: () => Promise.reject(new Refusal("DAEMON_AWAY", "No daemon answers on /x.")) };
  await using failing = await permissionSocket((_, id) => ({ kind: "error", id, message: "the decider failed" }));
  await using ending = await permissionSocket(() => ({ end: true }));
  for (const [ports, args, words] of [
    [unreachable, question, /No daemon answers on \/x/],
    [failing, question, /the decider failed/],
    [failing, { tool_name: "Bash" }, /could not read this permission request: input/],
    [ending, question, /connection was lost/],
  ] as const) {
    await using host = new Host({ ...ports, clock });
    await host.initialize();
    const { answer } = await host.permission(args);
    assert.equal(answer["behavior"], "deny");
    assert.match(String(answer["message"]), words);
  }
});

test("a line that was lost is opened anew", async () => {
  let first = true;
  await using socket = await permissionSocket((_, id) => {
    if (!first) return decision(id, { outcome: "allow_once" });
    first = false;
    return { end: true };
  });
  await using host = new Host({ ...socket, clock: { ...systemClock, sleep: async () => {} } });
  await host.initialize();
  assert.equal((await host.permission(question)).answer["behavior"], "allow");
  assert.equal(socket.decided.length, 2);
});
