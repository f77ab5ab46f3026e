import { canonicalJson, type Json, present } from "../kit/canonical.ts";
import { visibleName } from "../kit/text.ts";
import type { Answer, HeldCall, Holds, ProcessId, VerdictRecord } from "../holds/index.ts";
import type { Ledger } from "../ledger/index.ts";
import { stricter } from "../protocol/effects.ts";
import type { GateVerdict } from "../protocol/operations/gate.ts";
import { limits } from "../protocol/limits.ts";
import type { Trail } from "../gate/index.ts";
import type { Known, Session, Sessions } from "../sessions/index.ts";
import type { Store } from "../store/index.ts";
import { type Judged, type JudgingPorts, judgeWithFacts } from "./judging.ts";
import { callText, hostAsks } from "./session-words.ts";
import { heldInput } from "./short-input.ts";
import { replayable } from "./verdict-entry.ts";

/** A tool call on its way in, whoever asked: a hook, `gate/request`, MCP. */
export interface ToolCallRequest {
  readonly agent: string;
  readonly session: string;
  readonly cwd: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, Json>>;
  readonly toolCallId?: string | undefined;
  /** The subagent that calls. */
  readonly subagent?: string | undefined;
  /** The host's name of the event, or the operation. */
  readonly event: string;
  readonly pid?: number | undefined;
  readonly requestKey?: string | undefined;
  readonly notSure?: string | undefined;
  /** The exact payload when it is not sure what it says; it enters the ledger, redacted. */
  readonly exact?: string | undefined;
  readonly wait: boolean;
  /** With `wait` false: it comes back at once to wait. */
  readonly returns?: boolean | undefined;
  readonly waitMs?: number | undefined;
  readonly askedInHost?: boolean | undefined;
  /** What a decider of the caller's says: never milder than policy. */
  readonly tighten?: { readonly to: "hold" | "deny"; readonly by: string; readonly reason: string } | undefined;
  /** What the event says of its session besides. */
  readonly known?: Known | undefined;
  /** No outcome will ever be told: who asks becomes the program that was asked about. */
  readonly untold?: boolean | undefined;
}

export interface OutcomeReport {
  readonly agent: string;
  readonly session: string;
  readonly event: string;
  readonly cwd?: string | undefined;
  readonly toolCallId?: string | undefined;
  readonly tool?: string | undefined;
  readonly input?: Readonly<Record<string, Json>> | undefined;
  readonly status: "done" | "failed" | "refused";
  readonly text?: string | undefined;
  readonly exitCode?: number | undefined;
  /** A summary that comes after the calls' own outcomes: it counts only for a call that has none yet. */
  readonly repeat?: boolean | undefined;
  /** The person broke it off, and the turn with it. */
  readonly interrupted?: boolean | undefined;
}

export interface ToolCallPorts extends JudgingPorts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly holds: Holds;
  readonly sessions: Sessions;
  fingerprint(text: string): string;
  readonly redact: (input: Readonly<Record<string, Json>>) => Readonly<Record<string, Json>>;
  readonly redactText: (text: string) => string;
  /** Paths that the call would make and that did not exist: the session's own from then on. */
  madeBy(judged: Judged, cwd: string): readonly string[];
}

export interface ToolCalls {
  /** The whole life of DESIGN section 4: judge, hold, record, answer. Resolves only after the verdict's entry is on disk. */
  request(request: ToolCallRequest, signal: AbortSignal): Promise<GateVerdict>;
  /** The verdict that this very call got a moment ago, if it got one: for a host's own permission question. */
  earlier(request: ToolCallRequest): Promise<{ verdict: "allow" | "hold" | "deny"; granted: boolean } | undefined>;
  /** The host's own dialog about this call is on its screen. */
  hostAsks(request: ToolCallRequest): void;
  outcome(report: OutcomeReport): Promise<{ entry: number; verdictEntry: number | null }>;
}

/** Calls that a person approved, remembered until the host's own permission question comes. */
const grantedMax = 4_096;

