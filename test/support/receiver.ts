import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { TestContext } from "node:test";

/** One POST that came. */
export interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A server on loopback that keeps what is posted to it and answers as the test wants; it ends with the test. */
export async function receiver(t: TestContext, answer: () => { status?: number; body?: string } = () => ({})) {
  const posts: Post[] = [];
  let heard = () => {};
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      posts.push({ path: request.url ?? "", headers: request.headers, body: body as Post["body"] });
      const { status = 200, body: text } = answer();
      response.writeHead(status).end(text);
      heard();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  /** Resolves with the next one, which is kept no longer. */
  const next = async (): Promise<Post> => {
    while (posts.length === 0) await new Promise<void>((resolve) => (heard = resolve));
    return posts.shift() as Post;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posts, next };
}
