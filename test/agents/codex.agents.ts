import { codex } from "./harness/agents.ts";
import { sharedCases } from "./harness/shared-cases.ts";

sharedCases(codex);
