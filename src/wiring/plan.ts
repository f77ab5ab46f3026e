import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { homeFiles, type Place } from "../protocol/place.ts";
import { agentFiles, hookPath } from "./agent-files.ts";
import type { HookCommand } from "./hook-entries.ts";
import { launchRecord } from "./launch-record.ts";
import { planNotes, switchedOff } from "./notes.ts";
import { readRecord, recordFolder, recordPath, sha256, type WireRecord } from "./record.ts";
import { geminiEnabled, isWired, shownHooks, withHooks, withoutHooks } from "./rewrite.ts";
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
  refuseForeignHome(place);
  const grant = request.grant === true;
  const file = readSettings(agentFiles(agent, request).settings);
  const record = readRecord(place, agent);
  const command: HookCommand = {
    hook: hookPath(request),
    home: place.home,
    name: record?.hookName ?? `sb-${request.random}`,
  };
  const base = withoutUs(agent, file, record, place);
  const asItIs = file.bytes !== null && isWired(agent, file.text, command, file.path);
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
    notes: planNotes(request, textOf(base), file.path),
    switchedOff: switchedOff(request),
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
    switchedOff: [],
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
  return [...edits, ...oldCopies(folder, agent, record?.backup ?? backup)];
}

const copiesMax = 20;

/** The oldest dated copies, beyond `copiesMax`; never the one that unwiring needs. */
function oldCopies(folder: string, agent: WiredAgent, needed: string | null): FileEdit[] {
  if (!existsSync(folder)) return [];
  const copies = readdirSync(folder).filter(
    (name) => name.startsWith(`${agent}.`) && /\.(?:bak|found)$/.test(name) && name !== needed,
  );
  return copies
    .sort()
    .slice(0, -copiesMax)
    .map((name) => {
      const path = join(folder, name);
      return { path, realPath: path, before: readFileSync(path), after: null, mode: 0o600 };
    });
}

/** Who can write to the home can put another program in the hook's place. */
function refuseForeignHome({ home }: Place): void {
  const stat = statSync(home, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory() || stat.uid !== userInfo().uid || (stat.mode & 0o022) !== 0)
    throw new WiringRefused(
      `${home} is not a folder that only you can write to, so no agent is pointed at it. Mend it (chmod 700 '${home}') or choose another home.`,
    );
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
