import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { ScriptedAgent, type Step } from "./demo-agent.ts";
import { cast, type Part } from "./demo-cast.ts";
import { newCall } from "./demo-speech.ts";

export interface Staging {
  readonly hook: string;
  readonly home: string;
  readonly stop: AbortSignal;
}

/** The cast on its stage: throw-away projects and a dozen sessions that go on until they are disposed. */
export class BoardDemo implements AsyncDisposable {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), "signalbox-demo-")));
  readonly #agents = new AsyncDisposableStack();
  readonly #going: Promise<void>[] = [];
  readonly #over = new AbortController();

  /** Resolves when every session stands where its part says. */
  static async begin(staging: Staging): Promise<BoardDemo> {
    const demo = new BoardDemo();
    try {
      makeProjects(join(demo.#folder, "projects"));
      mkdirSync(join(demo.#folder, "said"));
      for (const part of cast) await demo.#enter(part, staging);
      return demo;
    } catch (error) {
      await demo[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #enter(part: Part, { hook, home, stop }: Staging): Promise<void> {
    const cwd = folderOf(join(this.#folder, "projects"), part);
    const folder = join(this.#folder, "said");
    const agent = this.#agents.use(await ScriptedAgent.begin({ hook, home, cwd, folder, speaker: part.speaker }));
    await agent.say({ is: "prompt", text: part.prompt });
    for (const step of part.steps) await agent.ask(inFolder(step, cwd));
    await tellStatus(agent, part);
    const signal = AbortSignal.any([stop, this.#over.signal]);
    if (part.standing === "working") this.#going.push(goOn(agent, part, cwd, signal));
    else if (part.waits !== undefined) this.#going.push(wait(agent, part.waits, cwd));
    else if (part.standing !== "quiet") await agent.say({ is: "stop" });
    if (part.standing === "ended") await agent.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Error("the demo is over"));
    await this.#agents.disposeAsync();
    await Promise.all(this.#going);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What waits for a person, and what follows: an approved call is done, then the turn goes on to its end. */
async function wait(agent: ScriptedAgent, step: Step, cwd: string): Promise<void> {
  const call = newCall(step.tool, inFolder(step, cwd).input);
  const { exit } = await agent.say({ is: "call", call });
  // Questions and plans are the host's own to ask: nothing is answered here, they stay.
  if (step.tool === "AskUserQuestion" || step.tool === "ExitPlanMode") return;
  if (exit === 0) await agent.say({ is: "done", call });
  await agent.say({ is: "stop" });
}

const stepMs = [1_700, 2_600, 3_900] as const;

async function goOn(agent: ScriptedAgent, part: Part, cwd: string, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    const step = part.steps[turn % part.steps.length];
    if (step === undefined) return;
    const call = newCall(step.tool, inFolder(step, cwd).input);
    await agent.say({ is: "call", call });
    await later(stepMs[turn % stepMs.length], undefined, { signal }).catch(() => {}); // the loop sees it
    if (signal.aborted) return;
    await agent.say({ is: "done", call });
    await tellStatus(agent, part, turn + 1);
  }
}

async function tellStatus(agent: ScriptedAgent, part: Part, turn = 0): Promise<void> {
  const { model, usedTokens = 0, costUsd = 0, lines = [0, 0], effort } = part;
  if (model === undefined) return;
  const used = Math.min(model.windowTokens * 0.97, usedTokens * (1 + turn / 200));
  const status = {
    model: { id: model.id, display_name: model.name },
    effort: { level: effort },
    version: "demo",
    cost: {
      total_cost_usd: costUsd * (1 + turn / 100),
      total_lines_added: lines[0] + turn,
      total_lines_removed: lines[1],
    },
    context_window: {
      total_input_tokens: Math.round(used),
      total_output_tokens: Math.round(used / 9),
      context_window_size: model.windowTokens,
      used_percentage: Math.round((100 * used) / model.windowTokens),
      current_usage: {
        input_tokens: Math.round(used / 10),
        output_tokens: Math.round(used / 90),
        cache_creation_input_tokens: Math.round(used / 10),
        cache_read_input_tokens: Math.round((used * 8) / 10),
      },
    },
  };
  await agent.say({ is: "status", status });
}

function inFolder({ tool, input }: Step, cwd: string): Step {
  const file = input["file_path"];
  return typeof file === "string" ? { tool, input: { ...input, file_path: join(cwd, file) } } : { tool, input };
}

const folderOf = (root: string, { project, branch }: Part): string =>
  join(root, branch === undefined ? project : `${project}-${branch}`);

/** Real repositories with real worktrees, so that branches and diffs on the board are found and not told. */
function makeProjects(root: string): void {
  const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: root, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (cwd: string, ...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=demo", "-c", "user.email=demo@example.com", ...args], {
      cwd,
      env: environment,
      stdio: "ignore",
    });
  for (const project of new Set(cast.map((part) => part.project))) {
    const folder = join(root, project);
    mkdirSync(join(folder, "src"), { recursive: true });
    writeFileSync(join(folder, "package.json"), `{ "name": "${project}", "version": "1.0.0" }\n`);
    writeFileSync(join(folder, "src/app.js"), "export const answer = 1;\n");
    git(folder, "init", "--quiet", "--initial-branch=main");
    git(folder, "add", ".");
    git(folder, "commit", "--quiet", "--message=begin");
  }
  for (const part of cast) {
    const folder = folderOf(root, part);
    if (part.branch !== undefined)
      git(join(root, part.project), "worktree", "add", "--quiet", "-b", part.branch, folder);
    if ((part.lines?.[0] ?? 0) > 20)
      writeFileSync(join(folder, "src/app.js"), "export const answer = 2;\nexport const more = 3;\n");
  }
}
