import { spawn } from "node:child_process";
import { existsSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { daemonNodeFlags, findPlace, homeFiles, type Place } from "../protocol/place.ts";
import { compose } from "./compose.ts";
import { StoreFault } from "../store/index.ts";
import { activation, cleanEnvironment, hostileVariables, loadConfig } from "./config.ts";

/**
 * The daemon's process: flags, environment, signals, exit code. `compose` builds the parts.
 *
 * Exit codes: 0 drained, 1 a fault that a person must mend (said on stderr), 2 usage, 3 another daemon serves this home or this one was told to
 * stay down, 128 and the signal's number when a third signal cuts its drain short.
 */
export async function runDaemon(argv: readonly string[]): Promise<number> {
  if (process.execArgv.some((flag) => flag.startsWith("--inspect"))) {
    complain("The daemon refuses --inspect: a debugger port would let any process of yours approve in your name.");
    return 2;
  }
  const strip = [
    ...hostileVariables(),
    ...(process.execArgv.includes("--disable-sigusr1") ? [] : ["SIGUSR1's debugger"]),
  ];
  const adoptFd = activation(process.pid);
  if (strip.length > 0) return startAnew(argv, adoptFd);

  let flags: ReturnType<typeof readFlags>;
  try {
    flags = readFlags(argv);
  } catch (error) {
    complain((error as Error).message);
    return 2;
  }
  process.umask(0o077);
  const signals = new AbortController();
  let asked = 0;
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => {
      asked += 1;
      signals.abort(new Error(signal));
      if (asked > 2) process.exit(128 + constants.signals[signal]);
    });
  try {
    const { config, values } = loadConfig(flags.place, flags.settings);
    const { place, test } = flags;
    const adopted = flags.adoptFd ?? adoptFd;
    if (adopted !== undefined && existsSync(join(place.home, homeFiles.stay))) {
      complain("It was told to stay down, so a call on the socket does not start it. Start it: signalbox up");
      return 3;
    }
    const daemon = await compose({ place, config, values, test, adoptFd: adopted });
    process.on("uncaughtException", (error) => {
      daemon.log.error({ err: error }, "uncaught exception: the daemon stops, hooks deny until it is started again");
      complain(`The daemon met a bug and stops: ${error.message}. Hooks deny until it is up again.`);
      process.exit(1);
    });
    if (flags.readyFd !== undefined) writeSync(flags.readyFd, "\n");
    await Promise.race([daemon.stopped, aborted(signals.signal)]);
    await daemon[Symbol.asyncDispose]();
    return 0;
  } catch (error) {
    complain((error as Error).message);
    return error instanceof StoreFault && error.kind === "busy" ? 3 : 1;
  }
}

interface Flags {
  readonly place: Place;
  readonly settings: Readonly<Record<string, string>>;
  /** Told one line feed when the daemon serves. */
  readonly readyFd: number | undefined;
  /** A listening socket that was handed over by who started this one anew; `LISTEN_PID` would not name this process. */
  readonly adoptFd: number | undefined;
  /** Marks a new home as made for tests. */
  readonly test: boolean;
}

function readFlags(argv: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      home: { type: "string" },
      socket: { type: "string" },
      "config-dir": { type: "string" },
      set: { type: "string", multiple: true },
      "ready-fd": { type: "string" },
      "adopt-fd": { type: "string" },
      test: { type: "boolean", default: false },
    },
  });
  const found = findPlace({ home: values.home });
  const settings: Record<string, string> = {};
  for (const pair of values.set ?? []) {
    const cut = pair.indexOf("=");
    if (cut < 1) throw new Error(`--set takes key=value, not "${pair}". The keys: signalbox config explain`);
    settings[pair.slice(0, cut)] = pair.slice(cut + 1);
  }
  return {
    place: { ...found, socket: values.socket ?? found.socket, configDir: values["config-dir"] ?? found.configDir },
    settings,
    readyFd: descriptor("--ready-fd", values["ready-fd"]),
    adoptFd: descriptor("--adopt-fd", values["adopt-fd"]),
    test: values.test,
  };
}

function descriptor(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[3-9]$/.test(text)) throw new Error(`${flag} takes the number of an open descriptor (3 to 9), not "${text}".`);
  return Number(text);
}

/** Runs the same daemon in an environment built from nothing; passes signals on and ends as it ends. A socket that it was handed goes along. */
function startAnew(argv: readonly string[], adoptFd: number | undefined): Promise<number> {
  const main = process.argv[1] ?? "";
  const handOver = adoptFd === undefined ? [] : ["--adopt-fd", String(adoptFd)];
  const extra = adoptFd !== undefined || argv.includes("--ready-fd") ? (["inherit"] as const) : [];
  const child = spawn(process.execPath, [...daemonNodeFlags, main, "daemon", ...argv, ...handOver], {
    env: cleanEnvironment(),
    stdio: ["ignore", "inherit", "inherit", ...extra],
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once("error", (error) => {
      complain(`The daemon can't start itself anew: ${error.message}.`);
      resolve(1);
    });
    child.once("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal])));
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Before there is a log, the person who started it (or launch.log) is told on stderr. */
function complain(message: string): void {
  process.stderr.write(`signalbox: ${message}\n`);
}
