import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { since, type BoardState } from "../model/index.ts";
import type { Board } from "./board.ts";
import type { Refused } from "./call.ts";
import { everySecond, shownMs } from "./clock.ts";
import type { Desk } from "./desk.ts";

/** What the page hands to its parts. */
export interface Page {
  readonly board: Board;
  readonly desk: Desk;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error("a part of the board was drawn outside the page");
  return page;
}

export function useBoardState(): BoardState {
  const { board } = usePage();
  const [state, setState] = useState(() => board.state());
  useEffect(() => {
    setState(board.state());
    return board.subscribe(() => setState(board.state()));
  }, [board]);
  return state;
}

/** How long since that moment, kept true. */
export function useSince(iso: string): string {
  const [text, setText] = useState(() => since(iso, shownMs()));
  useEffect(() => {
    const look = () => setText(since(iso, shownMs()));
    look();
    return everySecond(look);
  }, [iso]);
  return text;
}

export type Asked<T> =
  | { readonly state: "asking" }
  | { readonly state: "known"; readonly value: T }
  | { readonly state: "refused"; readonly error: Refused };

/** Asks when `keys` change and when the daemon comes back; what was known stays until the new answer is there. */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Asked<T> {
  const { link } = useBoardState();
  const [answer, setAnswer] = useState<Asked<T>>({ state: "asking" });
  const live = link.state === "live";
  useEffect(() => {
    if (!live) return;
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => stop.signal.aborted || setAnswer({ state: "known", value }),
      (error: unknown) => stop.signal.aborted || setAnswer({ state: "refused", error: error as Refused }),
    );
    return () => stop.abort(new Error("another question took its place"));
  }, [live, ...keys]);
  return answer;
}

/** The newest value, for listeners that are registered once. */
export function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value);
  ref.current = value;
  return ref;
}
