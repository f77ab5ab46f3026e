import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { AgentDialect, AgentEvent, Answer, HookAnswer } from "../dialects/agents/index.ts";
import { agentDialect } from "../dialects/agents/index.ts";
import type { Holds } from "../holds/index.ts";
import { RequestKeys } from "../holds/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { type Json, present } from "../kit/canonical.ts";
import type { Ledger } from "../ledger/index.ts";
import type { HookPort, HookRequest } from "../transport/http/index.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Sessions } from "../sessions/index.ts";
import { StoreFault } from "../store/index.ts";
import { evidenceOf, knownOf, statusOf } from "./session-evidence.ts";
import { shortInput } from "./short-input.ts";
import type { ToolCallRequest, ToolCalls } from "./tool-calls.ts";

export interface HookPorts {
  /** Takes what is no agent's hook: shims, shells. */
  before(hooks: HookPort): HookPort;
  readonly toolCalls: ToolCalls;
  readonly sessions: Sessions;
  readonly holds: Holds;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  readonly holdWaitMs: number;
  /** Claude Code's own dialog is asked instead of waiting for the operator. */
  readonly askInClaude: boolean;
  /** Policy's allow is said as a grant to this agent (`wire --grant`). */
  grants(agent: string): boolean;
  redactText(text: string): string;
  /** What the session is told at its beginning; empty: nothing. */
  readonly sessionBrief: (session: { readonly agent: string; readonly session: string }) => Promise<string>;
  readonly redact: (input: Readonly<Record<string, Json>>) => Readonly<Record<string, Json>>;
  /** Why a changed settings file must not take effect: a sentence, or nothing. */
  readonly configObjection: (change: {
    source: string;
    text: string | null;
    unreadable: boolean;
  }) => string | undefined;
}

/** The hook endpoint: `POST /hooks/<agent>/<event>`, one answer per request key. */
export function createHooks(ports: HookPorts): HookPort {
  const { requestKeysMax, requestKeyAgeMsMax } = limits;
  const keys = new RequestKeys<HookAnswer>({ clock: ports.clock, requestKeysMax, requestKeyAgeMsMax });
  return ports.before((sent, signal) => {
    const request: Hook = { ...sent, ...readHeaders(sent) };
    const work = (alive: AbortSignal) => answer(ports, request, alive);
    if (request.requestKey === undefined) return work(signal);
    const content = createHash("sha256")
      .update(`${request.agent} ${request.event} `)
      .update(request.body)
      .digest("base64");
    return keys.answer(request.requestKey, content, work, { signal });
  });
}

/** A hook request with what its headers say, as far as they say it in the right form. */
interface Hook extends HookRequest {
  readonly requestKey: string | undefined;
  /** The hook's parent: the agent, or a shell of the agent's. */
  readonly ppid: number | undefined;
  readonly deadlineMs: number | undefined;
}

function readHeaders({ headers }: HookRequest): Pick<Hook, "requestKey" | "ppid" | "deadlineMs"> {
  const count = (name: string) => {
    const text = headers[name];
    return typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  };
  const key = headers["x-signalbox-request"];
  return {
    requestKey: typeof key === "string" && /^[0-9a-f]{16,128}$/.test(key) ? key : undefined,
    ppid: count("x-signalbox-ppid"),
    deadlineMs: count("x-signalbox-deadline-ms"),
  };
}

async function answer(ports: HookPorts, request: Hook, signal: AbortSignal): Promise<HookAnswer> {
  const dialect = agentDialect(request.agent);
  if (dialect === undefined) return unknownAgent(request.agent);
  const event: AgentEvent = request.tooLarge
    ? {
        type: "unreadable",
        event: request.event,
        agent: request.agent,
        why: `is larger than ${limits.hookBodyBytesMax} bytes`,
        bytes: limits.hookBodyBytesMax,
      }
    : dialect.decode(request.event, request.body);
  try {
    return dialect.encode(event, await decide(ports, request, dialect, event, signal));
  } catch (error) {
    if (signal.aborted) throw error; // nobody waits for this answer any more
    // Said to the hook as 503: it comes back with the same key, to this daemon's successor.
    if (error instanceof Refusal && error.code === "DRAINING") throw error;
    if (!dialect.deciding(request.event)) {
      ports.log.error({ agent: request.agent, event: request.event, err: error }, "a hook event could not be recorded");
      return dialect.encode(event, { verdict: "allow" });
    }
    return dialect.encode(event, { verdict: "deny", reason: wordFault(error, ports.log) });
  }
}

