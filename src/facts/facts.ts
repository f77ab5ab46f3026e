import { realpathSync } from "node:fs";
import { type FilterNames, findGit, findGitState } from "./git.ts";
import { LoopDeadline } from "./loop-deadline.ts";
import { findPath, resolvePath } from "./paths.ts";
import { isOurDaemon } from "./process.ts";
import { projectOf } from "./project.ts";
import { findScript } from "./script.ts";
import { Turns } from "./turns.ts";
import type { Fact, FactQuery, Facts, FactsContext, FactsOptions, Machine, Workspace } from "./types.ts";
import { findWorkspace } from "./workspace.ts";

/** Questions of one request; more are unknown. */
export const queriesMax = 256;
/** Rarely over 20 ms. What is late is unknown: a person is asked in vain, or once more after approving, and a busy machine is no reason for that. */
const deadlineMsDefault = 2_000;
/**
 * For what is asked once and kept: the workspace of a session, the project of a note. A busy machine that is late here would make the
 * whole session work outside of its own folder.
 */
const placeDeadlineMs = 3_000;
/** At a time, all requests together. */
const gitsMax = 4;
const looksMax = 16;

export function createFacts(options: FactsOptions): Facts {
  return new World(options);
}

/** A fact in a short form that changes when the fact does: what approvals are bound to. */
export function factValue(fact: Fact): string {
  if ("unknown" in fact) return "unknown";
  switch (fact.ask) {
    case "path":
      return `${fact.type} ${fact.real}`;
    case "git":
      return fact.state;
    case "made":
      return fact.made ? "made by the session" : "not made by the session";
    case "script":
      return `sha256:${fact.sha256}`;
    case "process":
      return fact.ours ? "Signalbox's own" : "another's";
  }
}

/** The fact of `factValue`, as far as that tells it: a script's text must be given. @returns undefined for what is no fact's form */
export function factFrom(key: string, value: string, scriptText?: string): Fact | undefined {
  const [ask, of] = [key.slice(0, key.indexOf(":")), value.indexOf(" ")];
  if (ask !== "path" && ask !== "git" && ask !== "made" && ask !== "script" && ask !== "process") return undefined;
  if (value === "unknown") return { ask, unknown: "it was unknown then" };
  switch (ask) {
    case "path": {
      const type = pathTypes.find((each) => each === value.slice(0, of));
      return type === undefined ? undefined : { ask, type, real: value.slice(of + 1) };
    }
    case "git": {
      const state = gitStates.find((each) => each === value);
      return state === undefined ? undefined : { ask, state };
    }
    case "made":
      return { ask, made: value === "made by the session" };
    case "process":
      return { ask, ours: value === "Signalbox's own" };
    case "script":
      if (!value.startsWith("sha256:")) return undefined;
      return scriptText === undefined
        ? { ask, unknown: "its text was not kept" }
        : { ask, sha256: value.slice("sha256:".length), text: scriptText };
  }
}

const pathTypes = ["file", "folder", "device", "socket", "missing"] as const;
const gitStates = ["clean", "dirty", "untracked", "ignored", "outside"] as const;

class World implements Facts {
  readonly #options: FactsOptions;
  readonly #machine: Machine;
  readonly #git: string | undefined;
  readonly #gits = new Turns(gitsMax);
  readonly #looks = new Turns(looksMax);

  constructor(options: FactsOptions) {
    this.#options = options;
    this.#git = options.git ?? findGit();
    const temps = [
      "/tmp",
      "/var/tmp",
      ...(options.tempDir === undefined ? [] : [options.tempDir.replace(/(?<=.)\/+$/, "")]),
    ];
    this.#machine = Object.freeze({
      userHome: options.userHome,
      user: options.user,
      tempRoots: [...new Set(temps.flatMap((path) => [path, real(path)]))],
      signalboxPaths: options.signalboxPaths,
      agentConfigPaths: options.agentConfigPaths,
    });
  }

  machine(): Machine {
    return this.#machine;
  }

  async workspaceAt(cwd: string): Promise<Workspace> {
    using deadline = new LoopDeadline(placeDeadlineMs);
    return await findWorkspace(cwd, this.#machine, this.#options.addedFolders ?? [], deadline.signal);
  }

  async projectAt(cwd: string): Promise<string | null> {
    const { root, ordinary } = await this.workspaceAt(cwd);
    if (!ordinary) return null;
    using deadline = new LoopDeadline(placeDeadlineMs);
    return await projectOf(root, deadline.signal);
  }

  async find(
    queries: readonly FactQuery[],
    context: FactsContext,
    { signal }: { signal: AbortSignal },
  ): Promise<Map<string, Fact>> {
    const facts = new Map<string, Fact>();
    using deadline = new LoopDeadline(this.#options.deadlineMs ?? deadlineMsDefault);
    const over = AbortSignal.any([signal, deadline.signal]);
    const filters: FilterNames = new Map();
    const unique = new Map(queries.map((query) => [`${query.ask}:${query.path}`, query]));
    const pending: Promise<void>[] = [];
    for (const [key, query] of unique) {
      if (facts.size >= queriesMax) {
        facts.set(key, { ask: query.ask, unknown: `only ${queriesMax} things are looked at for one call` });
        continue;
      }
      facts.set(key, { ask: query.ask, unknown: "it was not found out in time" });
      const answer = this.#answer(query, context, filters, over).then(
        (fact) => void facts.set(key, fact),
        (error: unknown) => {
          const why = over.aborted
            ? "it was not found out in time"
            : error instanceof Error
              ? error.message
              : String(error);
          facts.set(key, { ask: query.ask, unknown: why });
        },
      );
      pending.push(answer);
    }
    await Promise.race([Promise.all(pending), aborted(over)]);
    // A copy: what comes in late must not change under the judge.
    return new Map(facts);
  }

  async #answer(query: FactQuery, context: FactsContext, filters: FilterNames, signal: AbortSignal): Promise<Fact> {
    switch (query.ask) {
      case "path":
        return this.#looks.run(() => findPath(query.path, signal), signal);
      case "script":
        return this.#looks.run(() => findScript(query.path, signal), signal);
      case "git":
        return this.#gits.run(() => findGitState(this.#git, query.path, filters, signal), signal);
      case "made": {
        const { real } = await this.#looks.run(() => resolvePath(query.path, signal), signal);
        return { ask: "made", made: this.#options.made(context, real) };
      }
      case "process":
        return { ask: "process", ours: isOurDaemon(Number(query.path), this.#options.signalboxPaths) };
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // a temp root that is not there
  }
}
