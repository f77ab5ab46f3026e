import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { parseFrame } from "../../kit/ndjson.ts";
import { newId } from "../../protocol/ids.ts";
import { limits } from "../../protocol/limits.ts";
import type { ConnectionInfo } from "../../protocol/handlers.ts";
import type { Operation } from "../../protocol/operation.ts";
import { operations } from "../../protocol/operations/index.ts";
import { Refusal, refusals } from "../../protocol/refusals.ts";
import type { Dispatch } from "../dispatch.ts";
import { judgedMethod, notSureOf } from "../not-sure.ts";
import { readBody } from "./body.ts";
import { openApi } from "./openapi.ts";
import { eventsOrigin, openEvents } from "./sse.ts";

export interface RoutePorts {
  readonly dispatch: Pick<Dispatch, "start" | "isStream">;
  readonly clock: Clock;
  readonly log: Log;
  /** Who calls: the connection, and the web pass that the request carried. */
  readonly callerOf: (request: IncomingMessage) => ConnectionInfo | undefined;
}

type Env = { Bindings: HttpBindings };

export type RouteListener = (request: IncomingMessage, response: ServerResponse) => unknown;

export function createListener(ports: RoutePorts): RouteListener {
  return getRequestListener(createRoutes(ports).fetch, { overrideGlobalObjects: false });
}

/** One route for each row of the table, and `GET /v1/openapi.json`. */
function createRoutes(ports: RoutePorts): Hono<Env> {
  const app = new Hono<Env>();
  for (const [name, row] of Object.entries<Operation>(operations)) {
    const [verb = "", path = ""] = row.http.split(" ");
    const read = verb === "POST" ? readJson : queryReader(row);
    app.on(verb, path.replaceAll(/\{(\w+)\}/g, ":$1"), (context) => answer(context, name, read, ports));
  }
  let description: string | undefined;
  app.get("/v1/openapi.json", (context) => {
    description ??= JSON.stringify(openApi());
    return context.body(description, 200, { "Content-Type": "application/json" });
  });
  app.notFound((context) =>
    refuse(
      new Refusal(
        "UNKNOWN_METHOD",
        `there is no ${context.req.method} ${context.req.path.slice(0, 80)}`,
        "GET /v1/openapi.json lists what there is.",
      ),
    ),
  );
  app.onError((error) => {
    if (error instanceof Refusal) return refuse(error);
    const ref = newId("req").slice("req_".length);
    ports.log.error({ ref, err: error }, "a request failed before its operation began");
    const hint = `The daemon's log says why under ref ${ref}.`;
    return refuse(new Refusal("INTERNAL", "the request failed inside the daemon", hint), ref);
  });
  return app;
}

interface Params {
  readonly fields: Record<string, unknown>;
  /** The body that they came in. */
  readonly body?: Buffer;
}

type ReadParams = (context: Context<Env>) => Promise<Params>;

async function answer(
  context: Context<Env>,
  method: string,
  read: ReadParams,
  { dispatch, clock, callerOf }: RoutePorts,
): Promise<Response> {
  const { incoming, outgoing } = context.env;
  const connection = callerOf(incoming as IncomingMessage);
  if (connection === undefined) throw new Error("a request came on a connection that the door does not know");
  const { fields, body } = await read(context);
  const stream = dispatch.isStream(method);
  const notSure = method === judgedMethod && body !== undefined ? notSureOf(body) : undefined;
  const events = stream ? eventsOrigin(outgoing as ServerResponse) : {};
  const task = dispatch.start(method, { ...fields, ...context.req.param() }, { connection, notSure, ...events });
  const gone = () => {
    if (stream || !outgoing.writableFinished) task.cancel(new Refusal("CANCELLED", "the caller's connection was lost"));
  };
  if (outgoing.destroyed) gone();
  else outgoing.once("close", gone);
  const given = await task.answer;
  if ("refusal" in given) return refuse(given.refusal, given.ref);
  if (stream) {
    openEvents(outgoing as ServerResponse, given, task, clock);
    return RESPONSE_ALREADY_SENT;
  }
  return new Response(JSON.stringify(given.result), { headers: { "Content-Type": "application/json" } });
}

function refuse({ code, message, hint }: Refusal, ref?: string): Response {
  const { http, retryable } = refusals[code];
  const headers = { "Content-Type": "application/json", ...(retryable && http !== 499 ? { "Retry-After": "1" } : {}) };
  return new Response(JSON.stringify({ error: { code, message, hint, ref } }), { status: http, headers });
}

/** A body is one JSON object; none is an empty one. */
async function readJson({ env }: Context<Env>): Promise<Params> {
  const body = await readBody(env.incoming as IncomingMessage, limits.frameBytesMax);
  if (body === undefined) throw new Refusal("CANCELLED", "the caller's connection was lost");
  if (body.tooLarge) throw new Refusal("TOO_LARGE", `the body is longer than ${limits.frameBytesMax} bytes`);
  if (body.bytes.length === 0) return { fields: {} };
  const read = parseFrame(body.bytes, limits.jsonDepthMax);
  if ("fault" in read) throw new Refusal("PARSE_ERROR", `the body is ${read.fault}`);
  if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value))
    throw new Refusal("INVALID_REQUEST", "the body is a JSON object");
  return { fields: read.value as Record<string, unknown>, body: body.bytes };
}

/** Query values are text. Numbers are coerced by the table; booleans, which it can't coerce (any text would be true), are read here. */
function queryReader(row: Operation): ReadParams {
  const schema = z.toJSONSchema(row.input, { io: "input" }) as { properties?: Record<string, { type?: string }> };
  const booleans = Object.entries(schema.properties ?? {}).flatMap(([field, { type }]) =>
    type === "boolean" ? [field] : [],
  );
  return async ({ req }) => {
    const params: Record<string, unknown> = req.query();
    for (const field of booleans) {
      const text = params[field];
      if (text === "true" || text === "1" || text === "") params[field] = true;
      else if (text === "false" || text === "0") params[field] = false;
    }
    return { fields: params };
  };
}
