import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as later } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Client, connect } from "../../src/client/index.ts";
import { running } from "../../src/kit/running.ts";
import { daemonArguments, type Place, placeIn } from "../../src/protocol/place.ts";
import type { FromAgent, ToAgent } from "./agent-process.ts";
import { endDaemonsOf } from "./processes.ts";
import { nobodysHome, remove, shareCompiled, temporary } from "./temporary.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const built = (name: string) => join(root, "build", name);
const main = join(root, "bin/signalbox.js");

/** The environment of everything that tests start: nothing of the developer's own. */
export const plainEnvironment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: nobodysHome(), LANG: "C.UTF-8" };

/** A home of its own, gone at the end of the test. */
export function makeHome(): Place & Disposable {
  const place = placeIn(temporary());
  shareCompiled(place.home);
  const leave = () => {
    endDaemonsOf(place.home);
    remove(place.home);
  };
  return { ...place, [Symbol.dispose]: leave };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real daemon in a process of its own. It finds no agents by their processes, which would be the developer's or another test's. */
export class TestDaemon implements AsyncDisposable {
  readonly place: Place;
  readonly child: ChildProcess;
  readonly exited: Promise<number>;

  private constructor(place: Place, child: ChildProcess) {
    this.place = place;
    this.child = child;
    this.exited = once(child, "exit").then(([code, signal]) => (code as number | null) ?? (signal === null ? 1 : 128));
  }

  static async start(
    place: Place,
    settings: readonly string[] = [],
    flags: readonly string[] = [],
  ): Promise<TestDaemon> {
    const child = spawn(
      process.execPath,
      [
        ...daemonArguments(place, main),
        ...["sessions.discover=false", ...settings].flatMap((pair) => ["--set", pair]),
        ...flags,
        "--ready-fd",
        "3",
      ],
      { env: { ...plainEnvironment, HOME: place.home }, stdio: ["ignore", "inherit", "pipe", "pipe"] },
    );
    const daemon = new TestDaemon(place, child);
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    const ready = await Promise.race([
      once(child.stdio[3] as Readable, "data").then(() => true),
      daemon.exited.then(() => false),
    ]);
    if (!ready) throw new Error(`the daemon did not start: ${complaint}`);
    return daemon;
  }

  connect(): Promise<Client> {
    return connect({ socket: this.place.socket });
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<number> {
    this.child.kill(signal);
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill("SIGTERM");
  }
}

/** Ends whatever daemon serves the home, whoever started it (a hook, a CLI), and waits for its last write. */
export async function endDaemon(place: Place): Promise<void> {
  try {
    await using client = await connect({ socket: place.socket });
    const { pid } = await client.call("daemon/hello", {});
    process.kill(pid, "SIGTERM");
    // A process that is not our child tells us nothing when it ends: it is asked for, often.
    while (running(pid)) await later(5);
  } catch {
    // none serves, which is what was wanted
  }
}

/** Runs a program to its end. */
export function run(
  file: string,
  args: readonly string[],
  options: { stdin?: string | Buffer; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ran> & { readonly child: ChildProcess } {
  const child = spawn(file, [...args], {
    env: options.env ?? plainEnvironment,
    cwd: options.cwd ?? "/",
    stdio: "pipe",
  });
  const ran = new Promise<Ran>((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 128), stdout, stderr }));
    child.stdin.on("error", () => {}); // a program that ends without reading its input is no fault of ours
    child.stdin.end(options.stdin ?? "");
  });
  return Object.assign(ran, { child });
}

/** The command line, in a home. */
export function cli(place: Place, ...args: readonly string[]): ReturnType<typeof run> {
  return run(process.execPath, [join(root, "bin/signalbox.js"), "--home", place.home, ...args]);
}

/** A hook that runs: its end, and the way to end it as a host does. */
export type Hooked = Promise<Ran> & { end(): void };

/** The hook client as a host runs it, from this very process. */
export function hook(
  place: Place,
  agent: string,
  event: string,
  payload: object | string | Buffer,
  options: { env?: NodeJS.ProcessEnv } = {},
): Hooked {
  const ran = run(built("signalbox-hook"), ["--home", place.home, agent, event], {
    stdin: bytesOf(payload),
    ...options,
  });
  return Object.assign(ran, { end: () => void ran.child.kill("SIGTERM") });
}

const bytesOf = (payload: object | string | Buffer): Buffer =>
  Buffer.isBuffer(payload) ? payload : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));

/** A process that stands for an agent: hooks that it runs have it as their parent. Start it after the `Person` who is to decide. */
export class Agent implements Disposable {
  readonly #process = fork(join(root, "test/support/agent-process.ts"), { stdio: "inherit", execArgv: [] });
  readonly #place: Place;
  readonly #waiting = new Map<number, (ran: Ran) => void>();
  #count = 0;

