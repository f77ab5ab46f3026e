import type { MemoryDesk } from "./memory.ts";
import type { Holds } from "../holds/index.ts";
import type { Ledger } from "../ledger/index.ts";
import type { Call, Handlers } from "../protocol/handlers.ts";
import type { Notify } from "../notify/index.ts";
import type { Vault } from "../operator/index.ts";
import { operations } from "../protocol/operations/index.ts";
import { provedWords } from "../protocol/passphrase.ts";
import type { Place } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Sessions } from "../sessions/index.ts";
import type { ConfigValue } from "./config.ts";
import { passphraseHandlers } from "./passphrase.ts";
import type { PolicyDesk } from "./policy-desk.ts";
import type { Presence } from "./presence.ts";
import type { Recorder } from "./recorder.ts";
import { sessionHandlers } from "./session-desk.ts";
import type { DaemonStatus } from "./status.ts";
import type { UpkeepDesk } from "./upkeep.ts";
import type { ToolCalls } from "./tool-calls.ts";
import type { WebOperation } from "./web.ts";

export interface HandlerPorts {
  readonly web: Pick<Handlers, WebOperation>;
  readonly vault: Vault;
  readonly place: Place;
  readonly version: string;
  readonly values: readonly ConfigValue[];
  readonly toolCalls: ToolCalls;
  readonly recorder: Recorder;
  readonly holds: Holds;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly presence: Presence;
  readonly policyDesk: PolicyDesk;
  readonly simulation: Handlers["policy/simulate"];
  readonly memory: Pick<MemoryDesk, "handlers">;
  readonly upkeep: Pick<UpkeepDesk, "handlers">;
  readonly status: DaemonStatus;
  readonly notify: Pick<Notify, "status" | "test">;
  /** Begins the drain when the answer is on its way. */
  stop(options: { stay: boolean }): Promise<void>;
}

