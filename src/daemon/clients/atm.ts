import { agentDialect, type AgentEvent } from "../../dialects/agents/index.ts";
import type { AtmPorts } from "../../dialects/clients/atm/index.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Json } from "../../kit/canonical.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { Evidence, Known, SessionKey, Sessions } from "../../sessions/index.ts";
import { evidenceOf, knownOf, statusOf } from "../session-evidence.ts";
import { callText, hostAsks } from "../session-words.ts";

export interface AtmRooms {
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly redact: (input: Readonly<Record<string, Json>>) => Readonly<Record<string, Json>>;
  /** Looks at the machine now. */
  readonly look: () => Promise<void>;
}

type JsonObject = Readonly<Record<string, Json>>;
type Told = Exclude<AgentEvent, { type: "unreadable" }>;

/**
 * What atm's hook script tells of Claude Code's sessions. It is the host's own JSON with a pid and a pane beside it, so the host's own
 * dialect reads it; but it comes after the fact and waits for nobody, so it is evidence of what a session does and nothing else:
 * nothing is judged, settled or taken for a proof that a call was.
 */
export function atmPorts({ sessions, clock, redact, look }: AtmRooms): AtmPorts {
  const dialect = agentDialect("claude-code");
  const decode = (data: JsonObject, event: string): Told => {
    const decoded = dialect?.decode(event, Buffer.from(JSON.stringify(data)));
    if (decoded === undefined || decoded.type === "unreadable")
      throw new Refusal("INVALID_PARAMS", `data ${decoded?.why ?? "is of no known agent"}`);
    if (decoded.session === "unknown") throw new Refusal("INVALID_PARAMS", "data names no session_id");
    return decoded;
  };
  return {
    nowMs: () => clock.nowMs(),
    async status(data) {
      const { agent, session, cwd, event } = decode(data, "StatusLine");
      const known = { ...statusOf(data), ...terminalOf(sessions, { agent, session }, data) };
      const before = sessions.find({ agent, session });
      if (before === undefined) await sessions.observe({ agent, session, event, cwd, ...pidOf(data), known });
      else if (before.endedAtMs === undefined) sessions.learn({ agent, session }, known);
    },
    async hook(data) {
      const name = data["hook_event_name"];
      if (typeof name !== "string" || name === "") throw new Refusal("INVALID_PARAMS", "data names no hook_event_name");
      const told = decode(data, name);
      await sessions.observe({
        agent: told.agent,
        session: told.session,
        event: told.event,
        phase: told.type === "session-start" ? "started" : told.type === "session-end" ? "ended" : undefined,
        cwd: told.cwd,
        ...pidOf(data),
        evidence: [...evidenceOf(told), ...callEvidence(told, redact)],
        known: { ...knownOf(told), ...terminalOf(sessions, told, data) },
      });
    },
    async discover() {
      await look();
      return sessions.list({ ended: false, archived: false, limit: 1_000 }).filter(({ discovered }) => discovered)
        .length;
    },
  };
}

/** A call's own evidence, which comes with its judging where the host asks the gate. */
function callEvidence(told: Told, redact: AtmRooms["redact"]): Evidence[] {
  const marksOf = (tool: string, input: JsonObject) => ({
    tool,
    what: callText(tool, redact(input)),
    subagent: told.subagent?.id,
  });
  switch (told.type) {
    case "tool-call":
      return [{ kind: "call-began", ...marksOf(told.tool, told.input), toolCallId: told.toolCallId }];
    case "permission-request":
      return [
        { kind: "asked", waitingFor: "permission", text: hostAsks(told.agent), ...marksOf(told.tool, told.input) },
      ];
    case "outcome":
      return told.outcomes.map(({ tool, input, toolCallId, interrupted }) => ({
        kind: "call-ended",
        tool,
        toolCallId,
        interrupted,
        subagent: told.subagent?.id,
        what: tool === undefined || input === undefined ? undefined : callText(tool, redact(input)),
      }));
    case "session-start":
    case "session-end":
    case "prompt":
    case "stop":
    case "notice":
    case "status":
    case "config-change":
    case "other":
      return [];
  }
}

/** The script's own additions to the host's JSON. */
function pidOf({ pid }: JsonObject): { readonly pid?: number } {
  return typeof pid === "number" && Number.isInteger(pid) && pid > 1 ? { pid } : {};
}

/** The script knows the pane and not whose; what was found out about the same pane says more. */
function terminalOf(sessions: Sessions, key: SessionKey, { tmux_pane: pane }: JsonObject): Pick<Known, "terminal"> {
  if (typeof pane !== "string" || !/^%\d{1,9}$/.test(pane)) return {};
  const known = sessions.find(key) && sessions.show({ agent: key.agent, session: key.session }).terminal;
  return known?.tmuxPane === pane ? {} : { terminal: { tmuxPane: pane, tmuxSocket: null } };
}
