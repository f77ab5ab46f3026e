import type { HoldView } from "../../../protocol/operations/holds.ts";
import { callText } from "../../../protocol/words.ts";
import { changeLines } from "../../model/index.ts";

const changeLinesMax = 400;
/** A longer call is cut in the middle of nothing: its beginning is shown, and that there is more. */
const callCharsMax = 8_000;

/** The tool call itself: the command, or the edit as a difference. Hidden characters are marked, so that none can mislead. */
export function CallText({ tool, input }: Pick<HoldView, "tool" | "input">) {
  const text = callText(tool, input);
  const changes = changeLines(input, changeLinesMax);
  return (
    <div class="call">
      <pre class="call-text" tabIndex={0} aria-label="The tool call">
        <code>
          <Marked text={text.slice(0, callCharsMax)} />
          {text.length > callCharsMax && <em> … {text.length - callCharsMax} more characters</em>}
        </code>
      </pre>
      {changes.length > 0 && (
        <pre class="diff" tabIndex={0} aria-label="What it would change">
          {changes.map(({ sign, text: line }, index) => (
            <span key={index} class={`diff-line ${signClass[sign]}`}>
              <span class="diff-sign">{sign}</span>
              <Marked text={line === "" ? " " : line} />
              {"\n"}
            </span>
          ))}
        </pre>
      )}
    </div>
  );
}

const signClass = { "-": "diff-gone", "+": "diff-new", " ": "", "…": "diff-more" } as const;

/** Shows the marks of hidden characters (`⟨U+202E⟩`) as what they are: not part of the text. */
export function Marked({ text }: { text: string }) {
  const parts = text.split(/(⟨U\+[0-9A-F]{4,6}⟩)/);
  if (parts.length === 1) return <>{text}</>;
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <mark key={index} title="A character that hides or reorders text">
            {part}
          </mark>
        ),
      )}
    </>
  );
}
