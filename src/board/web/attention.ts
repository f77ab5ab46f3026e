/** Hidden tabs of this browser that keep their stream; a browser has six connections for all of them, and seen ones need theirs. */
const hiddenMax = 3;
/** Somebody who looks elsewhere for a moment keeps the stream. */
const hiddenMsMin = 30_000;

/**
 * Whether this tab should listen now. A tab that is seen always does; one that is hidden for a while only if it gets one of the few places,
 * which the browser hands out among its tabs and takes back when a tab is closed. It resolves when this tab may listen; the signal of
 * `leave` aborts when it should stop.
 */
export function createAttention(signal: AbortSignal): { mayListen(): Promise<void>; leave(): AbortSignal } {
  let leaving = new AbortController();
  let woken: (() => void) | undefined;
  let timer = 0;
  let release: (() => void) | undefined;

  const seen = () => {
    window.clearTimeout(timer);
    release?.();
    release = undefined;
    woken?.();
  };
  const hidden = async () => {
    for (let place = 0; place < hiddenMax; place += 1) if (await take(`signalbox-hidden-${place}`)) return;
    if (document.hidden) leaving.abort(new Error("the tab is hidden and there are many"));
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
  const changed = () => {
    if (document.hidden) timer = window.setTimeout(() => void hidden(), hiddenMsMin);
    else seen();
  };
  document.addEventListener("visibilitychange", changed, { signal });
  if (document.hidden) changed();
  return {
    async mayListen() {
      if (!leaving.signal.aborted) return;
      if (document.hidden)
        await new Promise<void>((resolve) => {
          woken = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      leaving = new AbortController();
    },
    leave: () => leaving.signal,
  };
}
