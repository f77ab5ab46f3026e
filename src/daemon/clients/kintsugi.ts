import { type KintsugiPorts, type ProvenanceStep, sessionOf } from "../../dialects/clients/kintsugi/index.ts";
import type { Trail } from "../../gate/index.ts";
import type { Json } from "../../kit/canonical.ts";
import type { Ledger } from "../../ledger/index.ts";
import type { Vault } from "../../operator/index.ts";
import type { Effect } from "../../protocol/effects.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { Sessions } from "../../sessions/index.ts";
import type { Store } from "../../store/index.ts";
import { type JudgingPorts, judgeWithFacts } from "../judging.ts";
import type { Presence } from "../presence.ts";
import { redactJudged } from "../tool-calls.ts";

export interface KintsugiRooms {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly store: Pick<Store, "durably">;
  readonly judging: JudgingPorts;
  readonly vault: Vault;
  readonly presence: Presence;
  readonly redactText: (text: string) => string;
  workspaceAt(
    cwd: string,
  ): Promise<{ readonly root: string; readonly added: readonly string[]; readonly ordinary: boolean }>;
  /** Begins the drain when the answer is on its way. */
  stop(): Promise<void>;
}

/** What kintsugi's clients ask for that is no operation of the table. */
export function kintsugiPorts(rooms: KintsugiRooms): KintsugiPorts {
  const { ledger, sessions, store, redactText } = rooms;
  return {
    async unread(why) {
      await ledger.append({ kind: "gate/unreadable", agent: "kintsugi", payload: { why } });
    },

    async observe({ change, path }) {
      await ledger.append({ kind: "files/observed", payload: { by: "kintsugi", change, path: redactText(path) } });
    },

    async ingest({ source_kind: sourceKind, source_id: sourceId, agent, cwd, ts, ...said }) {
      const session = sessionOf({ ...said, cwd });
      await sessions.observe({ agent, session, event: "ingest", cwd });
      const what = `${sourceKind}: ${redactText(sourceId)}`.slice(0, limits.effectTargetCharsMax);
      await store.durably(() => {
        const { seq } = ledger.write({ kind: "taint/ingested", agent, session, payload: { what, saidAt: ts } });
        sessions.recordTrail({ agent, session }, [{ leg: "untrusted", what, entry: seq }], true);
      });
    },

    async provenance(call, signal) {
      const key = { agent: call.agent, session: call.session };
      const trail = sessions.trail(key) as Trail;
      const workspace = sessions.find(key)?.workspace ?? (await rooms.workspaceAt(call.cwd));
      const asked = { ...call, ...key, input: call.input as Readonly<Record<string, Json>>, workspace, trail };
      const judged = redactJudged(await judgeWithFacts(rooms.judging, asked, signal), redactText);
      const steps: ProvenanceStep[] = [...trail.flatMap(stepOf), ...judged.effects.flatMap(legsOf)];
      if (judged.verdict !== "allow") steps.push({ step: "rule_fired", rule: judged.rule });
      return { tainted: trail.some(({ leg }) => leg === "untrusted"), trail: steps };
    },

    async shutdown({ op, nonce, proof }, peer) {
      if (op.includes("/"))
        throw new Refusal("INVALID_PARAMS", `shutdown: "${op}" is the name of an operation of ours, not of a shutdown`);
      const locked = rooms.vault.locked;
      if (locked) await rooms.vault.prove(op, { nonce, proof });
      const by = locked
        ? { proof: "passphrase", op }
        : await rooms.presence.forOperation("daemon/stop", { connection: peer.connection, signal: peer.lost });
      await ledger.append({ kind: "daemon/stopping", payload: { stay: false, by } });
      await rooms.stop();
    },
  };
}

/** The kinds that kintsugi's clients know. */
const sourceKinds: ReadonlySet<string> = new Set("web download mcp issue file clipboard shell searchresult".split(" "));

/** A step that was ingested says its source's kind; one that the gate saw came by a command. */
function stepOf({ leg, what }: Trail[number]): ProvenanceStep[] {
  const [, kind, id] = /^([a-z]{1,32}): (.*)$/s.exec(what) ?? [];
  switch (leg) {
    case "untrusted":
      return kind !== undefined && id !== undefined && sourceKinds.has(kind)
        ? [{ step: "untrusted_read", source_kind: kind, source_id: id }]
        : [{ step: "untrusted_read", source_kind: "shell", source_id: what }];
    case "secret":
      return [{ step: "sensitive_read", path: what }];
    case "kept":
      return [];
  }
}

function legsOf({ kind, secret, target, what }: Effect): ProvenanceStep[] {
  if (secret === "reads") return [{ step: "sensitive_read", path: target || what }];
  if (kind === "send" || kind === "publish") return [{ step: "egress_sink", target: target || what }];
  return [];
}
