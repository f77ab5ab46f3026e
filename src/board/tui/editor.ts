import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../../protocol/refusals.ts";

const textBytesMax = 1024 * 1024;

/**
 * Lets the person edit a text in their own editor, in a file that only they can read and that is gone afterwards. The terminal must
 * have been given back before.
 * @param command  as $VISUAL or $EDITOR has it: a program and its arguments, for a shell
 * @returns undefined when the text was left as it was
 * @throws Refusal INVALID_PARAMS when the editor failed, or what it left is too long
 */
export async function editText(command: string, name: string, text: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-edit-")); // 0700 by the system's own rule
  const path = join(folder, name);
  try {
    writeFileSync(path, text, { mode: 0o600 });
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn("/bin/sh", ["-c", `${command} "$1"`, "editor", path], { stdio: "inherit" });
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (code !== 0) throw new Refusal("INVALID_PARAMS", `The editor (${command}) ended with code ${code ?? "none"}.`);
    const edited = readFileSync(path, "utf8");
    if (edited.length > textBytesMax) throw new Refusal("TOO_LARGE", "What the editor left is longer than 1 MiB.");
    const trimmed = edited.replace(/\n$/, "");
    return trimmed === text ? undefined : trimmed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
