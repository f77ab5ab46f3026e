import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import type { Command } from "commander";
import { type Client, connect } from "../client/index.ts";
import { running } from "../kit/running.ts";
import { homeFiles } from "../protocol/place.ts";
import { provedWords } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";
import { type Mode, modes } from "../protocol/effects.ts";
import { modeWords } from "../protocol/words.ts";
import { oneOf } from "./arguments.ts";
import { Exit, type Verb } from "./index.ts";
import { startDaemon } from "./launch.ts";
import { selfCommand } from "./self.ts";
import type { Terminal } from "./terminal.ts";
import { bytes, count, duration, moment, visible, visibleName } from "./words.ts";
import { ownVersion } from "../protocol/version.ts";
import { proving } from "./proof.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("up")
    .summary("Start the daemon.")
    .description("Start the daemon in the foreground (Ctrl-C drains and stops it), or with --detach in the background.")
    .option("--detach", "start it in the background and return when it serves")
    .option("--set <key=value...>", "a setting for this run, e.g. log.level=debug")
    .option("--test", "make a new home for tests: only there may a decider answer in a person's place")
    .action((options: UpOptions, command: Command) => up(verb(command), options));
  program
    .command("down")
    .summary("Drain and stop the daemon.")
    .description("Drain and stop the daemon; the next tool call of a wired agent starts it again.")
    .option("--stay", "stay down: hooks deny every tool call until `signalbox up`")
    .action((options: { stay?: boolean }, command: Command) => down(verb(command), options.stay === true));
  program
    .command("restart")
    .summary("Drain, stop, start again in the background.")
    .description("Drain and stop the daemon and start it again in the background; open holds stay open.")
    .action((_: object, command: Command) => restart(verb(command)));
  program
    .command("status")
    .summary("Is it up, what is held, what is on disk.")
    .description("Show whether the daemon runs, what it holds and how much it keeps.")
    .option("--line", "print one line for tmux and other status bars")
    .action(({ line }: { line?: true }, command: Command) => (line === true ? statusLine : status)(verb(command)));
  program
    .command("mode")
    .argument("<mode>", modes.join(", "), oneOf("The mode", modes))
    .summary("How strict, until told otherwise: attended, away, unattended, observe, panic.")
    .description(`Set the mode.\n\n${modes.map((mode) => `  ${mode.padEnd(11)} ${modeWords[mode]}`).join("\n")}`)
    .action((mode: Mode, _: object, command: Command) => setMode(verb(command), mode));
  program
    .command("panic")
    .summary("Deny every tool call of every agent, at once.")
    .description("Deny every tool call of every agent at once, until `signalbox mode attended`.")
    .action((_: object, command: Command) => setMode(verb(command), "panic"));
}

interface UpOptions {
  readonly detach?: boolean;
  readonly set?: readonly string[];
  readonly test?: boolean;
}

async function up(verb: Verb, options: UpOptions): Promise<void> {
  const { terminal, place } = verb;
  (await verb.ports.environment()).checkConfig(place, settingsOf(options.set ?? []));
  rmSync(join(place.home, homeFiles.stay), { force: true });
  const running = await helloIfUp(verb);
  if (running !== undefined) {
    if (options.test === true)
      throw new Refusal(
        "CONFLICT",
        `A daemon serves ${place.home} already, and only a new home can be made for tests.`,
        "signalbox --home DIR up --test",
      );
    if (options.set !== undefined)
      throw new Refusal(
        "CONFLICT",
        `A daemon serves ${place.home} already (pid ${running.pid}), and --set counts for one that is started.`,
        "signalbox down, then up again; for every start: config.toml",
      );
    if (verb.json) terminal.out(JSON.stringify(running));
    else {
      terminal.out(`Signalbox ${running.version} is already up: pid ${running.pid}, home ${running.home}.`);
      terminal.out(`How it is: ${terminal.style("accent", `${selfCommand(verb)} status`)}`);
    }
    if (running.fix !== null) terminal.err(`${terminal.style("warn", "note:")} ${running.fix}`);
    return;
  }
  const daemon = await startDaemon(verb, {
    detach: options.detach === true,
    settings: options.set ?? [],
    test: options.test === true,
  });
  if (verb.json) terminal.out(JSON.stringify({ pid: daemon.pid, home: place.home, socket: place.socket }));
  else await welcome(verb, daemon.pid, options.detach === true);
  if (options.detach === true) return;
  let asked = 0;
  const ask = (signal: NodeJS.Signals) => () => {
    asked += 1;
    if (asked === 1 && !verb.json) terminal.out("Draining: finishing what is in flight. Open holds stay open.");
    // Ctrl-C reaches the daemon too (same process group); a second signal from here would cut its drain short.
    if (signal !== "SIGINT" || !terminal.interactive) daemon.stop("SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ask(signal));
  const code = await daemon.ended;
  if (!verb.json) terminal.out(code === 0 ? "Signalbox is down." : `The daemon ended with code ${code}.`);
  if (code !== 0) throw new Exit(code);
}

/** @throws Refusal INVALID_PARAMS */
function settingsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const cut = pair.indexOf("=");
      if (cut >= 1) return [pair.slice(0, cut), pair.slice(cut + 1)];
      throw new Refusal(
        "INVALID_PARAMS",
        `--set takes key=value, not "${pair}".`,
        "The keys: signalbox config explain",
      );
    }),
  );
}

