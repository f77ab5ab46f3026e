/**
 * atm's registry: hooks and status lines come in, session lists and their changes go out. A client says `connect` first, with the
 * major version that it speaks. Reports are taken and not answered; they are evidence for the sessions room, never a verdict and
 * never proof that a call was judged. A subscriber is one reader of `session/watch`: one that stops loses only what is newer for itself.
 */
import { z } from "zod";
import type { ClientDialect, Conversation, ForeignFrame, Peer } from "../../../protocol/client-dialect.ts";
import { JsonObject } from "../../../protocol/json.ts";
import type { PushOf } from "../../../protocol/pushes.ts";
import { Refusal } from "../../../protocol/refusals.ts";
import { read, wordsOf } from "../reading.ts";
import { atmSession } from "./view.ts";

/** What no operation of the table says. */
export interface AtmPorts {
  nowMs(): number;
  /** @throws Refusal INVALID_PARAMS  it names no session */
  status(data: z.output<typeof JsonObject>): Promise<void>;
  /** @throws Refusal INVALID_PARAMS  it names no event or no session */
  hook(data: z.output<typeof JsonObject>): Promise<void>;
  /** Looks for agents that run now. @returns how many are known that never told anything */
  discover(): Promise<number>;
}

/** Any minor version of it is spoken. */
const version = { major: 1, minor: 0 };
const Version = z.object({ major: z.int().min(0), minor: z.int().min(0) });

/** Sessions of one list, as many as the operation gives. */
const listedMax = 1_000;

const messages = {
  connect: z.object({ client_id: z.string().min(1).max(128).nullish() }),
  status_update: z.object({ data: JsonObject }),
  hook_event: z.object({ data: JsonObject }),
  list_sessions: z.object({}),
  subscribe: z.object({ session_id: z.string().min(1).max(256).nullish() }),
  unsubscribe: z.object({}),
  ping: z.object({ seq: z.number().int().min(0) }),
  discover: z.object({}),
  disconnect: z.object({}),
} as const;
type Type = keyof typeof messages;
type Message<T extends Type> = z.output<(typeof messages)[T]>;

/** What is told, and what must come before it. */
const reports: ReadonlySet<string> = new Set<Type>(["connect", "status_update", "hook_event"]);

export function atm(ports: AtmPorts): ClientDialect {
  /** Of the clients that are connected; an id is one client's until it goes. */
  const ids = new Set<string>();
  let count = 0;
  const nextId = () => {
    do count += 1;
    while (ids.has(`client-${count}`));
    return `client-${count}`;
  };
  return {
    name: "atm",
    matches: (frame) => "protocol_version" in frame && "type" in frame,
    ordered: true,
    // Its hook script writes and leaves; a machine that is busy must not lose what it told.
    reports: (frame) => reports.has(String(frame["type"])),
    fault: (refusal) => ({ type: "error", message: wordsOf(refusal), code: refusal.code }),
    open: (peer) => new Talk(ports, peer, ids, nextId),
  };
}

class Talk implements Conversation {
  readonly #ports: AtmPorts;
  readonly #peer: Peer;
  readonly #ids: Set<string>;
  readonly #nextId: () => string;
  #id: string | undefined;
  #subscription: { stop(): void } | undefined;

  constructor(ports: AtmPorts, peer: Peer, ids: Set<string>, nextId: () => string) {
    this.#ports = ports;
    this.#peer = peer;
    this.#ids = ids;
    this.#nextId = nextId;
  }

