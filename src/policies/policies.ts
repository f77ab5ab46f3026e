import { join } from "node:path";
import type { Json } from "../kit/canonical.ts";
import type { Mode } from "../protocol/effects.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Migration, Store } from "../store/index.ts";
import { type LayerFile, readLayerFile, stampAt } from "./layer-file.ts";

export const policiesMigrations: readonly Migration[] = [
  {
    room: "policies",
    version: 1,
    sql: `
      CREATE TABLE policy_good (layer TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL,
        PRIMARY KEY (layer, path)) STRICT;
      CREATE TABLE policy_trust (path TEXT NOT NULL, sha256 TEXT NOT NULL, at_ms INTEGER NOT NULL,
        PRIMARY KEY (path, sha256)) STRICT;
      CREATE TABLE policy_mode (one INTEGER PRIMARY KEY CHECK (one = 1), mode TEXT NOT NULL) STRICT;
    `,
  },
];

type LayerName = "organisation" | "user" | "repository";

/** What the gate's policy language gives: text -> layer, layers -> policy. `Layer` and `Policy` are its own types. */
export interface PoliciesPorts<Layer, Policy> {
  readonly store: Store;
  readonly write: (entry: { kind: string; payload: Record<string, Json> }) => unknown;
  readonly configDir: string;
  readonly uid: number;
  readonly nowMs: () => number;
  parse(text: string, about: { layer: LayerName; path: string }): { ok: Layer } | { problem: string };
  compile(layers: readonly { layer: Layer; trusted: boolean }[], options: { mode: Mode | undefined }): Policy;
  /** Told once per problem and file text. */
  report(problem: string): void;
}

/** One layer as it is in force. */
export interface LayerState<Layer> {
  readonly name: LayerName;
  readonly path: string;
  readonly trusted: boolean;
  readonly problem: string | null;
  readonly layer: Layer | undefined;
}

export interface Policies<Layer, Policy> {
  /** The policy for a workspace; looks at the files' stamps and reads only what changed. */
  at(workspace: string): Policy;
  layers(workspace: string): readonly LayerState<Layer>[];
  problems(): readonly string[];
  readonly mode: Mode | undefined;
  setMode(mode: Mode): Promise<void>;
  /** @throws Refusal NOT_FOUND, INVALID_PARAMS, CONFLICT (the file is not the one that was read) */
  trust(path: string, sha256?: string): Promise<{ path: string; sha256: string }>;
  /** The user's policy file; where `appendRule` writes. */
  readonly userPath: string;
}

interface Loaded<Layer> extends LayerState<Layer> {
  readonly stamp: string;
}

const workspacesMax = 64;
const organisationPath = "/etc/signalbox/policy.toml";
const rootUid = 0;

