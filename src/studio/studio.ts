import type { Server } from "node:http";
import { join, resolve } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { deleteCookie, getCookie } from "hono/cookie";
import { systemClock, type Clock } from "../engine/clock.ts";
import { listening } from "../listening.ts";
import type { Logs } from "../store/runs/logs.ts";
import { type Access, type Asker, SightUnknown } from "./access.ts";
import { openApiOf } from "./api/openapi.ts";
import { NotDone, serve } from "./api/route.ts";
import { routesOf } from "./routes/routes.ts";
import type { Forking } from "./forks/forking.ts";
import { draftsOfAll } from "./runs/drafts-elsewhere.ts";
import { createDrafts, type Drafts, type Turns } from "./runs/drafts.ts";
import { keepEntering } from "./runs/entering.ts";
import { TooManyRequests, type Rebuilding } from "./runs/requests.ts";
import { apiDoor, frontDoor, refused, type Let, type Own } from "./door/gate.ts";
import type { Acting } from "./acts/acting.ts";
import { createAddressSessions } from "./door/address-sessions.ts";
import { byAddress } from "./door/by-address.ts";
import { readPages, type PageFile } from "./door/pages.ts";
import type { Way } from "./door/way.ts";
import type { Workshop } from "./teams/workshop.ts";

export { openLogs } from "../store/open-store.ts";
export { keepingVersions, versionsIn } from "../store/records/versions.ts";
export { redactedPorts } from "../store/redacted.ts";
export { declineProposal, standingProposal, takeProposal } from "../team-proposals.ts";
export { ownersAccess, SightUnknown, type Access, type Look, type Sight } from "./access.ts";
export type { Asker } from "./access.ts";
export type { Acting } from "./acts/acting.ts";
export { actingHere } from "./acts/here.ts";
export { forksBeside } from "./forks/beside.ts";
export { forkingHere } from "./forks/here.ts";
export type { Forking } from "./forks/forking.ts";
export type { Turns } from "./runs/drafts.ts";
export { lastTeamChange, type Workshop } from "./teams/workshop.ts";

/** Where `npm run build:web` puts it; the package and the image bring it built. */
const BUILT_PAGE = join(import.meta.dirname, "../../web/dist/studio");
const NOT_BUILT = "The studio's page is not built yet: run `npm run build:web`, then start this again.";

interface Served {
  readonly logs: Logs;
  readonly access: Access;
  /** 0: any that is free. */
  readonly port: number;
  readonly clock?: Clock;
  /** With what requests to models are put together again. */
  readonly rebuilding?: Rebuilding;
  /** The turns that this process takes: they are seen while they come. Of others what is recorded. */
  readonly turns?: Turns;
  /** With what runs are forked; it only reads when absent. */
  readonly forking?: Forking;
  /** By whom people act in runs that are shown here alone; nobody does when absent. */
  readonly acting?: Acting;
  /** What teams are made with; nothing while there is none. Absent: no teams are shown. */
  readonly workshop?: () => Workshop | undefined;
  /** One line about something that went wrong here. */
  readonly log: (line: string) => void;
}

export interface StudioOptions extends Served {
  /** Told when an address was used, or came too late, so that another can be printed. */
  readonly onEntered?: () => void;
}

export interface Studio {
  readonly url: string;
  /** An address that lets in once. */
  address(asker: Asker): string;
  close(): Promise<void>;
}

/** Serves the studio on loopback until `close()`, which leaves the logs open. Rejects where the port is taken. */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const sessions = createAddressSessions(options.clock ?? systemClock);
  const studio = await serveStudio({ ...options, way: byAddress(sessions, options.onEntered) });
  return { ...studio, address: (asker) => `${studio.url}enter?token=${sessions.mint(asker)}` };
}

