import type { Socket } from "node:net";
import type { CheckCall, Checked } from "./check.ts";
import type { Verdict } from "../protocol/effects.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import type { Place } from "../protocol/place.ts";
import type { Client } from "../client/index.ts";

/**
 * What bin/signalbox.js hands to the CLI: the rooms that it may not import, loaded when first used. `daemon/cli-ports.ts` makes them.
 */
export interface CliPorts {
  /** Absolute path of the program that `daemon` is a verb of. */
  readonly main: string;
  readonly environment: () => Promise<EnvironmentPort>;
  readonly wiring: () => Promise<WiringPort>;
  readonly doctor: () => Promise<DoctorPort>;
  readonly offline: () => Promise<OfflinePort>;
  readonly recover: (
    place: Place,
  ) => Promise<{ readonly setAside: string; readonly why: string; readonly rootKey: string }>;
  readonly shims: () => Promise<ShimsPort>;
  readonly recording: () => Promise<RecordingPort>;
  readonly serveMcp: (options: McpOptions) => Promise<void>;
  readonly serveNexoMcp: (options: NexoMcpOptions) => Promise<void>;
  readonly service: () => Promise<(place: Place) => ServicePort>;
  readonly board: () => Promise<BoardPort>;
}

/** The daemon as the user's service manager runs it. */
export interface ServicePort {
  /** systemd or launchd. */
  readonly manager: string;
  readonly units: readonly { readonly path: string; readonly text: string }[];
  /** @returns paths written. @throws Refusal CONFLICT with what is missing or in the way; nothing was changed */
  install(): Promise<readonly string[]>;
  /** @returns paths removed */
  uninstall(): Promise<readonly string[]>;
  status(): Promise<{
    readonly installed: "all" | "other" | "edited" | "none";
    readonly active: boolean;
    readonly away: string | null;
  }>;
}

export interface BoardPort {
  /** Takes the whole terminal until the person leaves or the signal aborts. */
  run(
    options: { readonly socket: string; readonly mouse: boolean; readonly startDaemon: () => Promise<void> },
    { signal }: { signal: AbortSignal },
  ): Promise<void>;
}

export interface EnvironmentPort {
  /** What the daemon gets: nothing that loads code. */
  readonly cleanEnvironment: () => Record<string, string>;
  /** @throws with a sentence when the file is wrong; Refusal INVALID_PARAMS when it is the settings, by their dotted keys */
  checkConfig(place: Place, settings: Readonly<Record<string, string>>): void;
  explainConfig(place: Place): readonly { readonly key: string; readonly value: unknown; readonly source: string }[];
}

export interface AgentHere {
  readonly id: string;
  readonly installed: boolean;
  readonly wired: boolean;
  readonly version: string | undefined;
}

export interface WirePlan {
  readonly changes: boolean;
  /** Paths that `apply` writes in the agent's settings. */
  readonly files: readonly string[];
  /** Exactly what stands in the agent's settings afterwards. */
  readonly shown: string;
  readonly notes: readonly string[];
  /** Why the hooks would not be asked although they stand there, a sentence each. */
  readonly switchedOff: readonly string[];
  /** Home only: hook client and launch record, enough for the shown command to work. */
  applyHome(): void;
  apply(): void;
}

export interface WiringPort {
  readonly agents: readonly string[];
  discover(place: Place): readonly AgentHere[];
  /** @throws with a sentence when the agent's settings can't be edited safely */
  planWire(place: Place, agent: string, options: { grant: boolean }): WirePlan;
  planUnwire(place: Place, agent: string): WirePlan;
  howToCallHook(place: Place): string;
  /** Tells Codex that its user trusts our hooks, as its own /hooks dialog would. @returns what is to be said, in sentences */
  trustCodex(place: Place, options: { signal: AbortSignal }): Promise<readonly string[]>;
  /** The hook client, built when it is missing. @throws with a sentence when there is no C compiler */
  hookBinary(): string;
}