  async serve(frame: ForeignFrame): Promise<void> {
    const { protocol_version: theirs } = read(z.object({ protocol_version: Version }), frame, "atm");
    const type = String(frame["type"]);
    if (!isType(type))
      throw new Refusal("UNKNOWN_METHOD", `there is no message type ${JSON.stringify(type.slice(0, 80))}`);
    if (theirs.major !== version.major)
      return void this.#peer.send({
        type: "rejected",
        reason: `version ${theirs.major}.${theirs.minor} is not spoken here, ${version.major}.x is`,
        protocol_version: version,
      });
    if (type === "connect") return this.#connect(read(messages.connect, frame, type));
    if (this.#id === undefined) throw new Refusal("INVALID_REQUEST", `say connect before ${type}`);
    await this.#take(type, <T extends Type>(of: T) => read(messages[of], frame, of) as Message<T>);
  }

  #connect({ client_id: wanted }: Message<"connect">): void {
    if (this.#id !== undefined) throw new Refusal("CONFLICT", `this connection is ${this.#id} already`);
    const id = wanted ?? this.#nextId();
    if (this.#ids.has(id))
      throw new Refusal(
        "CONFLICT",
        `another client is connected as ${JSON.stringify(id)}`,
        "Connect under another id, or without one.",
      );
    this.#id = id;
    this.#ids.add(id);
    this.#peer.lost.addEventListener("abort", () => this.#ids.delete(id), { once: true });
    if (this.#peer.lost.aborted) this.#ids.delete(id);
    this.#peer.send({ type: "connected", protocol_version: version, client_id: id });
  }

  async #take(type: Exclude<Type, "connect">, message: <T extends Type>(of: T) => Message<T>): Promise<void> {
    switch (type) {
      case "status_update":
        return this.#ports.status(message(type).data);
      case "hook_event":
        return this.#ports.hook(message(type).data);
      case "list_sessions":
        return this.#list();
      case "subscribe":
        return this.#subscribe(message(type).session_id ?? undefined);
      case "unsubscribe":
        this.#subscription?.stop();
        this.#subscription = undefined;
        return;
      case "ping":
        this.#peer.send({ type: "pong", seq: message(type).seq });
        return;
      case "discover":
        this.#peer.send({ type: "discovery_complete", discovered: await this.#ports.discover(), failed: 0 });
        return;
      case "disconnect":
        return this.#peer.end();
    }
  }

  async #list(): Promise<void> {
    const { sessions } = await this.#peer.call("session/list", { limit: listedMax });
    this.#sendList(sessions);
  }

  /** Lists all sessions; what is pushed then is the one session's, where one was named. */
  async #subscribe(only: string | undefined): Promise<void> {
    this.#subscription?.stop();
    const told = new Set<string>();
    const stream = await this.#peer.stream("session/watch", {}, { push: (change) => this.#push(change, only, told) });
    this.#subscription = stream;
    this.#note(stream.first, told);
    this.#sendList(stream.first.sessions);
    stream.flow();
  }

  #sendList(sessions: PushOf<"session/changed">["sessions"]): void {
    const nowMs = this.#ports.nowMs();
    const shown = sessions.filter(({ state }) => state !== "gone");
    this.#peer.send({ type: "session_list", sessions: shown.map((view) => atmSession(view, nowMs)) });
  }

  #note({ sessions }: Pick<PushOf<"session/changed">, "sessions">, told: Set<string>): void {
    for (const { id, state } of sessions) if (state !== "gone") told.add(id);
  }

  /** A reader that fell far behind gets all of it anew; else each change is a frame. @returns false when the peer can't take more */
  #push(change: PushOf<"session/changed">, only: string | undefined, told: Set<string>): boolean {
    if (change.snapshot) {
      told.clear();
      this.#note(change, told);
      this.#sendList(change.sessions);
      return true;
    }
    const nowMs = this.#ports.nowMs();
    const concerns = (id: string) => only === undefined || only === id;
    const gone = change.removed.map(({ session }) => session);
    for (const view of change.sessions) {
      if (view.state === "gone") gone.push(view.id);
      else {
        told.add(view.id);
        if (concerns(view.id) && !this.#peer.send({ type: "session_updated", session: atmSession(view, nowMs) }))
          return false;
      }
    }
    for (const id of gone)
      if (told.delete(id) && concerns(id) && !this.#peer.send({ type: "session_removed", session_id: id }))
        return false;
    return true;
  }
}

const isType = (type: string): type is Type => Object.hasOwn(messages, type);
