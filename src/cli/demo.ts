import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as later } from "node:timers/promises";
import type { Command } from "commander";
import { type Client, connect } from "../client/index.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";
import { whole } from "./arguments.ts";
import { type Answer, ScriptedAgent, type Step } from "./demo-agent.ts";
import { BoardDemo } from "./demo-board.ts";
import { cast } from "./demo-cast.ts";
import { Exit, type Verb } from "./index.ts";
import { startDaemon } from "./launch.ts";
import { selfCommand } from "./self.ts";
import { callText, count, verdictWord, visible, wrap } from "./words.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("demo")
    .summary("See it at work: scripted agents, the real hook, the real gate.")
    .description(
      "Let scripted agents work through the real hook and the real gate, so that you can approve one and read the ledger.",
    )
    .option("--wait <seconds>", "how long to wait for you", whole("--wait", 0, 250), 120)
    .option("--board", "a dozen sessions of every agent on the board instead, until you leave it")
    .action((options: { wait: number; board?: true }, command: Command) =>
      options.board === true ? fillBoard(verb(command)) : demo(verb(command), options.wait),
    );
}

const ordinary: readonly Step[] = [
  { tool: "Bash", input: { command: "npm test" } },
  { tool: "Edit", input: { file_path: "src/app.js", old_string: "1", new_string: "2" } },
  { tool: "Bash", input: { command: "git add -A && git commit -m 'rm -rf / is only mentioned here'" } },
  { tool: "Bash", input: { command: "rm -rf node_modules && npm ci" } },
];
const catastrophic: Step = { tool: "Bash", input: { command: "sudo rm -rf / --no-preserve-root" } };
/** Held, and not beyond repair: then a pane of tmux may decide it too. */
const risky: Step = { tool: "Bash", input: { command: "git push --force-with-lease origin main" } };

/** Everything that one run of the demo has at hand. */
interface Stage {
  readonly verb: Verb;
  readonly client: Client;
  readonly project: string;
  readonly self: string;
  readonly waitMs: number;
  readonly stop: AbortSignal;
  begin(): Promise<ScriptedAgent>;
}

/** A dozen sessions for the boards to show; nothing that they ask for is run. */
async function fillBoard(verb: Verb): Promise<void> {
  const { terminal, place } = verb;
  const hook = (await verb.ports.wiring()).hookBinary();
  const stop = new AbortController();
  const interrupted = () => stop.abort(new Exit(130));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
  await ensureUp(verb);
  terminal.out("Scripted agents begin to work in throw-away projects. Nothing that they ask for is run.");
  await using _stage = await BoardDemo.begin({ hook, home: place.home, stop: stop.signal });
  if (terminal.interactive && !verb.json) {
    const board = await verb.ports.board();
    await board.run({ socket: place.socket, mouse: true, startDaemon: async () => {} }, { signal: stop.signal });
    return;
  }
  const self = selfCommand(verb);
  terminal.out(
    `${cast.length} sessions are on the board, ${count(held, "waits", "wait")} for you. In a terminal: ${self} board`,
  );
  terminal.out("Ctrl-C ends them all.");
  await new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve(), { once: true }));
}

const held = cast.filter(({ standing }) => standing === "held").length;

async function demo(verb: Verb, waitSeconds: number): Promise<void> {
  const { terminal, place } = verb;
  const hook = (await verb.ports.wiring()).hookBinary();
  const stop = new AbortController();
  const interrupted = () => stop.abort(new Exit(130));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
  const started = await ensureUp(verb);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "signalbox-demo-")));
  await using client = await connect({ socket: place.socket });
  await using agents = new AsyncDisposableStack();
  try {
    const project = makeProject(folder);
    const begin = async () => agents.use(await ScriptedAgent.begin({ hook, home: place.home, cwd: project, folder }));
    const self = selfCommand(verb);
    await play({ verb, client, project, self, waitMs: waitSeconds * 1_000, stop: stop.signal, begin });
    terminal.out(`\nAll of it is on record:          ${terminal.style("accent", `${self} ledger list`)}`);
    terminal.out(`That nobody changed the record:  ${terminal.style("accent", `${self} ledger verify`)}`);
    terminal.out(`Next, a real agent:              ${terminal.style("accent", `${self} wire claude-code`)}`);
    if (started) terminal.out(terminal.style("faint", `The daemon stays up. To stop it: ${self} down`));
  } finally {
    await agents.disposeAsync();
    rmSync(folder, { recursive: true, force: true });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, interrupted);
  }
}

async function play(stage: Stage): Promise<void> {
  const { verb } = stage;
  const { terminal } = verb;
  for (const line of wrap(
    "Scripted agents work in a throw-away project. The hook, the gate and the record are the real ones; nothing that the agents ask for is run.",
    terminal.columns - 1,
  ))
    terminal.out(line);
  heading(verb, "1. Ordinary work passes unseen.");
  const careful = await stage.begin();
  for (const step of ordinary) await ask(stage, careful, step);
  await careful.end();
  heading(verb, "2. The catastrophic is denied, and the agent is told why.");
  const reckless = await stage.begin();
  await ask(stage, reckless, catastrophic);
  await reckless.end();
  heading(verb, "3. What could hurt waits for you.");
  if (stage.waitMs > 0) await awaitWatcher(stage);
  // It begins only now: a terminal that was opened after an agent began could be the agent's own, and decides nothing about it.
  const hasty = await stage.begin();
  await ask(stage, hasty, risky);
}

