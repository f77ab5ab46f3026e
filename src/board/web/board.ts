import { createStore, type BoardState, type Store } from "../model/index.ts";
import { createCall, type Call } from "./call.ts";
import { standStill } from "./clock.ts";
import { type Entry, proven } from "./entrance.ts";
import { follow } from "./follow.ts";

/** What every part of the page gets: what is known, how to ask, and how to tell the person. */
export interface Board {
  readonly call: Call;
  readonly entry: Entry;
  readonly store: Store;
  state(): BoardState;
  /** Called at most ten times a second, after something changed. */
  subscribe(listener: () => void): () => void;
}

/**
 * The page's own copy of the daemon's state, kept true by one stream until the signal aborts.
 * @param onShut  the pass has ended, or this port is somebody else's: a sentence for the person
 */
export function createBoard(entry: Entry, onShut: (why: string) => void, signal: AbortSignal): Board {
  const listeners = new Set<() => void>();
  let due = false;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  const changed = () => {
    if (due) return;
    due = true;
    // A hidden page draws no frames, but its title must still tell. One that is seen shows the first change at once, and many together.
    const waitMs = document.hidden ? hiddenFrameMs : Math.max(0, frameMs - (performance.now() - drawnAtMs));
    const later = (work: () => void) =>
      document.hidden || waitMs > 0 ? void setTimeout(work, waitMs) : void requestAnimationFrame(work);
    later(() => {
      due = false;
      drawnAtMs = performance.now();
      const { link } = store.state;
      standStill(link.state === "away" ? link.sinceMs : undefined);
      for (const listener of listeners) listener();
    });
  };
  const store = createStore(changed);
  const ready = () => store.state.link.state === "live";
  void follow({ token: entry.token, store, proven: (each) => proven(entry, each), onShut }, signal);
  return {
    call: createCall(entry.token, ready),
    entry,
    store,
    state: () => store.state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const hiddenFrameMs = 250;
const frameMs = 100;
