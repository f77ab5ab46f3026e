import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { openDoor } from "../../../test/support/door.ts";
import { connect } from "../../client/index.ts";
import { systemClock } from "../../kit/clock.ts";
import { FrameReader } from "../../kit/ndjson.ts";
import type { Call } from "../../protocol/handlers.ts";
import type { GateRequest, GateVerdict } from "../../protocol/operations/gate.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { type McpPorts, serveMcp } from "./index.ts";

type Message = Record<string, unknown> & { result?: Record<string, unknown> };

/** The host's end of the conversation: what is asked and answered over the child's standard input and output. */
class Host implements AsyncDisposable {
  readonly #input = new PassThrough();
  readonly #output = new PassThrough();
  readonly #reader = new FrameReader(16 * 1024 * 1024);
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #served: Promise<void>;
  #lastId = 0;
  /** What the host adds to every request's params; the 2026 era puts its version there. */
  meta: object | undefined;

  constructor(ports: Pick<McpPorts, "connect"> & Partial<McpPorts>) {
    this.#served = serveMcp({
      agent: "claude-code",
      session: "s1",
      cwd: "/work",
      ...ports,
      input: this.#input,
      output: this.#output,
    });
    this.#output.on("data", (chunk: Buffer) => {
      this.#reader.write(chunk);
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        const message = JSON.parse(String(frame)) as Message;
        this.#waiting.get(message["id"] as number)?.(message);
      }
    });
  }

  get lastId(): number {
    return this.#lastId;
  }

  ask(method: string, params: object = {}): Promise<Message> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.tell({ id, method, params: this.meta === undefined ? params : { ...params, _meta: this.meta } });
    return answer;
  }

  tell(message: object): void {
    this.#input.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  /** Opens the conversation as hosts of 2025 do. */
  async initialize(): Promise<Message> {
    const answer = await this.ask("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "host", version: "1" },
    });
    this.tell({ method: "notifications/initialized" });
    return answer;
  }

  async permission(args: object): Promise<Record<string, unknown>> {
    const { result } = await this.ask("tools/call", { name: "permission", arguments: args });
    const [block] = (result?.["content"] ?? []) as { type: string; text: string }[];
    const answer = JSON.parse(block?.text ?? "") as Record<string, unknown>;
    assert.equal(result?.["structuredContent"], undefined, "Claude Code takes it for an invalid result");
    assert.equal(result?.["isError"], undefined);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.end();
    await this.#served;
  }
}

const verdict = (answer: Partial<GateVerdict>): GateVerdict => ({
  verdict: "allow",
  reason: "",
  rule: "r",
  effects: [],
  entry: 0,
  ...answer,
});
const question = { tool_name: "Bash", input: { command: "ls" }, tool_use_id: "toolu_1" };
const unreachable = {
  connect: () => Promise.reject(new Refusal("DAEMON_AWAY", "No daemon answers on /x.", "Start it: signalbox up")),
};

async function daemonThat(judges: (request: GateRequest, call: Call) => Promise<GateVerdict>) {
  const door = await openDoor({ "gate/request": judges });
  return { door, connect: (signal: AbortSignal) => connect({ socket: door.path, signal }) };
}

test("the permission tool is offered in both eras of the protocol, without an output schema", async () => {
  await using old = new Host(unreachable);
  const { result } = await old.initialize();
  assert.equal((result?.["serverInfo"] as { name: string } | undefined)?.name, "signalbox");
  await using current = new Host(unreachable);
  current.meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "host", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  assert.ok((await current.ask("server/discover")).result);
  for (const host of [old, current]) {
    const tools = (await host.ask("tools/list")).result?.["tools"] as {
      name: string;
      inputSchema: { required: string[] };
      outputSchema?: object;
    }[];
    // Beside it the operations that the table gives to agents.
    assert.equal(tools[0]?.name, "permission");
    assert.ok(tools.some(({ name }) => name === "memory_recall"));
    assert.deepEqual(tools[0]?.inputSchema.required, ["tool_name", "input"]);
    assert.equal(tools[0]?.outputSchema, undefined);
    assert.equal((await host.permission(question))["behavior"], "deny");
  }
});

