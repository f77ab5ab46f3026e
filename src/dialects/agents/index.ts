/**
 * The hook formats of coding agents: bytes that a host sends to a hook become an `AgentEvent`, and a verdict becomes the exit
 * code, stdout and stderr that this very host obeys. It promises never to throw and never to make an allow out of something
 * unreadable; unknown events and fields are kept. It never judges, stores or does I/O. Each host's answers are those that were
 * seen to work with its real binary (test/fixtures/agents); most hosts run the tool after any answer that they do not
 * understand, so a deny is always the host's own JSON, the same reason on stderr, and exit 2.
 */
import { type AgentName, agentNames } from "../../protocol/agents.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { copilot } from "./copilot.ts";
import type { AgentDialect } from "./dialect.ts";
import { gemini } from "./gemini.ts";
import { generic } from "./generic.ts";
import { opencode } from "./opencode.ts";

export type { AgentDialect, AgentEvent, Answer, HookAnswer } from "./dialect.ts";
export { backgroundAgents } from "./notices.ts";
export { readTranscript, type TranscriptFacts } from "./transcript.ts";

export const agentDialects: Readonly<Record<AgentName, AgentDialect>> = {
  "claude-code": claudeCode,
  codex,
  gemini,
  copilot,
  opencode,
  generic,
};

/** The dialect of `POST /hooks/<agent>/<event>`; undefined when the name is not one of `agentNames`. */
export function agentDialect(agent: string): AgentDialect | undefined {
  return (agentNames as readonly string[]).includes(agent) ? agentDialects[agent as AgentName] : undefined;
}
