import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** The smallest table there is. */
export const notes = {
  room: "notes",
  version: 1,
  sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
};

/** A folder for a test file's databases, gone at its end, and a path in it for each of them. */
export function databases(): { readonly dir: string; readonly fresh: () => string } {
  const dir = mkdtempSync(join(tmpdir(), "store-"));
  after(() => rmSync(dir, { recursive: true }));
  let made = 0;
  return { dir, fresh: () => join(dir, `${(made += 1)}.db`) };
}