async function welcome(verb: Verb, pid: number, detached: boolean): Promise<void> {
  const { terminal, place, ports } = verb;
  const line = (label: string, text: string) => terminal.out(`  ${label.padEnd(7)} ${text}`);
  terminal.out(`${terminal.style("strong", "Signalbox is up")}  version ${ownVersion()}, pid ${pid}`);
  line("socket", place.socket);
  const found = (await ports.wiring()).discover(place).filter(({ installed }) => installed);
  const names = (wired: boolean) =>
    found
      .filter((agent) => agent.wired === wired)
      .map(({ id, version }) => (version === undefined ? id : `${id} ${version}`));
  if (found.length === 0) line("agents", "none found on this machine");
  if (names(true).length > 0) line("wired", terminal.style("good", names(true).join(", ")));
  if (names(false).length > 0)
    line("unwired", `${terminal.style("warn", names(false).join(", "))}  (found here, not judged yet)`);
  const { status } = await ask(verb);
  if (status.ledger.problem !== null)
    line("ledger", `${terminal.style("bad", "out of order")}: ${status.ledger.problem}`);
  problems(verb, status);
  const self = selfCommand(verb);
  const next = found.find(({ wired }) => !wired);
  const [words, why] =
    next !== undefined
      ? [`wire ${next.id}`, "its tool calls then ask before they run"]
      : found.length === 0
        ? ["demo", "scripted agents through the real gate"]
        : ["board", "the place to sit: every session on one screen, one key decides"];
  terminal.out(`\nNext: ${terminal.style("accent", `${self} ${words}`)}  ${terminal.style("faint", why)}`);
  if (words.startsWith("wire"))
    terminal.out(
      `  or: ${terminal.style("accent", `${self} demo`)}  ${terminal.style("faint", "see it at work first")}`,
    );
  if (!detached) terminal.out(terminal.style("faint", "Ctrl-C drains and stops it."));
}

async function helloIfUp(verb: Verb): Promise<Awaited<ReturnType<typeof hello>> | undefined> {
  try {
    return await hello(verb);
  } catch (error) {
    if (error instanceof Refusal && error.code === "DAEMON_AWAY") return undefined;
    throw error;
  }
}

async function hello({ place }: Verb) {
  await using client = await connect({ socket: place.socket });
  return await client.call("daemon/hello", { version: ownVersion(), client: "cli" });
}

async function restart(verb: Verb): Promise<void> {
  const quiet: Verb = { ...verb, terminal: { ...verb.terminal, out: () => {} } };
  await down(quiet, false);
  await up(verb, { detach: true });
}

async function down(verb: Verb, stay: boolean): Promise<void> {
  const { terminal, place } = verb;
  let client: Client;
  try {
    client = await connect({ socket: place.socket });
  } catch (error) {
    if (error instanceof Refusal && error.code === "DAEMON_AWAY" && !stay) {
      if (!verb.json) terminal.out("Signalbox is not running.");
      return;
    }
    throw error;
  }
  await using connected = client;
  const { pid } = await connected.call("daemon/hello", {});
  await proving(connected, provedWords.stop, (proof) => connected.call("daemon/stop", { stay, proof }));
  await ended(pid);
  if (verb.json) terminal.out(JSON.stringify({ stopped: true, stay }));
  else if (stay)
    terminal.out("Signalbox is down and stays down: wired agents are denied every tool call until `signalbox up`.");
  else terminal.out("Signalbox is down. The next tool call of a wired agent starts it again.");
}

/** A drained daemon's process is gone; only then may another take its home. */
async function ended(pid: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < endedMsMax; waitedMs += endedStepMs) {
    if (!running(pid)) return;
    await later(endedStepMs);
  }
  throw new Refusal("BUSY", `The daemon (pid ${pid}) still drains.`, "See: signalbox status");
}

