import { launchNotes } from "./launch-record.ts";
import { geminiEnabled } from "./rewrite.ts";
import { waysRound } from "./ways-round.ts";
import type { WiredAgent, WireRequest } from "./wiring.ts";

/** What the person should know about wiring this agent here, a sentence each. @param base  the settings without us */
export function planNotes(request: WireRequest, base: string, where: string): string[] {
  const { agent, launch, grant } = request;
  return [...launchNotes(launch), ...agentNotes(agent, base, where), ...grantNotes(agent, grant === true)];
}

function agentNotes(agent: WiredAgent, base: string, where: string): string[] {
  switch (agent) {
    case "claude-code":
      return ["Open sessions take the new settings up by themselves; a session with --bare runs no hooks at all."];
    case "codex":
      return [
        "Codex runs a hook only once you trust it: start codex, type /hooks, and trust Signalbox's. To see that it works: signalbox doctor codex",
      ];
    case "gemini":
      return [
        ...(geminiEnabled(base, where) === false
          ? [`${where} had hooks switched off (hooksConfig.enabled); they are on now.`]
          : []),
        "Restart running sessions. Gemini CLI runs no tool hooks in --acp mode: don't use it there with --approval-mode yolo.",
      ];
    case "copilot":
      return ["Restart running sessions: Copilot CLI reads hooks when it starts."];
    case "opencode":
      return [
        "Restart running sessions. With --pure or OPENCODE_PURE=1 OpenCode loads no plugin, so nothing is judged there.",
      ];
  }
}

/** What makes the hooks idle, a sentence each. Wiring does not touch such a switch: it is somebody's decision. */
export function switchedOff(request: WireRequest): string[] {
  return waysRound(request, { hookName: undefined })
    .filter(({ id }) => id === "hooks-disabled" || id === "managed-hooks-only")
    .map(({ what }) => what);
}

function grantNotes(agent: WiredAgent, grant: boolean): string[] {
  if (!grant) return [];
  if (agent === "gemini" || agent === "opencode")
    return ["This agent can't be told that a call is approved, so --grant changes nothing for it."];
  return [
    "With --grant, what policy allows runs without the agent's own permission question: Signalbox's policy replaces it. Take it back by wiring again without --grant.",
  ];
}
