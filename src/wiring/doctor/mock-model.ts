import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import { modelWires } from "./model-wires/index.ts";
import { makeCall, type ScriptedCall } from "./model-wires/tools.ts";
import { type Conversation, type Fields, fields, type ModelWire, type Reply } from "./model-wires/wire.ts";

/**
 * A model server that says what a script tells it to, on 127.0.0.1 only, for the four APIs that coding agents speak. It keeps
 * no state between requests: the turn is the number of model replies already in the request, so retries and parallel sessions
 * can't put it out of step. It records what each request told the model, and never a header: those carry people's keys.
 */
export interface MockModel extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string;
  /** Conversations with tools, in order of arrival; requests without tools (titles, token counts) are not turns. */
  readonly requests: readonly ModelRequest[];
  /** Method and path of what was asked and is not known, e.g. a host's own telemetry. */
  readonly strays: readonly string[];
  /** The first request that fits, now or later. @throws the signal's reason */
  seen(fits: (request: ModelRequest) => boolean, options: { signal: AbortSignal }): Promise<ModelRequest>;
}

export interface ModelRequest extends Conversation {
  readonly wire: ModelWire["name"];
  /** What was answered. */
  readonly reply: Reply;
}

export type Turn = { readonly say: string } | { readonly calls: readonly ScriptedCall[] };

/** A list of turns (after the last one the mock says "done"), or a function where one agent holds several conversations. */
export type Script = readonly Turn[] | ((conversation: Conversation) => Turn | Promise<Turn>);

const limits = {
  /** A longer body is answered 413. */
  bodyBytesMax: 16 * 1024 * 1024,
  /** One more is answered 429: an agent in a loop ends instead of filling the memory. */
  requestsMax: 1_000,
  straysMax: 100,
} as const;

/** @param signal  closes the server and every connection */
export async function startMockModel(options: { script: Script; signal: AbortSignal }): Promise<MockModel> {
  const { script, signal } = options;
  signal.throwIfAborted();
  const requests: ModelRequest[] = [];
  const strays: string[] = [];
  const waiting = new Set<(request: ModelRequest) => void>();

  const record = (request: ModelRequest) => {
    requests.push(request);
    for (const look of waiting) look(request);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else problem(response, 500, `the mock model failed: ${String(error)}`);
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").replace(/\?.*$/s, "");
    const wire = request.method === "POST" ? modelWires.find((candidate) => candidate.takes(path)) : undefined;
    if (wire === undefined) return sideShow(request, response, path);
    const body = await readBody(request);
    if (body === undefined) return problem(response, 413, `the mock model takes at most ${limits.bodyBytesMax} bytes`);
    if (requests.length >= limits.requestsMax)
      return problem(response, 429, `more than ${limits.requestsMax} requests`);
    const conversation = wire.read(body, path);
    const reply = await replyTo(conversation, script);
    if (conversation.tools.length > 0) record({ ...conversation, wire: wire.name, reply });
    const { contentType, body: bytes } = wire.answer(reply, conversation);
    response.writeHead(200, { "content-type": contentType, "cache-control": "no-store" }).end(bytes);
  }

  /** What agents ask besides; the answers are the shortest that content them. */
  function sideShow(request: IncomingMessage, response: ServerResponse, path: string): void {
    request.resume();
    const json = (value: unknown) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (path.endsWith("/messages/count_tokens")) json({ input_tokens: 1 });
    else if (path.endsWith(":countTokens")) json({ totalTokens: 1 });
    else if (path.endsWith("/models"))
      json({ object: "list", data: [{ id: "mock-model", object: "model" }], models: [] });
    else if (request.method === "HEAD" || path === "/api/hello") response.writeHead(200).end();
    else {
      if (strays.length < limits.straysMax) strays.push(`${request.method} ${path}`);
      problem(response, 404, `the mock model knows no ${request.method} ${path}`);
    }
  }

  const url = await listen(server, signal);
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  signal.addEventListener("abort", close, { once: true });
  return {
    url,
    requests,
    strays,
    seen(fits, { signal: until }) {
      const known = requests.find(fits);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const stop = () => {
          waiting.delete(look);
          reject(until.reason);
        };
        const look = (request: ModelRequest) => {
          if (!fits(request)) return;
          waiting.delete(look);
          until.removeEventListener("abort", stop);
          resolve(request);
        };
        if (until.aborted) return reject(until.reason);
        waiting.add(look);
        until.addEventListener("abort", stop, { once: true });
      });
    },
    async [Symbol.asyncDispose]() {
      signal.removeEventListener("abort", close);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function replyTo(conversation: Conversation, script: Script): Promise<Reply> {
  const { tools, turn } = conversation;
  const id = `mock_${turn}`;
  const says = (text: string): Reply => ({ id, text, calls: [] });
  if (tools.length === 0) return says("mock");
  const wanted = typeof script === "function" ? await script(conversation) : (script[turn] ?? { say: "done" });
  if ("say" in wanted) return says(wanted.say);
  const calls = wanted.calls.map((call, index) => makeCall(call, tools, `call_${turn}_${index}`));
  const made = calls.filter((call) => call !== undefined);
  if (made.length < calls.length)
    return says(
      `the mock model was not offered the tools for ${JSON.stringify(wanted.calls)}: ${tools.map((tool) => tool.name).join(" ")}`,
    );
  return { id, text: "", calls: made };
}

async function listen(server: Server, signal: AbortSignal): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, signal }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mock model has no port");
  return `http://127.0.0.1:${address.port}`;
}

const unpack = { maxOutputLength: limits.bodyBytesMax };
const decoders: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  identity: async (bytes) => bytes,
  gzip: (bytes) => promisify(gunzip)(bytes, unpack),
  deflate: (bytes) => promisify(inflate)(bytes, unpack),
  br: (bytes) => promisify(brotliDecompress)(bytes, unpack),
  zstd: (bytes) => promisify(zstdDecompress)(bytes, unpack),
};

/** @returns undefined when it is too long */
async function readBody(request: IncomingMessage): Promise<Fields | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  const decode = decoders[request.headers["content-encoding"] ?? "identity"];
  if (decode === undefined) throw new Error(`unknown content encoding ${request.headers["content-encoding"]}`);
  return fields(JSON.parse((await decode(Buffer.concat(chunks))).toString("utf8")));
}

/** In a shape that holds the places where all four APIs look for a message. */
function problem(response: ServerResponse, status: number, message: string): void {
  const error = { type: "mock_error", message, code: status, status: "MOCK" };
  response
    .writeHead(status, { "content-type": "application/json", connection: "close" })
    .end(JSON.stringify({ type: "error", error }));
}
