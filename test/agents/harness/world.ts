import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { connect } from "../../../src/client/index.ts";
import type { HoldView } from "../../../src/protocol/operations/holds.ts";
import type { EntryView } from "../../../src/protocol/operations/ledger.ts";
import { homeFiles, type Place, placeIn } from "../../../src/protocol/place.ts";
import { type MockModel, type Script, startMockModel } from "../../../src/wiring/doctor/mock-model.ts";
import { type HostRun, runHost } from "../../../src/wiring/doctor/run-host.ts";
import { type AgentPlace, type AgentRun, installedAgents, type TestedAgent } from "./agents.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { remove, shareCompiled, temporary } from "../../support/temporary.ts";

const repository = join(import.meta.dirname, "..", "..", "..");
export const mainFile = join(repository, "bin", "signalbox.js");

export interface Paths {
  readonly place: Place;
  readonly userHome: string;
  /** A git repository with one commit. */
  readonly workspace: string;
}

/** Everything that one test needs, in a folder of its own: a home, a user, a git repository, a daemon, a model and an agent. */
export interface World extends Paths {
  readonly model: MockModel;
  /** The whole environment of agents and of our own commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs the agent to its end. */
  run(run: AgentRun): Promise<HostRun>;
  /** Where the agent lives, for what starts it in another way. */
  readonly agentPlace: AgentPlace;
  /** Runs our own CLI, as a person or a script would. */
  signalbox(...words: readonly string[]): Promise<HostRun>;
  /** The first open hold, now or when it comes. @throws when the agent ends without one */
  held(running: Promise<HostRun>): Promise<HoldView>;
  holds(): Promise<readonly HoldView[]>;
  /** Newest first. */
  entries(kind?: string): Promise<readonly EntryView[]>;
  /** Resolves when the ledger has such an entry, now or later. */
  entered(kind: string): Promise<EntryView>;
  /** SIGKILL, and no way to start again: the launch record names a program that is not there. */
  killDaemonForGood(): Promise<void>;
  /** SIGKILL; the hook may start it again. */
  killDaemon(): Promise<void>;
  daemonPid(): Promise<number>;
  /** A person's: opened before the agent starts. */
  readonly terminal: Terminal;
  file(path: string): string;
  readonly signal: AbortSignal;
}

export interface WorldOptions {
  readonly agent: TestedAgent;
  /** Told where things are, since commands name them. */
  script(paths: Paths): Script;
  /** Files of the workspace, by path; committed before the agent starts. */
  readonly files?: Readonly<Record<string, string>>;
  /** Daemon settings, `key=value`. */
  readonly settings?: readonly string[];
  /** Not wired when false. */
  readonly wired?: boolean;
}

/** Slow machines included; one case takes one to six seconds. */
const caseMs = 300_000;

