import { readSecretFile } from "../kit/secret-file.ts";
import type { Message } from "./notice.ts";
import type { Sender } from "./sender.ts";
import type { Channel } from "./settings.ts";

type PostChannel = Exclude<Channel, { kind: "desktop" }>;

/** One POST to the address of the person's choice. No redirect is followed and no answer is read but its status. */
export function postSender(channel: PostChannel): Sender {
  return {
    problem: undefined,
    async send(message, { signal }) {
      const { url, body } = shapes[channel.kind](channel.url, message);
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...bearer(channel.tokenFile) },
        body: JSON.stringify(body),
        redirect: "error",
        signal,
      }).catch((error: unknown) => {
        throw new Error(`${new URL(url).host} can't be reached: ${causeOf(error)}`, { cause: error });
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
    },
  };
}

const shapes: Readonly<Record<PostChannel["kind"], (url: string, message: Message) => { url: string; body: object }>> =
  {
    /** Published as JSON to the server's root (https://docs.ntfy.sh/publish/#publish-as-json): headers would take ASCII only. */
    ntfy: (url, { title, body, link, kind }) => {
      const root = new URL(url);
      const folders = root.pathname.split("/").filter((part) => part !== "");
      const topic = folders.pop() ?? "";
      root.pathname = `/${folders.join("/")}`;
      const urgent = kind === "hold" || kind === "ungated";
      return {
        url: root.href,
        body: { topic, title, message: body, priority: urgent ? 4 : 3, ...(link === undefined ? {} : { click: link }) },
      };
    },
    /** An incoming webhook; &, < and > are Slack's control characters. */
    slack: (url, { title, body, link }) => ({
      url,
      body: { text: `*${slackText(title)}*\n${slackText(body)}${link === undefined ? "" : `\n<${link}>`}` },
    }),
    webhook: (url, { title, body, link, kind, notice, count }) => ({
      url,
      body: {
        kind,
        title,
        text: body,
        link: link ?? null,
        count,
        key: notice?.key ?? null,
        agent: notice?.agent ?? null,
        session: notice?.session ?? null,
        project: notice?.project ?? null,
      },
    }),
  };

const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function bearer(tokenFile: string | undefined): Record<string, string> {
  if (tokenFile === undefined) return {};
  return { Authorization: `Bearer ${readSecretFile(tokenFile, "token")}` };
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
