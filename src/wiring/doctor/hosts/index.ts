import type { WiredAgent } from "../../wiring.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { copilot } from "./copilot.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import type { Host } from "./host.ts";

const hosts: readonly Host[] = [claudeCode, codex, gemini, copilot, opencode];

export const hostOf = (agent: WiredAgent): Host | undefined => hosts.find((host) => host.agent === agent);
