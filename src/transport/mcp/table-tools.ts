import type { McpServer } from "@modelcontextprotocol/server";
import type { Operation } from "../../protocol/operation.ts";
import { type CallOf, type OperationName, operations } from "../../protocol/operations/index.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { Line } from "./line.ts";
import { shown } from "./shown.ts";

/** Registers a tool `noun_verb` for each row of the table that agents get. The daemon validates, so that its words are the same everywhere. */
export function addTableTools(
  server: McpServer,
  line: Pick<Line, "call">,
  rows: Readonly<Record<string, Operation>> = operations,
): void {
  for (const [name, row] of Object.entries(rows)) {
    if (!row.mcp || row.pushes !== undefined) continue;
    server.registerTool(
      name.replace("/", "_"),
      { description: row.summary, inputSchema: shown(row.input) },
      async (input, { mcpReq }) => {
        try {
          const output = await line.call(name as OperationName, input as CallOf<OperationName>, mcpReq.signal);
          return {
            content: [{ type: "text", text: JSON.stringify(output) }],
            structuredContent: output as Record<string, unknown>,
          };
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return {
            isError: true,
            content: [{ type: "text", text: `${error.code}: ${error.message} ${error.hint ?? ""}`.trimEnd() }],
          };
        }
      },
    );
  }
}
