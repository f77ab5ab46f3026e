import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import { z } from "zod";
import type { Json } from "../kit/canonical.ts";
import { nearest } from "../kit/nearest.ts";
import { maskedChannels, NotifySettings } from "../notify/index.ts";
import { deciderNames, ModelSettings } from "../deciders/index.ts";
import { limits } from "../protocol/limits.ts";
import type { Place } from "../protocol/place.ts";
import { wordIssue } from "../protocol/wording.ts";

/**
 * Configuration: flags beat the file, the file beats the defaults. The environment can change nothing that loosens: only
 * `SIGNALBOX_LOG_LEVEL` is read, because a cloned repository can set the environment of every hook process (DESIGN section 5).
 */
const Config = z.strictObject({
  log: z
    .strictObject({
      level: z.enum(["error", "warn", "info", "debug"]).default("info"),
      fileBytesMax: z.int().min(65_536).max(1_073_741_824).default(limits.logFileBytesMax),
      filesMax: z.int().min(1).max(100).default(limits.logFilesMax),
    })
    .prefault({}),
  holds: z
    .strictObject({
      /** Milliseconds; must stay below every host's own limit (300 s), or the host would let the call pass. */
      waitMs: z.int().min(0).max(limits.holdWaitMs).default(limits.holdWaitMs),
      ageMsMax: z.int().min(1_000).max(limits.holdAgeMsMax).default(limits.holdAgeMsMax),
      approvalAgeMsMax: z.int().min(1_000).max(limits.holdAgeMsMax).default(limits.approvalAgeMsMax),
      /** After the start a lost connection withdraws nothing for this long: hooks are coming back. */
      startGraceMs: z.int().min(0).max(60_000).default(10_000),
      /** What an interactive Claude Code session gets for a hold: `wait` for the operator, or `ask` in its own dialog. */
      interactiveClaude: z.enum(["wait", "ask"]).default("wait"),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      retentionDays: z
        .number()
        .min(1)
        .max(3_650)
        .default(limits.ledgerAgeMsMax / 86_400_000),
      bytesMax: z.int().min(16_777_216).max(1_099_511_627_776).default(limits.ledgerBytesMax),
      checkpointEntriesMax: z.int().min(1).max(100_000).default(limits.checkpointEntriesMax),
      checkpointMsMax: z.int().min(1_000).max(3_600_000).default(limits.checkpointMsMax),
    })
    .prefault({}),
  notify: NotifySettings.prefault({}),
  web: z
    .strictObject({
      /** Serve the web board from the start; else from the first `signalbox web` on, and while a browser holds a pass. */
      enabled: z.boolean().default(false),
      /** On 127.0.0.1 and ::1. */
      port: z.int().min(1_024).max(65_535).default(7_444),
      /** Further host names, without port, under which a tunnel of your own reaches the board. */
      names: z
        .array(z.string().regex(/^[a-z0-9.-]{1,253}$/, "a host name in small letters, without port"))
        .max(8)
        .default([]),
      /** What browsers may decide, never more than the terminal that asked for their link. */
      decides: z.enum(["everything", "undoable", "nothing"]).default("everything"),
    })
    .prefault({}),
  /** Clients of nexo's permission socket. */
  nexo: z
    .strictObject({
      /** Who has a say besides policy. `allow-all` and `scripted` exist in homes made for tests only. */
      decider: z.enum([...deciderNames, "model"]).default("policy"),
      /** The model that `model` asks. */
      model: ModelSettings.optional(),
      /** The answers of `scripted`: a file of nexo's outcomes, one JSON object a line. */
      script: z.string().startsWith("/").optional(),
      /** Milliseconds that a call waits for the operator: nexo's own client gives up after 30 s. */
      waitMs: z.int().min(0).max(limits.holdWaitMs).default(25_000),
    })
    .prefault({}),
  memory: z
    .strictObject({
      /** A Claude Code session begins with a brief of its project's notes. */
      sessionBrief: z.boolean().default(false),
      briefCharsMax: z.int().min(500).max(10_000).default(4_000),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      /** Show agents that were never wired, found by their processes. */
      discover: z.boolean().default(true),
    })
    .prefault({}),
  backstop: z
    .strictObject({
      /** Enter files that vanish from the workspaces of live sessions while no tool call runs there. */
      enabled: z.boolean().default(true),
    })
    .prefault({}),
  drainMs: z.int().min(100).max(120_000).default(limits.drainMs),
});
export type Config = z.output<typeof Config>;

export interface ConfigValue {
  readonly key: string;
  readonly value: Json;
  readonly source: string;
  readonly note: string | null;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly values: readonly ConfigValue[];
}

