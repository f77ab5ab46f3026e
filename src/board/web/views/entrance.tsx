import { Signal } from "../parts/signal.tsx";

/** What a browser without a pass sees: how to get in, in the words of the terminal. */
export function Entrance({ entering, why }: { entering: boolean; why: string | undefined }) {
  return (
    <main class="entrance">
      <h1>
        <Signal state={entering ? "working" : "waiting"} large />
        Signalbox
      </h1>
      {entering ? (
        <p role="status">Opening the board…</p>
      ) : (
        <>
          {why !== undefined && (
            <p class="entrance-why" role="alert">
              {why}
            </p>
          )}
          <p>This board opens with a link from your terminal. Type there:</p>
          <pre>
            <code>signalbox web</code>
          </pre>
          <p class="faint">
            The link works once, within 30 seconds. This tab may then decide what that terminal may, for as long as the
            terminal stays open.
          </p>
        </>
      )}
    </main>
  );
}
