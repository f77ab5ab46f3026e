import {
  type Answer,
  type Conversation,
  contentText,
  type Fields,
  fields,
  jsonAnswer,
  list,
  type ModelWire,
  type OfferedTool,
  type Reply,
  serverSentEvents,
  text,
} from "./wire.ts";

/**
 * Anthropic Messages: `POST /v1/messages`, as Claude Code 2.1.329 uses it (with `?beta=true`).
 * Source: the public Messages API (2023-06-01), streaming events; checked by the real client in test/agents.
 */
export const anthropicMessages: ModelWire = {
  name: "anthropic-messages",
  takes: (path) => path.endsWith("/messages"),
  read(body): Conversation {
    const messages = list(body["messages"]).map(fields);
    const blocks = messages.map((message) => ({ role: text(message["role"]), content: blocksOf(message["content"]) }));
    return {
      model: text(body["model"]),
      tools: list(body["tools"]).map(fields).flatMap(offered),
      turn: blocks.filter((message) => message.role === "assistant").length,
      prompts: blocks
        .filter((message) => message.role === "user")
        .flatMap((message) =>
          message.content.filter((block) => block["type"] === "text").map((block) => text(block["text"])),
        ),
      results: blocks
        .flatMap((message) => message.content)
        .filter((block) => block["type"] === "tool_result")
        .map((block) => ({ callId: text(block["tool_use_id"]), text: contentText(block["content"]) })),
      stream: body["stream"] === true,
    };
  },
  answer(reply, conversation): Answer {
    const content = blocksFor(reply);
    const message = {
      id: `msg_${reply.id}`,
      type: "message",
      role: "assistant",
      model: conversation.model,
      stop_sequence: null,
    };
    const stopReason = reply.calls.length > 0 ? "tool_use" : "end_turn";
    if (!conversation.stream)
      return jsonAnswer({ ...message, content, stop_reason: stopReason, usage: { input_tokens: 1, output_tokens: 1 } });
    return serverSentEvents(
      [
        {
          type: "message_start",
          message: { ...message, content: [], stop_reason: null, usage: { input_tokens: 1, output_tokens: 1 } },
        },
        ...content.flatMap((block, index) => blockEvents(block, index)),
        { type: "message_delta", delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 1 } },
        { type: "message_stop" },
      ],
      true,
    );
  },
};

/** Server-side tools (web search) carry no schema and are no tools of the agent. */
function offered(tool: Fields): OfferedTool[] {
  if (tool["input_schema"] === undefined) return [];
  return [{ name: text(tool["name"]), kind: "function", namespace: undefined, schema: fields(tool["input_schema"]) }];
}

const blocksOf = (content: unknown): readonly Fields[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : list(content).map(fields);

function blocksFor(reply: Reply): Fields[] {
  const calls = reply.calls.map((call) => ({ type: "tool_use", id: call.id, name: call.tool.name, input: call.input }));
  return reply.text === "" ? calls : [{ type: "text", text: reply.text }, ...calls];
}

function blockEvents(block: Fields, index: number): Fields[] {
  const isText = block["type"] === "text";
  const start = isText ? { ...block, text: "" } : { ...block, input: {} };
  const delta = isText
    ? { type: "text_delta", text: block["text"] }
    : { type: "input_json_delta", partial_json: JSON.stringify(block["input"]) };
  return [
    { type: "content_block_start", index, content_block: start },
    { type: "content_block_delta", index, delta },
    { type: "content_block_stop", index },
  ];
}
