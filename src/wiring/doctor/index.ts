/**
 * Doctor proves that the gate stands: it starts each real, wired agent that it finds on this machine against a mock model in this process,
 * which asks for one harmless call that the gate must deny, and reads whether the model was told so. It promises that nothing
 * reaches a real endpoint: the model's address and key are given by the host's highest layer, logins and MCP servers are left out,
 * and where that can't be had the report says "not provable" and nothing is started. Transcripts go to a throw-away place. It
 * mends nothing but Codex's trust in our own hooks, and only when it is told to. Each run is bounded: one minute an agent.
 */
import { discover } from "../discover.ts";
import type { WiredAgent, WiringWorld } from "../wiring.ts";
import { checkDaemon } from "./daemon-check.ts";
import { examine } from "./examine.ts";
import type { DoctorReport, HostReport } from "./report.ts";

export { trustCodexHooks } from "./codex-trust.ts";
export type { DaemonReport, DoctorReport, HostReport, Proof, TrustReport } from "./report.ts";

export interface DoctorRequest extends WiringWorld {
  /** Which agents to look at; those that are neither wired nor here are left out unless named. */
  readonly agents?: readonly WiredAgent[];
  /** Absolute: the folder whose repository's settings are looked at too. */
  readonly cwd: string;
  /** At least 16 hex digits, new at every call. */
  nonce(): string;
  readonly signal: AbortSignal;
  /** Told before each agent, which takes seconds. */
  readonly onAgent?: (agent: WiredAgent) => void;
}

/** One agent after the other. @throws the signal's reason; everything else stands in the report */
export async function runDoctor(request: DoctorRequest): Promise<DoctorReport> {
  const { place, environment, userHome, cwd, signal } = request;
  const world: WiringWorld = { place, environment, ...(userHome === undefined ? {} : { userHome }) };
  const found = discover(world).filter(({ id, installed, inspection }) =>
    request.agents === undefined ? installed || inspection.wired !== "no" : request.agents.includes(id),
  );
  const reports: HostReport[] = [];
  for (const agent of found) {
    request.onAgent?.(agent.id);
    reports.push(await examine(agent, { world, cwd, nonce: () => request.nonce(), signal }));
  }
  // After the proofs: an agent's hook may just have started it.
  const daemon = await checkDaemon(place, { signal });
  const wired = reports.filter(({ inspection }) => inspection.wired !== "no");
  return { ok: wired.length > 0 && wired.every(({ ok }) => ok), daemon, hosts: reports };
}
