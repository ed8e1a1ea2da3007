import type { Context, Hono } from "hono";
import { streamSSE, type SSEMessage } from "hono/streaming";
import { z } from "zod";
import type { Access, Sight } from "../access.ts";
import { refused, type Let } from "../door/gate.ts";
import type { Session } from "../door/sessions.ts";

/** What every route is handed: what was asked, and what of all runs whoever asks may see. */
export interface Asked<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  readonly sight: Sight;
  readonly session: Session;
  /** The request itself, for its headers. */
  readonly c: Context;
  /** Asked anew by what goes on for a while; nothing once the session is over. */
  readonly sightNow: () => Promise<Sight | undefined>;
  readonly signal: AbortSignal;
}

export interface Bytes {
  readonly content: Uint8Array;
  readonly headers: { readonly [name: string]: string };
}

type Shape = z.ZodType;

/** A route as a value: what serves it and what documents it are the same. Answers of `undefined` are "there is no such thing", whyever. */
export interface Route<Params extends Shape = Shape, Query extends Shape = Shape> {
  readonly method: "get" | "delete";
  /** With `{name}` for each of the params. */
  readonly path: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly gives:
    | { readonly kind: "json"; readonly shape: Shape; answer(asked: Asked<z.infer<Params>, z.infer<Query>>): Promise<unknown> }
    | { readonly kind: "bytes"; answer(asked: Asked<z.infer<Params>, z.infer<Query>>): Promise<Bytes | undefined> }
    /** Server-sent events; `data` is JSON of the shape. */
    | {
        readonly kind: "stream";
        readonly shape: Shape;
        answer(asked: Asked<z.infer<Params>, z.infer<Query>>): Promise<AsyncGenerator<SSEMessage, void, void> | undefined>;
      };
}

export const route = <Params extends Shape, Query extends Shape>(one: Route<Params, Query>): Route => one as unknown as Route;

/** A page has one or two; more than this is a program that has lost count. */
const STREAMS_MAX = 100;
const KEEP_ALIVE_MS = 15_000;

/**
 * Serves these routes. Each of them comes by here: who asks is asked what they may see, what they ask for is held to its shape, and only then
 * does the route answer, of what they may see.
 */
export function serve(app: Hono<Let>, routes: readonly Route[], access: Access): void {
  let streams = 0;
  for (const one of routes) {
    app.on(one.method, one.path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
      const session = c.get("session");
      const params = (one.params ?? z.object({})).safeParse(c.req.param());
      const query = (one.query ?? z.object({})).safeParse(c.req.query());
      if (!params.success) return notThere(c);
      if (!query.success) return refused(c, 400, "bad_query", z.prettifyError(query.error));
      const sightNow = async () => (session.isOver() ? undefined : access.sightOf(session.asker));
      const signal = c.req.raw.signal;
      const sight = await access.sightOf(session.asker);
      const asked = { params: params.data, query: query.data, sight, session, c, sightNow, signal };
      switch (one.gives.kind) {
        case "json": {
          const answer = await one.gives.answer(asked);
          return answer === undefined ? notThere(c) : c.json(answer);
        }
        case "bytes": {
          const bytes = await one.gives.answer(asked);
          return bytes ? c.body(new Uint8Array(bytes.content), 200, bytes.headers) : notThere(c);
        }
        case "stream": {
          if (streams >= STREAMS_MAX) return refused(c, 503, "too_many_streams", `More than ${STREAMS_MAX} streams are open.`);
          const gone = new AbortController();
          const items = await one.gives.answer({ ...asked, signal: gone.signal });
          if (!items) return notThere(c);
          // Nobody would read it, nor say that they are gone.
          if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
          streams++;
          return streamSSE(c, async (stream) => {
            const end = (): void => gone.abort();
            const look = () => void sightNow().then((seen) => (seen ? void stream.write(": \n\n") : end()), end);
            const alive = setInterval(look, KEEP_ALIVE_MS).unref();
            stream.onAbort(end);
            try {
              await stream.write("retry: 1000\n\n");
              for await (const item of items) await stream.writeSSE(item);
            } finally {
              clearInterval(alive);
              end();
              streams--;
            }
          });
        }
      }
    });
  }
}

const notThere = (c: Context): Response => refused(c, 404, "not_found", "There is no such thing, or it is not for you to see.");
