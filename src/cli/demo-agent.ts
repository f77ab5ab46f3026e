import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

/** What a scripted agent asks to do. */
export interface Step {
  readonly tool: string;
  readonly input: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly allowed: boolean;
  /** What the agent is told when it is not. */
  readonly reason: string;
}

/**
 * An agent of the demo: a shell that runs the real hook as a host would, payload on stdin, the answer by exit code and stderr. It is a
 * process of its own, so that the daemon sees an agent that began after the person's terminal.
 */
export class ScriptedAgent implements AsyncDisposable {
  readonly session = randomUUID();
  readonly #shell: ChildProcess;
  readonly #lines: Interface;
  readonly #hook: string;
  readonly #cwd: string;
  /** Where payloads and answers pass. */
  readonly #folder: string;
  readonly #gone: Promise<unknown>;
  #count = 0;

  private constructor(hook: string, home: string, cwd: string, folder: string) {
    this.#hook = `${quote(hook)} --home ${quote(home)} claude-code`;
    this.#cwd = cwd;
    this.#folder = folder;
    // A group of its own, so that its end is also the end of a hook that still waits.
    this.#shell = spawn("/bin/sh", ["-s"], { cwd, detached: true, stdio: ["pipe", "pipe", "ignore"] });
    this.#gone = once(this.#shell, "exit");
    this.#lines = createInterface({ input: this.#shell.stdout as NodeJS.ReadableStream });
  }

  static async begin(hook: string, home: string, cwd: string, folder: string): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent(hook, home, cwd, folder);
    await agent.#send("SessionStart", { source: "startup" });
    return agent;
  }

  /** Asks, and when nothing objects reports the call as done (nothing is really run). */
  async ask({ tool, input }: Step): Promise<Answer> {
    const call = { tool_name: tool, tool_input: input, tool_use_id: `toolu_${randomUUID()}` };
    const { exit, stderr } = await this.#send("PreToolUse", call);
    if (exit === 0) await this.#send("PostToolUse", { ...call, tool_response: { stdout: "(the demo runs nothing)" } });
    return { allowed: exit === 0, reason: stderr.trim() };
  }

  async end(): Promise<void> {
    await this.#send("SessionEnd", { reason: "other" });
  }

  async #send(event: string, fields: object): Promise<{ exit: number; stderr: string }> {
    this.#count += 1;
    const file = join(this.#folder, `${this.session}-${this.#count}`);
    const payload = {
      session_id: this.session,
      cwd: this.#cwd,
      hook_event_name: event,
      permission_mode: "default",
      ...fields,
    };
    writeFileSync(file, JSON.stringify(payload));
    this.#shell.stdin?.write(`${this.#hook} ${event} <${quote(file)} >/dev/null 2>${quote(`${file}.err`)}; echo $?\n`);
    const gone = this.#gone.then(() => ["143"]);
    const [exit] = (await Promise.race([once(this.#lines, "line"), gone])) as [string];
    return { exit: Number(exit), stderr: readFileSync(`${file}.err`, "utf8") };
  }

  /** Goes away with whatever still waits, as an agent does that is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    process.kill(-(this.#shell.pid ?? 0), "SIGTERM");
    await this.#gone;
  }
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
