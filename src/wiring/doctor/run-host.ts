import { spawn } from "node:child_process";

/** What became of an agent that was run to its end. */
export interface HostRun {
  /** Null when it was ended by a signal, ours or another's. */
  readonly code: number | null;
  readonly killedBy: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface HostCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Written to its stdin, which is then closed. */
  readonly input?: string;
}

/** More output is cut at the front: what an agent says last tells why it ended. */
const outputCharsMax = 256 * 1024;
const drainMs = 1_000;

/**
 * Runs an agent in a process group of its own, so that whatever it started ends with it.
 * @param signal  ends the whole group at once; the run then resolves with `killedBy`
 * @throws when the program can't be started
 */
export function runHost(command: HostCommand, options: { signal: AbortSignal }): Promise<HostRun> {
  const { signal } = options;
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const child = spawn(command.file, [...command.args], {
      cwd: command.cwd,
      env: { ...command.environment },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(-outputCharsMax);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-outputCharsMax);
    });
    const stop = () => endGroup(child.pid);
    signal.addEventListener("abort", stop, { once: true });
    // An agent that does not read its stdin closes the pipe; how it ended says more than that.
    child.stdin.on("error", () => child.stdin.destroy());
    child.stdin.end(command.input ?? "");
    child.once("error", (error) => {
      signal.removeEventListener("abort", stop);
      reject(error);
    });
    child.once("exit", () => {
      signal.removeEventListener("abort", stop);
      endGroup(child.pid);
      // What left the group (a daemon) may hold the pipes open for ever; what was written until now has been read by then.
      const patience = AbortSignal.timeout(drainMs);
      patience.addEventListener("abort", () => {
        child.stdout.destroy();
        child.stderr.destroy();
      });
    });
    child.once("close", (code, killedBy) => {
      resolve({ code, killedBy, stdout, stderr, tookMs: performance.now() - startedMs });
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