/** What went wrong, for the agent and whoever reads over its shoulder; the log has the cause. */
function wordFault(error: unknown, log: Log): string {
  if (error instanceof Refusal || error instanceof StoreFault)
    return `Signalbox can't record this call, so it denies it: ${error.message}${error.hint === undefined ? "" : ` What to do: ${error.hint}`}`;
  log.error({ err: error }, "a tool call was denied because judging it failed");
  return "Signalbox met a fault while judging this call, so it denies it. Its log says why: signalbox status";
}

function unknownAgent(agent: string): HookAnswer {
  const reason = `Signalbox knows no agent "${agent.slice(0, 64)}". It knows them by: signalbox wire --help`;
  return { exit: 2, stdout: "", stderr: `${reason}\n` };
}

async function decide(
  ports: HookPorts,
  request: Hook,
  dialect: AgentDialect,
  event: AgentEvent,
  signal: AbortSignal,
): Promise<Answer> {
  switch (event.type) {
    case "unreadable":
      return unreadable(ports, dialect, event);
    case "tool-call":
      return judged(ports, request, event, signal);
    case "permission-request":
      return permission(ports, request, event, signal);
    case "outcome": {
      await seen(ports, request, event);
      for (const outcome of event.outcomes)
        await ports.toolCalls.outcome({
          ...outcome,
          agent: event.agent,
          session: event.session,
          event: event.event,
          cwd: event.cwd,
        });
      return noObjection;
    }
    case "config-change":
      await seen(ports, request, event);
      return configChange(ports, event);
    case "status":
      await status(ports, request, event);
      return noObjection;
    case "session-start":
    case "session-end":
    case "stop":
    case "prompt":
    case "notice":
    case "other":
      await seen(ports, request, event);
      await recorded(ports, event);
      if (event.type === "session-end" || event.type === "stop")
        await ports.holds.settle({
          agent: event.agent,
          session: event.session,
          by: event.type === "stop" ? "Stop" : "SessionEnd",
        });
      if (event.type === "session-start") return { verdict: "allow", context: await ports.sessionBrief(event) };
      return noObjection;
  }
}

const noObjection: Answer = { verdict: "allow" };

/** The newest events of a session, so that silence and life can be told apart. */
async function seen(
  { sessions }: HookPorts,
  request: Hook,
  event: Exclude<AgentEvent, { type: "unreadable" }>,
): Promise<void> {
  const phase = event.type === "session-start" ? "started" : event.type === "session-end" ? "ended" : undefined;
  await sessions.observe({
    agent: event.agent,
    session: event.session,
    event: event.event,
    phase,
    cwd: event.cwd,
    pid: request.ppid,
    evidence: evidenceOf(event),
    known: knownOf(event),
  });
}

/** A status line tells facts of a session that runs; one that comes after the session's end brings nothing back. */
async function status(
  { sessions }: HookPorts,
  request: Hook,
  event: Extract<AgentEvent, { type: "status" }>,
): Promise<void> {
  const { agent, session, cwd } = event;
  const before = sessions.find({ agent, session });
  if (before === undefined)
    await sessions.observe({ agent, session, event: event.event, cwd, pid: request.ppid, known: statusOf(event.raw) });
  else if (before.endedAtMs === undefined) sessions.learn({ agent, session }, statusOf(event.raw));
}

const recordKinds = {
  // The sessions room enters how a session begins and ends; this says which event told it.
  "session-start": "hook/received",
  "session-end": "hook/received",
  stop: "session/stopped",
  prompt: "session/prompted",
  notice: "hook/received",
  other: "hook/received",
} as const;

async function recorded(
  { ledger, redact }: HookPorts,
  event: Extract<AgentEvent, { type: keyof typeof recordKinds }>,
): Promise<void> {
  const { agent, session, cwd } = event;
  const payload =
    event.type === "prompt"
      ? { characters: event.text.length }
      : event.type === "other" || event.type === "notice"
        ? { fields: shortInput(redact(event.raw)) }
        : {};
  await ledger.append({
    kind: recordKinds[event.type],
    agent,
    session,
    payload: { event: event.event, cwd, ...payload },
  });
}

