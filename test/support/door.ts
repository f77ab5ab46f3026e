import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { systemClock } from "../../src/kit/clock.ts";
import { FrameReader, tooLong } from "../../src/kit/ndjson.ts";
import { silentLog } from "../../src/kit/log.ts";
import type { Handlers } from "../../src/protocol/handlers.ts";
import { operations } from "../../src/protocol/operations/index.ts";
import { createDispatch, type Dispatch } from "../../src/transport/dispatch.ts";
import { createHttp } from "../../src/transport/http/index.ts";
import type { HookPort } from "../../src/transport/http/hook.ts";
import { type Door, type DoorPorts, listen } from "../../src/transport/socket/index.ts";
import { remove, temporary } from "./temporary.ts";

/** Handlers that a test cares about; every other operation fails, which a test would see. */
export function fakeHandlers(some: Partial<Handlers>): Handlers {
  const none = async () => {
    throw new Error("this test has no such handler");
  };
  return {
    ...(Object.fromEntries(Object.keys(operations).map((name) => [name, none])) as unknown as Handlers),
    ...some,
  };
}

export const emptyStatus = { holds: [] };

export interface TestDoor extends AsyncDisposable {
  readonly path: string;
  readonly door: Door;
  readonly dispatch: Dispatch;
  connect(): Promise<Peer>;
}

/** A real door in a folder of its own, with a dispatch over fake handlers behind it. */
export async function openDoor(
  some: Partial<Handlers>,
  options: Partial<Pick<DoorPorts, "dialects" | "calls" | "clock" | "log" | "expected">> & {
    hook?: HookPort;
    allow?: Parameters<typeof createDispatch>[0]["allow"];
    foreign?: Parameters<typeof createDispatch>[0]["foreign"];
  } = {},
): Promise<TestDoor> {
  const folder = temporary("door-");
  const path = join(folder, "sock");
  const clock = options.clock ?? systemClock;
  const log = options.log ?? silentLog;
  const dispatch = createDispatch({
    handlers: fakeHandlers(some),
    foreign: options.foreign ?? (() => undefined),
    allow: options.allow ?? (() => {}),
    ...(options.expected === undefined ? {} : { expected: options.expected }),
    clock,
    log,
  });
  const http = createHttp({
    dispatch,
    hook: options.hook ?? (async () => ({ exit: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) })),
    clock,
    log,
  });
  const door = await listen({
    where: { path },
    calls: options.calls ?? dispatch,
    http: (connection) => http.serve(connection),
    dialects: options.dialects ?? [],
    ...(options.expected === undefined ? {} : { expected: options.expected }),
    clock,
    log,
  });
  return {
    path,
    door,
    dispatch,
    connect: () => Peer.connect(path),
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      remove(folder);
    },
  };
}

/** A bare client that sends bytes and reads frames, and knows nothing of JSON-RPC. */
export class Peer implements AsyncDisposable {
  readonly socket: Socket;
  readonly #reader = new FrameReader(256 * 1024 * 1024);
  readonly #frames: string[] = [];
  #wake: (() => void) | undefined;
  ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#reader.write(chunk);
      for (let frame = this.#reader.next(); frame !== undefined && frame !== tooLong; frame = this.#reader.next())
        this.#frames.push(frame.toString());
      this.#wake?.();
    });
    socket.on("error", () => {}); // a test that is cut off sees `ended`
    socket.on("close", () => {
      this.ended = true;
      this.#wake?.();
    });
  }

  static connect(path: string): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Peer(socket));
      });
    });
  }

  send(...frames: readonly (object | string | Buffer)[]): void {
    for (const frame of frames)
      this.socket.write(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : `${JSON.stringify(frame)}\n`);
  }

  /** The next frame, as JSON; rejects when the connection ends first. */
  async next(): Promise<Record<string, unknown>> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return JSON.parse(frame) as Record<string, unknown>;
      if (this.ended) throw new Error("the connection ended");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async take(count: number): Promise<Record<string, unknown>[]> {
    const frames: Record<string, unknown>[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  /** Resolves when the daemon has closed the connection. */
  async closed(): Promise<void> {
    while (!this.ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed();
  }
}
