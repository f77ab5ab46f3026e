import { useEffect, useState } from "preact/hooks";
import { needsOf } from "../model/index.ts";
import { useBoardState, useLatest, usePage } from "./hooks.ts";
import { takesTyping } from "./parts/small.tsx";
import { readPreferences, writePreferences, applyTheme, type Preferences } from "./preferences.ts";
import { go, useRoute } from "./route.ts";
import { BoardPage } from "./views/board.tsx";
import { FiguresPage } from "./views/figures.tsx";
import { Help } from "./views/help.tsx";
import { LedgerPage } from "./views/ledger.tsx";
import { Palette } from "./views/palette.tsx";
import { PolicyPage } from "./views/policy.tsx";
import { SettingsPage } from "./views/settings.tsx";
import { Shell } from "./views/shell.tsx";
import { StopAll } from "./views/stop-all.tsx";

export type Overlay = "help" | "palette" | "stop-all" | undefined;

const pagesByKey = { b: "board", l: "ledger", f: "figures", p: "policy", s: "settings" } as const;

export function App() {
  const { desk } = usePage();
  const state = useBoardState();
  const route = useRoute();
  const [overlay, setOverlay] = useState<Overlay>(undefined);
  const [preferences, setPreferences] = useState(() => readPreferences(localStorage));
  const choose = (changed: Partial<Preferences>) => {
    const next = { ...preferences, ...changed };
    setPreferences(next);
    writePreferences(localStorage, next);
    applyTheme(next.theme);
  };

  const { holds, sessions } = needsOf(state);
  const away = state.link.state === "away";
  useEffect(() => {
    document.title = away
      ? "Signalbox (away)"
      : holds + sessions === 0
        ? "Signalbox"
        : `(${holds + sessions}) Signalbox`;
  }, [holds + sessions, away]);

  const latest = useLatest({ preferences, overlay });
  useEffect(() => {
    let afterG = false;
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return setOverlay("palette");
      }
      const { preferences: now, overlay: shown } = latest.current;
      if (shown !== undefined || event.ctrlKey || event.metaKey || event.altKey || takesTyping(event.target)) return;
      if (!now.keys) return;
      if (event.key === "?") return setOverlay("help");
      if (event.key === "!") return setOverlay("stop-all");
      const page = afterG ? pagesByKey[event.key as keyof typeof pagesByKey] : undefined;
      afterG = event.key === "g";
      if (page === undefined) return;
      event.stopImmediatePropagation();
      go({ page });
    };
    window.addEventListener("keydown", pressed, { capture: true });
    return () => window.removeEventListener("keydown", pressed, { capture: true });
  }, []);

  return (
    <Shell route={route} onOverlay={setOverlay} desk={desk}>
      {(route.page === "board" || route.page === "hold" || route.page === "session") && (
        <BoardPage route={route} preferences={preferences} choose={choose} quiet={overlay !== undefined} />
      )}
      {route.page === "ledger" && <LedgerPage session={route.session} />}
      {route.page === "figures" && <FiguresPage />}
      {route.page === "policy" && <PolicyPage />}
      {route.page === "settings" && <SettingsPage preferences={preferences} choose={choose} />}
      {overlay === "help" && <Help onClose={() => setOverlay(undefined)} />}
      {overlay === "palette" && (
        <Palette
          onClose={() => setOverlay(undefined)}
          onOverlay={setOverlay}
          choose={choose}
          preferences={preferences}
        />
      )}
      {overlay === "stop-all" && <StopAll onClose={() => setOverlay(undefined)} />}
    </Shell>
  );
}