export interface RecordingPort {
  /** @returns whether the shell's rc file changed */
  install(place: Place, shell: string): boolean;
  uninstall(place: Place, shell: string): boolean;
  status(place: Place): readonly { readonly shell: string; readonly rc: string; readonly installed: boolean }[];
  /** @param typed  redacted */
  spool(place: Place, typed: { readonly cwd: string; readonly code: number; readonly command: string }): void;
}

export interface ShimsPort {
  /** @throws with a sentence when it can't be done safely */
  install(
    place: Place,
    names: readonly string[],
  ): { readonly linked: readonly string[]; readonly left: readonly string[] };
  uninstall(place: Place, names: readonly string[]): readonly string[];
  status(place: Place): {
    readonly folder: string;
    readonly linked: readonly string[];
    readonly missing: readonly string[];
    readonly shadowed: readonly string[];
    readonly onPath: boolean;
  };
  /** This process's environment with the shims first on PATH. */
  environment(place: Place): Readonly<Record<string, string | undefined>>;
}

export interface DoctorFinding {
  readonly severity: "open" | "risk" | "note";
  readonly what: string;
  readonly fix: string | undefined;
}

export interface HostReport {
  readonly agent: string;
  readonly ok: boolean;
  readonly version: string | null;
  readonly testedVersion: string;
  readonly proof: {
    readonly state: "denied" | "closed" | "open" | "not-provable" | "not-run";
    readonly why: string;
    readonly told: string | null;
  };
  readonly findings: readonly DoctorFinding[];
  readonly notCovered: readonly string[];
}

export interface DoctorReport {
  readonly ok: boolean;
  readonly daemon: { readonly state: "up" | "away"; readonly why: string };
  readonly hosts: readonly HostReport[];
}

export interface DoctorPort {
  run(
    place: Place,
    agents: readonly string[],
    options: { signal: AbortSignal; onAgent: (agent: string) => void },
  ): Promise<DoctorReport>;
}

export interface OfflinePort {
  readonly judgeHere: (place: Place, call: CheckCall) => Promise<Checked>;
  readonly judgeText: (place: Place) => (call: CheckCall) => Checked;
  /** @throws Refusal CONFLICT  the entry can't be replayed */
  readonly replayEntry: (place: Place, entry: EntryView, trusted: readonly string[]) => Promise<Replayed>;
  /** @throws Refusal INVALID_PARAMS  the proposed text is no valid policy */
  readonly simulatePolicy: (
    place: Place,
    proposed: { readonly text: string; readonly path: string; readonly layer: "user" | "repository" },
    trusted: readonly string[],
  ) => Promise<SimulationPort>;
  readonly suggestRules: (
    place: Place,
    entries: readonly EntryView[],
    options: { readonly times: number },
  ) => readonly Suggested[];
  /** The user's own file of that program's rules; it need not be there. */
  readonly settingsOf: (from: "claude" | "codex") => string;
  /** Where this user's shells keep what was typed; they need not be there. */
  readonly historyFiles: () => readonly string[];
}

export interface SimulationPort {
  entry(entry: EntryView): ComparedVerdicts | undefined;
  command(command: string, cwd: string): ComparedVerdicts;
}

interface ShortVerdict {
  readonly verdict: Verdict;
  readonly rule: string;
}

export interface ComparedVerdicts {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly before: ShortVerdict;
  readonly after: ShortVerdict;
}

export interface Suggested {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly times: number;
  readonly entries: readonly number[];
  readonly rule: { readonly ok: string } | { readonly problem: string };
}

export interface Replayed {
  readonly before: { readonly verdict: Verdict; readonly rule: string };
  readonly now: Pick<Checked, "verdict" | "rule" | "reason" | "effects">;
  readonly same: boolean;
  readonly limits: readonly string[];
}

export interface NexoMcpOptions {
  dial(signal: AbortSignal): Promise<Socket>;
  readonly cwd: string;
}

export interface McpOptions {
  connect(signal: AbortSignal): Promise<Client>;
  readonly agent: string;
  readonly session: string | undefined;
  readonly exec: boolean | undefined;
  readonly cwd: string;
}
