import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { join, resolve } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { systemClock, type Clock } from "../engine/clock.ts";
import type { Logs } from "../store/runs/logs.ts";
import type { Access } from "./access.ts";
import { openApiOf } from "./api/openapi.ts";
import { serve } from "./api/route.ts";
import { routesOf } from "./api/routes.ts";
import { keepEntering } from "./runs/entering.ts";
import { apiDoor, frontDoor, refused, type Let, type Own } from "./door/gate.ts";
import { readPages, type PageFile } from "./door/pages.ts";
import { createSessions, type Asker, type Sessions } from "./door/sessions.ts";

export { openLogs } from "../store/open-store.ts";
export { ownersAccess, type Access, type Sight } from "./access.ts";

/** Where `npm run build:web` puts it; the package and the image bring it built. */
const BUILT_PAGE = join(import.meta.dirname, "../../web/dist/studio");
const NOT_BUILT = "The studio's page is not built yet: run `npm run build:web`, then start this again.";

export interface StudioOptions {
  readonly logs: Logs;
  readonly access: Access;
  /** 0: any that is free. */
  readonly port: number;
  readonly clock?: Clock;
  /** Told when an address was used, or came too late, so that another can be printed. */
  readonly onEntered?: () => void;
  /** One line about something that went wrong here. */
  readonly log: (line: string) => void;
}

export interface Studio {
  readonly url: string;
  /** An address that lets in once. */
  address(asker: Asker): string;
  close(): Promise<void>;
}

/** Serves the studio on loopback until `close()`, which leaves the logs open. Rejects where the port is taken. */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const { port, log } = options;
  const clock = options.clock ?? systemClock;
  const sessions = createSessions(clock);
  let own: Own = { hosts: [], cookie: "" };
  const app = studioApp({ ...options, clock, sessions, own: () => own, pages: await readPages(resolve(BUILT_PAGE)) });
  app.onError((error, c) => {
    log(`The studio could not answer ${c.req.method} ${c.req.path}: ${error.stack ?? error.message}`);
    return refused(c, 500, "failed", "The studio failed; its log says why.");
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await listening(server, port);
  const { port: taken } = server.address() as AddressInfo;
  // Cookies are one jar for all ports of a name.
  own = { hosts: [`127.0.0.1:${taken}`, `localhost:${taken}`], cookie: `parley_studio_${taken}` };
  const url = `http://127.0.0.1:${taken}/`;
  const closing = new AbortController();
  const entering = keepEntering({ logs: options.logs, clock, signal: closing.signal, log });
  return {
    url,
    address: (asker) => `${url}enter?token=${sessions.mint(asker)}`,
    async close() {
      closing.abort();
      await entering;
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Parts extends Pick<StudioOptions, "logs" | "access" | "onEntered"> {
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly own: () => Own;
  readonly pages: ReadonlyMap<string, PageFile>;
}

/** All of it but the socket: `app.request(…)` asks it as a browser would. */
export function studioApp({ logs, access, clock, sessions, own, pages, onEntered }: Parts): Hono<Let> {
  const app = new Hono<Let>();
  app.use(frontDoor(own));
  app.get("/enter", (c) => {
    // Whoever looks what is behind an address, before a person opens it, does not use it up.
    if (c.req.method === "HEAD") return refused(c, 405, "bad_method", "Pages are read with GET.");
    const token = c.req.query("token") ?? "";
    const isMinted = sessions.isMinted(token);
    const secret = sessions.redeem(token);
    if (secret === undefined) {
      if (isMinted) onEntered?.();
      return refused(c, 403, "used_token", "This address was used already, or is too old. Take the newest one that Parley has printed.");
    }
    // Without an age of its own: how long a session lasts is known here alone.
    setCookie(c, own().cookie, secret, { httpOnly: true, sameSite: "Strict", path: "/" });
    onEntered?.();
    return c.redirect("/", 303);
  });
  const api = new Hono<Let>();
  api.use(apiDoor(own, sessions));
  const endSession = (c: Context): void => {
    sessions.end(getCookie(c, own().cookie) ?? "");
    deleteCookie(c, own().cookie, { path: "/" });
  };
  const routes = routesOf({ logs, clock, endSession });
  api.get("/openapi.json", (c) => c.json(openApiOf(routes)));
  serve(api, routes, access);
  app.route("/api/v1", api);
  app.get("*", (c) => {
    const file = pages.get(c.req.path);
    if (!file) return c.req.path === "/" ? refused(c, 503, "not_built", NOT_BUILT) : refused(c, 404, "not_found", "There is no such page.");
    return c.body(file.content, 200, { "content-type": file.type });
  });
  app.all("*", (c) => refused(c, 405, "bad_method", "Pages are read with GET."));
  return app;
}

async function listening(server: Server, port: number): Promise<void> {
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ port, host: "127.0.0.1" }, () => {
    server.off("error", reject);
    done();
  });
  await promise;
}
