import { opencode } from "./harness/agents.ts";
import { sharedCases } from "./harness/shared-cases.ts";

sharedCases(opencode);
