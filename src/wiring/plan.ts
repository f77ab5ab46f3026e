import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { homeFiles, type Place } from "../protocol/place.ts";
import { agentFiles, hookPath } from "./agent-files.ts";
import type { HookCommand } from "./hook-entries.ts";
import { launchNotes, launchRecord } from "./launch-record.ts";
import { readRecord, recordFolder, recordPath, sha256, type WireRecord } from "./record.ts";
import { geminiEnabled, hasHooks, shownHooks, withHooks, withoutHooks } from "./rewrite.ts";
import { readSettings, refuseReadOnly, type SettingsFile, toBytes } from "./settings-file.ts";
import {
  type FileEdit,
  type Plan,
  type WiredAgent,
  type WireRequest,
  WiringRefused,
  type WiringWorld,
} from "./wiring.ts";

/**
 * What wiring an agent would change. Nothing is written.
 * @throws WiringRefused when the agent's settings can't be edited safely, or the hook binary is not built
 */
export function planWire(request: WireRequest): Plan {
  const { agent, place } = request;
  const grant = request.grant === true;
  const file = readSettings(agentFiles(agent, request).settings);
  const record = readRecord(place, agent);
  const command: HookCommand = {
    hook: hookPath(request),
    home: place.home,
    name: record?.hookName ?? `sb-${request.random}`,
  };
  const base = withoutUs(agent, file, record, place);
  const asItIs = file.bytes !== null && hasHooks(agent, file.text, command, file.path);
  const wanted = asItIs ? file.bytes : toBytes(file, withHooks(agent, textOf(base), command, file.path));
  const edits: FileEdit[] = [];
  if (!asItIs || record === undefined || record.grant !== grant) {
    refuseReadOnly(file);
    edits.push(...recordEdits(request, file, base, wanted, record, command.name));
    if (!asItIs)
      edits.push({ path: file.path, realPath: file.realPath, before: file.bytes, after: wanted, mode: 0o600 });
  }
  return {
    agent,
    changes: edits.length > 0,
    homeEdits: homeEdits(request),
    edits,
    removeFolders: [],
    shown: shownHooks(agent, command),
    notes: [...launchNotes(request.launch), ...agentNotes(agent, textOf(base), file.path), ...grantNotes(agent, grant)],
  };
}

/**
 * What unwiring an agent would change: the very bytes from before if nobody else edited the file since, else only our entries.
 * @throws WiringRefused when the file can't be edited safely
 */
export function planUnwire(request: WiringWorld & { readonly agent: WiredAgent }): Plan {
  const { agent, place } = request;
  const file = readSettings(agentFiles(agent, request).settings);
  const record = readRecord(place, agent);
  const after = withoutUs(agent, file, record, place);
  const edits: FileEdit[] = [];
  const changed = !sameBytes(file.bytes, after);
  if (changed) {
    refuseReadOnly(file);
    edits.push({ path: file.path, realPath: file.realPath, before: file.bytes, after, mode: 0o600 });
  }
  const path = recordPath(place, agent);
  if (record !== undefined) edits.push({ path, realPath: path, before: readFileSync(path), after: null, mode: 0o600 });
  return {
    agent,
    changes: edits.length > 0,
    homeEdits: [],
    edits,
    removeFolders: after === null ? (record?.createdFolders ?? []).toReversed() : [],
    shown: "",
    notes: changed ? [] : [`${file.path} holds nothing of Signalbox's.`],
  };
}

/** The settings without us: the dated copy if nobody touched the file since, else with our entries taken out. */
function withoutUs(agent: WiredAgent, file: SettingsFile, record: WireRecord | undefined, place: Place): Buffer | null {
  if (file.bytes === null) return null;
  if (isUntouched(file, record)) {
    if (record.backup === null) return null;
    const backup = join(recordFolder(place), record.backup);
    // A copy that somebody deleted is no reason to keep the agent wired: then our entries are taken out one by one.
    if (existsSync(backup)) return readFileSync(backup);
  }
  const text = withoutHooks(agent, file.text, file.path, record?.geminiEnabled);
  if (text === null) return null;
  return text === file.text ? file.bytes : toBytes(file, text);
}

function isUntouched(file: SettingsFile, record: WireRecord | undefined): record is WireRecord {
  return (
    record !== undefined &&
    file.bytes !== null &&
    record.realPath === file.realPath &&
    record.sha256 === sha256(file.bytes)
  );
}

