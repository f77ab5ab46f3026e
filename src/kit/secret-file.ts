import { readFileSync } from "node:fs";

/**
 * A token or key that stands in the first line of a file of its own, as it goes into a header.
 * @param what  how the error calls it
 * @throws Error  in a sentence: the file can't be read, or its first line is none
 */
export function readSecretFile(path: string, what: "token" | "key"): string {
  const secret = (readFileSync(path, "utf8").split("\n", 1)[0] ?? "").trim();
  if (!/^[\x21-\x7e]{1,1024}$/.test(secret)) throw new Error(`${path} has no ${what} in its first line`);
  return secret;
}
