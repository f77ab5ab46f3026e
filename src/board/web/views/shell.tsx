import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { count } from "../../../kit/text.ts";
import { modeWords } from "../../../protocol/words.ts";
import { needsOf, timeOfDay } from "../../model/index.ts";
import type { Overlay } from "../app.tsx";
import type { Desk } from "../desk.ts";
import { useBoardState, usePage } from "../hooks.ts";
import { Key } from "../parts/small.tsx";
import { Signal } from "../parts/signal.tsx";
import { pathOf, type Route } from "../route.ts";

const pages = [
  ["board", "Board"],
  ["ledger", "Ledger"],
  ["figures", "Figures"],
  ["policy", "Policy"],
  ["settings", "Settings"],
] as const;

export function Shell({
  route,
  onOverlay,
  desk,
  children,
}: {
  route: Route;
  onOverlay: (overlay: Overlay) => void;
  desk: Desk;
  children: ComponentChildren;
}) {
  const state = useBoardState();
  const { link, status } = state;
  const { holds, sessions } = needsOf(state);
  const needs = holds + sessions;
  const here = route.page === "hold" || route.page === "session" ? "board" : route.page;
  const panic = status?.mode === "panic";
  return (
    <div class={`shell shell-${route.page}${link.state === "away" ? " shell-away" : ""}`}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}
      >
        Skip to the page
      </a>
      <header class="top">
        <a class="brand" href="#/" aria-label="Signalbox, the board">
          <Signal state={panic || needs > 0 ? "waiting" : "working"} />
          <span>Signalbox</span>
        </a>
        <nav aria-label="Pages">
          {pages.map(([page, title]) => (
            <a key={page} href={pathOf({ page })} aria-current={here === page ? "page" : undefined}>
              {title}
              {page === "board" && needs > 0 && (
                <span class="badge">
                  {needs}
                  <span class="hidden"> {needs === 1 ? "needs" : "need"} you</span>
                </span>
              )}
            </a>
          ))}
        </nav>
        <div class="top-end">
          <LinkState />
          <button type="button" class="quiet top-find" onClick={() => onOverlay("palette")}>
            Find <Key>Ctrl K</Key>
          </button>
          <button type="button" class="quiet top-help" onClick={() => onOverlay("help")}>
            Keys <Key>?</Key>
          </button>
          <button
            type="button"
            class="stop"
            onClick={() => onOverlay("stop-all")}
            disabled={panic || link.state !== "live"}
          >
            Stop all
          </button>
        </div>
      </header>
      <Notices />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Toasts desk={desk} />
    </div>
  );
}

/** Whether what is shown is true now; in words, because a stale board is worse than none. */
function LinkState() {
  const { link, status } = useBoardState();
  // All is denied, or next to nothing: neither is how it should stay.
  const loud = link.state === "live" && (status?.mode === "panic" || status?.mode === "observe");
  const text =
    link.state === "live"
      ? (status?.mode ?? "live")
      : link.state === "connecting"
        ? "connecting"
        : `away since ${timeOfDay(link.sinceMs)}`;
  return (
    <span
      class={`link link-${link.state}${loud ? " link-loud" : ""}`}
      role="status"
      title={link.state === "live" && status !== undefined ? `${status.mode}: ${modeWords[status.mode]}` : undefined}
    >
      <span class="link-dot" aria-hidden="true" />
      {text}
    </span>
  );
}

/** What stands above every page until it is mended. */
function Notices() {
  const { board, desk } = usePage();
  const { link, status } = useBoardState();
  const lines: { key: string; text: ComponentChildren; action?: ComponentChildren }[] = [];
  if (link.state === "away")
    lines.push({
      key: "away",
      text: (
        <>
          <strong>The daemon is away since {timeOfDay(link.sinceMs)}.</strong> What you see was true then. It comes back
          with the next tool call of a wired agent, or with <code>signalbox up --detach</code>.
        </>
      ),
    });
  if (status?.mode === "panic" && link.state === "live")
    lines.push({
      key: "panic",
      text: (
        <>
          <strong>Everything is stopped.</strong> Every tool call of every agent is denied.
        </>
      ),
      action: (
        <button
          type="button"
          onClick={() =>
            void desk.attempt(async () => {
              await board.call("policy/mode", { mode: "attended" });
              return "Agents may go on; holds wait for you.";
            })
          }
        >
          Let them go on
        </button>
      ),
    });
  if (status?.ledger.problem != null)
    lines.push({
      key: "ledger",
      text: (
        <>
          <strong>The ledger is out of order:</strong> {status.ledger.problem}
        </>
      ),
    });
  for (const problem of status?.policy.problems ?? []) lines.push({ key: problem, text: problem });
  if (status !== undefined && status.ungated.length > 0)
    lines.push({
      key: "ungated",
      text: (
        <>
          <strong>{count(status.ungated.length, "session runs", "sessions run")} tools that were never judged.</strong>{" "}
          See why: <code>signalbox doctor</code>
        </>
      ),
    });
  if (lines.length === 0) return null;
  return (
    <section class="notices" aria-label="Notices">
      {lines.map(({ key, text, action }) => (
        <div key={key} class="notice" role={key === "away" ? "alert" : undefined}>
          <p>{text}</p>
          {action}
        </div>
      ))}
    </section>
  );
}

function Toasts({ desk }: { desk: Desk }) {
  const [said, setSaid] = useState(desk.said);
  useEffect(() => desk.subscribe(() => setSaid(desk.said)), [desk]);
  return (
    <div class="toasts" aria-live="polite">
      {said.map(({ id, tone, text }) => (
        <div key={id} class={`toast toast-${tone}`}>
          <p>{text}</p>
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => desk.dismiss(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
