import type { HookAnswer } from "../dialects/agents/index.ts";
import type { Holds } from "../holds/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Ledger } from "../ledger/index.ts";
import type { Call } from "../protocol/handlers.ts";
import { HoldId } from "../protocol/ids.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { ProcessId, Sessions, Workspace } from "../sessions/index.ts";
import { holdCard, readAsked, readDecision, readWaiting, toJudge } from "../shims/index.ts";
import { StoreFault } from "../store/index.ts";
import type { HookPort, HookRequest } from "../transport/http/index.ts";
import { type JudgingPorts, judgeWithFacts } from "./judging.ts";
import type { Presence } from "./presence.ts";
import type { ToolCalls } from "./tool-calls.ts";

/** The agent's name of what runs in a terminal below no agent: a person, or their scripts. */
export const shellAgent = "shell";

export interface ShimPorts {
  readonly judging: JudgingPorts;
  readonly toolCalls: Pick<ToolCalls, "request">;
  readonly sessions: Pick<Sessions, "below" | "find" | "live" | "observe">;
  readonly holds: Pick<Holds, "get" | "decide" | "watch">;
  readonly ledger: Pick<Ledger, "append" | "checkpoint">;
  readonly presence: Pick<Presence, "forHold">;
  readonly clock: Clock;
  readonly log: Log;
  readonly holdWaitMs: number;
  workspaceAt(cwd: string): Promise<Workspace>;
  ancestryOf(pid: number): readonly ProcessId[];
  sessionLeaderOf(pid: number): ProcessId | undefined;
  alive(process: ProcessId): boolean;
}

export interface Shims {
  /** The shims' end of the hook route: `/hooks/shim/exec`, `wait`, `decide` (hook/shim.c). Everything else goes to `hooks`. */
  before(hooks: HookPort): HookPort;
  /** Ends the sessions of terminals that were closed. */
  sweep(): Promise<void>;
}

/** Who a shim's question is from, and whether a verdict covers it already. */
interface Owner {
  readonly agent: string;
  readonly session: string;
  readonly workspace: Workspace;
  readonly running: boolean;
}

export function createShims(ports: ShimPorts): Shims {
  /** Sessions of terminals that have not ended; those of earlier runs of the daemon are found at the first look. */
  let terminals: Set<string> | undefined;
  return {
    before: (hooks) => async (request, signal) => {
      if (request.agent !== "shim") return hooks(request, signal);
      try {
        if (request.event === "decide") return await decide(ports, request, signal);
        if (request.event !== "exec" && request.event !== "wait")
          return refused(`Signalbox's daemon knows no shim's question "${request.event}".`);
        const { hold, asked } =
          request.event === "wait" ? readWaiting(request.body) : { hold: undefined, asked: request.body };
        const closed = hold === undefined ? undefined : denied(ports, hold);
        const seen = (terminal: string) => void terminals?.add(terminal);
        return closed ?? (await answer(ports, { ...request, body: asked }, signal, seen));
      } catch (error) {
        if (signal.aborted || (error instanceof Refusal && error.code === "DRAINING")) throw error;
        if (error instanceof Refusal || error instanceof StoreFault)
          return refused(`It can't be recorded: ${error.message}${error.hint === undefined ? "" : ` ${error.hint}`}`);
        ports.log.error({ err: error }, "a shim's command was refused because judging it failed");
        return refused("Judging it failed; the daemon's log says why: signalbox status");
      }
    },
    async sweep() {
      terminals ??= new Set(ports.sessions.live().flatMap(({ agent, id }) => (agent === shellAgent ? [id] : [])));
      for (const session of terminals) {
        const leader = leaderOf(session);
        if (leader !== undefined && ports.alive(leader)) continue;
        await ports.sessions.observe({ agent: shellAgent, session, event: "terminal-closed", phase: "ended" });
        terminals.delete(session);
      }
    },
  };
}

/** A terminal's session is named by the process that leads it, so that its end can be seen. */
export const terminalSession = ({ pid, startTime }: ProcessId): string => `terminal-${pid}-${startTime}`;

function leaderOf(session: string): ProcessId | undefined {
  const [, pid, startTime] = /^terminal-(\d+)-(\d+)$/.exec(session) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startTime: Number(startTime) };
}