/** Operation -> room: the whole wiring of the table, a line or a few each. */
export function createHandlers(ports: HandlerPorts): Handlers {
  const { toolCalls, recorder, holds, ledger, sessions, presence, policyDesk, place } = ports;
  return {
    ...ports.web,
    ...passphraseHandlers(ports.vault, presence),
    "gate/request": (input, call) =>
      toolCalls.request(
        { ...input, event: "gate/request", notSure: call.notSure?.why, exact: call.notSure?.exact },
        call.signal,
      ),
    "gate/outcome": (input) => toolCalls.outcome({ ...input, event: "gate/outcome" }),
    "gate/record": (input, call) => recorder.record(input, call.signal),

    "hold/list": async (query) => ({ holds: holds.list(query) }),
    "hold/get": async ({ id }) => ({ hold: holds.get(id) }),
    "hold/rule": async ({ id }) => ({ rule: holds.rule(id) }),
    "hold/decide": async ({ id, proof, ...decision }, call) => {
      if (decision.decision !== "deny" && policyDesk.mode === "panic")
        throw new Refusal(
          "CONFLICT",
          `Everything is stopped, so what you approve would be denied; ${id} goes on waiting.`,
          "Let agents go on first: signalbox mode attended",
        );
      const decider = await presence.forHold(holds.get(id), call, { releases: decision.decision !== "deny", proof });
      const decided = await holds.decide(id, decision, decider);
      if (decision.decision !== "deny") await ledger.checkpoint();
      return decided;
    },
    "hold/grants": async (query) => ({ grants: holds.grants(query) }),
    "hold/revoke": async ({ id }, call) => ({ grant: await holds.revoke(id, { connection: call.connection.id }) }),
    "hold/watch": async (_, call) => {
      const watch = holds.watch((hold) => call.push("hold/changed", { hold }));
      call.signal.addEventListener("abort", () => watch.stop(), { once: true });
      return { holds: [...watch.holds] };
    },

    "ledger/list": async (query) => ({ entries: ledger.list(query) }),
    "ledger/get": async ({ seq }) => ({ entry: ledger.get(seq) }),
    "ledger/tail": async ({ after }, call) => {
      const entries =
        after === undefined ? ledger.list({ limit: tailFirst }).reverse() : ledger.list({ after, limit: 1_000 });
      const stop = ledger.tail((added) => void (call.push("ledger/appended", { entries: [...added] }) || stop()));
      call.signal.addEventListener("abort", stop, { once: true });
      return { entries };
    },
    "ledger/verify": async ({ checkpoint }, { signal }) => {
      const { findings, anchors, ...report } = await ledger.verify({ checkpoint, signal });
      return { ...report, anchors: [...anchors], findings: [...findings] };
    },
    "ledger/figures": async (query, { signal }) => {
      const { verdicts, rules, ...rest } = await ledger.figures(query, { signal });
      return { ...rest, verdicts: [...verdicts], rules: [...rules] };
    },
    "ledger/prove": async ({ seq }) => {
      const { path, keys, handovers, ...proof } = await ledger.prove(seq);
      return { ...proof, path: [...path], keys: [...keys], handovers: [...handovers] };
    },
    "ledger/export": async (_, call) => {
      queueMicrotask(() => void exportTo(ledger, call));
      return { entries: ledger.status().entries };
    },
    "ledger/key": async () => ledger.key(),

    ...sessionHandlers({ sessions, ledger }),

    ...ports.memory.handlers,
    ...ports.upkeep.handlers,

    "policy/show": async ({ cwd }) => policyDesk.show(cwd),
    "policy/simulate": ports.simulation,
    "policy/mode": async ({ mode, proof }, call) => {
      const looser = mode !== policyDesk.mode && (mode === "observe" || policyDesk.mode === "panic");
      const proved = { word: provedWords.mode(mode), proof, verb: `signalbox mode ${mode}` };
      await presence.forOperation("policy/mode", call, {
        tightens: mode === "panic",
        proved: looser ? proved : undefined,
      });
      await policyDesk.setMode(mode);
      return { mode };
    },
    "policy/trust": async ({ path, sha256, proof }, call) => {
      const proved = { word: provedWords.trust, proof, verb: `signalbox policy trust ${path}` };
      await presence.forOperation("policy/trust", call, { proved });
      return policyDesk.trust(path, sha256);
    },

    "operator/present": async ({ purpose }, call) => {
      const decider = await presence.forOperation(purpose, call);
      await ledger.append({ kind: "operator/present", payload: { purpose, by: decider } });
      return { present: true as const };
    },

    "daemon/hello": async ({ version }) => ({
      version: ports.version,
      pid: process.pid,
      home: place.home,
      ...compatibility(version, ports.version),
      methods: Object.keys(operations),
    }),
    "daemon/status": async () => ports.status(),
    "daemon/notifications": async () => ({ channels: [...ports.notify.status()] }),
    "daemon/notify-test": async ({ channel }, { signal }) => {
      const results = await ports.notify.test(channel, { signal });
      if (results.length > 0) return { results };
      throw new Refusal("NOT_FOUND", `There is no notification channel "${channel}".`, "signalbox notify list");
    },
    "daemon/config": async () => ({ values: [...ports.values] }),
    "daemon/stop": async ({ stay, proof }, call) => {
      const proved = { word: provedWords.stop, proof, verb: "signalbox down" };
      const decider = await presence.forOperation("daemon/stop", call, { proved });
      await ledger.append({ kind: "daemon/stopping", payload: { stay, by: decider } });
      await ports.stop({ stay });
      return { draining: true as const };
    },
  };
}

/** Entries that a tail begins with when it names none. */
const tailFirst = 20;

/** Same major (before 1.0: same minor) works together; otherwise the older one is named with the command that mends it. */
export function compatibility(theirs: string | undefined, ours: string): { compatible: boolean; fix: string | null } {
  if (theirs === undefined || theirs === ours) return { compatible: true, fix: null };
  const line = (version: string) =>
    version
      .split(".")
      .slice(0, version.startsWith("0.") ? 2 : 1)
      .join(".");
  const fix = `This is Signalbox ${theirs} and the daemon runs ${ours}. Run the newer one: signalbox restart`;
  return { compatible: line(theirs) === line(ours), fix };
}

async function exportTo(ledger: Ledger, call: Call): Promise<void> {
  try {
    for await (const line of ledger.export({ signal: call.signal })) {
      if (!call.push("ledger/exported", { line })) return;
      await call.caughtUp();
    }
    call.push("ledger/exported", { line: null });
  } catch (error) {
    // The reader hears of it by the missing last line (`line: null`), which is what tells a whole export from a part of one.
    if (!call.signal.aborted)
      call.push("ledger/exported", { line: JSON.stringify({ error: (error as Error).message }) });
  }
  call.end();
}
