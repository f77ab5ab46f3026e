/** Hidden tabs of this browser that keep their stream; a browser has six connections for all of them, and seen ones need theirs. */
const hiddenMax = 3;
/** Somebody who looks elsewhere for a moment keeps the stream. */
const hiddenMsMin = 30_000;

/** How a tab listens: `hidden` for its title only, so that the daemon need not look at the machine for it; `away` not at all. */
type Manner = "seen" | "hidden" | "away";

/**
 * How this tab should listen now. A tab that is seen always does; one that is hidden for a while only if it gets one of the few places,
 * which the browser hands out among its tabs and takes back when a tab is closed. `mayListen` resolves when this tab may listen; the
 * signal of `changed` aborts when it should listen in another manner.
 */
export function createAttention(signal: AbortSignal): {
  mayListen(): Promise<void>;
  manner(): Manner;
  changed(): AbortSignal;
} {
  let manner: Manner = "seen";
  let turning = new AbortController();
  let woken: (() => void) | undefined;
  let timer = 0;
  let release: (() => void) | undefined;

  const turn = (to: Manner) => {
    if (manner === to) return;
    manner = to;
    const before = turning;
    turning = new AbortController();
    before.abort(new Error(`the tab listens ${to} from now on`));
  };

  const seen = () => {
    window.clearTimeout(timer);
    release?.();
    release = undefined;
    turn("seen");
    woken?.();
  };
  const hidden = async () => {
    for (let place = 0; place < hiddenMax; place += 1)
      if (await take(`signalbox-hidden-${place}`)) return document.hidden ? turn("hidden") : undefined;
    if (document.hidden) turn("away");
  };
  const take = (name: string) =>
    new Promise<boolean>((resolve) => {
      void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
        if (lock === null || !document.hidden) return resolve(lock !== null);
        resolve(true);
        return new Promise<void>((done) => {
          release = done;
        });
      });
    });
  const looked = () => {
    if (document.hidden) timer = window.setTimeout(() => void hidden(), hiddenMsMin);
    else seen();
  };
  document.addEventListener("visibilitychange", looked, { signal });
  if (document.hidden) looked();
  return {
    async mayListen() {
      if (manner !== "away") return;
      await new Promise<void>((resolve) => {
        woken = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
    manner: () => manner,
    changed: () => turning.signal,
  };
}
