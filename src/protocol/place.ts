import { statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * Where one Signalbox lives. `home` is its data folder and its name: two daemons with different homes share nothing.
 * With `SIGNALBOX_HOME` (or `--home`) all three are that one folder; without, the XDG folders of DESIGN section 5.
 */
export interface Place {
  /** Absolute. Ledger, instance lock, launch record, logs, wired copies. */
  readonly home: string;
  /** Absolute. Holds config.toml and policy.toml. */
  readonly configDir: string;
  /** Absolute path of the socket. */
  readonly socket: string;
}

/** Linux allows 107 bytes in `sun_path`, macOS 103; 100 leaves room for a suffix. */
export const socketPathBytesMax = 100;

/**
 * Reads `--home`, else the environment, else the defaults. Never touches the disk, but to see whether /run/user/<uid> is ours.
 * @throws Error when the home is not absolute or the socket's path is too long, in a sentence for the person
 */
export function findPlace(
  options: { home?: string | undefined; environment?: Readonly<Record<string, string | undefined>> } = {},
): Place {
  const environment = options.environment ?? process.env;
  const chosen = options.home ?? environment["SIGNALBOX_HOME"];
  const place = chosen === undefined || chosen === "" ? defaultPlace(environment) : placeIn(chosen);
  const bytes = Buffer.byteLength(place.socket);
  if (bytes > socketPathBytesMax)
    throw new Error(
      `The socket's path is ${bytes} bytes long and the system takes ${socketPathBytesMax}: ${place.socket}. Choose a shorter home: SIGNALBOX_HOME=/short/path`,
    );
  return place;
}

/** A home that holds everything, as tests and `SIGNALBOX_HOME` use it. */
export function placeIn(home: string): Place {
  if (!isAbsolute(home))
    throw new Error(`The home must be an absolute path, not "${home}". Try: --home "$PWD/${home}"`);
  const root = resolve(home);
  return { home: root, configDir: root, socket: join(root, "sock") };
}

function defaultPlace(environment: Readonly<Record<string, string | undefined>>): Place {
  const user = homedir();
  const home = join(absolute(environment["XDG_STATE_HOME"]) ?? join(user, ".local", "state"), "signalbox");
  const configDir = join(absolute(environment["XDG_CONFIG_HOME"]) ?? join(user, ".config"), "signalbox");
  const runtime = absolute(environment["XDG_RUNTIME_DIR"]) ?? ownRuntimeDir();
  return { home, configDir, socket: runtime === undefined ? join(home, "sock") : join(runtime, "signalbox", "sock") };
}

/** The XDG specification says that a relative path is invalid and must be ignored. */
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

function ownRuntimeDir(): string | undefined {
  const { uid } = userInfo();
  const path = `/run/user/${uid}`;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() && stat.uid === uid ? path : undefined;
}

/**
 * Where bin/signalbox.js has Node keep our compiled code. Not in the shared temp folder that is Node's default: whoever can write there could change
 * what runs. The gate guards it like the home.
 */
export function codeCacheFolder(): string {
  return join(homedir(), ".cache", "signalbox");
}

/** File names inside a home, in one place because the hook client, the CLI and the daemon all use them. */
export const homeFiles = {
  database: "signalbox.db",
  instance: "instance.db",
  launch: "launch",
  stay: "stay",
  hook: "signalbox-hook",
  shims: "shims",
  log: "log",
  keys: "keys",
  checkpoints: "checkpoints",
  archive: "archive",
} as const;

/**
 * No debugger by signal. A nursery that holds what some hundred calls in flight have made: with one of 4 MB a busy daemon spent a tenth of its
 * time copying it. And the collector at hand, so that an idle daemon gives all of that back (daemon/memory-release.ts).
 */
export const daemonNodeFlags = ["--disable-sigusr1", "--max-semi-space-size=16", "--expose-gc"] as const;

/**
 * The daemon's command line after `node`: the same for `up`, for the launch record, and for a daemon that starts itself anew.
 * @param main  absolute path of bin/signalbox.js
 */
export function daemonArguments(place: Place, main: string): string[] {
  const elsewhere = place.configDir === place.home ? [] : ["--socket", place.socket, "--config-dir", place.configDir];
  return [...daemonNodeFlags, main, "daemon", "--home", place.home, ...elsewhere];
}
