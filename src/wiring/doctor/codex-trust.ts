import { hookPath } from "../agent-files.ts";
import type { WiringWorld } from "../wiring.ts";
import { type AppServer, startAppServer } from "./app-server.ts";
import { offlineSettings } from "./hosts/codex.ts";
import { withoutModel } from "./hosts/host.ts";
import { fields, list, text } from "./model-wires/wire.ts";
import type { TrustReport } from "./report.ts";

/**
 * Codex skips every hook whose hash nobody has trusted, and says nothing. Its app-server tells each hook's state and takes the
 * trust, which is what its own /hooks dialog does.
 */
export interface CodexWorld {
  readonly world: WiringWorld;
  /** Absolute path of codex. */
  readonly binary: string;
  readonly signal: AbortSignal;
}

export async function codexTrust(where: CodexWorld): Promise<TrustReport> {
  try {
    await using server = await open(where);
    return report(await ourHooks(server, where));
  } catch (error) {
    where.signal.throwIfAborted();
    return {
      state: "unknown",
      why: `Codex did not tell which hooks it trusts: ${(error as Error).message}.`,
      hooks: [],
    };
  }
}

/**
 * Trusts our hooks as they stand in the person's hooks.json, and no others. Called by `wire codex` and `doctor codex --trust`: both
 * need the person's presence, since this is what Codex would have asked them.
 * @returns the state afterwards, as Codex itself tells it
 * @throws Error when app-server can't be talked to
 */
export async function trustCodexHooks(where: CodexWorld): Promise<TrustReport> {
  await using server = await open(where);
  const hooks = await ourHooks(server, where);
  const wanting = hooks.filter((hook) => hook.status !== "trusted" && hook.status !== "managed");
  if (wanting.length > 0) {
    const value = Object.fromEntries(wanting.map((hook) => [hook.key, { trusted_hash: hook.hash }]));
    await server.call("config/batchWrite", { edits: [{ keyPath: "hooks.state", value, mergeStrategy: "upsert" }] });
  }
  return report(await ourHooks(server, where));
}

interface CodexHook {
  readonly key: string;
  readonly event: string;
  readonly hash: string;
  readonly status: string;
  readonly enabled: boolean;
}

const appServerMs = 15_000;

function open({ world, binary, signal }: CodexWorld): Promise<AppServer> {
  const command = {
    file: binary,
    args: ["app-server", ...offlineSettings.flatMap((setting) => ["-c", setting])],
    cwd: world.place.home,
    environment: withoutModel(world.environment),
  };
  return startAppServer(command, { signal: AbortSignal.any([signal, AbortSignal.timeout(appServerMs)]) });
}

/** Ours are those that call the hook client of this home. */
async function ourHooks(server: AppServer, { world }: CodexWorld): Promise<CodexHook[]> {
  const answer = fields(await server.call("hooks/list", { cwds: [world.place.home] }));
  const hook = hookPath(world);
  return list(answer["data"])
    .flatMap((folder) => list(fields(folder)["hooks"]).map(fields))
    .filter((entry) => text(entry["command"]).includes(hook))
    .map((entry) => ({
      key: text(entry["key"]),
      event: text(entry["eventName"]),
      hash: text(entry["currentHash"]),
      status: text(entry["trustStatus"]),
      enabled: entry["enabled"] === true,
    }));
}

function report(hooks: readonly CodexHook[]): TrustReport {
  const shown = hooks.map(({ event, status, enabled }) => ({ event, status: enabled ? status : "disabled" }));
  const bad = shown.filter(({ status }) => status !== "trusted" && status !== "managed");
  if (hooks.length === 0) return { state: "unknown", why: "Codex knows no hook of Signalbox's.", hooks: [] };
  if (bad.length === 0) return { state: "trusted", why: `Codex trusts all ${hooks.length} hooks.`, hooks: shown };
  const what = bad.map(({ event, status }) => `${event} is ${status}`).join(", ");
  return { state: "untrusted", why: `Codex skips hooks silently: ${what}.`, hooks: shown };
}
