import { isAbsolute } from "node:path";
import type { Json } from "../../kit/canonical.ts";
import { readJson } from "../../kit/strict-json.ts";
import { limits } from "../../protocol/limits.ts";
import type {
  AgentEvent,
  EventBase,
  JsonObject,
  Notice,
  PermissionRequestEvent,
  PlainEvent,
  ToolCallEvent,
  UnreadableEvent,
} from "./dialect.ts";

/** A payload that is a JSON object, with what is doubtful about it. */
export interface Payload {
  readonly type: "payload";
  readonly event: string;
  readonly raw: JsonObject;
  readonly notSure: string | undefined;
}

export function readPayload(event: string, agent: string, body: Buffer): Payload | UnreadableEvent {
  const unreadable = (why: string): UnreadableEvent => ({ type: "unreadable", event, agent, why, bytes: body.length });
  if (body.length > limits.hookBodyBytesMax)
    return unreadable(`is ${body.length} bytes long and at most ${limits.hookBodyBytesMax} are read`);
  const read = readJson(body, { depthMax: limits.jsonDepthMax });
  if (!read.ok) return unreadable(read.why);
  if (!isObject(read.value)) return unreadable("is JSON, but not an object");
  return { type: "payload", event, raw: read.value, notSure: read.notSure };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member: `constructor` and its like are not fields that the host sent. */
export function field(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The first of the names that is a string with something in it. */
export function textField(object: JsonObject, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = field(object, name);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

export function objectField(object: JsonObject, name: string): JsonObject {
  const value = field(object, name);
  return isObject(value) ? value : {};
}

/** Where a host keeps the common facts. All but the values are ours. */
export interface BaseFacts {
  readonly agent: string;
  readonly session: string | undefined;
  readonly cwd: string | undefined;
}

/** Bounds of `gate/request`; longer names are cut and the payload is then not sure. */
const sessionCharsMax = 256;
const toolCharsMax = 256;
const cwdCharsMax = 4096;

/** Missing facts make the payload doubtful, not unreadable: what is there is still shown and recorded. */
export function baseOf(payload: Payload, facts: BaseFacts): EventBase {
  const { raw } = payload;
  let notSure = payload.notSure;
  const doubt = (why: string): void => {
    notSure ??= why;
  };
  const session = facts.session ?? "unknown";
  if (facts.session === undefined) doubt("names no session");
  if (session.length > sessionCharsMax) doubt(`has a session id of ${session.length} characters`);
  let cwd = facts.cwd ?? "/";
  if (facts.cwd === undefined) doubt("names no working directory");
  else if (!isAbsolute(cwd) || cwd.length > cwdCharsMax) {
    doubt("has a working directory that is not an absolute path of ordinary length");
    cwd = "/";
  }
  const subagent = textField(raw, "agent_id");
  const permissionMode = textField(raw, "permission_mode");
  return {
    event: payload.event,
    agent: facts.agent,
    session: session.slice(0, sessionCharsMax),
    cwd,
    ...(subagent === undefined ? {} : { subagent: { id: subagent, type: textField(raw, "agent_type") ?? "" } }),
    ...(permissionMode === undefined ? {} : { permissionMode }),
    ...(notSure === undefined ? {} : { notSure }),
    raw,
  };
}

export interface CallFacts {
  readonly tool: string | undefined;
  /** An object; a string of JSON (as some versions of Copilot and Cursor send) is read too. */
  readonly input: Json | undefined;
  readonly toolCallId?: string | undefined;
}

export function toolCall(base: EventBase, facts: CallFacts): ToolCallEvent {
  const { toolCallId } = facts;
  const tooLong = toolCallId !== undefined && toolCallId.length > toolCharsMax;
  const call = judged(base, facts);
  return {
    ...call,
    type: "tool-call",
    ...(tooLong ? { notSure: call.notSure ?? `has a tool call id of ${toolCallId.length} characters` } : {}),
    ...(toolCallId === undefined || tooLong ? {} : { toolCallId }),
  };
}

export function permissionRequest(base: EventBase, facts: CallFacts): PermissionRequestEvent {
  return { ...judged(base, facts), type: "permission-request" };
}

function judged(base: EventBase, facts: CallFacts): EventBase & { tool: string; input: JsonObject } {
  const { input, doubt } = readInput(facts.input);
  const tool = facts.tool ?? "unknown";
  const notSure =
    base.notSure ??
    (facts.tool === undefined ? "names no tool" : undefined) ??
    (tool.length > toolCharsMax ? `has a tool name of ${tool.length} characters` : undefined) ??
    doubt;
  return { ...base, tool: tool.slice(0, toolCharsMax), input, ...(notSure === undefined ? {} : { notSure }) };
}

export function readInput(value: Json | undefined): { readonly input: JsonObject; readonly doubt: string | undefined } {
  if (isObject(value)) return { input: value, doubt: undefined };
  if (typeof value === "string") {
    const read = readJson(Buffer.from(value), { depthMax: limits.jsonDepthMax });
    if (read.ok && isObject(read.value))
      return { input: read.value, doubt: read.notSure && `has a tool input that ${read.notSure}` };
    return { input: { text: value }, doubt: "has a tool input that is text, not an object" };
  }
  return { input: {}, doubt: value === undefined ? "has no tool input" : "has a tool input that is not an object" };
}

/** An event that nobody answers: its notice where it has one. */
export function otherEvent(base: EventBase, notice: Notice | undefined): AgentEvent {
  return notice === undefined ? plainEvent(base, "other") : { ...base, type: "notice", notice };
}

export function plainEvent(base: EventBase, type: PlainEvent["type"]): PlainEvent {
  return { ...base, type };
}
