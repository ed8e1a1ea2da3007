import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { streamSSE, type SSEMessage } from "hono/streaming";
import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { sees, SightUnknown, type Access, type Sight } from "../access.ts";
import { refused, type Let } from "../door/gate.ts";
import type { Session } from "../door/sessions.ts";

/** What every route is handed: what was asked, and what of all runs whoever asks may see. */
export interface Asked<Params, Query, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
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

interface RunNamed {
  readonly thread: string;
  readonly seq: number;
}

/** It was not done; `message` says why, to whoever asked. */
export class NotDone extends Error {
  override readonly name = "NotDone";
  readonly status: 400 | 403 | 409 | 429 | 503;
  readonly code: string;
  constructor(status: NotDone["status"], code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A route as a value: what serves it and what documents it are the same. Answers of `undefined` are "there is no such thing", whyever. */
export interface Route<Params extends Shape = Shape, Query extends Shape = Shape, Body extends Shape = Shape> {
  readonly method: "get" | "post" | "put" | "delete";
  /** With `{name}` for each of the params. */
  readonly path: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  /** JSON, at most {@link BODY_BYTES_MAX}. */
  readonly body?: Body;
  /** A run that the body names, which is looked into for the answer. */
  readonly looksAt?: (body: z.infer<Body>) => RunNamed | undefined;
  /** It ends a session and shows nothing: it is done also while nobody can say what they may see. */
  readonly isLeaving?: true;
  readonly gives:
    | {
        readonly kind: "json";
        readonly shape: Shape;
        answer(asked: Asked<z.infer<Params>, z.infer<Query>, z.infer<Body>>): Promise<unknown>;
      }
    | { readonly kind: "bytes"; answer(asked: Asked<z.infer<Params>, z.infer<Query>, z.infer<Body>>): Promise<Bytes | undefined> }
    /** Server-sent events; `data` is JSON of the shape. */
    | {
        readonly kind: "stream";
        readonly shape: Shape;
        answer(asked: Asked<z.infer<Params>, z.infer<Query>, z.infer<Body>>): Promise<AsyncGenerator<SSEMessage, void, void> | undefined>;
        /** Whether it may still be told, with what they see now; looked at also while nothing comes. */
        mayGoOn(params: z.infer<Params>, sight: Sight): boolean;
      };
}

export const route = <Params extends Shape, Query extends Shape, Body extends Shape>(one: Route<Params, Query, Body>): Route =>
  one as unknown as Route;

/** A team is at most half as large. */
export const BODY_BYTES_MAX = 512 * 1024;

const NOTHING_SEEN: Sight = { kind: "places", workspace: "", places: [] };
/** A page has one or two, and a person some pages. */
const STREAMS_PER_SESSION_MAX = 8;
/** Of all sessions together; each is an open connection. */
const STREAMS_MAX = 1_000;
/** Whoever may see something no more is told no more within this, and what their {@link Access} remembers. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Serves these routes. Each of them comes by here: of who asks it is asked what they may see, what they ask for is held to its shape, and only then
 * does the route answer, of what they may see. Whoever looks into a run is told of before.
 */
export function serve(app: Hono<Let>, routes: readonly Route[], { access, endSession, clock, log }: Serving): void {
  const streams = createStreams();
  app.use(NO_LARGER);
  for (const one of routes) {
    app.on(one.method, one.path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
      const session = c.get("session");
      const params = (one.params ?? z.object({})).safeParse(c.req.param());
      const query = (one.query ?? z.object({})).safeParse(c.req.query());
      if (!params.success) return notThere(c);
      if (!query.success) return refused(c, 400, "bad_query", z.prettifyError(query.error));
      const sightNow = async () => ((await session.isOver()) ? undefined : access.sightOf(session.asker));
      const signal = c.req.raw.signal;
      const sight = one.isLeaving ? NOTHING_SEEN : await access.sightOf(session.asker);
      if (!sight) {
        await endSession(c);
        return refused(c, 401, "no_session", "You have no access here any more.");
      }
      const body = (one.body ?? z.undefined()).safeParse(one.body && (await bodyOf(c)));
      if (!body.success) return refused(c, 400, "bad_body", z.prettifyError(body.error));
      const asked = { params: params.data, query: query.data, body: body.data, sight, session, c, sightNow, signal };
      const look = async ({ thread, seq } = params.data as Partial<RunNamed>): Promise<void> => {
        if (thread === undefined || seq === undefined) return;
        await access.onLook?.(session.asker, { thread, seq, way: `${one.method.toUpperCase()} ${one.path}`, session: session.id });
      };
      const beside = one.looksAt?.(body.data);
      // Before: what is told of it then stands elsewhere.
      if (beside && sees(sight, beside.thread)) await look(beside);
      // Before as well: what is done is not told as failed for want of an entry.
      const changes = one.method !== "get";
      const { thread } = params.data as Partial<RunNamed>;
      if (changes && thread !== undefined && sees(sight, thread)) await look();
      switch (one.gives.kind) {
        case "json": {
          const answer = await one.gives.answer(asked);
          if (answer === undefined) return notThere(c);
          if (!changes) await look();
          return c.json(answer);
        }
        case "bytes": {
          const bytes = await one.gives.answer(asked);
          if (!bytes) return notThere(c);
          await look();
          return c.body(new Uint8Array(bytes.content), 200, bytes.headers);
        }
        case "stream": {
          const { gives } = one;
          const open = streams.open(session.id);
          if (!open) return refused(c, 429, "too_many_streams", `More than ${STREAMS_PER_SESSION_MAX} streams of one session are open.`);
          const gone = new AbortController();
          const items = await gives.answer({ ...asked, signal: gone.signal }).catch((error: unknown) => {
            open.close();
            throw error;
          });
          // Nobody would read it, nor say that they are gone.
          const isAsking = c.req.method === "HEAD";
          if (!items || isAsking) open.close();
          if (!items) return notThere(c);
          if (isAsking) return c.body(null, 200, { "content-type": "text/event-stream" });
          await look().catch((error: unknown) => {
            open.close();
            throw error;
          });
          return streamSSE(c, async (stream) => {
            const end = (): void => gone.abort();
            const keepAlive = async (): Promise<void> => {
              for (;;) {
                await clock.sleep(KEEP_ALIVE_MS, gone.signal);
                const seen = gone.signal.aborted ? undefined : await sightNow();
                if (!seen || !gives.mayGoOn(params.data, seen)) return end();
                await stream.write(": \n\n");
              }
            };
            stream.onAbort(end);
            try {
              await stream.write("retry: 1000\n\n");
              void keepAlive().catch(end);
              for await (const item of items) await stream.writeSSE(item);
            } catch (error) {
              // Whoever reads comes back, and is told what stands in the way.
              if (!(error instanceof SightUnknown)) log(`The stream ${c.req.path} broke`, error);
            } finally {
              end();
              open.close();
            }
          });
        }
      }
    });
  }
}

export interface Serving {
  readonly access: Access;
  readonly endSession: (c: Context) => Promise<void>;
  readonly clock: Clock;
  /** What went wrong here, for the operator. */
  readonly log: (problem: string, error: unknown) => void;
}

/** How many are open, of each session and in all. */
function createStreams() {
  const ofSession = new Map<string, number>();
  let all = 0;
  return {
    /** Nothing where there are too many. */
    open(session: string): { close(): void } | undefined {
      const own = ofSession.get(session) ?? 0;
      if (own >= STREAMS_PER_SESSION_MAX || all >= STREAMS_MAX) return undefined;
      ofSession.set(session, own + 1);
      all++;
      let isOpen = true;
      return {
        close() {
          if (!isOpen) return;
          isOpen = false;
          all--;
          const left = (ofSession.get(session) ?? 1) - 1;
          if (left === 0) ofSession.delete(session);
          else ofSession.set(session, left);
        },
      };
    },
  };
}

/** Of what does not say how long it is no more is read than this. */
const NO_LARGER = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: (c) => refused(c, 400, "too_large", `More than ${BODY_BYTES_MAX} bytes are not taken.`),
});

/** Nothing where it is no JSON: then the shape says what was wanted. */
async function bodyOf(c: Context): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text()) as unknown;
  } catch {
    return undefined;
  }
}

const notThere = (c: Context): Response => refused(c, 404, "not_found", "There is no such thing, or it is not for you to see.");
