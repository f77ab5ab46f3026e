import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../src/protocol/place.ts";
import { BoardDemo } from "../../src/cli/demo-board.ts";
import { Agent, type Hooked, plainEnvironment, preToolUse, root } from "./daemon.ts";
import { remove, temporary } from "./temporary.ts";

/** Git projects in a temporary folder, gone at the end of the test. */
export class Projects implements Disposable {
  readonly root = temporary();

  make(name: string, branch = "main"): string {
    const path = join(this.root, name);
    mkdirSync(path);
    git(path, "init", "--quiet", "--initial-branch", branch);
    writeFileSync(join(path, "README.md"), `# ${name}\n`);
    git(path, "add", ".");
    git(path, "commit", "--quiet", "--message", "begin");
    return path;
  }

  [Symbol.dispose](): void {
    remove(this.root);
  }
}

const git = (cwd: string, ...args: string[]) =>
  void execFileSync("git", ["-c", "user.name=A Person", "-c", "user.email=person@example.com", ...args], {
    cwd,
    env: plainEnvironment,
    stdio: ["ignore", "ignore", "pipe"],
  });

/** One scripted session over the real hooks. */
export class Actor {
  readonly id = randomUUID();
  readonly cwd: string;
  readonly #agent: Agent;
  readonly #name: string;

  constructor(agent: Agent, cwd: string, name = "claude-code") {
    this.#agent = agent;
    this.cwd = cwd;
    this.#name = name;
  }

  tell(event: string, fields: object = {}): Hooked {
    return this.#agent.hook(this.#name, event, {
      session_id: this.id,
      cwd: this.cwd,
      hook_event_name: event,
      permission_mode: "default",
      ...fields,
    });
  }

  async begin(prompt: string): Promise<this> {
    await this.tell("SessionStart", { source: "startup", model: "claude-sonnet-4-5" });
    await this.tell("UserPromptSubmit", { prompt });
    return this;
  }

  /** Asks and goes on running it. */
  async runs(tool: string, input: object): Promise<void> {
    await this.#agent.hook(this.#name, "PreToolUse", preToolUse(this.id, this.cwd, tool, input));
  }

  /** Asks for something that is held; the answer comes when somebody decides. */
  asks(tool: string, input: object): Hooked {
    return this.#agent.hook(this.#name, "PreToolUse", preToolUse(this.id, this.cwd, tool, input));
  }
}

/** An edit that is held and shows as a difference. */
export const heldEdit = {
  file_path: "/etc/nginx/conf.d/site.conf",
  old_string: "server {\n  listen 80;\n  server_name site.example;\n  root /srv/site;\n}\n",
  new_string:
    "server {\n  listen 80;\n  server_name site.example www.site.example;\n  root /srv/site/public;\n  gzip on;\n}\n",
} as const;

/** A dozen sessions of every agent, as `signalbox demo --board` has them, and one that waits with an edit. */
export async function setStage(place: Place, projects: Projects): Promise<AsyncDisposable> {
  await using building = new AsyncDisposableStack();
  const stop = new AbortController();
  building.defer(() => stop.abort(new Error("the stage is cleared")));
  const hook = join(root, "build/signalbox-hook");
  building.use(await BoardDemo.begin({ hook, home: place.home, stop: stop.signal }));
  const agent = building.use(new Agent(place));
  const site = await new Actor(agent, projects.make("site")).begin("Serve the site under its second name too");
  const held = site.asks("Edit", heldEdit);
  building.defer(async () => {
    held.end();
    await held;
  });
  const owned = building.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
