import { createHash } from "node:crypto";

/** The end of a file that `service install` made: a hash of all before it, so that an edited one is told from our own. */
const seal = /^(?:# |<!-- )signalbox service install: sha256 ([0-9a-f]{64})(?: -->)?\n$/;

/**
 * @param text   ends in a newline
 * @param xml    the comment is XML's
 */
export function sealed(text: string, xml = false): string {
  const line = `signalbox service install: sha256 ${createHash("sha256").update(text).digest("hex")}`;
  return `${text}${xml ? `<!-- ${line} -->` : `# ${line}`}\n`;
}

/** Whether we made this text and nobody changed it since. */
export function isUnedited(text: string): boolean {
  const start = text.lastIndexOf("\n", text.length - 2) + 1;
  const hash = seal.exec(text.slice(start))?.[1];
  return hash !== undefined && createHash("sha256").update(text.slice(0, start)).digest("hex") === hash;
}
