import { fstatSync, lstatSync, mkdirSync, type Stats, unlinkSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { dirname } from "node:path";

/**
 * Where to listen: a path that is bound here, or a descriptor that somebody else has bound (systemd, launchd) and that keeps
 * its path whatever happens.
 */
export type Where = { readonly path: string } | { readonly adoptFd: number };

/**
 * Makes the server listen. A path is bound in a folder that is this user's alone, with a socket that has its mode before the
 * first connection can come.
 * @throws Error  in a sentence for the person: the folder or the path is not ours, or another daemon answers there
 */
export async function bind(server: Server, where: Where): Promise<void> {
  if ("adoptFd" in where) {
    if (!isSocket(where.adoptFd))
      throw new Error(
        `Descriptor ${where.adoptFd} was announced as a listening socket and is none. Start the daemon without LISTEN_FDS.`,
      );
    return listening(server, () => server.listen({ fd: where.adoptFd }));
  }
  ensurePrivateFolder(dirname(where.path));
  await clearStale(where.path);
  await listening(server, () => {
    // bind(2) and listen(2) both happen inside this call, so nobody meets the socket with another mode.
    const before = process.umask(0o177);
    try {
      server.listen({ path: where.path, backlog });
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

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false; // a closed descriptor is no socket either
  }
}
