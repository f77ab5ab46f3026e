import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../src/protocol/place.ts";
import { Agent, type Hooked, plainEnvironment, preToolUse } from "./daemon.ts";

/** Git projects in a temporary folder, with one linked worktree, as somebody with many agents has them. */
export class Projects implements Disposable {
  readonly root = mkdtempSync("/tmp/sb-");

  make(name: string, branch = "main"): string {
    const path = join(this.root, name);
    mkdirSync(path);
    git(path, "init", "--quiet", "--initial-branch", branch);
    writeFileSync(join(path, "README.md"), `# ${name}\n`);
    git(path, "add", ".");
    git(path, "commit", "--quiet", "--message", "begin");
    return path;
  }

  worktree(of: string, name: string, branch: string): string {
    const path = join(this.root, name);
    git(of, "worktree", "add", "--quiet", "-b", branch, path);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
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

  /** Asks and, when it may, does it. */
  async does(tool: string, input: object): Promise<void> {
    const call = preToolUse(this.id, this.cwd, tool, input) as Record<string, unknown>;
    const { code } = await this.#agent.hook(this.#name, "PreToolUse", call);
    if (code !== 0) return;
    await this.tell("PostToolUse", {
      tool_name: tool,
      tool_input: input,
      tool_use_id: call["tool_use_id"],
      tool_response: { stdout: "" },
    });
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

export interface Stage extends AsyncDisposable {
  readonly held: readonly Hooked[];
}

/** A morning's board: a dozen sessions in four projects, some at work, some done, three that wait for a person. */
export async function setStage(place: Place, projects: Projects): Promise<Stage> {
  const agent = new Agent(place);
  const shop = projects.make("shop");
  const payments = projects.worktree(shop, "shop-payments", "payments");
  const [site, tools, notes] = [projects.make("site"), projects.make("deploy-tools"), projects.make("notes")];
  const at = (cwd: string, prompt: string, name?: string) => new Actor(agent, cwd, name).begin(prompt);

  const checkout = await at(shop, "Make the checkout survive a lost connection");
  await checkout.does("Read", { file_path: join(shop, "README.md") });
  await checkout.does("Bash", { command: "npm test -- --grep checkout" });
  await checkout.does("Edit", {
    file_path: join(shop, "src/checkout.ts"),
    old_string: "retry(1)",
    new_string: "retry(3)",
  });
  await checkout.runs("Bash", { command: "npm test" });

  const refunds = await at(payments, "Refunds: partial amounts, with the ledger entry that belongs to them");
  await refunds.does("Bash", { command: "git status --short" });
  const push = refunds.asks("Bash", { command: "git push --force origin payments" });

  const clean = await at(tools, "The nightly deploy leaves old releases behind; clean up after it");
  await clean.does("Bash", { command: "ls -la releases" });
  const wipe = clean.asks("Bash", {
    command: "npm install --global pm2@6",
  });

  const copy = await at(site, "Rewrite the landing page in plain words");
  const edit = copy.asks("Edit", {
    file_path: "/etc/nginx/conf.d/site.conf",
    old_string: "server {\n  listen 80;\n  server_name site.example;\n  root /srv/site;\n}\n",
    new_string:
      "server {\n  listen 80;\n  server_name site.example www.site.example;\n  root /srv/site/public;\n  gzip on;\n}\n",
  });

  const links = await at(site, "Find dead links and mend them");
  await links.does("Bash", { command: "grep -rn 'href=' src" });
  await links.tell("Stop");
  const search = await at(shop, "Search is slow on long lists: measure, then fix");
  await search.does("Bash", { command: "node bench/search.js" });
  await search.runs("Bash", { command: "node --cpu-prof bench/search.js" });
  const review = await at(payments, "Review the refunds branch and list what could lose money");
  await review.does("Bash", { command: "git diff main...payments" });
  await review.tell("Stop");
  const names = await at(notes, "Give my notes titles");
  await names.does("Bash", { command: "ls" });
  await names.runs("Bash", { command: "sed -n 1,40p README.md" });
  const over = await at(notes, "What did I write about gardens?");
  await over.tell("SessionEnd", { reason: "other" });
  const codex = await at(tools, "Port the release script to TypeScript", "codex");
  await codex.runs("Bash", { command: "npx tsc --noEmit" });

  const held = [push, wipe, edit];
  return {
    held,
    async [Symbol.asyncDispose]() {
      for (const waiting of held) waiting.end();
      await Promise.allSettled(held);
      agent[Symbol.dispose]();
    },
  };
}
