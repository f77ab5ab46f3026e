import type { OperationName } from "../../protocol/operations/index.ts";

/**
 * The routes that the page calls, as plain data: the table itself carries zod, which a page has no use for. `routes.test.ts` holds
 * them to the table.
 */
export const routes = {
  "daemon/config": "GET /v1/config",
  "hold/decide": "POST /v1/holds/{id}/decide",
  "hold/list": "GET /v1/holds",
  "hold/get": "GET /v1/holds/{id}",
  "hold/rule": "GET /v1/holds/{id}/rule",
  "ledger/figures": "GET /v1/ledger-figures",
  "ledger/key": "GET /v1/ledger-key",
  "ledger/list": "GET /v1/ledger",
  "ledger/verify": "POST /v1/ledger/verify",
  "policy/mode": "POST /v1/policy/mode",
  "policy/show": "GET /v1/policy",
  "policy/simulate": "POST /v1/policy/simulate",
  "session/list": "GET /v1/sessions",
  "session/show": "GET /v1/sessions/{session}",
  "session/rename": "POST /v1/sessions/{session}/rename",
  "session/pin": "POST /v1/sessions/{session}/pin",
  "session/archive": "POST /v1/sessions/{session}/archive",
  "session/seen": "POST /v1/sessions/{session}/seen",
  "web/list": "GET /v1/web/passes",
  "web/revoke": "POST /v1/web/revoke",
} as const satisfies Partial<Record<OperationName, string>>;

export type RouteName = keyof typeof routes;
