import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..", "..", "..");

/** A person's terminal: a shell that leads a session of its own, on a pseudo-terminal, with no agent among its ancestors. */
export interface Terminal extends AsyncDisposable {
  /** Types a command and waits for its end. @returns what the terminal showed, and the command's exit code */
  type(command: string): Promise<{ readonly shown: string; readonly code: number }>;
}

/** Resolves when whatever starts from now on is younger than the terminal, by the kernel's clock. */
export async function openTerminal(options: {
  cwd: string;
  environment: Readonly<Record<string, string>>;
  signal: AbortSignal;
}): Promise<Terminal> {
  const { cwd, environment, signal } = options;
  const built = spawnSync(process.execPath, [join(repository, "scripts", "build-hook.js"), "--tests", "--quiet"], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`build/pty can't be built: ${built.stderr}`);
  const env = { ...environment, PS1: "", TERM: "xterm" };
  const child = spawn(join(repository, "build", "pty"), ["/bin/sh"], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  let shown = "";
  let look = () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    look();
  });
  let commands = 0;
  const terminal: Terminal = {
    async type(command) {
      const mark = `ended-${++commands}`;
      shown = "";
      const end = new Promise<RegExpExecArray>((resolve, reject) => {
        const ended = new RegExp(`${mark}:(\\d+)`);
        look = () => {
          const found = ended.exec(shown);
          if (found !== null) resolve(found);
        };
        void closed.then(() => reject(new Error(`the terminal closed: ${shown}`)));
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
      child.stdin.write(`${command}; echo ${mark}:$?\n`);
      const found = await end;
      return { shown: shown.slice(0, found.index), code: Number(found[1]) };
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await closed;
    },
  };
  await terminal.type("true");
  const openedMs = uptimeMs();
  // There is no event for the passing of time; the kernel's clock goes on by 10 ms.
  while (uptimeMs() <= openedMs + tickMs) await new Promise((resolve) => setImmediate(resolve));
  return terminal;
}

/** Starts of processes are told in ticks, so two in one tick are of one age. */
const tickMs = 10;

const uptimeMs = (): number => Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1_000;
