import { A2A_VERSION_HEADER, AGENT_CARD_PATH, Extensions, formatSSEErrorEvent, formatSSEEvent, SSE_HEADERS } from "@a2a-js/sdk";
import { isLegacyJsonRpcMethod } from "@a2a-js/sdk/compat/v0_3";
import { LegacyJsonRpcTransportHandler } from "@a2a-js/sdk/compat/v0_3/server";
import {
  DefaultRequestHandler,
  JsonRpcTransportHandler,
  ServerCallContext,
  UnauthenticatedUser,
  validateVersion,
  type A2ARequestHandler,
} from "@a2a-js/sdk/server";
import { Hono, type Context } from "hono";
import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import type { Conversations, ServedTeam } from "../conversations.ts";
import { openDoor, type Door, type DoorSettings } from "../door.ts";
import { createBuses } from "./buses.ts";
import { cardJson, cardOf } from "./card.ts";
import { teamExecutor } from "./executor.ts";
import { createTasks } from "./tasks.ts";

export interface A2aOverHttp extends DoorSettings {
  readonly conversations: Conversations;
  readonly version: string;
  readonly clock: Pick<Clock, "now">;
  readonly log: (problem: string) => void;
}

const FOLDER = "a2a";
const JSON_RPC_METHOD_NOT_ALLOWED = { jsonrpc: "2.0", id: null, error: { code: -32_600, message: "Speak JSON-RPC here, by POST." } };

/** Serves each team as an A2A agent, version 1.0 and 0.3 by JSON-RPC, until `close()`. Rejects where the address is taken. Cards are read without the token. */
export async function serveA2aOverHttp({ conversations, version, clock, log, ...settings }: A2aOverHttp): Promise<Door> {
  const isCard = (path: string): boolean => path.endsWith(`/${AGENT_CARD_PATH}`);
  return openDoor(
    settings,
    (app, url) => {
      for (const team of conversations.teams) {
        const at = agentOf(team, { conversations, version, clock, log, ...settings }, url);
        app.route(`/${FOLDER}/${team.name}`, at);
        // Whoever knows the address alone looks there.
        if (conversations.teams.length === 1) app.route("/", cardAlone(at));
      }
    },
    isCard,
  );
}

function agentOf(team: ServedTeam, parts: A2aOverHttp, doorUrl: () => string): Hono {
  const { conversations, version, clock, log, hosts, token } = parts;
  /** As programs come to it: by a name of ours behind a proxy with TLS, else where it is. */
  const urlFor = (c: Context): string => {
    const host = c.req.header("host") ?? "";
    const origin = hosts.includes(host.replace(/:\d+$/, "").toLowerCase()) ? `https://${host}/` : doorUrl();
    return `${origin}${FOLDER}/${team.name}`;
  };
  const tasks = createTasks();
  const executor = teamExecutor(team, conversations, { clock, log });
  const cardFor = (c: Context) => cardOf(team, { url: urlFor(c), version, wantsToken: token !== undefined });
  // Which address stands in the card is of no account to it.
  const card = cardOf(team, { url: "", version, wantsToken: token !== undefined });
  const buses = createBuses((task) => executor.waits(task), clock);
  const handler = new DefaultRequestHandler(card, tasks, executor, buses);
  const app = new Hono();
  app.get(`/${AGENT_CARD_PATH}`, (c) => {
    c.header("vary", A2A_VERSION_HEADER);
    return c.json(cardJson(cardFor(c), !c.req.header(A2A_VERSION_HEADER)?.startsWith("1.")));
  });
  app.post("/", (c) => answer(c, { handler, isAtWork: (task) => executor.isAtWork(task), log }));
  app.all("/", (c) => c.json(JSON_RPC_METHOD_NOT_ALLOWED, 405));
  return app;
}

function cardAlone(agent: Hono): Hono {
  const app = new Hono();
  app.get(`/${AGENT_CARD_PATH}`, (c) => agent.fetch(c.req.raw));
  return app;
}

