import type { Finding, Inspection, WiredAgent } from "../wiring.ts";

/** What was learnt about one host. */
export interface HostReport {
  readonly agent: WiredAgent;
  /** True when the canary was denied and nothing is open. */
  readonly ok: boolean;
  /** Absolute path of the program that was found, or null: not on this machine. */
  readonly program: string | null;
  readonly version: string | null;
  /** The version that Signalbox was tested with. */
  readonly testedVersion: string;
  readonly inspection: Inspection;
  readonly proof: Proof;
  /** Null for hosts that need no trust. */
  readonly trust: TrustReport | null;
  /** From the inspection, the trust state and the proof, worst first. */
  readonly findings: readonly Finding[];
  /** Ways past the gate that no setting closes, a sentence each. */
  readonly notCovered: readonly string[];
}

export interface Proof {
  /**
   * `denied`: the real agent made a call that must be denied, it was, and its model was told the gate's own reason.
   * `closed`: denied by the hook without a daemon. `open`: the call ran or only something else stopped it.
   * `not-provable`: `why` says what stood in the way; `not-run`: not wired or not here.
   */
  readonly state: "denied" | "closed" | "open" | "not-provable" | "not-run";
  /** One sentence. */
  readonly why: string;
  /** What the model was told, when it was not the gate's reason. */
  readonly told: string | null;
  readonly tookMs: number;
}

export interface TrustReport {
  readonly state: "trusted" | "untrusted" | "unknown";
  /** One sentence. */
  readonly why: string;
  readonly hooks: readonly { readonly event: string; readonly status: string }[];
}

export interface DaemonReport {
  readonly state: "up" | "away";
  readonly version: string | null;
  readonly why: string;
}

export interface DoctorReport {
  /** True when every wired host that is here is `ok`, and there is one. */
  readonly ok: boolean;
  readonly daemon: DaemonReport;
  readonly hosts: readonly HostReport[];
}
