import { useEffect, useState } from "preact/hooks";
import { App } from "./app.tsx";
import { type Board, createBoard } from "./board.ts";
import { createDesk } from "./desk.ts";
import { type Entry, enter, forgetEntry, storedEntry, takeCode } from "./entrance.ts";
import { PageContext } from "./hooks.ts";
import { Entrance } from "./views/entrance.tsx";

type Standing =
  | { readonly at: "entering" }
  | { readonly at: "outside"; readonly why: string | undefined }
  | { readonly at: "inside"; readonly entry: Entry };

/** Outside until a link's code or this tab's stored token lets it in; outside again when the pass ends. */
export function Root() {
  const [standing, setStanding] = useState<Standing>({ at: "entering" });
  const come = async (code: string) => {
    setStanding({ at: "entering" });
    const entry = await enter(code, sessionStorage);
    setStanding(typeof entry === "string" ? { at: "outside", why: entry } : { at: "inside", entry });
  };
  useEffect(() => {
    const first = takeCode();
    const entry = storedEntry(sessionStorage);
    if (first !== undefined) void come(first);
    else setStanding(entry === undefined ? { at: "outside", why: undefined } : { at: "inside", entry });
    // A new link that is opened in this very tab changes only the fragment.
    const again = () => {
      const code = takeCode();
      if (code !== undefined) void come(code);
    };
    window.addEventListener("hashchange", again);
    return () => window.removeEventListener("hashchange", again);
  }, []);

  if (standing.at === "inside")
    return (
      <Inside
        key={standing.entry.pass.id}
        entry={standing.entry}
        onShut={(why) => {
          forgetEntry(sessionStorage);
          setStanding({ at: "outside", why });
        }}
      />
    );
  return (
    <Entrance
      entering={standing.at === "entering"}
      why={standing.at === "outside" ? standing.why : undefined}
      onLink={(code) => void come(code)}
    />
  );
}

function Inside({ entry, onShut }: { entry: Entry; onShut: (why: string) => void }) {
  const [board, setBoard] = useState<Board | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    setBoard(createBoard(entry, onShut, stop.signal));
    return () => stop.abort(new Error("the page was left"));
  }, [entry.token]);
  return board === undefined ? null : <Provided board={board} />;
}

function Provided({ board }: { board: Board }) {
  const [page] = useState(() => ({ board, desk: createDesk(board) }));
  return (
    <PageContext.Provider value={page}>
      <App />
    </PageContext.Provider>
  );
}
