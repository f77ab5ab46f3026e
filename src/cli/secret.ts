import { Refusal } from "../protocol/refusals.ts";

/** More than anybody types, and bounded. */
const secretBytesMax = 1_024;
const [ctrlC, ctrlD, backspace, del, ctrlU] = ["\u0003", "\u0004", "\b", "\u007f", "\u0015"];

/**
 * Reads one secret: from a terminal without showing it, else (with `--stdin`) a line of standard input.
 * @throws Refusal CANCELLED  Ctrl-C, or the input ended before a line; INVALID_PARAMS  too long, or not a terminal
 */
export async function readSecret(prompt: string, { fromInput }: { fromInput: boolean }): Promise<string> {
  if (fromInput) return readLine();
  if (process.stdin.isTTY !== true)
    throw new Refusal("INVALID_PARAMS", "A passphrase is typed at a terminal.", "To pipe it in: --stdin");
  process.stdin.setRawMode(true); // first: what is typed as soon as the question stands there must not be shown either
  process.stderr.write(prompt);
  try {
    return await readTyped();
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stderr.write("\n");
  }
}

function readTyped(): Promise<string> {
  const { stdin } = process;
  stdin.setEncoding("utf8");
  return new Promise((resolve, reject) => {
    let typed = "";
    const done = (finish: () => void) => {
      stdin.off("data", data);
      finish();
    };
    const data = (text: string) => {
      for (const character of text) {
        if (character === "\r" || character === "\n") return done(() => resolve(typed));
        if (character === ctrlC || character === ctrlD) return done(() => reject(cancelled()));
        if (character === backspace || character === del) typed = Array.from(typed).slice(0, -1).join("");
        else if (character === ctrlU) typed = "";
        else typed += character;
        if (Buffer.byteLength(typed) > secretBytesMax) return done(() => reject(tooLong()));
      }
    };
    stdin.on("data", data);
    stdin.resume();
  });
}

/** What was read beyond the line waits for the next question. */
let left = "";

async function readLine(): Promise<string> {
  const chunks = process.stdin.setEncoding("utf8").iterator({ destroyOnReturn: false });
  for (;;) {
    const end = left.indexOf("\n");
    if (end !== -1) {
      const line = left.slice(0, end).replace(/\r$/, "");
      left = left.slice(end + 1);
      return line;
    }
    if (Buffer.byteLength(left) > secretBytesMax) throw tooLong();
    const next = await chunks.next();
    if (next.done === true) throw cancelled();
    left += String(next.value);
  }
}

const cancelled = () => new Refusal("CANCELLED", "No passphrase was given.");
const tooLong = () => new Refusal("INVALID_PARAMS", `A passphrase has at most ${secretBytesMax} bytes.`);
