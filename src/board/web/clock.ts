/** The page's one source of time. */
export const nowMs = (): number => Date.now();

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