/** Serves it to those who come by this way, until `close()`. Rejects where the address cannot be had. */
export async function serveStudio(
  options: Served & {
    readonly way: Way;
    /** 127.0.0.1 when absent. */
    readonly host?: string;
    /** The origin by which browsers come, through a proxy: `https://studio.example.com`; where this listens when absent. */
    readonly publicUrl?: string;
  },
): Promise<Omit<Studio, "address">> {
  const { port, host = "127.0.0.1", publicUrl, log } = options;
  const clock = options.clock ?? systemClock;
  let own: Own = { hosts: [], origins: [], cookie: "", isSecure: false };
  const drafts = draftsOfAll(createDrafts(options.turns), options.logs.aside, clock);
  const app = studioApp({ ...options, clock, drafts, own: () => own, pages: await readPages(resolve(BUILT_PAGE)) });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  const taken = await listening(server, { port, host });
  own = ownOf(taken, publicUrl);
  const closing = new AbortController();
  const entering = keepEntering({ logs: options.logs, clock, signal: closing.signal, log });
  return {
    url: `${own.origins[0]}/`,
    async close() {
      closing.abort();
      drafts.close();
      await entering;
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** By which names it answers, and what its cookie is called. */
export function ownOf(port: number, publicUrl?: string): Own {
  const local = [`127.0.0.1:${port}`, `localhost:${port}`];
  // Cookies are one jar for all ports of a name.
  if (publicUrl === undefined)
    return { hosts: local, origins: local.map((name) => `http://${name}`), cookie: `parley_studio_${port}`, isSecure: false };
  const { host, origin, protocol } = new URL(publicUrl);
  const isSecure = protocol === "https:";
  // A proxy may name the address where it finds the studio; from where a page asks, the browser says.
  return { hosts: [host, ...local], origins: [origin], cookie: isSecure ? "__Host-parley_studio" : `parley_studio_${port}`, isSecure };
}

interface Parts extends Pick<Served, "logs" | "access" | "rebuilding" | "forking" | "acting" | "workshop" | "log"> {
  readonly clock: Clock;
  readonly way: Way;
  readonly own: () => Own;
  readonly pages: ReadonlyMap<string, PageFile>;
  readonly drafts?: Drafts;
}

/** All of it but the socket: `app.request(…)` asks it as a browser would. */
export function studioApp({ logs, access, clock, way, own, pages, rebuilding, drafts, forking, acting, workshop, log }: Parts): Hono<Let> {
  const { sessions, entrance } = way;
  const problem = (what: string, error: unknown): void =>
    log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const app = new Hono<Let>();
  app.use(frontDoor(own));
  way.open(app, own);
  const api = new Hono<Let>();
  api.use(apiDoor(own, sessions, entrance));
  const endSession = async (c: Context): Promise<void> => {
    await sessions.end(getCookie(c, own().cookie) ?? "");
    deleteCookie(c, own().cookie, { path: "/", secure: own().isSecure });
  };
  const routes = routesOf({
    logs,
    clock,
    endSession,
    endAll: sessions.endAll,
    signsInBy: entrance.signIn?.by,
    rebuilding,
    drafts,
    forking,
    acting,
    workshop,
  });
  api.get("/openapi.json", (c) => c.json(openApiOf(routes)));
  serve(api, routes, { access, endSession, clock, log: problem });
  app.route("/api/v1", api);
  app.get("*", (c) => {
    const file = pages.get(c.req.path);
    if (!file) return c.req.path === "/" ? refused(c, 503, "not_built", NOT_BUILT) : refused(c, 404, "not_found", "There is no such page.");
    return c.body(file.content, 200, { "content-type": file.type });
  });
  app.all("*", (c) => refused(c, 405, "bad_method", "Pages are read with GET."));
  app.onError((error, c) => {
    if (error instanceof SightUnknown) return refused(c, 503, "unknown_sight", error.message);
    if (error instanceof NotDone) return refused(c, error.status, error.code, error.message);
    if (error instanceof TooManyRequests) return refused(c, 503, "busy", error.message);
    problem(`The studio could not answer ${c.req.method} ${c.req.path}`, error);
    return refused(c, 500, "failed", "The studio failed; its log says why.");
  });
  return app;
}
