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
 * Gemini: `POST /v1beta/models/<model>:generateContent` and `:streamGenerateContent?alt=sse`, as Gemini CLI 0.61 uses it.
 * Source: the public Gemini API; checked by the real client in test/agents.
 */
export const gemini: ModelWire = {
  name: "gemini",
  takes: (path) => /:(?:stream)?generateContent$/i.test(path),
  read(body, path): Conversation {
    const contents = list(body["contents"]).map(fields);
    const parts = contents.map((content) => ({
      role: text(content["role"]),
      parts: list(content["parts"]).map(fields),
    }));
    return {
      model: /models\/([^:/]+):/.exec(path)?.[1] ?? "",
      tools: list(body["tools"])
        .map(fields)
        .flatMap((group) => list(group["functionDeclarations"]).map(fields))
        .map(offered),
      turn: parts.filter((content) => content.role === "model").length,
      prompts: parts
        .filter((content) => content.role === "user")
        .flatMap((content) =>
          content.parts.filter((part) => typeof part["text"] === "string").map((part) => text(part["text"])),
        ),
      results: parts
        .flatMap((content) => content.parts)
        .filter((part) => part["functionResponse"] !== undefined)
        .map((part) => fields(part["functionResponse"]))
        .map((result) => ({ callId: text(result["id"]), text: resultText(fields(result["response"])) })),
      stream: path.endsWith(":streamGenerateContent"),
    };
  },
  answer(reply, conversation): Answer {
    const parts = [
      ...(reply.text === "" ? [] : [{ text: reply.text }]),
      ...reply.calls.map((call) => ({ functionCall: { id: call.id, name: call.tool.name, args: call.input } })),
    ];
    const response = {
      candidates: [{ index: 0, content: { role: "model", parts }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      modelVersion: conversation.model,
      responseId: reply.id,
    };
    return conversation.stream ? serverSentEvents([response], false) : jsonAnswer(response);
  },
};

function offered(tool: Fields): OfferedTool {
  const schema = tool["parametersJsonSchema"] ?? tool["parameters"];
  return { name: text(tool["name"]), kind: "function", namespace: undefined, schema: fields(schema) };
}

const resultText = (response: Fields): string => contentText(response["output"] ?? response["error"] ?? response);
