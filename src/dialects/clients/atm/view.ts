import type { SessionView } from "../../../protocol/session-view.ts";

/** A session as atm's boards read it: every field is there, numbers are numbers, texts are made as of now. */
export interface AtmSession {
  readonly id: string;
  readonly id_short: string;
  readonly agent_type: string;
  readonly model: string;
  readonly status: "idle" | "working" | "attention_needed";
  readonly status_label: string;
  readonly activity_detail: string | null;
  readonly should_blink: boolean;
  readonly status_icon: string;
  readonly context_percentage: number;
  readonly context_display: string;
  readonly context_warning: boolean;
  readonly context_critical: boolean;
  readonly cost_display: string;
  readonly cost_usd: number;
  readonly duration_display: string;
  readonly duration_seconds: number;
  readonly lines_display: string;
  readonly working_directory: string | null;
  readonly needs_attention: boolean;
  readonly last_activity_display: string;
  readonly age_display: string;
  readonly started_at: string;
  readonly last_activity: string;
  readonly tmux_pane: string | null;
  readonly project_root: string | null;
  readonly worktree_path: string | null;
  readonly worktree_branch: string | null;
  readonly parent_session_id: string | null;
  readonly child_session_ids: readonly string[];
  readonly first_prompt: string | null;
}

type Status = AtmSession["status"];

/** atm knows three states: what can't go on without a person needs attention, and what has ended its turn is idle. */
const statuses: Readonly<Record<SessionView["state"], Status>> = {
  working: "working",
  waiting: "attention_needed",
  error: "attention_needed",
  limited: "attention_needed",
  idle: "idle",
  "finished-unseen": "idle",
  gone: "idle",
};
const labels: Readonly<Record<Status, string>> = { idle: "Idle", working: "Working", attention_needed: "Needs input" };
const icons: Readonly<Record<Status, string>> = { idle: "-", working: ">", attention_needed: "!" };
const waits = { permission: "Permission", question: "Question", plan: "Plan" } as const;

const warningPercent = 80;
const criticalPercent = 90;
const idShortChars = 8;
/** atm's boards have this much room for a folder; the end of a path says more than its beginning. */
const folderGraphemesMax = 30;

/** What is not known is 0 where atm's clients read a number, and "-" where they read a text. */
export function atmSession(view: SessionView, nowMs: number): AtmSession {
  const status = statuses[view.state];
  const percent = view.context?.percent ?? 0;
  const startedMs = Date.parse(view.startedAt);
  const seconds = Math.max(0, (Date.parse(view.endedAt ?? view.lastSeenAt) - startedMs) / 1_000);
  return {
    id: view.id,
    id_short: view.id.slice(0, idShortChars).toWellFormed(),
    agent_type: view.parent === null ? "main" : "custom",
    model: view.model ?? (view.agent === "claude-code" ? "Unknown" : view.agent),
    status,
    status_label: labels[status],
    activity_detail: view.current?.tool ?? (view.waitingFor === null ? null : waits[view.waitingFor]),
    should_blink: status === "attention_needed",
    status_icon: icons[status],
    context_percentage: percent,
    context_display: view.context === null ? "-" : contextText(view.context),
    context_warning: percent >= warningPercent,
    context_critical: percent >= criticalPercent,
    cost_display: view.costUsd === null ? "-" : `$${view.costUsd.toFixed(2)}`,
    cost_usd: view.costUsd ?? 0,
    duration_display: duration(seconds),
    duration_seconds: seconds,
    lines_display: view.lines === null ? "-" : `+${view.lines.added} -${view.lines.removed}`,
    working_directory: view.cwd === "" ? null : shortFolder(view.cwd),
    needs_attention: status === "attention_needed",
    last_activity_display: ago(nowMs - Date.parse(view.lastSeenAt)),
    age_display: ago(nowMs - startedMs),
    started_at: view.startedAt,
    last_activity: view.lastSeenAt,
    tmux_pane: view.terminal?.tmuxPane ?? null,
    project_root: view.git === null ? null : view.project,
    worktree_path: view.git?.root ?? null,
    worktree_branch: view.git?.branch ?? null,
    parent_session_id: view.parent?.session ?? null,
    child_session_ids: view.children.map(({ session }) => session),
    first_prompt: view.firstPrompt,
  };
}

const contextText = ({ percent, usedTokens, windowTokens }: NonNullable<SessionView["context"]>): string =>
  `${Math.round(percent)}% (${thousands(usedTokens)}/${thousands(windowTokens)})`;

const thousands = (tokens: number): string =>
  tokens < 1_000 ? `${Math.round(tokens)}` : `${Math.round(tokens / 1_000)}k`;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function shortFolder(path: string): string {
  if (path.length <= folderGraphemesMax) return path;
  const parts = Array.from(graphemes.segment(path), ({ segment }) => segment);
  return parts.length <= folderGraphemesMax ? path : `...${parts.slice(3 - folderGraphemesMax).join("")}`;
}

function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  return `${Math.floor(whole / 3_600)}h ${Math.floor((whole % 3_600) / 60)}m`;
}

function ago(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 0) return "now";
  if (seconds < 60) return `${seconds}s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h ago` : `${Math.floor(seconds / 86_400)}d ago`;
}
