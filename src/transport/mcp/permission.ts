import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { CallOf, OutputOf } from "../../protocol/operations/index.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { wordIssues } from "../../protocol/wording.ts";
import type { Line } from "./line.ts";
import { shown } from "./shown.ts";

/** Who asks, for `gate/request`. */
export interface Asker {
  readonly agent: string;
  readonly session: string;
  readonly cwd: string;
}

/** What Claude Code sends to its permission tool (recorded with 2.1.329). Unknown fields are ignored, missing ones are a deny. */
export const Question = z.object({
  tool_name: z.string().min(1).describe("the tool that would run"),
  input: z.record(z.string(), z.unknown()).describe("its input"),
  tool_use_id: z.string().min(1).optional().describe("the id of the tool call"),
});

export type PermissionAnswer =
  | { readonly behavior: "allow"; readonly updatedInput: Record<string, unknown> }
  | { readonly behavior: "deny"; readonly message: string };

/**
 * Registers the tool for `--permission-prompt-tool mcp__signalbox__permission`. Claude Code asks it where it would have asked
 * the person, and takes one text block whose text is JSON: `{"behavior":"allow","updatedInput":{...}}` or
 * `{"behavior":"deny","message":"..."}`. No output schema is declared: with a strict one Claude Code drops the tool without a word.
 */
export function addPermissionTool(server: McpServer, line: Line, asker: Asker): void {
  server.registerTool(
    "permission",
    {
      title: "Signalbox permission",
      description:
        "Asks Signalbox whether a tool call may run. For the host's --permission-prompt-tool, not for models.",
      inputSchema: shown(Question),
    },
    async (question, { mcpReq }) => {
      const answer = await decide(question, line, asker, mcpReq.signal);
      // Text alone: Claude Code 2.1.329 calls a result that also has `structuredContent` invalid, and then runs nothing.
      return { content: [{ type: "text", text: JSON.stringify(answer) }] };
    },
  );
}

/** Never throws: whatever goes wrong is a deny that says what. */
async function decide(question: unknown, line: Line, asker: Asker, signal: AbortSignal): Promise<PermissionAnswer> {
  const read = Question.safeParse(question);
  if (!read.success) return deny(`Signalbox could not read this permission request: ${wordIssues(read.error)}`);
  const { tool_name: tool, tool_use_id: toolCallId } = read.data;
  const input = read.data.input as CallOf<"gate/request">["input"]; // it came as JSON, so JSON it is
  try {
    const request = { ...asker, tool, input, ...(toolCallId === undefined ? {} : { toolCallId }) };
    return answerOf(await line.call("gate/request", request, signal), input);
  } catch (error) {
    if (!(error instanceof Refusal))
      return deny(`Signalbox failed to ask its daemon (${String(error)}), so this tool call was not run.`);
    const hint = error.hint === undefined ? "" : ` ${error.hint}`;
    return deny(`Signalbox did not judge this tool call, so it was not run: ${error.message}${hint}`);
  }
}

function answerOf(
  { verdict, reason, hold, input: edited }: OutputOf<"gate/request">,
  input: Record<string, unknown>,
): PermissionAnswer {
  switch (verdict) {
    case "allow":
      return { behavior: "allow", updatedInput: edited ?? input };
    case "deny":
      return deny(reason);
    case "hold":
      return deny(
        `${reason} Nobody has decided yet (${hold ?? "held"}). Do something else, and try exactly this again once the operator has approved it.`,
      );
  }
}

export const deny = (message: string): PermissionAnswer => ({ behavior: "deny", message });
