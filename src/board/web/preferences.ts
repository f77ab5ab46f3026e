/** What this browser's person likes; it says nothing that anybody may not know. */
export interface Preferences {
  readonly theme: "system" | "light" | "dark";
  /** Whether single letters act; some people's input devices type letters by mistake (WCAG 2.1.4). */
  readonly keys: boolean;
  readonly grouping: "need" | "project";
  readonly gone: boolean;
}

const defaults: Preferences = { theme: "system", keys: true, grouping: "need", gone: false };
const key = "signalbox-preferences";

export function readPreferences(storage: Storage): Preferences {
  try {
    const known = JSON.parse(storage.getItem(key) ?? "{}") as Partial<Preferences>;
    return { ...defaults, ...known };
  } catch {
    return defaults; // not what we wrote: as if nothing had been chosen
  }
}

export function writePreferences(storage: Storage, preferences: Preferences): void {
  storage.setItem(key, JSON.stringify(preferences));
}

export function applyTheme(theme: Preferences["theme"]): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
