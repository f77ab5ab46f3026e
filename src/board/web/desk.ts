import type { HoldDecision, HoldView } from "../../protocol/operations/holds.ts";
import { decidedText } from "../../protocol/hold-words.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { sentence } from "../../protocol/words.ts";
import type { Board } from "./board.ts";
import { Refused } from "./call.ts";

/** Something that the page says to the person, for a while. */
export interface Said {
  readonly id: number;
  readonly tone: "done" | "refused";
  readonly text: string;
}

export interface Desk {
  readonly said: readonly Said[];
  say(tone: Said["tone"], text: string): void;
  dismiss(id: number): void;
  /** Decides one hold and says what came of it. @returns whether it was decided */
  decide(hold: HoldView, decision: HoldDecision): Promise<boolean>;
  /** Runs something that may be refused, and says so when it was. */
  attempt(work: () => Promise<string | undefined>): Promise<boolean>;
  subscribe(listener: () => void): () => void;
}

const saidMax = 4;
const saidMs = { done: 5_000, refused: 12_000 } as const;

export function createDesk(board: Pick<Board, "call">): Desk {
  const listeners = new Set<() => void>();
  let said: readonly Said[] = [];
  let count = 0;
  const change = (next: readonly Said[]) => {
    said = next;
    for (const listener of listeners) listener();
  };
  const dismiss = (id: number) => change(said.filter((each) => each.id !== id));
  const say: Desk["say"] = (tone, text) => {
    const id = (count += 1);
    change([...said.slice(1 - saidMax), { id, tone, text }]);
    setTimeout(() => dismiss(id), saidMs[tone]);
  };
  const attempt: Desk["attempt"] = async (work) => {
    try {
      const text = await work();
      if (text !== undefined) say("done", text);
      return true;
    } catch (error) {
      say("refused", complaint(error));
      return false;
    }
  };
  return {
    get said() {
      return said;
    },
    say,
    dismiss,
    attempt,
    decide: (hold, decision) =>
      attempt(async () => {
        const answer = await board.call("hold/decide", { id: hold.id, ...decision });
        return decidedText(decision, answer, hold.waiting > 0, false);
      }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function complaint(error: unknown): string {
  const text = sentence(error instanceof Error ? error.message : String(error));
  const { hint = "" } = error instanceof Refused || error instanceof Refusal ? error : {};
  return `Not done: ${text}${hint === "" ? "" : ` ${sentence(hint)}`}`;
}