export function createToolCalls(ports: ToolCallPorts): ToolCalls {
  const { store, ledger, holds, sessions } = ports;
  const granted = new Set<string>();
  const fingerprintOf = (tool: string, input: Readonly<Record<string, Json>>) =>
    ports.fingerprint(canonicalJson([tool, input]));
  const grantKey = (request: ToolCallRequest) =>
    `${request.agent} ${request.session} ${fingerprintOf(request.tool, request.input)}`;

  const judge = async (
    request: ToolCallRequest,
    session: Session,
    input: ToolCallRequest["input"],
    signal: AbortSignal,
  ): Promise<JudgedCall> => {
    const call = { ...request, input, workspace: session.workspace, trail: sessions.trail(request) as Trail };
    const gate = redactJudged(await judgeWithFacts(ports, call, signal), ports.redactText);
    return { ...tightened(gate, request.tighten), gate, trail: call.trail };
  };

  /** Inside a work of the store: the verdict's entry, and what the sessions remember of it. */
  const writeVerdict = ({ request, redacted, session }: Asked, judged: JudgedCall, record: VerdictRecord) => {
    // What the operator edited is what runs, and what its outcome will name.
    const input = record.input ?? request.input;
    const written = ledger.write({
      kind: "gate/judged",
      agent: request.agent,
      session: request.session,
      payload: present({
        verdict: record.verdict,
        rule: record.rule,
        reason: record.reason,
        tool: request.tool,
        ...replayable(
          { cwd: request.cwd, workspace: session.workspace, trail: judged.trail },
          record.input === undefined ? redacted : ports.redact(record.input),
          judged.gate,
          record,
          ports.redactText,
        ),
        edited: record.input === undefined ? undefined : true,
        effects: record.effects.slice(0, limits.effectsMax).map((effect) => ({ ...effect })),
        judgedMicroseconds: judged.microseconds,
        toolCallId: request.toolCallId,
        hold: record.hold,
        granted: record.granted ? true : undefined,
        notSure: request.notSure,
        exact: request.exact === undefined ? undefined : ports.redactText(request.exact).slice(0, exactCharsMax),
      }),
    });
    if (request.untold !== true)
      sessions.recordVerdict({
        agent: request.agent,
        session: request.session,
        toolCallId: request.toolCallId,
        tool: request.tool,
        fingerprint: fingerprintOf(request.tool, input),
        verdict: record.verdict,
        entry: written.seq,
      });
    const steps = judged.steps
      .filter(({ path }) => path === undefined || !sessions.made(request, path))
      .map(({ leg, what }) => ({ leg, what, entry: written.seq }));
    sessions.recordTrail(request, steps, record.verdict === "allow");
    if (record.verdict === "allow") sessions.recordMade(request, ports.madeBy(judged, request.cwd));
    return written;
  };

  const remember = (request: ToolCallRequest) => {
    granted.add(grantKey(request));
    if (granted.size > grantedMax) granted.delete(granted.values().next().value as string);
  };

  return {
    async request(request, signal) {
      const redacted = ports.redact(request.input);
      const what = callText(request.tool, redacted);
      const marks = { tool: request.tool, what, toolCallId: request.toolCallId, subagent: request.subagent };
      const evidence = [{ kind: "call-began", ...marks }] as const;
      const session = await sessions.observe({ ...request, phase: undefined, evidence });
      const asked: Asked = { request, redacted, session };
      const judged = await judge(request, session, request.input, signal);
      if (judged.verdict !== "hold") {
        const record = { ...judged, granted: false };
        const { seq } = await store.durably(() => writeVerdict(asked, judged, record));
        if (record.verdict === "deny") sessions.tell(request, { kind: "call-ended", ...marks });
        else sessions.changed(request);
        return toVerdict({ ...judged, entry: seq }, judged);
      }
      let latest = judged;
      const answer = await holds.ask(heldCall(asked, judged), {
        writeVerdict: (record) => writeVerdict(asked, latest, record),
        judgeAgain: async (input) => {
          latest = await judge(request, session, input as ToolCallRequest["input"], signal);
          return latest;
        },
        wait: request.wait,
        returns: request.returns,
        waitMs: request.waitMs,
        signal,
      });
      if (answer.granted === true) remember(request);
      // Not released: the host runs nothing, unless it was told to ask its user itself.
      if (answer.verdict !== "allow" && request.wait) sessions.tell(request, { kind: "call-ended", ...marks });
      else if (answer.verdict === "hold" && request.askedInHost === true)
        sessions.tell(request, { kind: "asked", waitingFor: "permission", text: hostAsks(request.agent), ...marks });
      else sessions.changed(request);
      return toVerdict(answer, latest);
    },

    async earlier(request) {
      const { agent, session, tool, input } = request;
      const fingerprint = fingerprintOf(tool, input);
      // As a work: nothing is let through on a verdict that is not on disk yet.
      const before = await store.durably(() => sessions.verdictOf({ agent, session, tool, fingerprint }));
      return before === undefined ? undefined : { verdict: before.verdict, granted: granted.has(grantKey(request)) };
    },

    hostAsks(request) {
      const { tool, toolCallId, subagent, agent } = request;
      const what = callText(tool, ports.redact(request.input));
      const text = hostAsks(agent);
      sessions.tell(request, { kind: "asked", waitingFor: "permission", text, tool, what, toolCallId, subagent });
    },

    async outcome(report) {
      const fingerprint =
        report.input === undefined || report.tool === undefined ? undefined : fingerprintOf(report.tool, report.input);
      // The beginning is kept, and a margin shows whether a secret goes over its end.
      const text =
        report.text === undefined ? undefined : ports.redactText(report.text.slice(0, 2 * limits.outcomeTextBytesMax));
      const result = await store.durably(() => {
        const pairing = sessions.pairOutcome({ ...report, fingerprint });
        if (pairing.again && report.repeat === true) return { entry: -1, verdictEntry: pairing.verdictEntry };
        const written = ledger.write({
          kind: "tool/finished",
          agent: report.agent,
          session: report.session,
          payload: present({
            status: report.status,
            verdictEntry: pairing.verdictEntry,
            tool: report.tool,
            toolCallId: report.toolCallId,
            exitCode: report.exitCode,
            textBytes: report.text === undefined ? undefined : Buffer.byteLength(report.text),
            textHash: report.text === undefined ? undefined : ports.fingerprint(report.text),
            text: text === undefined ? undefined : cutUtf8(text, limits.outcomeTextBytesMax),
            ungated: pairing.ungated,
          }),
        });
        return { entry: written.seq, verdictEntry: pairing.verdictEntry };
      });
      sessions.tell(report, {
        kind: "call-ended",
        tool: report.tool,
        what: report.input === undefined ? undefined : callText(report.tool ?? "", ports.redact(report.input)),
        toolCallId: report.toolCallId,
        interrupted: report.interrupted,
      });
      await holds.settle({ ...report, by: "PostToolUse" });
      return result;
    },
  };
}

