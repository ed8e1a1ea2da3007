import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

/** A provider's server, reduced to what it sends: the answers below, one for each request, in order. */
export interface ModelServer {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  will(...answers: ServerAnswer[]): void;
  /** What it says once `will` has no more, by what it is asked. */
  answer: ((body: RecordedRequest["body"]) => ServerAnswer) | undefined;
  close(): Promise<void>;
}

interface RecordedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // eslint-disable-next-line -- a body is whatever JSON came
  readonly body: { readonly [key: string]: any };
  /** The body as it came. */
  readonly raw: string;
  /** Resolves when the connection of this request is gone. */
  readonly gone: Promise<void>;
}

export interface ServerAnswer {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  /** Each part is one chunk of the transfer, so that the client sees exactly these pieces. */
  readonly body: readonly (string | Uint8Array)[];
  /** `hang`: the connection stays open and silent. `cut`: it is reset. */
  readonly ends?: "whole" | "hang" | "cut";
}

export async function startModelServer(): Promise<ModelServer> {
  const answers: ServerAnswer[] = [];
  const requests: RecordedRequest[] = [];
  const server = createServer(IDLE_STAYS, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      // Which models it has is nobody's turn.
      if (request.method === "GET") return void response.writeHead(404, { "content-type": "application/json" }).end("{}");
      const gone = new Promise<void>((resolve) => response.on("close", resolve));
      const { url = "", headers } = request;
      const raw = Buffer.concat(parts).toString("utf8");
      const body = JSON.parse(raw) as RecordedRequest["body"];
      requests.push({ path: url, headers, body, raw, gone });
      void send(response, answers.shift() ?? own.answer?.(body) ?? { status: 418, body: ["the test had no answer for this request"] });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const own: ModelServer = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: undefined,
    will: (...more) => void answers.push(...more),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return own;
}

async function send(response: ServerResponse, { status = 200, headers, body, ends = "whole" }: ServerAnswer): Promise<void> {
  response.on("error", () => undefined); // The client may hang up in the middle; some tests are about that.
  response.writeHead(status, { "content-type": status === 200 ? "text/event-stream; charset=utf-8" : "application/json", ...headers });
  response.flushHeaders();
  for (const part of body) {
    if (part.length > 0) await new Promise((resolve) => response.write(part, resolve));
  }
  if (ends === "whole") response.end();
  if (ends === "cut") response.destroy();
}
