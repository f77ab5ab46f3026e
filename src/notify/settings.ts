import { z } from "zod";
import { isSafeUrl } from "../kit/safe-url.ts";

/**
 * What can be told. `question`: a session waits in its host's own dialog, for an answer, a plan's approval or a permission. `finished`,
 * `error` and `limited` are states of a session; `ungated` says that one runs tools unjudged.
 */
export const noticeKinds = ["hold", "question", "finished", "error", "limited", "ungated"] as const;
export type NoticeKind = (typeof noticeKinds)[number];

const QuietHours = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$/, 'is "22:00-07:00" in local time, or "" for none');

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "is a name of small letters, digits and -");

const Url = z.url().refine(isSafeUrl, "is an https address (plain http only to this machine itself)");

/** An address that is posted to is a secret, since whoever knows it can post there too; `maskedChannels` hides it. */
const Post = {
  name: Name,
  url: Url,
  /** A file whose first line is sent as bearer token. Absolute. */
  tokenFile: z.string().startsWith("/").optional(),
};

export const Channel = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("desktop"), name: Name }),
  z.strictObject({ kind: z.literal("ntfy"), ...Post }),
  z.strictObject({ kind: z.literal("slack"), ...Post }),
  z.strictObject({ kind: z.literal("webhook"), ...Post }),
]);
export type Channel = z.output<typeof Channel>;

export const Rule = z.strictObject({
  when: z.array(z.enum(noticeKinds)).min(1),
  /** Only for sessions whose workspace is this folder or below it. */
  project: z.string().startsWith("/").optional(),
  agent: z.string().max(64).optional(),
  /** Milliseconds; told only when it still stands after that long. */
  afterMs: z.int().min(0).max(86_400_000).default(0),
  /** False: told although a board or `hold watch` is open. */
  onlyUnwatched: z.boolean().default(true),
  /** In place of the general ones. */
  quietHours: QuietHours.optional(),
  channels: z.array(Name).min(1).max(16),
});
export type Rule = z.output<typeof Rule>;

export const NotifySettings = z
  .strictObject({
    /** What `hold watch` and the board do in their own terminal when a hold opens. */
    terminal: z.enum(["bell", "osc", "off"]).default("bell"),
    /** Nothing is told in these hours; what still stands at their end is told then, together. */
    quietHours: QuietHours.default(""),
    /** Shortest time between two notifications of one channel; those between are told together. */
    periodMs: z.int().min(0).max(3_600_000).default(15_000),
    channels: z
      .array(Channel)
      .max(16)
      .default([{ kind: "desktop", name: "desktop" }]),
    rules: z
      .array(Rule)
      .max(64)
      .default([{ when: ["hold"], afterMs: 0, onlyUnwatched: true, channels: ["desktop"] }]),
  })
  .superRefine(({ channels, rules }, issues) => {
    const names = channels.map(({ name }) => name);
    channels.forEach(({ name }, index) => {
      if (names.indexOf(name) !== index)
        issues.addIssue({ code: "custom", path: ["channels", index, "name"], message: `"${name}" is used twice` });
    });
    rules.forEach((rule, index) => {
      const unknown = rule.channels.find((name) => !names.includes(name));
      if (unknown !== undefined)
        issues.addIssue({
          code: "custom",
          path: ["rules", index, "channels"],
          message: `there is no channel "${unknown}"; there are: ${names.join(", ")}`,
        });
    });
  });
export type NotifySettings = z.output<typeof NotifySettings>;

/** For `config explain`: which host is posted to, and nothing that would let the reader post there. */
export function maskedChannels(channels: readonly Channel[]): readonly object[] {
  return channels.map((channel) =>
    "url" in channel ? { ...channel, url: `${new URL(channel.url).origin}/…` } : channel,
  );
}
