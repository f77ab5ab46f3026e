import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createNetServer, type Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** What the hook's tests need around it: a home, somebody who plays the daemon, and the hook's run as a host would do it. */
const root = join(import.meta.dirname, "..", "..");

/** Builds what is not fresh; cheap when it is. */
export function buildHook(): void {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build-hook.js"), "--tests", "--quiet"], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stderr);
}

export const programs = {
  hook: join(root, "build", "signalbox-hook"),
  checked: join(root, "build", "signalbox-hook-asan"),
  fuzz: join(root, "build", "fuzz-hook"),
  pty: join(root, "build", "pty"),
} as const;

/** A home of the test's own, gone after it, with every process that it noted in `pids` ended. */
export function makeHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), "sbx-hook-"));
  t.after(() => {
    for (const pid of linesOf(join(home, "pids"))) endProcess(Number(pid));
    rmSync(home, { recursive: true, force: true });
  });
  return home;
}

export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export interface HookRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface HookStart {
  readonly program?: string;
  readonly home: string;
  readonly agent?: string;
  readonly event?: string;
  readonly stdin?: string | Buffer;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the hook as a host does; `ended` has what it said. */
export function startHook(start: HookStart) {
  const { program = programs.hook, home, agent = "claude-code", event = "PreToolUse", stdin = "{}" } = start;
  const begun = performance.now();
  const child = spawn(program, ["--home", home, agent, event], {
    env: { ASAN_OPTIONS: "detect_leaks=0", ...start.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error; // it may answer before it has read all
  });
  child.stdin.end(stdin);
  const said = [collect(child.stdout), collect(child.stderr)] as const;
  const ended = (async (): Promise<HookRun> => {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout: said[0](), stderr: said[1](), ms: performance.now() - begun };
  })();
  return { child, ended };
}

export const runHook = (start: HookStart): Promise<HookRun> => startHook(start).ended;

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

export type Handler = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;

/** Plays the daemon over HTTP until the test ends. */
export async function playDaemon(t: TestContext, socket: string, handler: Handler): Promise<Server> {
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => handler(request, Buffer.concat(chunks), response));
  });
  await listen(t, server, socket);
  return server;
}

/** Plays a daemon that says these bytes, whatever it is asked, and closes. */
export async function playBytes(t: TestContext, socket: string, bytes: string, onSocket?: (socket: Socket) => void) {
  const server = createNetServer((connection) => {
    connection.on("error", () => connection.destroy()); // the hook is free to leave
    connection.once("data", () => connection.end(bytes, "latin1"));
    onSocket?.(connection);
  });
  await listen(t, server, socket);
  return server;
}

async function listen(t: TestContext, server: Server | NetServer, socket: string): Promise<void> {
  server.listen(socket);
  await once(server, "listening");
  t.after(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
}

export function answer(response: ServerResponse, exit: number, stdout: string, stderr = ""): void {
  const [out, err] = [Buffer.from(stdout), Buffer.from(stderr)];
  response.writeHead(200, {
    "X-Signalbox-Exit": exit,
    "X-Signalbox-Stdout-Bytes": out.length,
    "Content-Length": out.length + err.length,
  });
  response.end(Buffer.concat([out, err]));
}

/** A launch record as src/wiring writes it. */
export function writeRecord(
  home: string,
  launch: { exec: string; args: readonly string[]; environment?: Readonly<Record<string, string>> },
): void {
  const lines = [
    "signalbox-launch 1",
    `socket ${join(home, "sock")}`,
    `exec ${launch.exec}`,
    ...launch.args.map((argument) => `arg ${argument}`),
    ...Object.entries(launch.environment ?? {}).map(([name, value]) => `env ${name}=${value}`),
  ];
  writeFileSync(join(home, "launch"), `${lines.join("\n")}\n`, { mode: 0o600 });
}

/**
 * A record that starts this small daemon: it allows everything, and notes each start in `pids` and what it was started with in
 * `started.json`.
 */
export function writeDaemonRecord(home: string): void {
  const program = join(home, "daemon.mjs");
  writeFileSync(
    program,
    `import { createServer } from "node:http";
import { appendFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
const home = process.argv[2];
appendFileSync(home + "/pids", process.pid + "\\n");
let open = [];
if (process.platform === "linux") open = readdirSync("/proc/self/fd").map((fd) => { try { return readlinkSync("/proc/self/fd/" + fd); } catch { return ""; } });
writeFileSync(home + "/started.json", JSON.stringify({ environment: { ...process.env }, arguments: process.argv.slice(2), cwd: process.cwd(), open, umask: process.umask() }));
createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200, { "X-Signalbox-Exit": 0, "X-Signalbox-Stdout-Bytes": 2, "Content-Length": 2 }).end("{}"));
}).listen(home + "/sock");
`,
  );
  writeRecord(home, {
    exec: process.execPath,
    args: [program, home, "", "two words"],
    environment: { LANG: "C.UTF-8" },
  });
}