  constructor(place: Place) {
    this.#place = place;
    this.#process.on("message", (message) => {
      const { id, ...ran } = message as FromAgent;
      this.#waiting.get(id)?.(ran);
      this.#waiting.delete(id);
    });
  }

  hook(
    agent: string,
    event: string,
    payload: object | string | Buffer,
    options: { env?: NodeJS.ProcessEnv } = {},
  ): Hooked {
    const id = (this.#count += 1);
    const ran = new Promise<Ran>((resolve) => this.#waiting.set(id, resolve));
    const args = ["--home", this.#place.home, agent, event];
    const env = options.env ?? plainEnvironment;
    this.#tell({ id, file: built("signalbox-hook"), args, stdin: bytesOf(payload).toString("base64"), env });
    return Object.assign(ran, { end: () => this.#tell({ kill: id }) });
  }

  #tell(message: ToAgent): void {
    this.#process.send(message);
  }

  [Symbol.dispose](): void {
    this.#process.disconnect();
  }
}

/** A payload in Claude Code's form. */
export function preToolUse(
  session: string,
  cwd: string,
  tool: string,
  input: object,
  id: string = `toolu_${randomUUID()}`,
): object {
  return {
    session_id: session,
    cwd,
    hook_event_name: "PreToolUse",
    permission_mode: "default",
    tool_name: tool,
    tool_input: input,
    tool_use_id: id,
  };
}

/**
 * A person at a terminal: a shell that leads a session of its own with its own pseudo-terminal, opened now. What it is told to run later
 * has that terminal, so a session of an agent that begins after this can be decided from it.
 */
export class Person implements AsyncDisposable {
  readonly #shell: ChildProcess;
  readonly #place: Place;
  #screen = "";
  readonly #hearing = new Set<() => void>();

  /** Resolves when the shell has read its first line and a process that is started now is younger than it. */
  static async sit(place: Place): Promise<Person> {
    const person = new Person(place);
    await person.#run("true");
    const seated = uptimeTicks();
    while (uptimeTicks() <= seated) await new Promise((resolve) => setImmediate(resolve));
    return person;
  }

  private constructor(place: Place) {
    this.#place = place;
    if (!existsSync(built("pty"))) execFileSync(process.execPath, [join(root, "scripts/build-hook.js"), "--tests"]);
    this.#shell = spawn(built("pty"), ["/bin/sh"], {
      env: { ...plainEnvironment, PS1: "", HOME: place.home },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#shell.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#screen += text;
      for (const heard of this.#hearing) heard();
      this.#hearing.clear();
    });
  }

  /** Types a CLI command and waits for its end. */
  type(...args: readonly string[]): Promise<{ code: number; text: string }> {
    return this.#run(quoted([...this.#cli, ...args]));
  }

  /** Types a CLI command with these lines on its standard input; the terminal is still the person's. */
  typeInto(lines: string, ...args: readonly string[]): Promise<{ code: number; text: string }> {
    return this.#run(`printf '%b' ${quoted([lines.replaceAll("\n", "\\n")])} | ${quoted([...this.#cli, ...args])}`);
  }

  /** Types a CLI command, and to each question that it asks the answer, with the return key. */
  async typeAnswering(
    answers: readonly (readonly [question: string, answer: string])[],
    ...args: readonly string[]
  ): Promise<{ code: number; text: string }> {
    let from = this.#screen.length;
    const ended = this.type(...args);
    for (const [question, answer] of answers) {
      while (!this.#screen.slice(from).includes(question))
        await new Promise<void>((resolve) => this.#hearing.add(resolve));
      from = this.#screen.indexOf(question, from) + question.length;
      this.#shell.stdin?.write(`${answer}\r`);
    }
    return ended;
  }

  /** Types any command and waits for its end. */
  run(...words: readonly string[]): Promise<{ code: number; text: string }> {
    return this.#run(quoted(words));
  }

  get #cli(): readonly string[] {
    return [process.execPath, join(root, "bin/signalbox.js"), "--home", this.#place.home];
  }

  /** Runs any command line in the shell and waits for its end. */
  runs(line: string): Promise<{ code: number; text: string }> {
    return this.#run(line);
  }

  /** Types into whatever reads the terminal now. */
  keys(text: string): void {
    this.#shell.stdin?.write(text);
  }

  /** Resolves with the match as soon as the screen shows it, or has shown it. */
  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#screen);
      if (match !== null) return match;
      await new Promise<void>((resolve) => this.#hearing.add(resolve));
    }
  }

  async #run(line: string): Promise<{ code: number; text: string }> {
    const mark = randomUUID();
    const from = this.#screen.length;
    // The mark is put together by printf, so that an echo of this very line would not be taken for its answer.
    this.#shell.stdin?.write(`${line}; printf '%s %s\\n' "${mark.slice(0, 18)}""${mark.slice(18)}" "$?"\n`);
    const end = new RegExp(`${mark} (\\d+)`);
    for (;;) {
      const match = end.exec(this.#screen.slice(from));
      if (match !== null) {
        const text = this.#screen.slice(from, from + match.index);
        return { code: Number(match[1]), text };
      }
      await new Promise<void>((resolve) => this.#hearing.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shell.stdin?.end("exit\n");
    if (this.#shell.exitCode === null) {
      this.#shell.kill("SIGTERM");
      await once(this.#shell, "exit");
    }
  }
}

const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");

/** The kernel tells when a process began in ticks of 10 ms; so does this of now. */
const uptimeTicks = () => Math.floor(Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 100);

/** Resolves with the first open hold of that session. */
export async function nextHold(client: Client, session: string): Promise<string> {
  const found = Promise.withResolvers<string>();
  const stop = new AbortController();
  const look = (hold: { id: string; session: string; state: string }) => {
    if (hold.session === session && hold.state === "open") found.resolve(hold.id);
  };
  const { first } = await client.stream("hold/watch", {}, ({ hold }) => look(hold), { signal: stop.signal });
  first.holds.forEach(look);
  try {
    return await found.promise;
  } finally {
    stop.abort(new Error("found"));
  }
}