async function unreadable(
  { ledger }: HookPorts,
  dialect: AgentDialect,
  event: Extract<AgentEvent, { type: "unreadable" }>,
): Promise<Answer> {
  const deciding = dialect.deciding(event.event);
  const reason = `The hook's payload ${event.why}, so there is nothing to judge. Try the call again; if it stays, see: signalbox doctor`;
  await ledger.append({
    kind: "gate/unreadable",
    agent: event.agent,
    payload: { event: event.event, why: event.why, bytes: event.bytes, verdict: deciding ? "deny" : null },
  });
  return deciding ? { verdict: "deny", reason } : noObjection;
}

type Asking = Extract<AgentEvent, { type: "tool-call" | "permission-request" }>;

function asRequest(ports: HookPorts, request: Hook, event: Asking): ToolCallRequest {
  const left = request.deadlineMs === undefined ? ports.holdWaitMs : request.deadlineMs - answerMarginMs;
  return {
    agent: event.agent,
    session: event.session,
    cwd: event.cwd,
    tool: event.tool,
    input: event.input as ToolCallRequest["input"],
    toolCallId: event.type === "tool-call" ? event.toolCallId : undefined,
    subagent: event.subagent?.id,
    known: knownOf(event),
    event: event.event,
    pid: request.ppid,
    requestKey: request.requestKey,
    notSure: event.notSure,
    exact: event.notSure === undefined ? undefined : request.body.toString("utf8"),
    wait: true,
    waitMs: Math.max(0, Math.min(ports.holdWaitMs, left)),
  };
}

/** Kept back of the hook's own deadline, so that the answer still reaches it. */
const answerMarginMs = 3_000;

async function judged(
  ports: HookPorts,
  request: Hook,
  event: Extract<AgentEvent, { type: "tool-call" }>,
  signal: AbortSignal,
): Promise<Answer> {
  const ask = ports.askInClaude && event.agent === "claude-code";
  const verdict = await ports.toolCalls.request(
    { ...asRequest(ports, request, event), wait: !ask, askedInHost: ask },
    signal,
  );
  if (verdict.verdict === "hold" && ask) return { verdict: "ask", reason: verdict.reason };
  return toAnswer(ports, verdict, event.agent);
}

async function permission(
  ports: HookPorts,
  request: Hook,
  event: Extract<AgentEvent, { type: "permission-request" }>,
  signal: AbortSignal,
): Promise<Answer> {
  const asked = asRequest(ports, request, event);
  const before = await ports.toolCalls.earlier(asked);
  if (before?.verdict === "allow") {
    await seen(ports, request, event);
    const granted = before.granted || ports.grants(event.agent);
    // Without a grant the host's own dialog comes next.
    if (!granted) ports.toolCalls.hostAsks(asked);
    return { verdict: "allow", granted };
  }
  return toAnswer(ports, await ports.toolCalls.request({ ...asked, askedInHost: true }, signal), event.agent);
}

function toAnswer(ports: HookPorts, verdict: Awaited<ReturnType<ToolCalls["request"]>>, agent: string): Answer {
  if (verdict.verdict !== "allow") return { verdict: verdict.verdict, reason: verdict.reason };
  return {
    verdict: "allow",
    granted: verdict.granted === true || ports.grants(agent),
    ...(verdict.reason === "" ? {} : { reason: verdict.reason }),
    ...(verdict.input === undefined ? {} : { input: verdict.input }),
  };
}

const settingsBytesMax = 1024 * 1024;

/** Users may edit everything in their settings but what would take the gate away from under their agents. */
async function configChange(
  { ledger, configObjection }: HookPorts,
  event: Extract<AgentEvent, { type: "config-change" }>,
): Promise<Answer> {
  const { agent, session, path, source } = event;
  const file = readSettings(path);
  const objection = configObjection({ source, ...file });
  await ledger.append({
    kind: "agent/config-changed",
    agent,
    session,
    payload: present({ path, source, blocked: objection !== undefined, why: objection }),
  });
  return objection === undefined ? noObjection : { verdict: "deny", reason: objection };
}

function readSettings(path: string): { text: string | null; unreadable: boolean } {
  let file: number;
  try {
    // The path is the agent's word: a pipe must not make the daemon wait for who writes into it.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { text: null, unreadable: (error as NodeJS.ErrnoException).code !== "ENOENT" };
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > settingsBytesMax) return { text: null, unreadable: true };
    const bytes = Buffer.alloc(stat.size);
    return { text: bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, 0)), unreadable: false };
  } catch {
    return { text: null, unreadable: true }; // which is an objection
  } finally {
    closeSync(file);
  }
}
