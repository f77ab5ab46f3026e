import type { Act, Program, Use } from "./program.ts";

/** Our own command line. What only looks is fine; what releases, loosens or ends is the operator's. */

const readingVerbs = new Set([
  "status",
  "check",
  "help",
  "version",
  "hold list",
  "hold show",
  "hold get",
  "ledger list",
  "ledger show",
  "ledger tail",
  "ledger verify",
  "ledger prove",
  "ledger verify-proof",
  "ledger key",
  "policy show",
  "policy test",
  "policy simulate",
  "policy suggest",
  "config explain",
  "upkeep show",
  "memory search",
  "memory list",
  "memory show",
  "memory add",
  "memory supersede",
  "session list",
  "session show",
  "doctor",
]);

const own: Act = (use: Use) => {
  const words = use.all
    .map((arg) => arg.text)
    .filter((word, i, all) => !word.startsWith("-") && all[i - 1] !== "--home");
  const [noun = "", verb = ""] = words;
  if (
    noun === "" ||
    readingVerbs.has(noun) ||
    readingVerbs.has(`${noun} ${verb}`) ||
    use.has("--help") ||
    use.has("--version")
  )
    return use.emit({
      kind: "execute",
      what: `ask Signalbox: ${words.slice(0, 2).join(" ") || "help"}`,
      target: "signalbox",
    });
  use.emit({
    kind: "execute",
    what: `signalbox ${words.slice(0, 3).join(" ")}: use a verb that is the operator's`,
    target: "signalbox",
    place: "signalbox",
    undoable: "no",
  });
};

export const signalbox: readonly Program[] = [
  {
    names: ["signalbox", "signalbox.js", "signalbox-hook"],
    summary: "Signalbox itself",
    does: own,
    help: false,
    examples: {
      "signalbox status": "allow",
      "signalbox hold list": "allow",
      "signalbox policy simulate": "allow",
      "signalbox memory add 'tests need the database'": "allow",
      "signalbox memory forget note_aaaaaaaaaaaaaaaa": "deny",
      "signalbox check -- 'rm -rf /'": "allow",
      "signalbox hold approve hold_1": "deny",
      "signalbox down --stay": "deny",
      "signalbox unwire claude-code": "deny",
      "signalbox policy mode observe": "deny",
      "npx signalbox hold approve hold_1": "deny",
      "node bin/signalbox.js hold approve hold_1": "deny",
      "env X=1 signalbox down": "deny",
      "bash -c 'signalbox down'": "deny",
    },
  },
];
