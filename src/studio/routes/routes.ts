import type { Context } from "hono";
import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import type { FileRef } from "../../engine/events/events.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { sees, type Sight } from "../access.ts";
import type { Acting } from "../acts/acting.ts";
import { createStudioBudgets } from "../acts/budgets.ts";
import { createStudioActs } from "../acts/acts.ts";
import type { Sessions } from "../door/sessions.ts";
import { createStudioForks } from "../forks/begin.ts";
import type { Forking } from "../forks/forking.ts";
import type { Drafts } from "../runs/drafts.ts";
import { createRunsList } from "../runs/list.ts";
import { changesOf, eventsFrom } from "../runs/live.ts";
import { createOneRun, eventsOf, filesOf } from "../runs/one-run.ts";
import { createRequests, type Rebuilding } from "../runs/requests.ts";
import { actRoutes } from "./act-routes.ts";
import { costRoutes } from "./cost-routes.ts";
import { evaluationRoutes } from "./evaluation-routes.ts";
import { createStudioProposals } from "../teams/proposals.ts";
import { createStudioTeams } from "../teams/teams.ts";
import type { Workshop } from "../teams/workshop.ts";
import { proposalRoutes } from "./proposal-routes.ts";
import { route, type Bytes, type Route } from "../api/route.ts";
import { teamRoutes } from "./team-routes.ts";
import {
  Event,
  FiltersAnswer,
  FiltersQuery,
  ForkAnswer,
  ForkBody,
  ForkOffer,
  Piece,
  RequestParams,
  RequestsAnswer,
  RunAnswer,
  RunParams,
  RunQuery,
  RunsAnswer,
  RunsQuery,
  SessionAnswer,
} from "../api/shapes.ts";

