import type { WiredAgent } from "../../wiring.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { gemini } from "./gemini.ts";
import type { Host } from "./host.ts";

export const hosts: readonly Host[] = [claudeCode, codex, gemini];

export const hostOf = (agent: WiredAgent): Host | undefined => hosts.find((host) => host.agent === agent);
