import { act, asks } from "./acts.ts";
import type { Act } from "./program.ts";
import { verbOf } from "./verbs.ts";

/** Words that name a group of operations although they are verbs: `aws logs delete-log-group`, `gcloud run services list`. */
const previews = new Set(["alpha", "beta", "preview"]);

/**
 * What a service's client does that no table names, by the verbs in its words. One that destroys counts wherever it stands, then one that
 * changes; only if all that are verbs read does it read. Without a verb it is not known.
 * @param secret  words that print a secret
 * @param shape  how words are laid out: `pair` group and operation (aws); `groups` at least one group first (gcloud, az); `free`
 */
export const byVerbs =
  (secret: RegExp = /$^/, shape: "pair" | "groups" | "free" = "free"): Act =>
  (use, args) => {
    const words = args.slice(0, 6).map(({ text }) => text);
    const said = [use.name, ...words].join(" ").slice(0, 160);
    if (words.length === 0 || words.at(-1) === "help") return;
    if (secret.test(words.join(" "))) {
      use.emit({
        kind: "read",
        what: `${said}: print a secret`,
        target: words.join(" "),
        place: "remote",
        secret: "reads",
      });
      use.output({ text: undefined, secret: true, remote: true });
      return;
    }
    const skipped = words.findIndex((word) => !previews.has(word));
    const told =
      shape === "pair" ? words.slice(1, 2) : shape === "groups" && words.length > 1 ? words.slice(skipped + 1) : words;
    const found = new Set(told.map((word) => (/[/=]/.test(word) ? undefined : verbOf(word))));
    // To resolve a name is to look it up; to resolve an incident is to close it for all.
    if (/\b(?:incidents?|alerts?|issues?|threads?)\b.*\b(?:resolve|ack|acknowledge|snooze)\b/.test(told.join(" ")))
      found.add("changes");
    // `cf apps`, `fly regions`: what there is, by its plural and nothing else.
    if (
      [...found].every((verb) => verb === undefined) &&
      words.length <= 2 &&
      /^[a-z-]{2,}[^s]s$/.test(words.at(-1) ?? "")
    )
      found.add("reads");
    if (found.has("destroys") || found.has("changes"))
      use.emit({
        kind: "mutate-remote",
        what: said,
        target: [use.name, ...words.slice(0, 2)].join(" "),
        place: "remote",
        undoable: found.has("destroys") ? "no" : "costly",
      });
    else if (found.has("reads")) act(asks, use, []);
    else
      use.emit({
        kind: "opaque",
        what: `run ${said}, which is not known to only read`,
        target: use.name,
        sure: "opaque",
        undoable: "costly",
      });
  };