type Answered = { readonly jsonrpc: string; readonly id: string | number | null; readonly result?: unknown; readonly error?: unknown };

interface Answering {
  readonly handler: A2ARequestHandler;
  readonly isAtWork: (taskId: string) => boolean;
  readonly log: (problem: string) => void;
}

async function answer(c: Context, { handler, isAtWork, log }: Answering): Promise<Response> {
  const body = Body.safeParse(await c.req.json().catch(() => undefined)).data;
  if (!body) return c.json({ jsonrpc: "2.0", id: null, error: { code: -32_700, message: "The body is no JSON object." } }, 400);
  const isLegacy = isLegacyJsonRpcMethod(body["method"]);
  const errorOf = isLegacy ? LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError : JsonRpcTransportHandler.mapToJSONRPCError;
  const id = Id.safeParse(body["id"]).data ?? null;
  const failed = (error: unknown): Answered => ({ jsonrpc: "2.0", id, error: errorOf(error) });
  // To the SDK it would be the end of the task, which goes on.
  const task = Said.safeParse(body["params"]).data?.message.taskId;
  if (task !== undefined && isAtWork(task)) return c.json({ jsonrpc: "2.0", id, error: AT_WORK });
  try {
    const requestedVersion = c.req.header(A2A_VERSION_HEADER) || undefined;
    const extensions = Extensions.parseServiceParameter(c.req.header(isLegacy ? "X-A2A-Extensions" : "A2A-Extensions"));
    const context = new ServerCallContext({
      requestedExtensions: extensions,
      user: new UnauthenticatedUser(),
      ...(requestedVersion ? { requestedVersion } : {}),
    });
    validateVersion(context.requestedVersion, await handler.getAgentCard(), "JSONRPC");
    const transport = isLegacy ? new LegacyJsonRpcTransportHandler(handler) : new JsonRpcTransportHandler(handler);
    const given = await transport.handle(body, context);
    if (!(Symbol.asyncIterator in given)) return c.json(given);
    const events = given[Symbol.asyncIterator]() as AsyncIterator<Answered>;
    // What fails at once is an answer, and no stream.
    const first = await events.next();
    return new Response(streamed(first, events, failed, log), { headers: SSE_HEADERS });
  } catch (error) {
    return c.json(failed(error));
  }
}

const Body = z.record(z.string(), z.unknown());
const Said = z.object({ message: z.object({ taskId: z.string() }) });
const AT_WORK = { code: -32_004, message: "The team is at work on this task already. Wait for its end, or cancel it." };
const Id = z.union([z.string(), z.number()]);

/** As they come. Whoever leaves early leaves the task going, and may ask for it again. */
function streamed(
  first: IteratorResult<Answered>,
  events: AsyncIterator<Answered>,
  failed: (error: unknown) => Answered,
  log: (problem: string) => void,
): ReadableStream<Uint8Array> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  let next: Promise<IteratorResult<Answered>> = Promise.resolve(first);
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await next;
        if (done) return controller.close();
        controller.enqueue(bytes(formatSSEEvent(value)));
        next = events.next();
        next.catch(() => undefined); // It is waited for in its turn.
      } catch (error) {
        log(`A stream to an A2A client broke off: ${wordsOf(error)}`);
        controller.enqueue(bytes(formatSSEErrorEvent(failed(error))));
        controller.close();
      }
    },
    cancel() {
      // The state of a task is kept as its events are read: whoever asks for it later is told of all of them.
      void readOn(next, events).catch((error: unknown) => log(`A task of an A2A client could not be followed: ${wordsOf(error)}`));
    },
  });
}

async function readOn(next: Promise<IteratorResult<unknown>>, events: AsyncIterator<unknown>): Promise<void> {
  for (let read = await next; !read.done; read = await events.next());
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