/** What the studio reads, all of it. */
export function routesOf({
  logs,
  clock,
  endSession,
  endAll,
  signsInBy,
  rebuilding = {},
  drafts,
  forking,
  acting,
  workshop = () => undefined,
}: {
  readonly logs: Logs;
  readonly clock: Clock;
  readonly endSession: (c: Context) => Promise<void>;
  readonly endAll: Sessions["endAll"] | undefined;
  /** By which service one has signed in; nothing where an address lets in. */
  readonly signsInBy?: string | undefined;
  readonly rebuilding?: Rebuilding | undefined;
  /** The turns that this process takes, while they come. */
  readonly drafts?: Drafts | undefined;
  readonly forking?: Forking | undefined;
  /** By whom people act in runs that are shown here alone. */
  readonly acting?: Acting | undefined;
  /** What teams are made with; nothing where there is none, or not yet. */
  readonly workshop?: (() => Workshop | undefined) | undefined;
}): Route[] {
  const list = createRunsList(logs, clock);
  const runs = createOneRun(logs, clock);
  const requests = createRequests(logs, rebuilding);
  const forks = createStudioForks(logs, forking);
  const nothing = z.object({});
  /** Before the first run there is the one in which teams are made. */
  const workspacesOf = async (sight: Sight): Promise<readonly string[]> => {
    const [found, home] = [await list.workspaces(sight), workshop()?.home];
    return sight.kind === "all" && home !== undefined && !found.includes(home) ? [home, ...found] : found;
  };
  return [
    route({
      method: "get",
      path: "/session",
      summary: "Who asks, and what there is to look at",
      gives: {
        kind: "json",
        shape: SessionAnswer,
        answer: async ({ session, sight }) => ({
          csrf: session.csrf,
          name: session.asker.name,
          sees: sight.kind,
          workspaces: await workspacesOf(sight),
          ...(signsInBy === undefined ? {} : { signsInBy }),
        }),
      },
    }),
    route({
      method: "delete",
      path: "/session",
      summary: "Ends the session",
      isLeaving: true,
      gives: { kind: "json", shape: nothing, answer: async ({ c }) => (await endSession(c), {}) },
    }),
    ...(endAll === undefined
      ? []
      : [
          route({
            method: "delete",
            path: "/sessions",
            summary: "Ends all sessions of whoever asks, on whatever machine",
            isLeaving: true,
            gives: {
              kind: "json",
              shape: nothing,
              answer: async ({ c, session }) => (await endAll(session.asker), await endSession(c), {}),
            },
          }),
        ]),
    route({
      method: "get",
      path: "/runs",
      summary: "Runs: those that wait, those that go on, and those that are over, searched and narrowed",
      query: RunsQuery,
      gives: { kind: "json", shape: RunsAnswer, answer: async ({ query, sight }) => list.list(query, sight) },
    }),
    route({
      method: "get",
      path: "/runs/filters",
      summary: "What the list can be narrowed to",
      query: FiltersQuery,
      gives: { kind: "json", shape: FiltersAnswer, answer: async ({ query, sight }) => list.filters(query.workspace, sight) },
    }),
    route({
      method: "get",
      path: "/runs/changes",
      summary: "Says that something of the list may have changed; twice a second at most",
      gives: {
        kind: "stream",
        shape: nothing,
        mayGoOn: () => true,
        answer: async ({ sightNow, signal }) =>
          (async function* () {
            for await (const _change of changesOf({ logs, clock, signal, sight: sightNow })) yield { event: "changed", data: "{}" };
          })(),
      },
    }),
    route({
      method: "get",
      path: "/runs/{thread}/{seq}",
      summary: "A run with its events, in pages",
      params: RunParams,
      query: RunQuery,
      gives: { kind: "json", shape: RunAnswer, answer: async ({ params, query, sight }) => runs.page(params, query.after ?? 0, sight) },
    }),
    route({
      method: "get",
      path: "/runs/{thread}/{seq}/events",
      summary:
        "The run's events behind `after` (or the header Last-Event-ID), and each that is recorded from then on (`recorded`); of turns that this process takes, what comes meanwhile (`shown`)",
      params: RunParams,
      query: RunQuery,
      gives: {
        kind: "stream",
        shape: z.union([Event, Piece]),
        mayGoOn: ({ thread }, sight) => sees(sight, thread),
        answer: async ({ params, query, sight, sightNow, signal, c }) => {
          if (!(await eventsOf(logs, params, sight))) return undefined;
          const resumed = Number(c.req.header("last-event-id") ?? query.after ?? 0);
          const after = Number.isSafeInteger(resumed) ? resumed : 0;
          const items = eventsFrom(params, after, { logs, clock, signal, sight: sightNow, ...(drafts ? { drafts } : {}) });
          return (async function* () {
            for await (const item of items)
              yield "seq" in item
                ? { event: "recorded", id: String(item.seq), data: JSON.stringify(item) }
                : { event: "shown", data: JSON.stringify(item) };
          })();
        },
      },
    }),
    route({
      method: "get",
      path: "/runs/{thread}/{seq}/requests/{event}",
      summary: "The requests to models behind an event, rebuilt off the log",
      params: RequestParams,
      gives: { kind: "json", shape: RequestsAnswer, answer: async ({ params, sight }) => requests.of(params, sight) },
    }),
    route({
      method: "get",
      path: "/runs/{thread}/{seq}/forks",
      summary: "With what the run can go on from one of its events",
      params: RunParams,
      gives: {
        kind: "json",
        shape: ForkOffer,
        answer: async ({ params, sight, session: { asker } }) => forks.offer(params, { asker, sight }),
      },
    }),
    route({
      method: "post",
      path: "/runs/{thread}/{seq}/forks",
      summary: "Lets the run go on from one of its events, as a run of its own that is seen in the studio alone, or in a thread of its own",
      params: RunParams,
      body: ForkBody,
      gives: {
        kind: "json",
        shape: ForkAnswer,
        answer: async ({ params, body, sight, session: { asker } }) => forks.begin(params, body, { asker, sight }),
      },
    }),
    route({
      method: "get",
      path: "/runs/{thread}/{seq}/files/{hash}",
      summary: "A file that the run's events name",
      params: RunParams.extend({ hash: z.string().regex(/^[0-9a-f]{64}$/) }),
      gives: {
        kind: "bytes",
        async answer({ params, sight }) {
          const file = filesOf((await eventsOf(logs, params, sight)) ?? []).find(({ hash }) => hash === params.hash);
          const content = file && (await logs.file(file.hash));
          return file && content ? bytesOf(file, content) : undefined;
        },
      },
    }),
    ...actRoutes(createStudioActs(logs, acting), createStudioBudgets(acting)),
    ...teamRoutes(createStudioTeams(logs, workshop)),
    ...proposalRoutes(createStudioProposals(workshop)),
    ...costRoutes(logs, clock),
    ...evaluationRoutes(logs, clock),
  ];
}

/** Shown in the page; all else is only handed out to be kept. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Others made it: a browser is to run nothing of it. */
function bytesOf({ name, mediaType }: FileRef, content: Uint8Array): Bytes {
  const isPicture = PICTURES.includes(mediaType);
  return {
    content,
    headers: {
      "content-type": isPicture ? mediaType : "application/octet-stream",
      "content-disposition": `${isPicture ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replaceAll("'", "%27")}`,
      "content-security-policy": "default-src 'none'; sandbox",
    },
  };
}
