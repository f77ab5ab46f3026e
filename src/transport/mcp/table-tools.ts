import type { McpServer } from "@modelcontextprotocol/server";
import type { Operation } from "../../protocol/operation.ts";
import { type CallOf, type OperationName, operations } from "../../protocol/operations/index.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { Line } from "./line.ts";
import type { Asker } from "./permission.ts";
import { shown } from "./shown.ts";

/**
 * Registers a tool `noun_verb` for each row of the table that agents get. The daemon validates, so that its words are the same everywhere.
 * Who asks and where (`agent`, `session`, `cwd`) is not the model's to say: a tool does not show those fields, and they are filled in here.
 */
export function addTableTools(
  server: McpServer,
  line: Pick<Line, "call">,
  asker: Asker,
  rows: Readonly<Record<string, Operation>> = operations,
): void {
  for (const [name, row] of Object.entries(rows)) {
    if (!row.mcp || row.pushes !== undefined) continue;
    server.registerTool(
      name.replace("/", "_"),
      { description: row.summary, inputSchema: shown(row.input, Object.keys(asker)) },
      async (given, { mcpReq }) => {
        try {
          const input = { ...(given as object), ...asker } as CallOf<OperationName>;
          const output = await line.call(name as OperationName, input, mcpReq.signal);
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
