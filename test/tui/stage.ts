import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../src/protocol/place.ts";
import { Agent, type Hooked, makeHome, preToolUse, root, TestDaemon } from "../support/daemon.ts";
import { Seat, type Size } from "../support/seat.ts";

/** A daemon, a person at a terminal, and an agent that came after them: what every test of the board begins with. */
export class Stage implements AsyncDisposable {
  readonly place: Place;
  readonly daemon: TestDaemon;
  readonly seat: Seat;
  readonly project: string;
  readonly #agent: Agent;
  readonly #hooked = new Set<Hooked>();
  readonly #parts: AsyncDisposableStack;

  static async set(size?: Size, environment: NodeJS.ProcessEnv = {}, settings: readonly string[] = []): Promise<Stage> {
    await using parts = new AsyncDisposableStack();
    const home = parts.use(makeHome());
    const daemon = parts.use(await TestDaemon.start(home, settings));
    const seat = parts.use(await Seat.take(home, size, environment));
    return new Stage(home, daemon, seat, parts.move());
  }

  private constructor(place: Place, daemon: TestDaemon, seat: Seat, parts: AsyncDisposableStack) {
    this.#parts = parts;
    this.place = place;
    this.daemon = daemon;
    this.seat = seat;
    this.project = join(place.home, "shop");
    mkdirSync(this.project);
    execFileSync("git", ["init", "-q", "-b", "main", this.project]);
    this.#agent = new Agent(place);
  }

  /** A verb as the person's shell takes it. */
  command(...args: readonly string[]): string {
    return [process.execPath, join(root, "bin/signalbox.js"), "--home", this.place.home, ...args].join(" ");
  }

  /** What the host of a session tells of it. */
  tell(session: string, event: string, more: object = {}): Hooked {
    const payload = { session_id: session, cwd: this.project, hook_event_name: event, ...more };
    return this.#kept(this.#agent.hook("claude-code", event, payload));
  }

  /** Asks for a tool call; resolves when it is decided. */
  ask(session: string, tool: string, input: object): Hooked {
    return this.#kept(this.#agent.hook("claude-code", "PreToolUse", preToolUse(session, this.project, tool, input)));
  }

  /** A call that is held and could be taken back; its command says which one it is. */
  push(session: string, branch = "main"): Hooked {
    return this.ask(session, "Bash", { command: `git push --force-with-lease origin ${branch}` });
  }

  /** A call that is held and can't be taken back. */
  write(session: string, name = "hosts"): Hooked {
    return this.ask(session, "Write", { file_path: `/etc/${name}`, content: "127.0.0.1 here\n" });
  }

  #kept(hooked: Hooked): Hooked {
    this.#hooked.add(hooked);
    void hooked.finally(() => this.#hooked.delete(hooked));
    return hooked;
  }

  /** Callers that still wait end first: a hook without a daemon would start one. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const hooked of this.#hooked) hooked.end();
    await Promise.all(this.#hooked);
    this.#agent[Symbol.dispose]();
    await this.daemon[Symbol.asyncDispose]();
    await this.#parts.disposeAsync();
  }
}

/** What the host was told by Claude Code's form of an answer. */
export function toldOf({ stdout }: { stdout: string }): { decision: string; reason: string; input: unknown } {
  const { hookSpecificOutput: told } = JSON.parse(stdout) as {
    hookSpecificOutput: { permissionDecision: string; permissionDecisionReason?: string; updatedInput?: unknown };
  };
  return { decision: told.permissionDecision, reason: told.permissionDecisionReason ?? "", input: told.updatedInput };
}
