import type { z } from "zod";
import type { Operation } from "../operation.ts";
import { daemonOperations } from "./daemon.ts";
import { gateOperations } from "./gate.ts";
import { holdOperations } from "./holds.ts";
import { ledgerOperations } from "./ledger.ts";
import { memoryOperations } from "./memory.ts";
import { operatorOperations } from "./operator.ts";
import { policyOperations } from "./policy.ts";
import { sessionOperations } from "./sessions.ts";
import { upkeepOperations } from "./upkeep.ts";
import { webOperations } from "./web.ts";

/** THE TABLE. JSON-RPC, HTTP, CLI, typed client, reference pages and the access matrix are made from it. */
export const operations = {
  ...gateOperations,
  ...holdOperations,
  ...ledgerOperations,
  ...sessionOperations,
  ...memoryOperations,
  ...operatorOperations,
  ...policyOperations,
  ...daemonOperations,
  ...upkeepOperations,
  ...webOperations,
} as const satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type InputOf<Name extends OperationName> = z.output<Operations[Name]["input"]>;
/** What a caller may write: fields with defaults are optional. */
export type CallOf<Name extends OperationName> = z.input<Operations[Name]["input"]>;
export type OutputOf<Name extends OperationName> = z.output<Operations[Name]["output"]>;

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