/** A call, its input redacted once for all that show, record and hold it, and the session that it is of. */
interface Asked {
  readonly request: ToolCallRequest;
  readonly redacted: Readonly<Record<string, Json>>;
  readonly session: Session;
}

/** A judgement with the trail that it was made on; `gate` is what the gate said where a decider made it stricter. */
type JudgedCall = Judged & { readonly trail: Trail; readonly gate: Judged };

/** Where nobody is there to decide, a decider's hold is a deny as policy's is; in `observe` a decider that was set up still decides. */
function tightened(judged: Judged, tighten: ToolCallRequest["tighten"]): Judged {
  if (tighten === undefined) return judged;
  const verdict = judged.mode === "unattended" ? "deny" : tighten.to;
  if (stricter(judged.verdict, verdict) === judged.verdict) return judged;
  return { ...judged, verdict, rule: `decider-${tighten.by}`, reason: tighten.reason, instead: undefined };
}

/**
 * Effects and reasons repeat words of the call: what is stored and shown of them holds no secret, and what is for reading nothing that the terminal
 * of an agent or a shim would act on, nor a line of its own.
 */
export function redactJudged(judged: Judged, redactText: (text: string) => string): Judged {
  return {
    ...judged,
    reason: visibleName(redactText(judged.reason)),
    effects: judged.effects.map((effect) => ({
      ...effect,
      what: visibleName(redactText(effect.what)),
      target: redactText(effect.target),
    })),
    steps: judged.steps.map((step) => ({ ...step, what: visibleName(redactText(step.what)) })),
  };
}

/** As much of a payload that may mean two things as is kept to show which. */
const exactCharsMax = 16_384;

function heldCall({ request, redacted, session }: Asked, judged: Judged): HeldCall {
  const process: ProcessId | undefined = session.process;
  return {
    agent: request.agent,
    session: request.session,
    cwd: request.cwd,
    tool: request.tool,
    toolCallId: request.toolCallId,
    requestKey: request.requestKey,
    input: request.input,
    redactedInput: heldInput(redacted),
    judged,
    process,
    askedInHost: request.askedInHost,
  };
}

function toVerdict(answer: Answer, judged: Judged): GateVerdict {
  const instead =
    judged.instead !== undefined && answer.rule === judged.rule && answer.verdict !== "allow"
      ? `${/[.!?]$/.test(answer.reason) ? "" : "."} ${judged.instead}`
      : "";
  return {
    verdict: answer.verdict,
    reason: `${answer.reason}${answer.reason.includes(judged.instead ?? "") ? "" : instead}`.slice(
      0,
      limits.reasonCharsMax,
    ),
    rule: answer.rule,
    effects: [...answer.effects],
    entry: answer.entry,
    ...(answer.hold === undefined ? {} : { hold: answer.hold }),
    ...(answer.input === undefined ? {} : { input: answer.input }),
    ...(answer.granted === undefined ? {} : { granted: answer.granted }),
  };
}

/** At most `bytesMax` bytes of UTF-8, cut between characters. */
function cutUtf8(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString("utf8");
}