/** A little over the longest drain that can be configured. */
const endedMsMax = 125_000;
const endedStepMs = 10;

async function setMode(verb: Verb, mode: Mode): Promise<void> {
  const { terminal, place } = verb;
  await using client = await connect({ socket: place.socket });
  const answer = await proving(client, provedWords.mode(mode), (proof) => client.call("policy/mode", { mode, proof }));
  if (verb.json) terminal.out(JSON.stringify(answer));
  else terminal.out(`The mode is now ${terminal.style("strong", answer.mode)}: ${modeWords[answer.mode]}`);
}

/** For `status-right "#(signalbox status --line)"`: a daemon that is away is said in the line, not on stderr. */
async function statusLine({ terminal, place, json }: Verb): Promise<void> {
  const { segment } = await import("./session-text.ts");
  try {
    await using client = await connect({ socket: place.socket });
    const { sessions } = await client.call("session/list", { limit: 1_000 });
    const line = segment(sessions);
    terminal.out(json ? JSON.stringify({ line }) : line);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
    terminal.out(json ? JSON.stringify({ line: "signalbox is down" }) : "signalbox is down");
    throw new Exit(3);
  }
}

async function status(verb: Verb): Promise<void> {
  const { terminal, place } = verb;
  let answer: Awaited<ReturnType<typeof ask>>;
  try {
    answer = await ask(verb);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
    const stay = existsSync(join(place.home, homeFiles.stay));
    if (verb.json) terminal.out(JSON.stringify({ running: false, stay, home: place.home, socket: place.socket }));
    else {
      terminal.out(`${terminal.style("warn", "Signalbox is not running")} (home ${place.home}).`);
      terminal.out(
        stay
          ? "It was told to stay down: hooks deny every tool call. Start it: signalbox up --detach"
          : "Start it: signalbox up --detach",
      );
    }
    throw new Exit(3);
  }
  const { status, fix } = answer;
  if (verb.json) return terminal.out(JSON.stringify({ running: true, ...status }));
  const { ledger } = status;
  const line = (label: string, text: string) => terminal.out(`  ${label.padEnd(9)} ${text}`);
  terminal.out(
    `${terminal.style("strong", "Signalbox is up")}  version ${status.version}, pid ${status.pid}, for ${duration(status.uptimeMs)}`,
  );
  line("home", status.home);
  line("socket", status.socket);
  if (ledger.problem !== null) line("ledger", `${terminal.style("bad", "out of order")}: ${visible(ledger.problem)}`);
  else healthy(terminal, status, line);
  problems(verb, status);
  if (fix !== null && fix !== ledger.problem) terminal.out(`${terminal.style("warn", "note:")} ${fix}`);
}

type Status = Awaited<ReturnType<typeof ask>>["status"];

function healthy(terminal: Terminal, status: Status, line: (label: string, text: string) => void): void {
  const { ledger } = status;
  line("mode", `${status.mode}: ${modeWords[status.mode]}`);
  line(
    "holds",
    status.openHolds === 0
      ? "none open"
      : `${terminal.style("warn", `${status.openHolds} open`)}  decide them: signalbox board`,
  );
  line(
    "sessions",
    `${status.sessions} live${status.watchers === 0 ? "" : `, ${count(status.watchers, "terminal")} watching holds`}`,
  );
  line(
    "ledger",
    `${count(ledger.entries, "entry", "entries")}, ${bytes(ledger.bytes)} of ${bytes(ledger.bytesMax)}, kept ${ledger.retentionDays} days`,
  );
  line(
    "",
    ledger.checkpoint === null
      ? "no checkpoint yet"
      : `last signed checkpoint at entry ${ledger.checkpoint.size - 1}, ${moment(ledger.checkpoint.at)}`,
  );
  line("disk", `${bytes(status.diskBytes)} in all`);
  line("policy", `${count(status.policy.rules, "rule")} in force`);
}

/** What a person must know although everything runs. */
function problems({ terminal }: Verb, status: Status): void {
  for (const problem of status.policy.problems)
    terminal.out(`${terminal.style("warn", "policy:")} ${visible(problem)}`);
  for (const { agent, session, why } of status.ungated)
    terminal.out(`${terminal.style("bad", "ungated:")} ${visibleName(agent)} ${visibleName(session)}: ${visible(why)}`);
}

async function ask({ place }: Verb) {
  await using client = await connect({ socket: place.socket });
  const [hello, status] = await Promise.all([
    client.call("daemon/hello", { version: ownVersion(), client: "cli" }),
    client.call("daemon/status", {}),
  ]);
  return { status, fix: hello.fix };
}
