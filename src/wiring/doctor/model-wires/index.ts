import { anthropicMessages } from "./anthropic.ts";
import { openaiChat } from "./chat.ts";
import { gemini } from "./gemini.ts";
import { openaiResponses } from "./responses.ts";
import type { ModelWire } from "./wire.ts";

/** The model APIs that the mock speaks. A fifth is one more file and one more row here. */
export const modelWires: readonly ModelWire[] = [anthropicMessages, openaiResponses, openaiChat, gemini];
