import type { Effect, Verdict } from "../protocol/effects.ts";
import type { Terminal } from "./terminal.ts";

/** How long ago or how long since, in the largest unit that says enough: `8 s`, `3 min`, `2 h`, `5 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Bytes in binary units, as `du -h` says them. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function verdictWord(terminal: Terminal, verdict: Verdict): string {
  switch (verdict) {
    case "allow":
      return terminal.style("good", "allow");
    case "hold":
      return terminal.style("warn", "hold");
    case "deny":
      return terminal.style("bad", "deny");
  }
}

/** One line an effect: what it would do, where, and what makes it matter. */
export function effectLine(effect: Effect): string {
  const remarks = [
    effect.place === "workspace" ? "" : `in ${effect.place}`,
    effect.reach === "one" ? "" : effect.reach,
    effect.undoable === "yes" ? "" : effect.undoable === "no" ? "can't be undone" : "costly to undo",
    effect.secret === "none" ? "" : `${effect.secret} secrets`,
    effect.sure === "known" ? "" : effect.sure === "likely" ? "likely" : "can't be seen",
  ].filter((remark) => remark !== "");
  return remarks.length === 0 ? effect.what : `${effect.what} (${remarks.join(", ")})`;
}

/**
 * Makes every character that a terminal would act on, or that hides, visible: control characters, bidi overrides, zero-width and
 * tag characters are shown as `⟨U+202E⟩`. Line feeds and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/gu, (character) =>
    character === "\n" || character === "\t"
      ? character
      : `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

/** The tool call as a person reads it: a command as it is, an edit by its path, else compact JSON. */
export function callText(tool: string, input: Readonly<Record<string, unknown>>): string {
  const command = input["command"];
  if (typeof command === "string") return visible(command);
  if (Array.isArray(command)) return visible(command.join(" "));
  const path = input["file_path"] ?? input["path"] ?? input["url"];
  if (typeof path === "string") return `${tool} ${visible(path)}`;
  return `${tool} ${visible(JSON.stringify(input))}`;
}

/** Cuts by grapheme, never inside one, and says that it did. */
export function shorten(text: string, graphemesMax: number): string {
  const line = text.split("\n", 1)[0] ?? "";
  const more = line.length < text.length;
  const graphemes = [
    ...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(line.slice(0, graphemesMax * 8)),
  ];
  if (graphemes.length <= graphemesMax && !more) return line;
  return `${graphemes
    .slice(0, graphemesMax - 1)
    .map(({ segment }) => segment)
    .join("")}…`;
}
