import { useState } from "preact/hooks";
import { codeIn } from "../link.ts";
import { Signal } from "../parts/signal.tsx";

/** What a browser without a pass sees: how to get in, in the words of the terminal. */
export function Entrance({
  entering,
  why,
  onLink,
}: {
  entering: boolean;
  why: string | undefined;
  /** The code of a link that was put in by hand: a window that was installed as an app has no place for an address. */
  onLink: (code: string) => void;
}) {
  const [link, setLink] = useState("");
  const code = codeIn(link);
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
          <form
            class="entrance-link"
            onSubmit={(event) => {
              event.preventDefault();
              if (code !== undefined) onLink(code);
            }}
          >
            <label class="field">
              It opens in your browser. To come in here instead, put its link in:
              <input
                type="text"
                autocomplete="off"
                spellcheck={false}
                placeholder="http://localhost:7444/#code=…"
                value={link}
                onInput={(event) => setLink(event.currentTarget.value)}
              />
            </label>
            <button type="submit" disabled={code === undefined}>
              Come in
            </button>
          </form>
          <p class="faint">
            The link works once, within 30 seconds. This tab may then decide what that terminal may, for as long as the
            terminal stays open.
          </p>
        </>
      )}
    </main>
  );
}
