import type { Step } from "./demo-agent.ts";
import type { Speaker } from "./demo-speech.ts";

/** Where a scripted session stands when the board opens. */
export type Standing = "working" | "held" | "asks" | "plans" | "done" | "ended" | "quiet";

/** One session of the board's demo. */
export interface Part {
  readonly speaker: Speaker;
  readonly project: string;
  /** A linked worktree of the project, on a branch of this name; without it the project's own folder. */
  readonly branch?: string;
  readonly prompt: string;
  /** Done before the board opens; a `working` one goes on with them, over and over. */
  readonly steps: readonly Step[];
  readonly standing: Standing;
  /** What waits, for `held`, `asks` and `plans`. */
  readonly waits?: Step;
  readonly model?: { readonly id: string; readonly name: string; readonly windowTokens: number };
  readonly usedTokens?: number;
  readonly costUsd?: number;
  readonly lines?: readonly [added: number, removed: number];
  readonly effort?: string;
}

export const cast: readonly Part[] = [
  {
    speaker: "claude-code",
    project: "shop",
    prompt: "Rebase the checkout work on main and push it",
    steps: [shell("git fetch origin"), shell("git rebase origin/main"), shell("npm test")],
    standing: "held",
    waits: shell("git push --force-with-lease origin checkout-flow"),
    model: opus(),
    usedTokens: 118_400,
    costUsd: 2.31,
    lines: [412, 96],
    effort: "high",
  },
  {
    speaker: "claude-code",
    project: "shop",
    branch: "invoice-pdf",
    prompt: "Render invoices as PDF with the new template",
    steps: [
      edit("src/invoice.js", "total", "grandTotal"),
      shell("npm test -- invoice"),
      shell("node scripts/render.js samples/1042.json"),
    ],
    standing: "working",
    model: opus(),
    usedTokens: 402_000,
    costUsd: 6.02,
    lines: [1204, 388],
    effort: "medium",
  },
  {
    speaker: "codex",
    project: "shop",
    branch: "flaky-cart-test",
    prompt: "Find out why the cart test is flaky",
    steps: [
      shell("npm test -- cart --repeat 20"),
      shell("rg -n 'setTimeout' src/cart"),
      shell("git log -5 --stat -- src/cart"),
    ],
    standing: "working",
  },
  {
    speaker: "claude-code",
    project: "ledger-api",
    prompt: "Drop the legacy accounts table",
    steps: [shell("psql -c '\\d accounts_legacy'"), shell("npm run migrate:status")],
    standing: "held",
    waits: shell('psql "$DATABASE_URL" -c "DROP TABLE accounts_legacy"'),
    model: sonnet(),
    usedTokens: 51_000,
    costUsd: 0.64,
    lines: [38, 4],
    effort: "high",
  },
  {
    speaker: "gemini",
    project: "ledger-api",
    branch: "openapi",
    prompt: "Bring the OpenAPI file in line with the routes",
    steps: [
      { tool: "run_shell_command", input: { command: "npm run routes" } },
      { tool: "run_shell_command", input: { command: "npx redocly lint openapi.yaml" } },
    ],
    standing: "done",
  },
  {
    speaker: "claude-code",
    project: "ledger-api",
    branch: "rate-limits",
    prompt: "Add rate limits per API key",
    steps: [shell("rg -n 'app.use' src"), edit("src/limits.js", "60", "120")],
    standing: "asks",
    waits: {
      tool: "AskUserQuestion",
      input: {
        questions: [
          {
            question: "Should a key over its limit get 429 at once, or be slowed down first?",
            header: "Limit",
            multiSelect: false,
            options: [
              { label: "429 at once", description: "Simple, and clients know it" },
              { label: "Slow down first", description: "Kinder to batch jobs" },
            ],
          },
        ],
      },
    },
    model: sonnet(),
    usedTokens: 88_000,
    costUsd: 1.12,
    lines: [61, 12],
    effort: "medium",
  },
  {
    speaker: "copilot",
    project: "website",
    prompt: "Make the pricing page load faster",
    steps: [
      { tool: "bash", input: { command: "npx lighthouse http://localhost:4000/pricing --quiet" } },
      { tool: "bash", input: { command: "npm run build" } },
    ],
    standing: "working",
  },
  {
    speaker: "claude-code",
    project: "website",
    branch: "dark-mode",
    prompt: "Dark mode for the documentation",
    steps: [shell("npm run build"), edit("src/theme.css", "white", "var(--paper)")],
    standing: "plans",
    waits: {
      tool: "ExitPlanMode",
      input: { plan: "1. Move colours into variables\n2. Add the switch\n3. Check contrast with axe" },
    },
    model: opus(),
    usedTokens: 23_500,
    costUsd: 0.41,
    lines: [9, 2],
    effort: "high",
  },
  {
    speaker: "opencode",
    project: "website",
    branch: "translations",
    prompt: "Translate the checkout into Polish: 支払い keys stay as they are",
    steps: [
      { tool: "bash", input: { command: "npm run i18n:extract" } },
      { tool: "bash", input: { command: "npm run i18n:check -- --locale pl" } },
    ],
    standing: "done",
  },
  {
    speaker: "codex",
    project: "infra",
    prompt: "Upgrade the staging cluster's ingress",
    steps: [shell("kubectl get ingress -A"), shell("helm diff upgrade ingress ./charts/ingress")],
    standing: "held",
    waits: shell("helm upgrade ingress ./charts/ingress --namespace staging"),
  },
  {
    speaker: "claude-code",
    project: "infra",
    prompt: "Summarise last night's alerts",
    steps: [shell("jq -r '.alerts[].name' alerts.json | sort | uniq -c")],
    standing: "done",
    model: sonnet(),
    usedTokens: 12_000,
    costUsd: 0.09,
    lines: [0, 0],
    effort: "low",
  },
  {
    speaker: "claude-code",
    project: "dotfiles",
    prompt: "Tidy the shell aliases",
    steps: [shell("rg -n '^alias' zsh")],
    standing: "ended",
    model: sonnet(),
    usedTokens: 9_000,
    costUsd: 0.05,
    lines: [14, 22],
    effort: "low",
  },
];

function shell(command: string): Step {
  return { tool: "Bash", input: { command } };
}

/** The path is completed with the session's folder. */
function edit(file: string, from: string, to: string): Step {
  return { tool: "Edit", input: { file_path: file, old_string: from, new_string: to } };
}

function opus() {
  return { id: "claude-opus-5", name: "Opus 5", windowTokens: 1_000_000 };
}

function sonnet() {
  return { id: "claude-sonnet-5", name: "Sonnet 5", windowTokens: 200_000 };
}