export async function openWorld(t: TestContext, options: WorldOptions): Promise<World> {
  const { agent } = options;
  const stack = new AsyncDisposableStack();
  t.after(() => stack.disposeAsync());
  const stop = new AbortController();
  const signal = AbortSignal.any([t.signal, stop.signal, AbortSignal.timeout(caseMs)]);
  stack.defer(() => stop.abort(new Error("the test has ended")));

  const root = temporary();
  stack.defer(() => remove(root));
  const at = (name: string) => join(root, name);
  for (const name of ["home", "user", "work", "temp", "bin"]) mkdirSync(at(name), { mode: 0o700 });
  const place = placeIn(at("home"));
  const workspace = at("work");
  const userHome = at("user");
  shareCompiled(userHome);
  const environment = {
    PATH: [at("bin"), ...installedAgents(), dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
    HOME: userHome,
    TMPDIR: at("temp"),
    LANG: "C.UTF-8",
    TERM: "dumb",
    SIGNALBOX_HOME: place.home,
  };
  writeFileSync(join(at("bin"), "signalbox"), `#!/bin/sh\nexec "${process.execPath}" "${mainFile}" "$@"\n`, {
    mode: 0o755,
  });
  makeRepository(workspace, { "README.md": "# a project\n", ...options.files }, environment);

  const model = stack.use(await startMockModel({ script: options.script({ place, userHome, workspace }), signal }));
  const agentPlace: AgentPlace = { userHome, workspace, modelUrl: model.url, environment };
  agent.prepare(agentPlace);

  const daemons = new Set<ChildProcess>();
  const pid = async () => {
    await using client = await connect({ socket: place.socket });
    return (await client.call("daemon/hello", {})).pid;
  };
  const killDaemon = async () => {
    const running = await pid();
    process.kill(running, "SIGKILL");
    await gone(running, signal);
  };
  stack.defer(async () => {
    // No hook starts another one from now on; one that a hook has started is nobody's child and is asked for its pid.
    writeFileSync(join(place.home, homeFiles.stay), "");
    const last = await pid().catch(() => undefined);
    for (const child of daemons) child.kill("SIGKILL");
    if (last !== undefined) process.kill(last, "SIGKILL");
  });
  const signalbox = (...words: readonly string[]) =>
    runHost({ file: process.execPath, args: [mainFile, ...words], cwd: workspace, environment }, { signal });

  daemons.add(await startDaemon(place, environment, options.settings ?? [], signal));
  const terminal = stack.use(await openTerminal({ cwd: userHome, environment, signal }));
  if (options.wired !== false) {
    const { code, shown } = await terminal.type(`signalbox wire ${agent.name}`);
    if (code !== 0) throw new Error(`wire ${agent.name} ended with ${code}: ${shown}`);
  }

  return {
    place,
    userHome,
    workspace,
    model,
    environment,
    signal,
    daemonPid: pid,
    killDaemon,
    signalbox,
    agentPlace,
    file: (path) => readFileSync(path, "utf8"),
    run: (run) => runHost(agent.command(agentPlace, run), { signal }),
    terminal,
    async killDaemonForGood() {
      writeFileSync(
        join(place.home, homeFiles.launch),
        `signalbox-launch 1\nsocket ${place.socket}\nexec ${at("no-such-program")}\n`,
      );
      await killDaemon();
    },
    async holds() {
      await using client = await connect({ socket: place.socket, signal });
      return (await client.call("hold/list", { state: "all" }, { signal })).holds;
    },
    async entries(kind) {
      await using client = await connect({ socket: place.socket, signal });
      return (await client.call("ledger/list", { limit: 1_000, ...(kind === undefined ? {} : { kind }) }, { signal }))
        .entries;
    },
    async entered(kind) {
      await using client = await connect({ socket: place.socket, signal });
      const { promise, resolve } = Promise.withResolvers<EntryView>();
      const look = (entries: readonly EntryView[]) => {
        const found = entries.find((entry) => entry.kind === kind);
        if (found !== undefined) resolve(found);
      };
      const stream = await client.stream("ledger/tail", { after: -1 }, ({ entries }) => look(entries), { signal });
      look(stream.first.entries);
      return await Promise.race([promise, stream.ended.then(() => Promise.reject(new Error(`no ${kind} came`)))]);
    },
    async held(running) {
      await using client = await connect({ socket: place.socket, signal });
      const { promise, resolve, reject } = Promise.withResolvers<HoldView>();
      const look = (hold: HoldView) => {
        if (hold.state === "open") resolve(hold);
      };
      void running.then(({ stderr }) => {
        const told = model.requests.at(-1)?.results.map(({ text }) => text);
        reject(
          new Error(`the agent ended and nothing was held; its model was told ${JSON.stringify(told)}; ${stderr}`),
        );
      }, reject);
      const stream = await client.stream("hold/watch", {}, ({ hold }) => look(hold), { signal });
      for (const hold of stream.first.holds) look(hold);
      return await promise;
    },
  };
}

function makeRepository(
  folder: string,
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...words], {
      cwd: folder,
      env: { ...environment },
    });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=begin");
}

/** Starts the daemon in the foreground; resolves when it says that it serves. */
async function startDaemon(
  place: Place,
  environment: Readonly<Record<string, string>>,
  settings: readonly string[],
  signal: AbortSignal,
): Promise<ChildProcess> {
  const words = settings.flatMap((pair) => ["--set", pair]);
  const args = ["--disable-sigusr1", mainFile, "daemon", "--home", place.home, "--ready-fd", "3", ...words];
  const { SIGNALBOX_HOME: _, ...rest } = environment;
  const child = spawn(process.execPath, args, { cwd: "/", env: rest, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-4_096);
  });
  const ready = child.stdio[3] as Readable;
  const [first] = (await Promise.race([once(ready, "data", { signal }), once(ready, "close", { signal })])) as [
    unknown,
  ];
  if (first === undefined) throw new Error(`the daemon ended before it served: ${complaint}`);
  ready.destroy();
  return child;
}

/** Resolves when no such process is left. It need not be a child of ours, so there is no event to wait for. */
async function gone(pid: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      process.kill(pid, 0);
      const state = /^State:\t(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      if (state === "Z") return;
    } catch {
      return; // no such process
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
