import type { Arg, EffectDraft, Language, Use } from "./program.ts";

/**
 * Frameworks name what empties a database alike: a subject and a verb (`db:reset`, `migrate:fresh`, `schema drop`, `ecto.drop`), whoever runs them: a project's console,
 * a package's command, a script. The words tell it, so no list of frameworks is needed.
 */
const subject =
  /^(?:db|d|database|databases|schema|s|migrate|migration|migrations|migrator|ecto|doctrine|sql|tables?|models?)$/;
const loss =
  /^(?:fresh|reset|refresh|wipe|drop|dropall|purge|truncate|truncateall|flush|nuke|undo|rollback|revert|down|downgrade|redo|recreate|clean|zero|empty|erase)$/;
/** A step that does no harm although a word of it may. */
const harmless = /^(?:status|dump|diff|validate|create|generate|seed|list|show|prepare|migrate|up|version|check|test)$/;

/** Words of one name: `db:schema:load` and `resetDb` are `db schema load` and `reset db`. */
const partsOf = (word: string): readonly string[] =>
  word
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part !== "");

const tells = (parts: readonly string[]): boolean => {
  if (parts.length < 2 || parts.length > 5) return false;
  const last = parts.at(-1) ?? "";
  if (parts.includes("load") && (parts.includes("schema") || parts.includes("structure"))) return true;
  return parts.some((part) => subject.test(part)) && parts.some((part) => loss.test(part)) && !harmless.test(last);
};

/** The command among a console's first words that takes tables or rows out of the database. */
export function databaseLoss(args: readonly Arg[]): string | undefined {
  const words = args.filter(({ text, fixed }) => fixed === text.length && !text.startsWith("-")).slice(0, 6);
  for (const [at, { text }] of words.entries()) {
    if (text.length > 48 || /[/=\s@]|\.\w{1,5}$/.test(text.replace(/[.,]?(?:drop|reset|fresh|rollback),?$/, "")))
      continue;
    if (tells(partsOf(text))) return text;
    const next = words[at + 1]?.text;
    // `migrate reset`: both words are plain, and the first is the subject.
    if (next !== undefined && subject.test(text) && text.length > 1 && loss.test(next)) return `${text} ${next}`;
  }
  return undefined;
}

export const emptiesDatabase = (said: string): EffectDraft => ({
  kind: "delete",
  what: `take tables or rows out of the database (${said})`,
  target: "the database",
  place: "remote",
  undoable: "no",
  reach: "many",
  instead: "Go a step forward, which loses nothing, or let the operator empty it",
});

/**
 * A line for a framework's console (`rails runner`, `tinker`, `manage.py shell -c`): what its language does with files and programs, and what the framework's own
 * methods take from the database.
 */
export const consoleLine = (use: Use, language: Language, line: Arg): void => {
  use.code(language, line);
  if (
    /(?:\.|::|->)(?:delete_all|destroy_all|destroy|delete|delete_by|destroy_by|truncate|forceDelete|drop_table|dropIfExists|drop|update_all|flush(?:all|db)?|clear_all)\b!?|\b(?:DROP|TRUNCATE)\s+\w|\bDELETE\s+FROM\b/.test(
      line.text,
    )
  )
    use.emit(emptiesDatabase(line.text.slice(0, 120)));
  if (/\benv\(\s*["']\w*(?:KEY|SECRET|PASSWORD|TOKEN)|credentials\.\w/i.test(line.text))
    use.emit({
      kind: "read",
      what: `show a secret of the project: ${line.text.slice(0, 80)}`,
      target: "credentials",
      secret: "reads",
    });
};

/** Consoles that lie in a project, by the names that their frameworks give them: `./artisan`, `php bin/console`. */
export const projectConsoles: ReadonlySet<string> = new Set(
  "artisan please console sail manage.py rails rake gradlew mvnw ace".split(" "),
);
