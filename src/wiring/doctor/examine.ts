import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiscoveredAgent } from "../discover.ts";
import type { Finding, WiredAgent, WiringWorld } from "../wiring.ts";
import { inspect } from "../inspect.ts";
import { type CanaryResult, canaryScript, readCanary } from "./canary.ts";
import { codexTrust } from "./codex-trust.ts";
import { hostOf } from "./hosts/index.ts";
import { type Host, NotProvable } from "./hosts/host.ts";
import { startMockModel } from "./mock-model.ts";
import type { HostReport, Proof, TrustReport } from "./report.ts";
import { type HostRun, runHost } from "./run-host.ts";

export interface Examination {
  readonly world: WiringWorld;
  /** Absolute: the folder whose repository's settings are looked at too. */
  readonly cwd: string;
  /** Hex digits, new for each proof. */
  nonce(): string;
  readonly signal: AbortSignal;
}

/** Looks at one agent: its settings, its trust, and what the real program does with a call that must be denied. */
export async function examine(found: DiscoveredAgent, examination: Examination): Promise<HostReport> {
  const { world, cwd, signal } = examination;
  const agent = found.id;
  const host = hostOf(agent);
  const inspection = inspect({ ...world, agent, cwd });
  const trust =
    agent === "codex" && found.program !== undefined && inspection.wired !== "no"
      ? await codexTrust({ world, binary: found.program, signal })
      : null;
  const proof = await prove(host, found, examination, inspection.wired);
  const causes = [
    // Codex itself knows better than its settings file shows.
    ...inspection.findings.filter(
      (finding) => finding.id !== "codex-untrusted" || trust === null || trust.state === "unknown",
    ),
    ...trustFindings(trust),
  ];
  const explained = causes.some(({ severity }) => severity === "open");
  const findings = [...proofFindings(agent, proof, { explained }), ...causes].toSorted(
    (left, right) => rank(left) - rank(right),
  );
  const open = findings.some((finding) => finding.severity === "open");
  return {
    agent,
    ok: proof.state === "denied" && !open,
    program: found.program ?? null,
    version: found.version ?? null,
    testedVersion: host?.testedVersion ?? "none",
    inspection,
    proof,
    trust,
    findings,
    notCovered: host?.notCovered ?? [],
  };
}

const rank = ({ severity }: Finding): number => ["open", "risk", "note"].indexOf(severity);

async function prove(
  host: Host | undefined,
  found: DiscoveredAgent,
  examination: Examination,
  wired: string,
): Promise<Proof> {
  const notRun = (why: string): Proof => ({ state: "not-run", why, told: null, tookMs: 0 });
  const notProvable = (why: string, tookMs = 0): Proof => ({ state: "not-provable", why, told: null, tookMs });
  if (wired === "no") return notRun(`${found.id} is not wired.`);
  if (found.program === undefined) return notRun(`${found.id} is wired, but its program is not on the PATH.`);
  if (host === undefined) return notProvable(`Signalbox knows no way to run ${found.id} without a real model.`);
  const scratch = mkdtempSync(join(tmpdir(), "signalbox-doctor-"));
  try {
    const nonce = examination.nonce();
    const signal = AbortSignal.any([examination.signal, AbortSignal.timeout(proofMs)]);
    await using model = await startMockModel({ script: canaryScript(nonce), signal: examination.signal });
    const { world, cwd } = examination;
    const command = host.probe({ binary: found.program, world, cwd, scratch, modelUrl: model.url });
    if (command instanceof NotProvable) return notProvable(`Not started: ${command.why}.`);
    const run = await runHost(command, { signal });
    examination.signal.throwIfAborted();
    return wordProof(found.id, readCanary(nonce, model.requests), run);
  } catch (error) {
    examination.signal.throwIfAborted();
    return notProvable(`${found.program} could not be run: ${(error as Error).message}.`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Slow machines included; a healthy proof takes one to four seconds. */
const proofMs = 60_000;

function wordProof(agent: WiredAgent, result: CanaryResult, run: HostRun): Proof {
  const tookMs = Math.round(run.tookMs);
  switch (result.state) {
    case "denied":
      return {
        state: "denied",
        why: `${agent} made a call that must be denied: it was, and its model was told why.`,
        told: null,
        tookMs,
      };
    case "closed":
      return {
        state: "closed",
        why: `${agent}'s hook denied the call by itself, since it could not ask the daemon.`,
        told: result.told,
        tookMs,
      };
    case "open":
      return {
        state: "open",
        why: `${agent} made a call that must be denied, and Signalbox was not asked.`,
        told: result.told,
        tookMs,
      };
    case "silent":
      return {
        state: "not-provable",
        why: `${agent} did not get as far as a tool call: ${result.why}${lastWords(run)}.`,
        told: null,
        tookMs,
      };
  }
}

function lastWords({ code, killedBy, stderr, stdout }: HostRun): string {
  const end = killedBy === null ? `exit ${code}` : `ended by ${killedBy}`;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-3).join(" ").slice(-400);
  return said === "" ? ` (${end})` : ` (${end}: ${said})`;
}

/** @param explained  another finding says why, and how to mend it */
function proofFindings(agent: WiredAgent, proof: Proof, { explained }: { explained: boolean }): Finding[] {
  // Wiring again also writes the launch record and the hook client anew.
  const wire = `signalbox wire ${agent}`;
  switch (proof.state) {
    case "open": {
      const fix = explained ? undefined : wire;
      return [{ severity: "open", id: "canary-not-denied", what: proof.why, fix }];
    }
    case "closed": {
      const what = `${proof.why} It said: ${proof.told}`;
      return [{ severity: "open", id: "daemon-unreachable", what, fix: `${wire} && signalbox up --detach` }];
    }
    case "not-provable":
      return [{ severity: "risk", id: "not-provable", what: proof.why, fix: undefined }];
    case "denied":
    case "not-run":
      return [];
  }
}

function trustFindings(trust: TrustReport | null): Finding[] {
  if (trust?.state === "untrusted")
    return [{ severity: "open", id: "codex-untrusted", what: trust.why, fix: "signalbox wire codex" }];
  return [];
}
