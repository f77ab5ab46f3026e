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
  serverSentEvents,
  text,
} from "./wire.ts";

/**
 * OpenAI chat completions: `POST /v1/chat/completions`, as OpenCode 1.18 and Copilot CLI 1.0 (BYOK) use it.
 * Source: the public chat completions API.
 */
export const openaiChat: ModelWire = {
  name: "openai-chat",
  takes: (path) => path.endsWith("/chat/completions"),
  read(body): Conversation {
    const messages = list(body["messages"]).map(fields);
    return {
      model: text(body["model"]),
      tools: list(body["tools"]).map(fields).flatMap(offered),
      turn: messages.filter((message) => message["role"] === "assistant").length,
      prompts: messages
        .filter((message) => message["role"] === "user")
        .map((message) => contentText(message["content"])),
      results: messages
        .filter((message) => message["role"] === "tool")
        .map((message) => ({ callId: text(message["tool_call_id"]), text: contentText(message["content"]) })),
      stream: body["stream"] === true,
    };
  },
  answer(reply, conversation): Answer {
    const calls = reply.calls.map((call, index) => ({
      index,
      id: call.id,
      type: "function",
      function: { name: call.tool.name, arguments: JSON.stringify(call.input) },
    }));
    const message = {
      role: "assistant",
      content: reply.text === "" ? null : reply.text,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
    const finish = calls.length > 0 ? "tool_calls" : "stop";
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const head = { id: `chatcmpl_${reply.id}`, created: 0, model: conversation.model };
    if (!conversation.stream)
      return jsonAnswer({
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: finish }],
        usage,
      });
    const chunk = { ...head, object: "chat.completion.chunk" };
    const answer = serverSentEvents(
      [
        { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
        { ...chunk, choices: [], usage },
      ],
      false,
    );
    return { ...answer, body: `${answer.body}data: [DONE]\n\n` };
  },
};

function offered(tool: Fields): OfferedTool[] {
  if (tool["type"] !== "function") return [];
  const inner = fields(tool["function"]);
  return [{ name: text(inner["name"]), kind: "function", namespace: undefined, schema: fields(inner["parameters"]) }];
}
