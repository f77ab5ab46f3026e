import type { Place } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";

export const wiredAgents = ["claude-code", "codex", "gemini", "copilot", "opencode"] as const;
/** The agents whose settings we can edit. `generic` has none: see `howToCallHook`. */
export type WiredAgent = (typeof wiredAgents)[number];

/** Where we are and who is asking. The environment is handed in: this room never reads the process's own. */
export interface WiringWorld {
  readonly place: Place;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute; without it `HOME` of the environment, else the account's. */
  readonly userHome?: string;
}

/** How the hook starts the daemon when none answers. Absolute paths, an environment built from nothing. */
export interface Launch {
  /** Absolute path of the Node binary. */
  readonly exec: string;
  /** Its arguments without the program's own name, e.g. `--disable-sigusr1 /abs/main.ts daemon --home /abs`. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface WireRequest extends WiringWorld {
  readonly agent: WiredAgent;
  /** Absolute path of the hook binary that was built; `apply` copies it to the home. */
  readonly hookBinary: string;
  /** Written to the home's launch record. */
  readonly launch: Launch;
  /** Policy's allow becomes a grant: the host then asks nobody. Only Claude Code, Codex and Copilot can be told. */
  readonly grant?: boolean;
  readonly nowMs: number;
  /** Unguessable letters and digits: Gemini CLI's hooks can be switched off by name. */
  readonly random: string;
}

/** One file before and after. Bytes are compared again right before writing. */
export interface FileEdit {
  /** As the agent names it. */
  readonly path: string;
  /** Where it leads when dotfiles are links. */
  readonly realPath: string;
  readonly before: Buffer | null;
  /** `null` removes the file. */
  readonly after: Buffer | null;
  /** For a file that is new; an existing one keeps its mode. */
  readonly mode: number;
}

/** What would be done, in full: nothing has been written yet. */
export interface Plan {
  readonly agent: WiredAgent;
  /** False when the agent's settings and our record of them are as they should be already. */
  readonly changes: boolean;
  /** Hook binary and launch record, copied to the home: harmless by themselves, and what `--print` shows needs them. */
  readonly homeEdits: readonly FileEdit[];
  /** In this order: dated copies, record, and last the agent's settings. */
  readonly edits: readonly FileEdit[];
  /** Folders that `wire` made, deepest first; removed if they are empty. */
  readonly removeFolders: readonly string[];
  /** What it installs, for `wire --print`: exactly the JSON (or the plugin's text) that stands in the agent's settings. */
  readonly shown: string;
  /** What the person should know, a sentence each. */
  readonly notes: readonly string[];
  /** Why the hooks would not be asked although they stand there, a sentence each. */
  readonly switchedOff: readonly string[];
}

/** A way round the gate, or something that weakens it. */
export interface Finding {
  /** `open`: tool calls go unjudged as things stand. `risk`: they would under a condition. `note`: good to know. */
  readonly severity: "open" | "risk" | "note";
  /** Stable kebab-case name. */
  readonly id: string;
  readonly what: string;
  /** A command to type, where one would mend it. */
  readonly fix: string | undefined;
}

export interface Inspection {
  readonly agent: WiredAgent;
  readonly settings: string;
  /** `other`: wired, but not to this home or not as `wire` would do it now. */
  readonly wired: "yes" | "no" | "partly" | "other" | "unreadable";
  /** One sentence. */
  readonly why: string;
  /** The hook command's path in the settings, when there is one. */
  readonly hook: string | undefined;
  readonly findings: readonly Finding[];
}

/** The settings can't be edited safely. Nothing was written; the message says which file, why, and what to do. */
export class WiringRefused extends Refusal {
  constructor(message: string, options?: ErrorOptions) {
    super("CONFLICT", message, undefined, options);
    this.name = "WiringRefused";
  }
}