/** What hook/shim.c takes as "become the program". */
const runIt: HookAnswer = { exit: 0, stdout: "exec", stderr: "" };
const notRunExit = 126;
const refused = (why: string): HookAnswer => ({
  exit: notRunExit,
  stdout: "",
  stderr: `signalbox: this was not run. ${why}\n`,
});

/** Decided between the card and the waiting for it: asked anew, the same command would only be held again. */
function denied(ports: ShimPorts, hold: string): HookAnswer | undefined {
  const id = HoldId.safeParse(hold);
  if (!id.success) return refused("The shim named no hold.");
  const { state, words } = ports.holds.get(id.data);
  if (state === "denied") return refused(`A person denied it${words === null || words === "" ? "." : `: ${words}`}`);
  return state === "expired" ? refused("Nobody decided it in time.") : undefined;
}

async function answer(
  ports: ShimPorts,
  request: HookRequest,
  signal: AbortSignal,
  terminalSeen: (session: string) => void,
): Promise<HookAnswer> {
  const asked = request.tooLarge
    ? { problem: `is larger than ${limits.hookBodyBytesMax} bytes` }
    : readAsked(request.body);
  if ("problem" in asked) {
    await ports.ledger.append({ kind: "gate/unreadable", agent: "shim", payload: { why: asked.problem } });
    return refused(`What the shim asked ${asked.problem}.`);
  }
  const owner = await ownerOf(ports, request, asked.cwd);
  const toBe = await toJudge(asked, (path) => isOwn(ports, owner, path, signal));
  if ("runs" in toBe) return runIt;
  const input = { command: toBe.command };
  const call = { ...owner, cwd: asked.cwd, tool: "Bash", input, notSure: asked.notSure };
  // A running call's own verdict covers what is below it, but for panic.
  const { mode } = ports.judging.policyAt(owner.workspace.root);
  if (owner.running && mode !== "panic" && !(await isCatastrophic(ports, call, signal))) return runIt;
  if (owner.agent === shellAgent) terminalSeen(owner.session);
  const verdict = await ports.toolCalls.request(
    {
      ...call,
      ...(asked.notSure === undefined ? {} : { exact: request.body.toString("utf8").replaceAll("\0", " ") }),
      event: `shim/${request.event}`,
      wait: request.event === "wait",
      returns: true,
      waitMs: waitMsOf(request, ports.holdWaitMs),
      untold: true,
    },
    signal,
  );
  switch (verdict.verdict) {
    case "allow":
      return verdict.input === undefined
        ? runIt
        : refused(`A person changed it; run this instead: ${JSON.stringify(verdict.input["command"])}`);
    case "deny":
      return refused(verdict.reason);
    case "hold":
      return held(ports, request, verdict.hold, signal);
  }
}

/** The agent in whose tool call this runs, or the terminal. A person's shell gets no process in the list: it would be taken for an agent's. */
async function ownerOf(ports: ShimPorts, request: HookRequest, cwd: string): Promise<Owner> {
  const pid = Number(request.headers["x-signalbox-pid"]);
  const below = ports.sessions.below(ports.ancestryOf(pid).slice(1));
  const leader = ports.sessionLeaderOf(pid);
  const { running = false, ...key } = below ?? {
    agent: shellAgent,
    session: leader === undefined ? "unknown" : terminalSession(leader),
  };
  const workspace = ports.sessions.find(key)?.workspace ?? (await ports.workspaceAt(cwd));
  return { ...key, workspace, running };
}

async function isOwn(ports: ShimPorts, owner: Owner, path: string, signal: AbortSignal): Promise<boolean> {
  if (!owner.workspace.ordinary) return false;
  const found = await ports.judging.find([{ ask: "path", path }], owner, { signal });
  const fact = found.get(`path:${path}`);
  // What is not there is looked for on PATH by some shells.
  if (fact?.ask !== "path" || !("real" in fact) || fact.type === "missing") return false;
  return [owner.workspace.root, ...owner.workspace.added].some((root) => fact.real.startsWith(`${root}/`));
}

