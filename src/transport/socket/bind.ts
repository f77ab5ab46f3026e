import { fstatSync, lstatSync, mkdirSync, readFileSync, realpathSync, type Stats, unlinkSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { basename, dirname, join } from "node:path";

/**
 * Where to listen: a path that is bound here, or a descriptor that somebody else has bound there (systemd) and that keeps its path
 * whatever happens.
 */
export interface Where {
  readonly path: string;
  readonly adoptFd?: number | undefined;
}

/**
 * Makes the server listen. A path is bound in a folder that is this user's alone, with a socket that has its mode before the
 * first connection can come.
 * @throws Error  in a sentence for the person: the folder or the path is not ours, or another daemon answers there
 */
export async function bind(server: Server, { path, adoptFd }: Where): Promise<void> {
  if (adoptFd !== undefined) {
    checkAdopted(adoptFd, path);
    return listening(server, () => server.listen({ fd: adoptFd }));
  }
  ensurePrivateFolder(dirname(path));
  await clearStale(path);
  await listening(server, () => {
    // bind(2) and listen(2) both happen inside this call, so nobody meets the socket with another mode.
    const before = process.umask(0o177);
    try {
      server.listen({ path, backlog });
    } finally {
      process.umask(before);
    }
  });
}

/** Connections that wait to be accepted; the kernel caps it at somaxconn (4,096 since Linux 5.4). */
const backlog = 4_096;

/** Resolves when it listens, rejects with a sentence when it can't. */
function listening(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off("listening", bound);
      reject(
        error.code === "EADDRINUSE"
          ? new Error("Another daemon took the socket just now. See: signalbox status", { cause: error })
          : error,
      );
    };
    const bound = () => {
      server.off("error", failed);
      resolve();
    };
    server.once("error", failed);
    server.once("listening", bound);
    start();
  });
}

/** Makes the folder if need be, and refuses one that others could enter, or that is a link to somewhere else. */
function ensurePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  const wrong = whatIsWrong(stat);
  if (wrong === undefined) return;
  throw new Error(`The socket's folder ${folder} ${wrong}. Nothing listens in a folder that others can reach.`);
}

function whatIsWrong(stat: Stats): string | undefined {
  if (!stat.isDirectory()) return "is not a folder of its own (a link or a file)";
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) return `belongs to user ${stat.uid}, not to you (${uid})`;
  if ((stat.mode & 0o077) !== 0)
    return `is open to others (mode ${(stat.mode & 0o777).toString(8)}); close it: chmod 700`;
  return undefined;
}

/** Removes what a dead daemon left. Only a socket that refuses connections is ever removed. */
async function clearStale(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket())
    throw new Error(`${path} is in the socket's place and is not a socket. Move it away, then try again.`);
  const state = await probe(path);
  if (state === "live") throw new Error(`Another daemon answers on ${path}. See: signalbox status`);
  if (state === "stale") unlinkSync(path);
}

/** A full backlog or a missing right says nothing about death, so only a refused connection counts as stale. */
function probe(path: string): Promise<"live" | "stale" | "gone"> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve("live");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ECONNREFUSED" ? "stale" : error.code === "ENOENT" ? "gone" : "live");
    });
  });
}

/**
 * A descriptor from outside is taken only as what it should be: the very socket that hooks and clients look for. A port of the network, or
 * a socket in a folder that others can enter, would open the door to everybody.
 */
function checkAdopted(fd: number, path: string): void {
  const wrong = whatIsWrongWith(fd, path);
  if (wrong !== undefined)
    throw new Error(
      `Descriptor ${fd} was announced as the listening socket ${path} and ${wrong}. Set ListenStream=${path}, or start the daemon without LISTEN_FDS.`,
    );
}

function whatIsWrongWith(fd: number, path: string): string | undefined {
  let inode: bigint;
  try {
    const stat = fstatSync(fd, { bigint: true });
    if (!stat.isSocket()) return "is no socket";
    inode = stat.ino;
  } catch {
    return "is closed";
  }
  const sockets = unixSockets();
  // Without /proc (macOS, whose launchd announces no descriptors anyway) there is nothing more to go by.
  if (sockets === undefined) return undefined;
  const bound = sockets.get(String(inode));
  if (bound === undefined) return "is no Unix socket";
  if (!bound.listening) return "does not listen";
  if (!samePlace(bound.path, path)) return `listens on ${bound.path === "" ? "no path" : bound.path}`;
  const folder = whatIsWrong(lstatSync(dirname(path)));
  return folder === undefined ? undefined : `its folder ${folder}`;
}

/** A folder may be named by way of a link (/var/run). */
const samePlace = (one: string, other: string): boolean => one === other || real(one) === real(other);
const real = (path: string): string | undefined => {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return undefined; // a folder that is not there is nobody's place
  }
};

/** Unix sockets of this network namespace by inode, as /proc/net/unix lists them (unix(7)); undefined where there is no such file. */
function unixSockets(): ReadonlyMap<string, { readonly listening: boolean; readonly path: string }> | undefined {
  let text: string;
  try {
    text = readFileSync("/proc/net/unix", "utf8");
  } catch {
    return undefined; // another system
  }
  const acceptsConnections = 0x1_00_00;
  return new Map(
    text
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const [, , , flags = "0", , , inode = "", ...path] = line.split(/ +/);
        return [[inode, { listening: (Number.parseInt(flags, 16) & acceptsConnections) !== 0, path: path.join(" ") }]];
      }),
  );
}
