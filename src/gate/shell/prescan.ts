import { limits } from "../../protocol/limits.ts";

/** Each may be an expansion; 4,000 is more than the JSON that fits into a here-document has. */
const bracesMax = 4_000;

/** Bodies are looked for after each line, all over again for each. */
const heredocsMax = 512;

/** Openers within openers; the parser's lazy walk is not linear in these. */
const nestedMax = 32;
/** Parts of one kind in a row on which the parser recurses once each. */
const repeatedMax = 256;

/**
 * Looks at a shell text in one linear pass before anything parses it. Counts what would make the parser slow, and finds characters that make a text
 * read otherwise than it looks.
 * @returns why it is not sure, or undefined
 */
export function prescan(text: string): string | undefined {
  if (text.length > limits.shellBytesMax || Buffer.byteLength(text) > limits.shellBytesMax)
    return `run a text of more than ${limits.shellBytesMax / 1024} KiB, which is too long to be read`;
  let depth = 0;
  let ticks = 0;
  let heredocs = 0;
  let braces = 0;
  let separators = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    switch (code) {
      case 40: // (
        depth++;
        break;
      case 123: // {
        depth++;
        braces++;
        break;
      case 41: // )
      case 125: // }
        if (depth > 0) depth--;
        break;
      case 96: // `
        ticks++;
        break;
      case 60: // <
        if (text.charCodeAt(i + 1) === 60) heredocs++;
        break;
      case 92: // backslash
        i++;
        break;
      case 59: // ;
      case 38: // &
      case 124: // |
      case 10:
        separators++;
        break;
      case 0:
        return "run a text that holds a NUL, at which programs disagree where it ends";
      default:
        if (code > 126 && isHidden(code))
          return "run a text with characters that are invisible or change the direction of writing, so that it reads otherwise than it runs";
        if (code < 32 && code !== 9 && code !== 13 && code !== 27) return "run a text with control characters";
    }
    if (depth > nestedMax) return `run a text that is nested more than ${nestedMax} deep`;
  }
  if (heredocs > heredocsMax) return `run a text with more than ${heredocsMax} here-documents`;
  if (ticks > 512) return "run a text with more substitutions than are read";
  if (braces > bracesMax) return `run a text with more than ${bracesMax} braces`;
  if (separators > 8_000) return "run more commands in one text than are read";
  if (repeats.test(text)) return `run a text that repeats one word more than ${repeatedMax} times`;
  return undefined;
}

const repeats = /(?:(?:coproc|time|!|\w{1,12}\(\))\s+){200}/;

/** Zero-width, bidirectional, tag and other characters that are not seen. U+FEFF, U+00AD and variation selectors among words too. */
function isHidden(code: number): boolean {
  return (
    code === 0x7f ||
    (code >= 0x80 && code <= 0x9f) ||
    code === 0xad ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200c) ||
    (code >= 0x200e && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2064) ||
    (code >= 0x2066 && code <= 0x206f) ||
    code === 0x3164 ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    code === 0xdb40
  );
}

/** A command's name with letters of another script among Latin ones, or full-width ones, is made to be mistaken. */
export const isDisguised = (name: string): boolean =>
  /[^\u0020-\u007e]/.test(name) &&
  /[\u0370-\u03ff\u0400-\u04ff\u0530-\u058f\uff00-\uffef\u2010-\u2215\u{1d400}-\u{1d7ff}]/u.test(name);
