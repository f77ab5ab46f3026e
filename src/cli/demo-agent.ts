import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { type Happening, newCall, said, type Speaker } from "./demo-speech.ts";

/** What a scripted agent asks to do. */
export interface Step {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly allowed: boolean;
  /** What the agent is told when it is not. */
  readonly reason: string;
}

export interface Scripted {
  readonly hook: string;
  readonly home: string;
  readonly cwd: string;
  /** Where payloads and answers pass. */
  readonly folder: string;
  readonly speaker?: Speaker;
}

/**
 * An agent of the demo: a shell that runs the real hook as a host would, payload on stdin, the answer by exit code and stderr. It is a
 * process of its own, so that the daemon sees an agent that began after the person's terminal.
 */
export class ScriptedAgent implements AsyncDisposable {
  readonly session = randomUUID();
  readonly #about: Scripted;
  readonly #speaker: Speaker;
  readonly #shell: ChildProcess;
  readonly #lines: Interface;
  readonly #gone: Promise<unknown>;
  #count = 0;
  /** The shell runs one hook at a time. */
  #before: Promise<unknown> = Promise.resolve();

  private constructor(about: Scripted) {
    this.#about = about;
    this.#speaker = about.speaker ?? "claude-code";
    // A group of its own, so that its end is also the end of a hook that still waits.
    this.#shell = spawn("/bin/sh", ["-s"], { cwd: about.cwd, detached: true, stdio: ["pipe", "pipe", "ignore"] });
    this.#gone = once(this.#shell, "exit");
    this.#lines = createInterface({ input: this.#shell.stdout as NodeJS.ReadableStream });
  }

  static async begin(about: Scripted): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent(about);
    await agent.say({ is: "start" });
    return agent;
  }

  /** Asks, and when nothing objects reports the call as done (nothing is really run). */
  async ask({ tool, input }: Step): Promise<Answer> {
    const call = newCall(tool, input);
    const { exit, stderr } = await this.say({ is: "call", call });
    if (exit === 0) await this.say({ is: "done", call });
    return { allowed: exit === 0, reason: stderr.trim() };
  }

  async end(): Promise<void> {
    await this.say({ is: "end" });
  }

  /** Tells the hook what happened; one after the other. @returns its answer; nothing to tell is an answer of 0 */
  say(happening: Happening): Promise<{ exit: number; stderr: string }> {
    const next = this.#before.then(() => this.#send(happening));
    this.#before = next.catch(() => {}); // whoever asked hears of it
    return next;
  }

  async #send(happening: Happening): Promise<{ exit: number; stderr: string }> {
    const { hook, home, cwd, folder } = this.#about;
    const words = said(this.#speaker, { session: this.session, cwd }, happening);
    if (words === undefined) return { exit: 0, stderr: "" };
    if (this.#over) return wentAway;
    this.#count += 1;
    const file = join(folder, `${this.session}-${this.#count}`);
    writeFileSync(file, JSON.stringify(words.payload));
    const command = `${quote(hook)} --home ${quote(home)} ${this.#speaker} ${words.event}`;
    this.#shell.stdin?.write(`${command} <${quote(file)} >/dev/null 2>${quote(`${file}.err`)}; echo $?\n`);
    const answered = await Promise.race([once(this.#lines, "line"), this.#gone.then(() => undefined)]);
    if (answered === undefined) return wentAway;
    return { exit: Number(answered[0]), stderr: readFileSync(`${file}.err`, "utf8") };
  }

  get #over(): boolean {
    return this.#shell.exitCode !== null || this.#shell.signalCode !== null;
  }

  /** Goes away with whatever still waits, as an agent does that is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    process.kill(-(this.#shell.pid ?? 0), "SIGTERM");
    await this.#gone;
  }
}

/** As a shell says it of a program that SIGTERM ended. */
const wentAway = { exit: 143, stderr: "" };

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
