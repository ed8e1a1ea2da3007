import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Pages } from "./oauth-pages.ts";
import type { Log } from "../api/web-client.ts";
import { CannotStart } from "../api/cannot-start.ts";

export interface Address {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** Who dribbles a request, or says nothing, is cut off within this time; nobody here has much to say. */
const REQUEST_MS_MAX = 10_000;
/** Node looks every half minute for requests that take too long, unless told otherwise: they would live four times as long as meant. */
const LOOKS_WITHIN = 10;
/** Slack uses a handful, and people fewer; more would only hold file handles. */
const CONNECTIONS_MAX = 2_000;

/** An open HTTP server with the limits of a door to the outside. Rejects when the address cannot be had; `option` is the one to change. */
export async function openDoor(
  address: Address,
  option: string,
  listener: RequestListener,
  requestMsMax = REQUEST_MS_MAX,
): Promise<Server> {
  const lookMs = requestMsMax / LOOKS_WITHIN;
  // A look may come right before the time is over: the next one still comes within it.
  const timeoutMs = requestMsMax - lookMs;
  const limits = { requestTimeout: timeoutMs, headersTimeout: timeoutMs, connectionsCheckingInterval: lookMs };
  const opening = createServer(limits, listener);
  opening.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    opening.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new CannotStart(
          `Requests cannot come in at ${address.host}:${address.port} (${error.code}); name another address with ${option}.`,
          {
            cause: error,
          },
        ),
      ),
    );
    // As many may wait at once to be let in; those beyond the system's usual few hundred would try again after a second or three.
    opening.listen({ port: address.port, host: address.host, backlog: CONNECTIONS_MAX }, resolve);
  });
  return opening;
}

export const portOf = (server: Server | undefined): number | undefined => (server?.address() as AddressInfo | null | undefined)?.port;

export async function closeDoor(server: Server | undefined): Promise<void> {
  if (server) await new Promise((resolve) => server.close(resolve));
}

/** Nothing but the pages for an installation: in Socket Mode Slack has no other reason to come by. */
export function openInstallDoor(address: Address, pages: Pages, log: Log): Promise<Server> {
  return openDoor(address, "--install", (request, response) => {
    pages(request, response)
      .then((answered) => (answered ? undefined : response.writeHead(404).end()))
      .catch((error: unknown) => {
        log("a request for a page broke", error);
        if (!response.headersSent) response.writeHead(500).end();
      });
  });
}
