import type { Message } from "./notice.ts";

/** One way to a person. `send` rejects with a sentence that says what went wrong. */
export interface Sender {
  /** Why it can't work on this machine; nothing when it may. */
  readonly problem: string | undefined;
  send(message: Message, options: { readonly signal: AbortSignal }): Promise<void>;
}
