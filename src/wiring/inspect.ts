import { existsSync } from "node:fs";
import { agentFiles, hookPath } from "./agent-files.ts";
import { type HookCommand, ourEntries, parsed } from "./hook-entries.ts";
import { opencodeMark } from "./opencode-plugin.ts";
import { readRecord } from "./record.ts";
import { hasHooks } from "./rewrite.ts";
import { readSettings, type SettingsFile } from "./settings-file.ts";
import { waysRound } from "./ways-round.ts";
import { agentEvents } from "../protocol/agents.ts";
import { type Finding, type Inspection, type WiredAgent, WiringRefused, type WiringWorld } from "./wiring.ts";

type State = Pick<Inspection, "wired" | "why" | "hook">;

/**
 * How an agent is wired and which ways round the gate are open. Reads files only, starts nothing; what can't be read is a finding.
 * @param cwd  also look at the settings of the repository that this folder is in
 */
export function inspect(world: WiringWorld & { readonly agent: WiredAgent; readonly cwd?: string }): Inspection {
  const { agent } = world;
  const { settings } = agentFiles(agent, world);
  let file: SettingsFile | undefined;
  let hookName: string | undefined;
  let state: State;
  const findings: Finding[] = [];
  try {
    file = readSettings(settings);
    hookName = readRecord(world.place, agent)?.hookName;
    state = stateOf(world, agent, file, hookName ?? nameIn(file));
  } catch (error) {
    if (!(error instanceof WiringRefused)) throw error;
    state = { wired: "unreadable", why: error.message, hook: undefined };
  }
  if (state.wired !== "no" && state.wired !== "yes")
    findings.push({
      severity: state.wired === "other" ? "risk" : "open",
      id: "wiring-damaged",
      what: state.why,
      fix: `signalbox wire ${agent}`,
    });
  if (state.hook !== undefined && !existsSync(state.hook))
    findings.push({
      severity: "open",
      id: "hook-missing",
      what: `The hook client ${state.hook} is gone.`,
      fix: `signalbox wire ${agent}`,
    });
  return {
    agent,
    settings,
    ...state,
    findings: [...findings, ...waysRound(world, { hookName: hookName ?? (file && nameIn(file)) })],
  };
}

function stateOf(world: WiringWorld, agent: WiredAgent, file: SettingsFile, name: string | undefined): State {
  const command: HookCommand = { hook: hookPath(world), home: world.place.home, name: name ?? "" };
  if (file.bytes === null) return { wired: "no", why: `There is no ${file.path}.`, hook: undefined };
  if (hasHooks(agent, file.text, command, file.path))
    return { wired: "yes", why: `${file.path} asks Signalbox in ${command.home}.`, hook: command.hook };
  if (agent === "opencode")
    return file.text.startsWith(opencodeMark)
      ? { wired: "other", why: `${file.path} is from another version or home.`, hook: undefined }
      : { wired: "no", why: `${file.path} was not made by Signalbox.`, hook: undefined };
  const entries = ourEntries(parsed(file.text, file.path));
  if (entries.size === 0) return { wired: "no", why: `${file.path} has no hook of Signalbox's.`, hook: undefined };
  const missing = agentEvents[agent].filter(({ event }) => !entries.has(event)).map(({ event }) => event);
  const hook = hookIn([...entries.values()].flat());
  if (missing.length > 0)
    return { wired: "partly", why: `${file.path} lacks Signalbox's hooks for ${missing.join(", ")}.`, hook };
  return {
    wired: "other",
    why: `${file.path} has hooks of Signalbox's that are for another home or version, or were edited.`,
    hook,
  };
}

/** The hook client's path in entries that may be of any form. */
function hookIn(entries: readonly unknown[]): string | undefined {
  return /(\/[^"'\\]*\/signalbox-hook)(?=["' \\]|$)/.exec(JSON.stringify(entries))?.[1];
}

/** Gemini's name of our hook, where the record is lost. */
function nameIn(file: SettingsFile): string | undefined {
  return /"(sb-[a-z0-9]{8,64})"/.exec(file.text)?.[1];
}
