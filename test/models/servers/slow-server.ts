import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chatWire } from "./wires.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

/** A server of OpenAI's format that takes its time, and counts how many it has at once. */
export interface SlowServer {
  /** Up to and with `/v1`. */
  readonly url: string;
  /** Connections whose reply is not complete, now and at most so far. */
  readonly open: number;
  readonly openMost: number;
  /** Requests so far. */
  readonly asked: number;
  close(): Promise<void>;
}

/** Writes a word at once, and the rest after `delayMs`; never, when it is not given. */
export async function startSlowServer(delayMs?: number): Promise<SlowServer> {
  const events = chatWire.events({ text: ["One ", "moment."], usage: { input: 10, output: 2, cached: 0, reasoning: 0 } });
  const [begin, rest] = [events.slice(0, 2).join(""), events.slice(2).join("")];
  let [open, openMost, asked] = [0, 0, 0];
  const server = createServer(IDLE_STAYS, (request, response) => {
    asked++;
    openMost = Math.max(openMost, ++open);
    response.on("close", () => open--).on("error", () => undefined);
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(begin);
      if (delayMs !== undefined) setTimeout(() => response.end(rest), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get open() {
      return open;
    },
    get openMost() {
      return openMost;
    },
    get asked() {
      return asked;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