test("an allow carries the input, edited where the operator edited it; a deny its reason", async () => {
  const seen: GateRequest[] = [];
  const answers = [
    verdict({}),
    verdict({ input: { command: "ls -l" }, granted: true }),
    verdict({ verdict: "deny", reason: "It deletes your home." }),
  ];
  const { door, connect } = await daemonThat(async (request) => {
    seen.push(request);
    return answers[seen.length - 1] as GateVerdict;
  });
  await using _ = door;
  await using host = new Host({ connect });
  await host.initialize();
  assert.deepEqual(await host.permission(question), { behavior: "allow", updatedInput: { command: "ls" } });
  assert.deepEqual(await host.permission(question), { behavior: "allow", updatedInput: { command: "ls -l" } });
  assert.deepEqual(await host.permission({ ...question, tool_use_id: undefined }), {
    behavior: "deny",
    message: "It deletes your home.",
  });
  assert.deepEqual(seen[0], {
    agent: "claude-code",
    session: "s1",
    cwd: "/work",
    tool: "Bash",
    input: { command: "ls" },
    toolCallId: "toolu_1",
    wait: true,
  });
  assert.equal(seen[2]?.toolCallId, undefined);
});

test("a hold that nobody decided is a deny that says how to go on", async () => {
  const { door, connect } = await daemonThat(async () =>
    verdict({ verdict: "hold", reason: "It leaves the workspace.", hold: "hold_aaaaaaaaaaaaaaaa" }),
  );
  await using _ = door;
  await using host = new Host({ connect });
  await host.initialize();
  const { behavior, message } = await host.permission(question);
  assert.equal(behavior, "deny");
  assert.match(String(message), /leaves the workspace\..*hold_aaaaaaaaaaaaaaaa.*try exactly this again/);
});

test("what can't be judged is a deny in the host's form: no daemon, a payload of another shape", async () => {
  await using host = new Host(unreachable);
  await host.initialize();
  assert.match(
    String((await host.permission(question))["message"]),
    /was not run: No daemon answers on \/x\. Start it: signalbox up/,
  );
  for (const wrong of [{}, { tool_name: "Bash" }, { tool_name: 1, input: {} }, { tool_name: "Bash", input: "ls" }]) {
    const { behavior, message } = await host.permission(wrong);
    assert.equal(behavior, "deny");
    assert.match(String(message), /could not read this permission request: (tool_name|input)/);
  }
});

test("questions wait side by side, and one that the host gives up is cancelled in the daemon", async () => {
  const calls: { call: Call; answer: (given: GateVerdict) => void }[] = [];
  let arrived: (() => void) | undefined;
  const { door, connect } = await daemonThat(
    (_, call) =>
      new Promise((resolve) => {
        calls.push({ call, answer: resolve });
        arrived?.();
      }),
  );
  await using _ = door;
  await using host = new Host({ connect });
  await host.initialize();
  const [first, second] = [host.permission(question), host.permission(question)];
  while (calls.length < 2)
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  calls[1]?.answer(verdict({ input: { which: "second" } }));
  assert.deepEqual(await second, { behavior: "allow", updatedInput: { which: "second" } });
  const { signal } = (calls[0] as { call: Call }).call;
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  host.tell({ method: "notifications/cancelled", params: { requestId: host.lastId - 1, reason: "enough" } });
  await aborted;
  void first;
});

test("a daemon that goes away in the middle of a question is asked again when it is back", async () => {
  const { door: first, connect: connectFirst } = await daemonThat(() => {
    setImmediate(() => void first[Symbol.asyncDispose]());
    return new Promise(() => {});
  });
  const { door: second, connect: connectSecond } = await daemonThat(async () => verdict({}));
  await using _ = second;
  let connects = 0;
  await using host = new Host({
    connect: (signal) => {
      connects += 1;
      if (connects === 2) return Promise.reject(new Refusal("DAEMON_AWAY", "not yet"));
      return connects === 1 ? connectFirst(signal) : connectSecond(signal);
    },
    clock: { ...systemClock, sleep: async () => {} },
  });
  await host.initialize();
  assert.deepEqual(await host.permission(question), { behavior: "allow", updatedInput: { command: "ls" } });
  assert.equal(connects, 3);
});
