/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** One event is a push of the daemon, which is bounded there; more than this without an end is not our daemon's. */
const eventCharsMax = 64 * 1024 * 1024;

/**
 * Reads server-sent events of a fetch: EventSource can't carry an Authorization header. Only what the daemon writes is understood: `event:`
 * and one `data:` line of JSON, comments skipped.
 * @param onBytes  called whenever anything arrives, comments too: it is how a silent death is told from silence
 */
export async function* readEvents(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<ServerEvent> {
  let text = "";
  for await (const chunk of body.pipeThrough(
    new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
  )) {
    onBytes();
    text += chunk;
    if (text.length > eventCharsMax) throw new Error("an event without end");
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      if (data !== undefined) yield { event: field("event") ?? "message", data: JSON.parse(data) as unknown };
    }
  }
}