/** By what is written and where it leads: a running call is not made to wait for git to say what could be brought back. */
async function isCatastrophic(
  ports: ShimPorts,
  call: Owner & { cwd: string; tool: string; input: { command: string } },
  signal: AbortSignal,
): Promise<boolean> {
  const judging: JudgingPorts = {
    ...ports.judging,
    policyAt: (workspace) => ({ ...ports.judging.policyAt(workspace), mode: "attended" }),
    find: (queries, context, options) =>
      ports.judging.find(
        queries.filter(({ ask }) => ask === "path"),
        context,
        options,
      ),
  };
  return (await judgeWithFacts(judging, call, signal)).catastrophic;
}

/** The first answer to a held command brings its card; after that there is nothing new to say. */
async function held(
  ports: ShimPorts,
  request: HookRequest,
  id: HoldId | undefined,
  signal: AbortSignal,
): Promise<HookAnswer> {
  if (id === undefined) return refused("It is held and can't be waited for.");
  if (request.event === "wait") return { exit: 0, stdout: `wait ${id}`, stderr: "" };
  const hold = ports.holds.get(id);
  const asksHere = await mayDecide(ports, request, id, signal);
  return { exit: 0, stdout: `${asksHere ? "ask" : "wait"} ${id}`, stderr: holdCard(hold, { asksHere }) };
}

async function mayDecide(ports: ShimPorts, request: HookRequest, id: HoldId, signal: AbortSignal): Promise<boolean> {
  try {
    await ports.presence.forHold(ports.holds.get(id), asCall(request, signal), { releases: true });
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false; // then it is decided elsewhere, as the card says
    throw error;
  }
}

/** A line was typed where the command waits. Who typed it is asked of the kernel, as for `hold/decide`. */
async function decide(ports: ShimPorts, request: HookRequest, signal: AbortSignal): Promise<HookAnswer> {
  const { hold, decision } = readDecision(request.body.toString("utf8"));
  const id = HoldId.safeParse(hold);
  if (!id.success) return said("signalbox: the shim named no hold.");
  if (decision === undefined) return said("signalbox: type a to approve it once, d to deny it, then Enter.");
  try {
    const releases = decision === "approve";
    await joined(ports, id.data, signal);
    const decider = await ports.presence.forHold(ports.holds.get(id.data), asCall(request, signal), { releases });
    await ports.holds.decide(id.data, releases ? { decision, scope: "once" } : { decision, words: "" }, decider);
    if (releases) await ports.ledger.checkpoint();
    return { exit: 0, stdout: "", stderr: "" };
  } catch (error) {
    if (error instanceof Refusal) return said(`signalbox: not done: ${error.message} ${error.hint ?? ""}`.trimEnd());
    throw error;
  }
}

/**
 * Resolves when the shim waits for its hold: a denial that comes before would close the hold under a request that is on its way, which would
 * then open another. One that never comes (the line was typed before it was sent) finds the hold closed and says so.
 */
async function joined(ports: ShimPorts, id: HoldId, signal: AbortSignal): Promise<void> {
  const waits = Promise.withResolvers<void>();
  const look = (hold: { id: string; state: string; waiting: number }) => {
    if (hold.id === id && (hold.waiting > 0 || hold.state !== "open")) waits.resolve();
    return true;
  };
  const watch = ports.holds.watch(look);
  const over = new AbortController();
  try {
    look(ports.holds.get(id));
    await Promise.race([
      waits.promise,
      ports.clock.sleep(joinMsMax, { signal: AbortSignal.any([signal, over.signal]) }),
    ]);
  } finally {
    over.abort(new Error("it waits"));
    watch.stop();
  }
}

const joinMsMax = 1_000;

const said = (text: string): HookAnswer => ({ exit: 0, stdout: "", stderr: `${text}\n` });

/** A hook's connection as the presence check takes it: by the kernel's word on who is at its other end. */
const asCall = ({ connection }: HookRequest, signal: AbortSignal): Call => ({
  connection,
  requestId: "shim",
  signal,
  push: () => false,
  caughtUp: async () => {},
  end: () => {},
});

/** Kept back of the shim's own deadline, so that the answer still reaches it. */
const answerMarginMs = 3_000;

function waitMsOf({ headers }: HookRequest, waitMs: number): number {
  const left = headers["x-signalbox-deadline-ms"];
  if (typeof left !== "string" || !/^\d{1,9}$/.test(left)) return waitMs;
  return Math.max(0, Math.min(waitMs, Number(left) - answerMarginMs));
}
