import type { NoticeKind } from "./settings.ts";

/** Something that stands until it is cleared: a hold that is open, a session that finished and nobody looked. */
export interface Notice {
  readonly kind: NoticeKind;
  /** One notice each: raised again under the same key it is not told again. */
  readonly key: string;
  readonly agent: string;
  readonly session: string;
  /** The workspace's folder. */
  readonly project: string;
  /** One sentence, redacted. */
  readonly text: string;
  /** Where a person acts on it: an address, or a command to type. */
  readonly action: string;
}

/** What a channel sends: one notice, or several that came within a period. */
export interface Message {
  readonly title: string;
  readonly body: string;
  /** Only an http(s) address. */
  readonly link: string | undefined;
  readonly kind: NoticeKind | "test";
  /** The newest one that it tells of. */
  readonly notice: Notice | undefined;
  readonly count: number;
}

const titleCharsMax = 80;
const bodyCharsMax = 300;

/** @param notices  at least one, oldest first, as far as they were kept; `count` says how many there were */
export function messageOf(notices: readonly Notice[], count: number): Message {
  const newest = notices.at(-1) as Notice;
  const projects = [...new Set(notices.map(({ project }) => nameOf(project)))];
  const title =
    count === 1
      ? `${newest.agent} ${verbs[newest.kind]} in ${nameOf(newest.project)}`
      : `${count} notices${projects.length === 1 ? ` in ${projects[0]}` : `, the newest in ${nameOf(newest.project)}`}`;
  const link = /^https?:/.test(newest.action) ? newest.action : undefined;
  const act = link === undefined ? ` ${newest.action}` : "";
  return {
    title: plain(`Signalbox: ${title}`, titleCharsMax),
    body: `${plain(newest.text, bodyCharsMax)}${act}`,
    link,
    kind: newest.kind,
    notice: newest,
    count,
  };
}

const verbs: Readonly<Record<NoticeKind, string>> = {
  hold: "asks",
  question: "has a question",
  finished: "is done",
  error: "stopped with an error",
  limited: "hit a limit",
  ungated: "runs tools unjudged",
};

const nameOf = (folder: string): string => folder.split("/").findLast((part) => part !== "") ?? "/";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** One line without control, format (bidi, zero-width), surrogate or private characters; shortened with an ellipsis, never inside a grapheme. */
export function plain(text: string, charsMax: number): string {
  const clean = text
    .slice(0, charsMax * 8)
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  const parts = Array.from(graphemes.segment(clean), ({ segment }) => segment);
  return parts.length <= charsMax ? clean : `${parts.slice(0, charsMax - 1).join("")}…`;
}
