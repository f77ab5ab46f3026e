/** The page's one source of time. */
export const nowMs = (): number => Date.now();

let stoodStillAtMs: number | undefined;

/** The moment that the page shows: now, or the last one of which it knows something. */
export const shownMs = (): number => stoodStillAtMs ?? nowMs();

/** Ages stand still while the daemon is away: nobody knows whether what they count goes on. */
export function standStill(atMs: number | undefined): void {
  if (atMs === stoodStillAtMs) return;
  stoodStillAtMs = atMs;
  for (const each of listeners) each();
}

const listeners = new Set<() => void>();
let timer = 0;

/** Called about once a second, while somebody listens and the page is seen. */
export function everySecond(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === 0)
    timer = window.setInterval(() => {
      if (!document.hidden) for (const each of listeners) each();
    }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = 0;
  };
}