/** What a person must mend before the daemon can start; the message names the file, the key and the fix. */
export class ConfigFault extends Error {
  override readonly name = "ConfigFault";
}

/**
 * @param flags  dotted keys as given on the command line, e.g. `{"log.level": "debug"}`
 * @throws ConfigFault
 */
export function loadConfig(
  place: Place,
  flags: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): LoadedConfig {
  const path = join(place.configDir, "config.toml");
  const file = readToml(path);
  const fromFile = leaves(file);
  const chosen = new Map<string, { value: unknown; source: string }>();
  for (const [key, value] of fromFile) chosen.set(key, { value, source: path });
  const level = environment["SIGNALBOX_LOG_LEVEL"];
  if (level !== undefined && level !== "") chosen.set("log.level", { value: level, source: "SIGNALBOX_LOG_LEVEL" });
  for (const [key, text] of Object.entries(flags)) chosen.set(key, { value: fromFlag(text), source: `--set ${key}` });

  const parsed = Config.safeParse(nested([...chosen].map(([key, { value }]) => [key, value] as const)));
  if (!parsed.success) throw new ConfigFault(explainIssue(parsed.error, chosen, path));
  const values = leaves(parsed.data).map(([key, value]) => ({
    key,
    value: (key === "notify.channels" ? maskedChannels(parsed.data.notify.channels) : value) as Json,
    source: chosen.get(key)?.source ?? "default",
    note: null,
  }));
  return { config: Object.freeze(parsed.data), values };
}

/**
 * Variables that would make the daemon run or load something that its owner did not choose. When one is set, the daemon
 * starts itself anew with an environment built from nothing.
 */
export function hostileVariables(environment: Readonly<Record<string, string | undefined>> = process.env): string[] {
  return Object.keys(environment).filter(
    (name) =>
      name.startsWith("NODE_") || name.startsWith("LD_") || name.startsWith("DYLD_") || name.startsWith("OPENSSL_"),
  );
}

/** The environment that a daemon gets: what finding the home and printing text need, and nothing else. */
export function cleanEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const kept: Record<string, string> = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" };
  for (const name of [
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "XDG_CONFIG_HOME",
    "SIGNALBOX_LOG_LEVEL",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
  ]) {
    const value = environment[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** The environment as it is, for rooms that take it as a parameter. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/**
 * What `LISTEN_FDS` and `LISTEN_PID` of socket activation say (sd_listen_fds(3)): the descriptor to adopt, or nothing. They are for this process
 * alone and are taken out of its environment, so that nothing that it starts takes them for its own.
 */
export function activation(
  pid: number,
  environment: Record<string, string | undefined> = process.env,
): number | undefined {
  const { LISTEN_FDS: count, LISTEN_PID: meant } = environment;
  for (const name of ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"]) delete environment[name];
  return /^[1-9][0-9]{0,3}$/.test(count ?? "") && meant === String(pid) ? 3 : undefined;
}

function readToml(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new ConfigFault(`${path} can't be read: ${(error as Error).message}.`, { cause: error });
  }
  try {
    return parseToml(text);
  } catch (error) {
    const where = error instanceof TomlError ? ` line ${error.line}, column ${error.column}` : "";
    throw new ConfigFault(
      `${path}${where} is not TOML: ${(error as Error).message.split("\n")[0]}. Mend it, or move it away to run on defaults.`,
      { cause: error },
    );
  }
}

function explainIssue(error: z.ZodError, chosen: ReadonlyMap<string, { source: string }>, path: string): string {
  const issue = error.issues[0];
  if (issue === undefined) return `${path} is not a valid configuration.`;
  if (issue.code === "unrecognized_keys") {
    const key = [...issue.path, issue.keys[0]].join(".");
    const meant = nearest(
      key,
      leaves(Config.parse({})).map(([name]) => name),
    );
    return `There is no setting "${key}" (${chosen.get(key)?.source ?? path}). ${meant === undefined ? "" : `Did you mean "${meant}"? `}All of them: signalbox config explain`;
  }
  const key = issue.path.join(".");
  return `The setting "${key}" (${chosen.get(key)?.source ?? path}) is wrong: ${wordIssue(issue)}. All of them: signalbox config explain`;
}

function fromFlag(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function leaves(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [[path.join("."), value]];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}

function nested(pairs: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  for (const [key, value] of pairs) {
    const names = key.split(".");
    const last = names.pop() as string;
    let folder = root;
    for (const name of names) {
      const next = folder[name];
      if (next === null || typeof next !== "object") folder[name] = Object.create(null);
      folder = folder[name] as Record<string, unknown>;
    }
    folder[last] = value;
  }
  return root;
}
