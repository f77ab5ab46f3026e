import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Call, Handlers } from "../protocol/handlers.ts";
import type { Access } from "../protocol/operation.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Clients } from "./clients/index.ts";
import { diskRefusal } from "./disk.ts";
import { createDispatch } from "../transport/dispatch.ts";
import { createHttp, type HookPort, listenLoopback } from "../transport/http/index.ts";
import { listen, type Where } from "../transport/socket/index.ts";
import type { Web } from "./web.ts";

/** What stands behind the door. */
export interface Serving {
  readonly handlers: Handlers;
  readonly hook: HookPort;
  /** What the other systems' clients speak. */
  readonly clients: Clients;
  allow(access: Access, call: Call): void | Promise<void>;
  /** Told that the daemon drains: whoever waits for a person is sent away with DRAINING and comes back later. */
  drain(): void;
  /** The web board; absent where nothing can be decided. */
  readonly web?: Pick<Web, "port" | "open" | "close">;
  /** Told how the door's connections are counted. */
  countConnections(count: () => number): void;
}

export interface DoorOptions {
  readonly where: Where;
  readonly clock: Clock;
  readonly log: Log;
  readonly drainMs: number;
}

/** Opens the door; disposing it drains: no new connections, no new calls, what is in flight ends or is refused after `drainMs`. */
export async function openDoor(
  serving: Serving,
  { where, clock, log, drainMs }: DoorOptions,
): Promise<AsyncDisposable> {
  const dispatch = createDispatch({
    handlers: serving.handlers,
    foreign: serving.clients.methods,
    allow: (access, call) => serving.allow(access, call),
    expected: diskRefusal,
    clock,
    log,
  });
  const hooks = new HooksInFlight(serving.hook);
  const http = createHttp({ dispatch, hook: hooks.port, web: serving.web?.port, clock, log });
  const door = await listen({
    where,
    calls: dispatch,
    http: (connection) => http.serve(connection),
    dialects: serving.clients.dialects,
    expected: diskRefusal,
    clock,
    log,
  });
  serving.countConnections(() => door.connections);
  await serving.web?.open((port) => listenLoopback({ port, http: (connection) => http.serve(connection), clock, log }));
  return {
    async [Symbol.asyncDispose]() {
      log.info({ calls: dispatch.inFlight, hooks: hooks.count }, "draining");
      door.stopAccepting();
      serving.web?.close.stopAccepting();
      hooks.refuseNew();
      serving.drain();
      const deadline = AbortSignal.timeout(drainMs);
      await Promise.all([dispatch.drain({ signal: deadline }), hooks.ended(deadline)]);
      await serving.web?.close[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    },
  };
}

/** Hook calls are not operations; they drain in their own count. */
class HooksInFlight {
  readonly #hook: HookPort;
  readonly #running = new Set<Promise<unknown>>();
  #draining = false;

  constructor(hook: HookPort) {
    this.#hook = hook;
  }

  get count(): number {
    return this.#running.size;
  }

  readonly port: HookPort = async (request, signal) => {
    if (this.#draining) throw new Refusal("DRAINING", "the daemon is draining");
    const running = this.#hook(request, signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  };

  refuseNew(): void {
    this.#draining = true;
  }

  async ended(signal: AbortSignal): Promise<void> {
    const late = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([Promise.allSettled(this.#running), late]);
  }
}
