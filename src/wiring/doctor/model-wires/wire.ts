import type { Json } from "../../../kit/canonical.ts";

/** A tool as the agent offers it to its model. */
export interface OfferedTool {
  readonly name: string;
  /** `custom`: its input is free text, not JSON (Codex's apply_patch). */
  readonly kind: "function" | "custom";
  /** Set where the wire groups tools (Codex); a call must then name the group too. */
  readonly namespace: string | undefined;
  /** JSON Schema of the input; empty when the agent gave none. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What the agent told its model about one tool call. */
export interface ToolResult {
  readonly callId: string;
  readonly text: string;
}

/** What one request says, whatever the wire. */
export interface Conversation {
  readonly model: string;
  readonly tools: readonly OfferedTool[];
  /** Model replies already in the request: the number of the turn that is asked for. */
  readonly turn: number;
  /** Texts with the role of user, system texts not included. */
  readonly prompts: readonly string[];
  /** In the order of the request. */
  readonly results: readonly ToolResult[];
  readonly stream: boolean;
}

export interface MadeCall {
  readonly id: string;
  readonly tool: OfferedTool;
  readonly input: Readonly<Record<string, Json>> | string;
}

/** What the mock answers: a text, or calls. */
export interface Reply {
  readonly id: string;
  readonly text: string;
  readonly calls: readonly MadeCall[];
}

export interface Answer {
  readonly contentType: string;
  readonly body: string;
}

/** One model API, as far as coding agents use it. */
export interface ModelWire {
  readonly name: "anthropic-messages" | "openai-responses" | "openai-chat" | "gemini";
  /** @param path  the request's path without its query */
  takes(path: string): boolean;
  read(body: Fields, path: string): Conversation;
  answer(reply: Reply, conversation: Conversation): Answer;
}

export type Fields = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Text of a content that is a string, a list of blocks with `text`, or something else (then its JSON, so nothing is hidden). */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (content === undefined || content === null) return "";
  if (Array.isArray(content)) return content.map(contentText).join("\n");
  const block = fields(content);
  if (typeof block["text"] === "string") return block["text"];
  return JSON.stringify(content);
}

/** `event:` lines are for clients that look at them; those that do not, read `type` in the data. */
export function serverSentEvents(events: readonly Fields[], named: boolean): Answer {
  const body = events
    .map((event) => `${named ? `event: ${text(event["type"])}\n` : ""}data: ${JSON.stringify(event)}\n\n`)
    .join("");
  return { contentType: "text/event-stream", body };
}

export function jsonAnswer(value: unknown): Answer {
  return { contentType: "application/json", body: JSON.stringify(value) };
}
