import type { EntryView } from "../../../protocol/operations/ledger.ts";
import { entryAbout, entryVerdict } from "../../../protocol/entry-words.ts";
import { flat } from "../../model/index.ts";
import { Marked } from "./call-text.tsx";

/** One movement in the register: when, what was said of it, what it was. */
export function EntryLine({ entry }: { entry: EntryView }) {
  const word = entryVerdict(entry);
  return (
    <span class="entry-line">
      <time dateTime={entry.at} title={new Date(entry.at).toLocaleString()}>
        {new Date(entry.at).toLocaleTimeString([], {
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          hourCycle: "h23",
        })}
      </time>
      <span class={`verdict verdict-${word || "none"}`}>{word === "" ? entry.kind.split("/")[0] : word}</span>
      <span class="entry-about mono">
        <Marked text={flat(entryAbout(entry))} />
      </span>
    </span>
  );
}
