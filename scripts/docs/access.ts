import type { Access, Operation } from "../../src/protocol/operation.ts";
import { operations } from "../../src/protocol/operations/index.ts";
import { generated } from "./operations.ts";

const levels: readonly Access[] = ["agent", "operator", "admin"];

export function accessPage(): string {
  return [
    generated,
    "# Who may call what\n",
    "*agent*: anybody who reaches the socket. *operator*: a person who is present at a terminal of their own. *admin*: a person with the passphrase or passkey.",
    "Each level includes those before it.\n",
    `| operation | ${levels.join(" | ")} | MCP tool for agents |`,
    `|---|${levels.map(() => ":-:").join("|")}|:-:|`,
    ...Object.entries<Operation>(operations).map(([name, row]) => {
      const from = levels.indexOf(row.access);
      return `| \`${name}\` | ${levels.map((_, at) => (at >= from ? "yes" : "")).join(" | ")} | ${row.mcp ? "yes" : ""} |`;
    }),
    "",
  ].join("\n");
}
