import { createHash, timingSafeEqual } from "node:crypto";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { listening } from "../listening.ts";

export interface DoorSettings {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Names by which programs come, beside those of this machine; without a port. */
  readonly hosts: readonly string[];
  /** What programs have to show, as `Authorization: Bearer …`. Beyond this machine none comes in without. */
  readonly token: string | undefined;
}

export interface Door {
  /** Where it is, with a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1_000_000;

/** Where only programs of this machine come. */
export const isLoopback = (host: string): boolean => LOOPBACK.includes(host);
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];
/** Addresses by which nobody comes. */
const EVERYWHERE = ["0.0.0.0", "[::]"];

/**
 * Opens a door for programs over HTTP until `close()`. In front of every route: by which name one comes, from which page, if from any, and the token.
 * Rejects where the address is taken. `open`: what stands open without a token, such as a card.
 */
export async function openDoor(
  settings: DoorSettings,
  route: (app: Hono, url: () => string) => void,
  open: (path: string) => boolean = () => false,
): Promise<Door> {
  const { host, port, hosts, token } = settings;
  if (token === undefined && !isLoopback(host)) throw new Error(`a door at ${host} needs a token`);
  // The address that it is at is a name of it, too, where it is one.
  const names = [...LOOPBACK, host]
    .map(bracketed)
    .concat(hosts)
    .filter((name) => !EVERYWHERE.includes(name));
  const app = new Hono();
  let url = "";
  app.use(async (c, next) => {
    c.header("x-content-type-options", "nosniff");
    c.header("cache-control", "no-store");
    // A name that somebody else's DNS points here, and a page of somebody else's, come no further.
    if (!names.includes(nameOf(`http://${c.req.header("host") ?? ""}`)))
      return c.json({ error: "Parley does not answer by this name." }, 403);
    const origin = c.req.header("origin");
    if (origin !== undefined && !names.includes(nameOf(origin))) return c.json({ error: "Another page has asked for this." }, 403);
    if (token !== undefined && !open(c.req.path) && !isToken(c.req.header("authorization"), token)) {
      c.header("www-authenticate", "Bearer");
      return c.json({ error: "Show the token, as Authorization: Bearer …" }, 401);
    }
    return next();
  });
  app.use(
    bodyLimit({ maxSize: BODY_BYTES_MAX, onError: (c) => c.json({ error: `More than ${BODY_BYTES_MAX} bytes are not read.` }, 413) }),
  );
  route(app, () => url);
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  const taken = await listening(server, { host, port });
  url = `http://${bracketed(host)}:${taken}/`;
  return {
    url,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

const nameOf = (address: string): string => URL.parse(address)?.hostname ?? "";

/** In a time that tells nothing of how much of it is right. */
function isToken(given: string | undefined, token: string): boolean {
  const shown = /^Bearer (.+)$/i.exec(given ?? "")?.[1];
  return shown !== undefined && timingSafeEqual(digest(shown), digest(token));
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