function heading({ terminal }: Verb, text: string): void {
  terminal.out(`\n${terminal.style("strong", text)}`);
}

/** Asks, says what came of it, and where the call is held says how to decide it and waits. */
async function ask(stage: Stage, agent: ScriptedAgent, step: Step): Promise<void> {
  const { project, stop, client } = stage;
  const whole =
    step.tool === "Edit" ? { ...step, input: { ...step.input, file_path: join(project, "src/app.js") } } : step;
  const watching = new AbortController();
  const held = Promise.withResolvers<HoldView>();
  const look = (hold: HoldView) => {
    if (hold.session === agent.session && hold.state === "open") held.resolve(hold);
  };
  const aborted = abortion(stop);
  try {
    const { first } = await client.stream("hold/watch", {}, ({ hold }) => look(hold), { signal: watching.signal });
    first.holds.forEach(look);
    const answer = agent.ask(whole);
    answer.catch(() => {}); // who goes away in between hears nothing more
    const hold = await Promise.race([held.promise, answer.then(() => undefined), aborted]);
    if (hold === undefined) say(stage, step, await answer);
    else await decided(stage, step, hold, answer, aborted);
  } finally {
    watching.abort(new Error("done"));
  }
}

function say({ verb: { terminal } }: Stage, step: Step, { allowed, reason }: Answer): void {
  terminal.out(
    `   ${verdictWord(terminal, allowed ? "allow" : "deny").concat(allowed ? "" : " ")}  ${callText(step.tool, step.input)}`,
  );
  if (!allowed) explain(terminal.columns, reason, (line) => terminal.out(terminal.style("faint", line)));
}

function explain(columns: number, reason: string, out: (line: string) => void): void {
  for (const line of wrap(visible(reason), columns - indent.length - 1)) out(indent + line);
}

const indent = "          ";

async function decided(
  { verb: { terminal }, self, waitMs }: Stage,
  step: Step,
  hold: HoldView,
  answer: Promise<Answer>,
  aborted: Promise<never>,
): Promise<void> {
  terminal.out(`   ${verdictWord(terminal, "hold")}   ${callText(step.tool, step.input)}`);
  explain(terminal.columns, hold.reason, (line) => terminal.out(terminal.style("faint", line)));
  if (waitMs === 0)
    return terminal.out(`${indent}Nobody is asked with --wait 0: the agent goes away and the hold is withdrawn.`);
  terminal.out(`\n   The agent waits, up to ${waitMs / 1_000} s. In the other terminal press [a] or [d], or type:`);
  terminal.out(`     ${terminal.style("accent", `${self} hold approve ${hold.id}`)}`);
  terminal.out(`     ${terminal.style("accent", `${self} hold deny ${hold.id} use a branch`)}\n`);
  const outcome = await Promise.race([answer, later(waitMs, undefined, { ref: false }), aborted]);
  if (outcome === undefined)
    return terminal.out(`   Nobody decided in ${waitMs / 1_000} s; the agent goes away and the hold is withdrawn.`);
  if (outcome.allowed)
    return terminal.out(`   ${terminal.style("good", "approved")}: the agent goes on, for this once.`);
  terminal.out(`   ${terminal.style("bad", "denied")}: the agent does not run it, and was told:`);
  explain(terminal.columns, outcome.reason, (line) => terminal.out(terminal.style("faint", line)));
}

/** Until somebody watches, or the person says to go on; where nobody can be asked it does not wait. */
async function awaitWatcher(stage: Stage): Promise<void> {
  const { verb, client, self, waitMs, stop } = stage;
  const { terminal } = verb;
  const watchers = async () => (await client.call("daemon/status", {})).watchers;
  if (!terminal.interactive || (await watchers()) > 0) return;
  terminal.out("   Open a second terminal now and type there:");
  terminal.out(`     ${terminal.style("accent", `${self} hold watch`)}`);
  terminal.out(terminal.style("faint", "   (It goes on when you watch. Or press Enter to go on without.)"));
  const line = createInterface({ input: process.stdin });
  const enough = AbortSignal.any([stop, AbortSignal.timeout(waitMs)]);
  try {
    let entered = false;
    line.once("line", () => (entered = true));
    while (!entered && !enough.aborted && (await watchers()) === 0)
      await later(lookMs, undefined, { signal: enough }).catch(() => {}); // the loop sees why
  } finally {
    line.close();
  }
  stop.throwIfAborted();
}

const lookMs = 200;

function abortion(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {}); // often there is nobody left to hear it
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

/** @returns whether it had to be started */
async function ensureUp(verb: Verb): Promise<boolean> {
  try {
    await using client = await connect({ socket: verb.place.socket });
    await client.call("daemon/hello", {});
    return false;
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
    await startDaemon(verb, { detach: true, settings: [] });
    return true;
  }
}

function makeProject(folder: string): string {
  const root = join(folder, "shop");
  mkdirSync(join(root, "src"), { recursive: true });
  writeFileSync(
    join(root, "package.json"),
    '{ "name": "shop", "version": "1.0.0", "scripts": { "test": "node --test" } }\n',
  );
  writeFileSync(join(root, "src/app.js"), "export const answer = 1;\n");
  execFileSync("git", ["init", "--quiet", root]);
  return root;
}
