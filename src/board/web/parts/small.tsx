import type { ComponentChildren } from "preact";
import { contextWorry, percent } from "../../model/index.ts";
import { useSince } from "../hooks.ts";

/** `3 min`, kept true; the exact moment on hover. */
export function Since({ iso, label }: { iso: string; label?: string }) {
  const text = useSince(iso);
  return (
    <time dateTime={iso} title={new Date(iso).toLocaleString()} class="since">
      {label === undefined ? null : <span class="hidden">{label} </span>}
      {text}
    </time>
  );
}

/** A share of something that can run out. The figure stands beside it; the bar is for the eye. */
export function Gauge({ label, value, text }: { label: string; value: number; text?: string }) {
  const worry = contextWorry(value);
  return (
    <div class={`gauge gauge-${worry}`}>
      <span class="gauge-label">{label}</span>
      <svg class="gauge-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" class="gauge-back" />
        <rect width={Math.max(0, Math.min(100, value))} height="4" class="gauge-fill" />
      </svg>
      <span class="gauge-text">{text ?? percent(value)}</span>
    </div>
  );
}

export function Key({ children }: { children: ComponentChildren }) {
  return <kbd aria-hidden="true">{children}</kbd>;
}

/** A fact with its name before it. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Whether an element takes typing, so that letters are letters there. */
export const takesTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
