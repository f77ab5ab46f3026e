import type { SessionState } from "../../protocol/session-view.ts";
import type { Style } from "./line.ts";

export const stateStyles: Readonly<Record<SessionState, Style>> = {
  working: "good",
  waiting: "warn",
  idle: "faint",
  "finished-unseen": "accent",
  limited: "warn",
  error: "bad",
  gone: "faint",
};

export const contextStyles = { full: "bad", filling: "warn", fine: "faint" } as const;
