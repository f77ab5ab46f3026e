import {
  type Answer,
  type Conversation,
  contentText,
  type Fields,
  fields,
  jsonAnswer,
  list,
  type MadeCall,
  type ModelWire,
  type OfferedTool,
  type Reply,
  serverSentEvents,
  text,
} from "./wire.ts";

/**
 * OpenAI Responses: `POST /v1/responses`, as Codex 0.169 uses it.
 * Source: the public Responses API; checked by the real client in test/agents.
 */
export const openaiResponses: ModelWire = {
  name: "openai-responses",
  takes: (path) => path.endsWith("/responses"),
  read(body): Conversation {
    const input = body["input"];
    const items =
      typeof input === "string" ? [{ type: "message", role: "user", content: input }] : list(input).map(fields);
    return {
      model: text(body["model"]),
      tools: list(body["tools"])
        .map(fields)
        .flatMap((tool) => offered(tool, undefined)),
      turn: repliesIn(items),
      prompts: items.filter((item) => item["role"] === "user").map((item) => contentText(item["content"])),
      results: items
        .filter((item) => text(item["type"]).endsWith("_call_output"))
        .map((item) => ({ callId: text(item["call_id"]), text: contentText(item["output"]) })),
      stream: body["stream"] === true,
    };
  },
  answer(reply, conversation): Answer {
    const output = itemsFor(reply);
    const usage = {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    };
    const response = { id: `resp_${reply.id}`, object: "response", model: conversation.model };
    if (!conversation.stream) return jsonAnswer({ ...response, status: "completed", output, usage });
    return serverSentEvents(
      [
        { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
        ...output.map((item, index) => ({ type: "response.output_item.added", output_index: index, item })),
        ...output.map((item, index) => ({ type: "response.output_item.done", output_index: index, item })),
        { type: "response.completed", response: { ...response, status: "completed", output, usage } },
      ],
      true,
    );
  },
};

/** Codex groups the tools of an MCP server or of its sub-agents in a `namespace`. */
function offered(tool: Fields, namespace: string | undefined): OfferedTool[] {
  switch (text(tool["type"])) {
    case "function":
      return [{ name: text(tool["name"]), kind: "function", namespace, schema: fields(tool["parameters"]) }];
    case "custom":
      return [{ name: text(tool["name"]), kind: "custom", namespace, schema: {} }];
    case "namespace":
      return list(tool["tools"])
        .map(fields)
        .flatMap((inner) => offered(inner, text(tool["name"])));
    default:
      return []; // what the provider runs itself (web_search, image_generation)
  }
}

/**
 * One reply with several calls is several items here, and agents may put outputs between them; so calls are counted by the
 * turn that their id carries (`call_<turn>_<n>`), and texts one by one.
 */
function repliesIn(items: readonly Fields[]): number {
  const turns = new Set<string>();
  let texts = 0;
  for (const item of items) {
    const type = text(item["type"]);
    if (type === "function_call" || type === "custom_tool_call") turns.add(text(item["call_id"]).replace(/_\d+$/, ""));
    else if (item["role"] === "assistant") texts += 1;
  }
  return turns.size + texts;
}

function itemsFor(reply: Reply): Fields[] {
  if (reply.calls.length > 0) return reply.calls.map(callItem);
  const content = [{ type: "output_text", text: reply.text, annotations: [] }];
  return [{ type: "message", id: `msg_${reply.id}`, role: "assistant", status: "completed", content }];
}

function callItem(call: MadeCall): Fields {
  const named = {
    id: `fc_${call.id}`,
    call_id: call.id,
    name: call.tool.name,
    status: "completed",
    ...(call.tool.namespace === undefined ? {} : { namespace: call.tool.namespace }),
  };
  return typeof call.input === "string"
    ? { type: "custom_tool_call", ...named, input: call.input }
    : { type: "function_call", ...named, arguments: JSON.stringify(call.input) };
}