export function createPolicies<Layer, Policy>(ports: PoliciesPorts<Layer, Policy>): Policies<Layer, Policy> {
  const { store, configDir, uid, write } = ports;
  const { db } = store;
  const userPath = join(configDir, "policy.toml");
  const good = db.prepare("SELECT text FROM policy_good WHERE layer = ? AND path = ?");
  const putGood = db.prepare("INSERT OR REPLACE INTO policy_good (layer, path, sha256, text) VALUES (?, ?, ?, ?)");
  const dropGood = db.prepare("DELETE FROM policy_good WHERE layer = ? AND path = ?");
  const trusted = db.prepare("SELECT 1 FROM policy_trust WHERE path = ? AND sha256 = ?");
  const putTrust = db.prepare("INSERT OR REPLACE INTO policy_trust (path, sha256, at_ms) VALUES (?, ?, ?)");
  const putMode = db.prepare("INSERT OR REPLACE INTO policy_mode (one, mode) VALUES (1, ?)");
  const loaded = new Map<string, Loaded<Layer>>();
  const compiled = new Map<string, { stamp: string; policy: Policy }>();
  let mode = (db.prepare("SELECT mode FROM policy_mode").get() as { mode: Mode } | undefined)?.mode;
  let trustCount = 0;

  const look = (name: LayerName, path: string): LayerFile => {
    const bytesMax = name === "repository" ? limits.repositoryPolicyBytesMax : limits.policyBytesMax;
    return readLayerFile(path, bytesMax, name === "organisation" ? [rootUid] : [uid, rootUid]);
  };

  /** Keeps what memory learned on disk; a full disk costs nothing but the memory of it over a restart, and is told. */
  const keep = (work: () => void) => void store.durably(work).catch((error: Error) => ports.report(error.message));

  const lastGood = (name: LayerName, path: string): Layer | undefined => {
    const row = good.get(name, path) as { text: string } | undefined;
    if (row === undefined) return undefined;
    const parsed = ports.parse(row.text, { layer: name, path });
    return "ok" in parsed ? parsed.ok : undefined;
  };

  const load = (name: LayerName, path: string): Loaded<Layer> => {
    const before = loaded.get(path);
    if (before !== undefined && before.stamp === `${stampAt(path)} ${trustCount}`) return before;
    const file = look(name, path);
    const stamp = `${file.stamp} ${trustCount}`;
    if (before?.stamp === stamp) return before;
    const now = read(name, path, file, stamp, before);
    loaded.delete(path);
    loaded.set(path, now);
    if (loaded.size > workspacesMax * 2) loaded.delete(loaded.keys().next().value as string);
    return now;
  };

  const read = (
    name: LayerName,
    path: string,
    file: LayerFile,
    stamp: string,
    before: Loaded<Layer> | undefined,
  ): Loaded<Layer> => {
    const state = { name, path, stamp, trusted: name !== "repository", problem: null, layer: undefined };
    const refuse = (problem: string): Loaded<Layer> => {
      const layer = before?.layer ?? lastGood(name, path);
      if (before?.problem !== problem) {
        ports.report(problem);
        keep(() =>
          write({
            kind: "policy/refused",
            payload: { layer: name, path, problem, inForce: layer === undefined ? "none" : "last good text" },
          }),
        );
      }
      return { ...state, layer, trusted: before?.trusted ?? state.trusted, problem };
    };
    if (file.is === "missing") {
      if (before?.layer !== undefined || good.get(name, path) !== undefined)
        keep(() => {
          dropGood.run(name, path);
          write({ kind: "policy/removed", payload: { layer: name, path } });
        });
      return state;
    }
    if (file.is === "unreadable") return refuse(file.problem);
    const parsed = ports.parse(file.text, { layer: name, path });
    if ("problem" in parsed) return refuse(parsed.problem);
    const isTrusted = name !== "repository" || trusted.get(path, file.sha256) !== undefined;
    const { text, sha256 } = file;
    if ((good.get(name, path) as { text: string } | undefined)?.text !== text)
      keep(() => {
        putGood.run(name, path, sha256, text);
        write({ kind: "policy/loaded", payload: { layer: name, path, sha256, trusted: isTrusted } });
      });
    return { ...state, trusted: isTrusted, layer: parsed.ok };
  };

  const states = (workspace: string): Loaded<Layer>[] => [
    load("organisation", organisationPath),
    load("user", userPath),
    load("repository", join(workspace, ".signalbox.toml")),
  ];

  const lookAt = (workspace: string): Policy => {
    const inForce = states(workspace);
    const stamp = `${mode} ${inForce.map((state) => state.stamp).join(" ")}`;
    const known = compiled.get(workspace);
    if (known?.stamp === stamp) return known.policy;
    const policy = ports.compile(
      inForce.flatMap(({ layer, trusted }) => (layer === undefined ? [] : [{ layer, trusted }])),
      { mode },
    );
    compiled.delete(workspace);
    compiled.set(workspace, { stamp, policy });
    if (compiled.size > workspacesMax) compiled.delete(compiled.keys().next().value as string);
    return policy;
  };

  /**
   * What was looked at in this turn of the loop: files are looked at once a turn, however many calls are judged in it. A turn's verdicts
   * leave after its end, so whoever changes a file after an answer never meets a look that is older than the change.
   */
  const thisTurn = new Map<string, Policy>();

  return {
    userPath,
    get mode() {
      return mode;
    },
    at(workspace) {
      const before = thisTurn.get(workspace);
      if (before !== undefined) return before;
      if (thisTurn.size === 0) setImmediate(() => thisTurn.clear());
      const policy = lookAt(workspace);
      thisTurn.set(workspace, policy);
      return policy;
    },
    layers: states,
    problems: () => [...loaded.values()].flatMap(({ problem }) => problem ?? []),
    async setMode(next) {
      const before = mode ?? null;
      await store.durably(() => {
        putMode.run(next);
        write({ kind: "policy/mode-set", payload: { mode: next, before } });
      });
      mode = next;
      thisTurn.clear();
    },
    async trust(path, sha256) {
      const file = look("repository", path);
      if (file.is === "missing") throw new Refusal("NOT_FOUND", `There is no file ${path}.`);
      if (file.is === "unreadable") throw new Refusal("INVALID_PARAMS", file.problem);
      if (sha256 !== undefined && sha256 !== file.sha256)
        throw new Refusal("CONFLICT", `${path} was changed since you read it.`, "Read it again, then trust it.");
      const parsed = ports.parse(file.text, { layer: "repository", path });
      if ("problem" in parsed) throw new Refusal("INVALID_PARAMS", parsed.problem);
      await store.durably(() => {
        putTrust.run(path, file.sha256, ports.nowMs());
        write({ kind: "policy/trusted", payload: { path, sha256: file.sha256 } });
      });
      trustCount += 1;
      thisTurn.clear();
      return { path, sha256: file.sha256 };
    },
  };
}
