import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { wordIssues } from "../../protocol/wording.ts";
import type { NexoLine } from "./nexo-line.ts";
import { type PermissionAnswer, Question, deny } from "./permission.ts";
import { shown } from "./shown.ts";

const NexoQuestion = Question.extend({
  goal_id: z.string().optional().describe("the goal that the session works at"),
  metadata: z.record(z.string(), z.unknown()).optional().describe("what else the driver knows"),
});

/** nexo's own name for its server: the driver's settings call it so, and hosts compare the two. */
export const nexoServerName = "nexo-driver-permission";

/**
 * Registers nexo's permission tool (`mcp__nexo-driver-permission__permission_prompt`), which asks a permission socket. The answer is a text
 * block and, for hosts that take it, `structuredContent`: Claude Code calls a result that has both invalid and runs nothing.
 */
export function addNexoTool(server: McpServer, line: NexoLine, about: { readonly cwd: string }): void {
  server.registerTool(
    "permission_prompt",
    {
      title: "nexo permission",
      description:
        "Asks the permission socket whether a tool call may run. For --permission-prompt-tool, not for models.",
      inputSchema: shown(NexoQuestion),
    },
    async (question, { mcpReq }) => {
      const answer = await decide(question, line, about.cwd, mcpReq.signal);
      const content = [{ type: "text" as const, text: JSON.stringify(answer) }];
      return takesTextOnly(server.server.getClientVersion()?.name)
        ? { content }
        : { content, structuredContent: { ...answer } };
    },
  );
}

const takesTextOnly = (host: string | undefined): boolean => host === undefined || host.startsWith("claude");

/** Never throws: whatever goes wrong is a deny that says what. */
async function decide(question: unknown, line: NexoLine, cwd: string, signal: AbortSignal): Promise<PermissionAnswer> {
  const read = NexoQuestion.safeParse(question);
  if (!read.success) return deny(`Signalbox could not read this permission request: ${wordIssues(read.error)}`);
  const { input, metadata } = read.data;
  try {
    const request = { ...read.data, metadata: { cwd, wait_ms: limits.holdWaitMs, ...metadata } };
    const outcome = await line.decide(request, signal);
    switch (outcome.outcome) {
      case "allow_once":
      case "allow_session":
        return { behavior: "allow", updatedInput: isObject(outcome.updated_input) ? outcome.updated_input : input };
      case "deny":
        return deny(outcome.message);
      case "unavailable":
        return deny(outcome.reason);
      case "cancelled":
        return deny("goal cancelled");
    }
  } catch (error) {
    const why = error instanceof Refusal ? error.message : String(error);
    return deny(`Signalbox did not judge this tool call, so it was not run: ${why}`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
