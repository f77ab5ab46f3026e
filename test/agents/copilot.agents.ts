import { copilot } from "./harness/agents.ts";
import { sharedCases } from "./harness/shared-cases.ts";

sharedCases(copilot);
