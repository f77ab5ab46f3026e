import type { Call, ConnectionInfo, NotSure } from "../protocol/handlers.ts";
import { newId } from "../protocol/ids.ts";
import type { PushName, PushOf } from "../protocol/pushes.ts";
import { Refusal } from "../protocol/refusals.ts";

/** What a call came to. `ref` stands beside INTERNAL: the log line of the same ref has the cause. */
export type Answer = { readonly result: unknown } | { readonly refusal: Refusal; readonly ref?: string };

/** Where a call comes from, as its transport knows it. */
export interface Origin {
  readonly connection: ConnectionInfo;
  readonly notSure?: NotSure | undefined;
  /** Sends one push of a stream; false when it could not be taken. Absent: this caller can't have streams. */
  push?(method: string, params: unknown): boolean;
  /** Says that a stream that flowed is over: complete, or cut short by the daemon for a reason. */
  ended?(refusal: Refusal | undefined): void;
  /** Resolves when the reader has taken most of what was written, or is gone. */
  caughtUp?(): Promise<void>;
}

/** Pushes that wait for their stream's answer; one more ends the stream. */
const earlyPushesMax = 1_024;

/**
 * The one record of a request in flight: it is the `Call` that its handler sees and holds the answer that its transport awaits.
 * A call is open until it has an answer; a stream then flows until it is cancelled. Signal and id are made when first asked
 * for, because most calls end without either.
 */
export class Running implements Call {
  readonly connection: ConnectionInfo;
  readonly notSure: NotSure | undefined;
  /** Never rejects. */
  readonly answer: Promise<Answer>;
  readonly stream: boolean;
  readonly #origin: Origin;
  readonly #over: (running: Running) => void;
  #resolve!: (answer: Answer) => void;
  #state: "open" | "answered" | "flowing" | "over" = "open";
  #reason: Refusal | undefined;
  #controller: AbortController | undefined;
  #requestId: string | undefined;
  #early: { method: string; params: unknown }[] = [];
  /** The handler said that its stream is complete, before it flowed. */
  #complete = false;
  /** It ended between its answer and `flow`, so that its end is said after the answer. */
  #overEarly = false;
  #flowing: { promise: Promise<void>; resolve: () => void } | undefined;

  /** @param over  called once, when the record is of no more use */
  constructor(origin: Origin, stream: boolean, over: (running: Running) => void) {
    this.connection = origin.connection;
    this.notSure = origin.notSure;
    this.stream = stream;
    this.#origin = origin;
    this.#over = over;
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get requestId(): string {
    this.#requestId ??= newId("req");
    return this.#requestId;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** Takes the first answer; a later one (of a handler that ran on after its call was cancelled) is of no use to anybody. */
  settle(answer: Answer): void {
    if (this.#state !== "open") return;
    const flows = this.stream && "result" in answer;
    this.#state = flows ? "answered" : "over";
    this.#resolve(answer);
    if (!flows) this.#over(this);
  }

  /** The transport has written a stream's answer: what was pushed meanwhile follows it. */
  flow(): void {
    if (this.#state === "over" && this.#overEarly) this.#origin.ended?.(this.#reason);
    if (this.#state !== "answered") return;
    this.#state = "flowing";
    const early = this.#early;
    this.#early = [];
    for (const { method, params } of early) this.#send(method, params);
    this.#flowing?.resolve();
    if (this.#complete) this.end();
  }

  /** Ends the call or the stream; an open call is answered with the reason. */
  cancel(reason: Refusal): void {
    if (this.#state === "over") return;
    if (this.#state === "open") this.#resolve({ refusal: reason });
    this.#close(reason);
  }

  end(): void {
    if (this.#state === "flowing") this.#close(undefined);
    else this.#complete = true;
  }

  async caughtUp(): Promise<void> {
    this.#flowing ??= Promise.withResolvers<void>();
    if (this.#state === "flowing") this.#flowing.resolve();
    await this.#flowing.promise;
    if (this.#state === "flowing") await this.#origin.caughtUp?.();
    if (this.#state !== "flowing") throw this.#reason;
  }

  #close(reason: Refusal | undefined): void {
    const flowed = this.#state === "flowing";
    this.#overEarly = this.#state === "answered";
    this.#state = "over";
    this.#reason = reason ?? new Refusal("CANCELLED", "the stream is complete");
    this.#early = [];
    if (flowed) this.#origin.ended?.(reason);
    this.#over(this);
    this.#flowing?.resolve();
    this.#controller?.abort(this.#reason);
  }

  push<Name extends PushName>(method: Name, params: PushOf<Name>): boolean {
    if (this.#state === "over") return false;
    if (this.#state === "flowing") return this.#send(method, params);
    if (this.#early.length < earlyPushesMax) return this.#early.push({ method, params }) > 0;
    this.cancel(
      new Refusal("BUSY", `${earlyPushesMax} events piled up before the stream's answer`, "Ask for it again."),
    );
    return false;
  }

  #send(method: string, params: unknown): boolean {
    if (this.#state === "flowing" && this.#origin.push?.(method, params) === true) return true;
    this.cancel(new Refusal("CANCELLED", "the stream's reader is gone or too slow"));
    return false;
  }
}
