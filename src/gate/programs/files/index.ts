import type { Program } from "../program.ts";
import { archives } from "./archives.ts";
import { finding } from "./finding.ts";
import { lookups } from "./lookups.ts";
import { permissions } from "./permissions.ts";
import { placing } from "./placing.ts";
import { removing } from "./removing.ts";
import { searching } from "./searching.ts";
import { showing } from "./showing.ts";
import { text } from "./text.ts";
import { trees } from "./trees.ts";

/**
 * The file tools of every Unix: each says which paths it reads, writes, deletes or runs, and passes on what goes to its stdout. Where
 * those paths are, and whether what goes can be had again, is for `scene.ts` and the rules.
 */
export const files: readonly Program[] = [
  ...removing,
  ...placing,
  ...permissions,
  ...finding,
  ...archives,
  ...showing,
  ...searching,
  ...text,
  ...trees,
  ...lookups,
];
