import type { WiredAgent, WiringWorld } from "../../wiring.ts";
import type { HostCommand } from "../run-host.ts";

/** How one agent is made to talk to the mock model, and to nothing else. */
export interface Host {
  readonly agent: WiredAgent;
  /** The program's name on the PATH. */
  readonly program: string;
  /** The version that this was tried with. */
  readonly testedVersion: string;
  /** Ways past the gate that no setting closes, a sentence each. */
  readonly notCovered: readonly string[];
  /**
   * Makes ready a run of the agent with the user's settings. Writes only below `scratch`.
   * @returns a sentence instead when the model's address can't be had surely: then nothing is started
   */
  probe(context: ProbeContext): HostCommand | NotProvable;
}

export interface ProbeContext {
  /** Absolute path of the agent's program. */
  readonly binary: string;
  readonly world: WiringWorld;
  /** The person's working folder: its repository's settings have a say too. */
  readonly cwd: string;
  /** An empty folder for this probe alone, removed afterwards. */
  readonly scratch: string;
  /** `http://127.0.0.1:<port>`. */
  readonly modelUrl: string;
}

export class NotProvable {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** A key that no real endpoint knows. */
export const canaryKey = "signalbox-doctor-has-no-key";

export const canaryPrompt = "Signalbox doctor: make one tool call and stop.";

/**
 * Variables that name a model's address, a key, a proxy or where telemetry goes, or that mark a session that is running now (doctor
 * may be started inside one). Everything else stays as in daily use: it may be what breaks the gate.
 */
const modelVariables = [
  /^(?:ANTHROPIC|AWS|AZURE|OPENAI|GOOGLE|VERTEX|GCLOUD|CLOUD_ML|CLOUDSDK|OTEL|COPILOT_PROVIDER)_/,
  /^GEMINI_(?:API_KEY|MODEL|TELEMETRY|SANDBOX)/,
  /^CLAUDE_CODE_(?:USE|SKIP|OAUTH|API|SESSION|CHILD|ENTRYPOINT|MESSAGING|SSE|ENABLE_TELEMETRY|SUBAGENT_MODEL|REMOTE)/,
  /^(?:CLAUDECODE|GITHUB_TOKEN|GH_TOKEN|CODEX_API_KEY|CODEX_ACCESS_TOKEN|COPILOT_GITHUB_TOKEN)$/,
  /^(?:https?|all|no)_proxy$/i,
];

export const isModelVariable = (name: string): boolean => modelVariables.some((pattern) => pattern.test(name));

/** The person's own environment without those. */
export function withoutModel(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (typeof value === "string" && !isModelVariable(name)) kept[name] = value;
  return kept;
}
