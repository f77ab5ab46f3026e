/**
 * Notify: tells a person what stands and wants them: a hold that is open, a session that is done, failed, limited or ungated. By
 * rules of the person's own, on the desktop or by a POST to ntfy, Slack or any webhook.
 *
 * Promises: one notice is told once by a rule, and not at all when it was dealt with before its turn. A channel sends at most one
 * message a period, however many notices come; those between are told together. Quiet hours put off, they don't lose. Programs are found by absolute path and get
 * text as arguments, control and bidi characters taken out; no shell, no redirect. A channel that fails is tried again, said in the
 * log when it begins to, and in `signalbox notify list`.
 * Limits: `standingMax` notices, `waitingMax` a channel, ten seconds an attempt, three attempts.
 * Never: delays an answer to an agent, sends a tool call's input (only who asks, in which project, and the gate's redacted sentence).
 */
export type { Notice } from "./notice.ts";
export { createNotify, type Notify } from "./notify.ts";
export { maskedChannels, type NoticeKind, NotifySettings } from "./settings.ts";