const textOf = (bytes: Buffer | null): string => (bytes === null ? "" : bytes.toString("utf8").replace(/^\ufeff/, ""));

const sameBytes = (a: Buffer | null, b: Buffer | null): boolean => (a === null || b === null ? a === b : a.equals(b));

/** The dated copy of what unwiring brings back, a copy of what was found if that is something else, and the record. */
function recordEdits(
  { agent, place, nowMs, grant }: WireRequest,
  file: SettingsFile,
  base: Buffer | null,
  wanted: Buffer,
  record: WireRecord | undefined,
  hookName: string,
): FileEdit[] {
  const wiredAt = new Date(nowMs).toISOString();
  const folder = recordFolder(place);
  const stamp = wiredAt.replaceAll(":", "-");
  const untouched = isUntouched(file, record) && (record.backup === null || existsSync(join(folder, record.backup)));
  const backup = base === null ? null : untouched ? record.backup : `${agent}.${stamp}.bak`;
  const edits: FileEdit[] = [];
  if (base !== null && backup !== null && !untouched) edits.push(newFile(join(folder, backup), base));
  if (file.bytes !== null && !untouched && !sameBytes(file.bytes, base))
    edits.push(newFile(join(folder, `${agent}.${stamp}.found`), file.bytes));
  const next: WireRecord = {
    version: 1,
    agent,
    wiredAt,
    path: file.path,
    realPath: file.realPath,
    backup,
    sha256: sha256(wanted),
    createdFolders: record?.createdFolders ?? missingFolders(dirname(file.realPath)),
    hookName,
    ...(agent === "gemini" ? { geminiEnabled: geminiEnabled(textOf(base), file.path) } : {}),
    grant: grant === true,
  };
  edits.push(newFile(recordPath(place, agent), Buffer.from(`${JSON.stringify(next, null, 2)}\n`)));
  return edits;
}

/**
 * Hook client and launch record stand in the home, so that a moved checkout never breaks a settings file. The daemon freshens both
 * when it starts.
 */
export function homeEdits({
  hookBinary,
  place,
  launch,
}: Pick<WireRequest, "hookBinary" | "place" | "launch">): FileEdit[] {
  let binary: Buffer;
  try {
    binary = readFileSync(hookBinary);
  } catch (error) {
    throw new WiringRefused(`The hook client is not built (${hookBinary} can't be read). Build it: npm run hook`, {
      cause: error,
    });
  }
  return [
    { ...newFile(join(place.home, homeFiles.hook), binary), mode: 0o755 },
    newFile(join(place.home, homeFiles.launch), Buffer.from(launchRecord(place, launch))),
  ].filter(({ before, after }) => !sameBytes(before, after));
}

function newFile(path: string, after: Buffer): FileEdit {
  const before = statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path) : null;
  return { path, realPath: path, before, after, mode: 0o600 };
}

/** Outermost first. */
function missingFolders(folder: string): string[] {
  if (existsSync(folder) || dirname(folder) === folder) return [];
  return [...missingFolders(dirname(folder)), folder];
}

function agentNotes(agent: WiredAgent, base: string, where: string): string[] {
  switch (agent) {
    case "claude-code":
      return ["Open sessions take the new settings up by themselves; a session with --bare runs no hooks at all."];
    case "codex":
      return [
        "Codex runs a hook only once you trust it: start codex, type /hooks, and trust Signalbox's. To see that it works: signalbox doctor codex",
      ];
    case "gemini":
      return [
        ...(geminiEnabled(base, where) === false
          ? [`${where} had hooks switched off (hooksConfig.enabled); they are on now.`]
          : []),
        "Restart running sessions. Gemini CLI runs no tool hooks in --acp mode: don't use it there with --approval-mode yolo.",
      ];
    case "copilot":
      return ["Restart running sessions: Copilot CLI reads hooks when it starts."];
    case "opencode":
      return [
        "Restart running sessions. With --pure or OPENCODE_PURE=1 OpenCode loads no plugin, so nothing is judged there.",
      ];
  }
}

function grantNotes(agent: WiredAgent, grant: boolean): string[] {
  if (!grant) return [];
  if (agent === "gemini" || agent === "opencode")
    return ["This agent can't be told that a call is approved, so --grant changes nothing for it."];
  return [
    "With --grant, what policy allows runs without the agent's own permission question: Signalbox's policy replaces it. Take it back by wiring again without --grant.",
  ];
}
