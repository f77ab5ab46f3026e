import { refusals } from "../../src/protocol/refusals.ts";
import { generated } from "./operations.ts";

export function refusalsPage(): string {
  return [
    generated,
    "# Refusals\n",
    "Expected errors. A code is never reused. On the socket: the JSON-RPC number, with the name in `error.data.code` and what would help in `error.data.hint`.",
    "Over HTTP: the status, with `{error: {code, message, hint}}`. The CLI prints message and hint and exits with the number.\n",
    "| code | JSON-RPC | HTTP | CLI exit | trying again can help |",
    "|---|---|---|---|---|",
    ...Object.entries(refusals).map(
      ([code, { rpc, http, exit, retryable }]) =>
        `| \`${code}\` | ${rpc} | ${http} | ${exit} | ${retryable ? "yes" : "no"} |`,
    ),
    "",
  ].join("\n");
}
