import type { Log } from "../kit/log.ts";
import type { Operator, Pass, Passes } from "../operator/index.ts";
import type { Handlers } from "../protocol/handlers.ts";
import type { PassView } from "../protocol/operations/web.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Loopback, WebFile, WebPort } from "../transport/http/index.ts";
import type { Config } from "./config.ts";

export type WebOperation = Extract<keyof Handlers, `web/${string}`>;

export interface WebOptions {
  readonly config: Config["web"];
  readonly operator: Operator;
  readonly passes: Passes;
  readonly watch: Handlers["web/watch"];
  readonly log: Log;
}

/** The web board as the daemon ties it together: its port, who may enter, its files. */
export interface Web {
  /** Where a person opens it; undefined while it is not served. */
  readonly url: string | undefined;
  readonly port: WebPort;
  readonly handlers: Pick<Handlers, WebOperation>;
  /**
   * Told how the port is opened. It is opened at once when the configuration says so or a browser still holds a pass, else when
   * the first link is asked for; a port that is taken is no reason not to serve agents.
   */
  open(listen: (port: number) => Promise<Loopback>): Promise<void>;
  readonly close: AsyncDisposable & { stopAccepting(): void };
}

export function createWeb({ config, operator, passes, watch, log }: WebOptions): Web {
  const url = `http://localhost:${config.port}/`;
  let listen: ((port: number) => Promise<Loopback>) | undefined;
  let listening: Promise<Loopback> | undefined;
  let files: ReadonlyMap<string, WebFile> = new Map();
  let closed = false;

  const serve = async (): Promise<void> => {
    if (listen === undefined || closed) throw new Refusal("DRAINING", "the daemon is draining");
    if (listening === undefined) {
      const { readWebFiles } = await import("./web-files.ts");
      files = readWebFiles();
      listening ??= listen(config.port);
      listening.catch(() => {
        listening = undefined; // told to whoever asked; the next who asks tries again
      });
    }
    await listening;
  };
  const view = (pass: Pass): PassView => ({
    id: pass.id,
    madeAt: new Date(pass.madeAtMs).toISOString(),
    expiresAt: new Date(pass.expiresAtMs).toISOString(),
    usedAt: new Date(pass.usedAtMs).toISOString(),
    terminal: pass.seat.peer.tty,
    decides: passes.seated(pass),
  });

  return {
    get url() {
      return listening === undefined ? undefined : url;
    },
    port: {
      names: config.names,
      file: (path) => files.get(path),
      pass: (token) => passes.find(token),
    },
    handlers: {
      "web/link": async (_, { connection, signal }) => {
        const known = await operator.seat(connection, { signal });
        if ("unknown" in known)
          throw new Refusal(
            "NOT_PERMITTED",
            `A link is made for a terminal, and ${known.unknown}.`,
            "Type in a terminal: signalbox web",
          );
        await serve();
        const { code, expiresAtMs } = passes.code(known.seat);
        return { url: `${url}#code=${code}`, expiresAt: new Date(expiresAtMs).toISOString() };
      },
      "web/enter": async ({ code }) => {
        const { token, pass } = await passes.enter(code);
        return { token, pass: view(pass) };
      },
      "web/watch": watch,
      "web/prove": async ({ pass, nonce }) => ({ proof: passes.prove(pass, nonce) }),
      "web/list": async () => ({ url: listening === undefined ? null : url, passes: passes.list().map(view) }),
      "web/revoke": async ({ pass }, { connection }) => ({
        ended: await passes.revoke(
          pass,
          connection.pass === undefined ? { through: "terminal" } : { pass: connection.pass },
        ),
      }),
    },
    async open(how) {
      listen = how;
      if (!config.enabled && passes.list().length === 0) return;
      try {
        await serve();
      } catch (error) {
        log.warn({ err: error }, "the web board is not served; `signalbox web` tries again");
      }
    },
    close: {
      stopAccepting() {
        closed = true;
        void listening?.then((loopback) => loopback.stopAccepting()).catch(() => {}); // one that never opened has nothing to close
      },
      async [Symbol.asyncDispose]() {
        closed = true;
        const loopback = await listening?.catch(() => undefined);
        await loopback?.[Symbol.asyncDispose]();
      },
    },
  };
}
