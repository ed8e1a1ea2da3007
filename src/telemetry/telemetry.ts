import { SpanStatusCode, trace, ROOT_CONTEXT } from "@opentelemetry/api";
import type { Attributes, Context, Meter, Tracer } from "@opentelemetry/api";
import type { Clock } from "../engine/clock.ts";
import type { RunEvent, Usage } from "../engine/events/events.ts";
import { requesterOf, spenderOf, usageOf } from "../engine/reading/spender.ts";
import { metersOf, watchAges } from "./meters.ts";
import type { Dispatch } from "../store/dispatch.ts";
import type { Store } from "../store/store.ts";

/**
 * A reader of the log, as OpenTelemetry's GenAI conventions (semantic-conventions-genai 0.1.0) have it: a trace for each run, made from its
 * events when it stops, so that a restart in between takes nothing from it; metrics as events are recorded. Nothing of what anybody said
 * is in either, unless `contents` asks for it.
 */
export interface Telemetry {
  /** The store, with the posts' deliveries measured, and the commits that are refused. */
  readonly store: Store;
  /** The dispatch, with the work measured that this process is given. */
  readonly dispatch: Dispatch;
  /** Hears no more. */
  stop(): void;
}

export interface TelemetryParts {
  readonly store: Store;
  readonly dispatch: Dispatch;
  readonly clock: Pick<Clock, "now">;
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Words, arguments and results in the spans, each cut to {@link CONTENT_CHARS_MAX}. */
  readonly contents: boolean;
  readonly log: (problem: string, error?: unknown) => void;
}

export const CONTENT_CHARS_MAX = 4_000;
/** A run of the longest kind has about 500; a collector refuses batches without end. */
export const SPANS_MAX = 2_000;

export function createTelemetry({ store, dispatch, clock, tracer, meter, contents, log }: TelemetryParts): Telemetry {
  const measure = metersOf(meter);
  const ages = watchAges({ store, dispatch, clock, meter });
  const stop = store.follow(({ thread, events, posts, here }) => {
    // Counted once, and a run's trace made once, where several processes follow one log.
    if (!here) return;
    if (posts > 0) measure.posts.add(posts);
    for (const event of events) {
      measure.event(event);
      if (event.type === "run.stopped") void emit(thread, event.run).catch((error: unknown) => log("a trace could not be made", error));
    }
  });

  async function emit(thread: string, run: string): Promise<void> {
    const root = traceOf(thread, run, await store.load(thread, 0), { contents });
    if (root) start(tracer, root, ROOT_CONTEXT);
  }

  return {
    store: {
      ...store,
      ...deliveries(store, measure.delivered),
      async commit(commit) {
        const result = await store.commit(commit);
        if (result.kind !== "ok") measure.refused.add(1, { "parley.why": result.kind });
        return result;
      },
    },
    dispatch: {
      ...dispatch,
      serve: (kind, options, handler) =>
        dispatch.serve(kind, options, async (work) => {
          const begun = performance.now();
          let ok = false;
          measure.held.add(1, { "parley.work": kind });
          try {
            await handler(work);
            ok = true;
          } finally {
            measure.held.add(-1, { "parley.work": kind });
            measure.work.record((performance.now() - begun) / 1000, { "parley.work": kind, "parley.ok": ok });
          }
        }),
    },
    stop() {
      ages.stop();
      stop();
    },
  };
}

/** A stretch of a run, before it is handed to OpenTelemetry. Times in milliseconds since 1970. */
export interface Stretch {
  readonly name: string;
  readonly startMs: number;
  endMs: number;
  readonly attributes: Attributes;
  /** The kind of the failure; none when it went well. */
  error?: string;
  readonly children: Stretch[];
}

/**
 * The tree of one run: the run, its turns (in each other where a team is a participant), in these the model calls, tools and code runs. The
 * log knows when a model's reply was there, not when it was asked for: a call begins with what its agent did before. Undefined when the run
 * is not in these events.
 */
export function traceOf(
  thread: string,
  run: string,
  events: readonly RunEvent[],
  { contents }: { readonly contents: boolean },
): Stretch | undefined {
  const from = events.findIndex((event) => event.type === "run.started" && event.run === run);
  const first = events[from];
  if (first?.type !== "run.started") return undefined;
  const root = stretch(`invoke_workflow ${first.team}`, first.at, {
    "gen_ai.operation.name": "invoke_workflow",
    "gen_ai.agent.name": first.team,
    "gen_ai.conversation.id": thread,
    "parley.run": run,
  });
  const turns = new Map<string, Stretch>();
  const tools = new Map<string, Stretch>();
  let spans = 1;
  let leftOut = 0;
  const add = (parent: Stretch, child: Stretch): Stretch => {
    if (spans++ < SPANS_MAX) parent.children.push(child);
    else leftOut++;
    return child;
  };
  const words = (name: string, text: string): Attributes => (contents ? { [name]: text.slice(0, CONTENT_CHARS_MAX) } : {});

  for (const event of events.slice(from)) {
    const atMs = Date.parse(event.at);
    root.endMs = Math.max(root.endMs, atMs);
    if (event.type === "run.stopped") {
      if (event.run !== run) continue;
      root.attributes["parley.outcome"] = event.outcome;
      if (event.outcome === "failed") root.error = "failed";
      break;
    }
    const parent = (event.within !== undefined && turns.get(event.within)) || root;
    if (event.type === "speaker.selected") {
      const turn = stretch(`invoke_agent ${event.agent}`, event.at, {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": event.agent,
        "parley.selected_by": event.by,
      });
      if (event.usage) add(parent, call(spenderOf(event), lastEnd(parent), event.at, event.usage, {}));
      turns.set(keyOf(event, event.agent), add(parent, turn));
      continue;
    }
    if (!("agent" in event)) continue;
    const turn = turns.get(keyOf(event, event.agent)) ?? parent;
    const usage = usageOf(event);
    if (usage && requesterOf(event) !== undefined) {
      const model = event.type === "message.posted" && event.model ? { "gen_ai.response.model": event.model } : {};
      const said = "text" in event && typeof event.text === "string" ? words("gen_ai.output.messages", event.text) : {};
      add(turn, call(event.agent, lastEnd(turn), event.at, usage, { ...model, ...said }));
    }
    switch (event.type) {
      case "tool.called":
        tools.set(
          event.call,
          add(
            turn,
            stretch(`execute_tool ${event.tool}`, event.at, {
              "gen_ai.operation.name": "execute_tool",
              "gen_ai.tool.name": event.tool,
              "gen_ai.tool.call.id": event.call,
              ...words("gen_ai.tool.call.arguments", event.args),
            }),
          ),
        );
        break;
      case "tool.returned":
      case "tool.failed": {
        const tool = tools.get(event.call);
        if (!tool) break;
        tool.endMs = atMs;
        if (event.usage) Object.assign(tool.attributes, tokensOf(event.usage));
        if (event.type === "tool.failed") tool.error = event.error.kind;
        else Object.assign(tool.attributes, words("gen_ai.tool.call.result", event.output));
        break;
      }
      case "code.ran": {
        const ran = stretch("run_code", new Date(atMs - event.elapsedMs).toISOString(), {
          "parley.code.language": event.language,
          "parley.code.outcome": event.outcome,
          "parley.code.exit_code": event.exitCode,
          "parley.code.executor": event.executor,
          ...words("parley.code.output", event.output),
        });
        ran.endMs = atMs;
        if (event.outcome !== "ok") ran.error = event.outcome;
        add(turn, ran);
        break;
      }
      case "turn.failed":
        turn.error = event.error.kind;
        break;
      default: // Nothing that takes time of its own.
    }
    if (turn !== root) turn.endMs = Math.max(turn.endMs, atMs);
  }
  if (leftOut > 0) root.attributes["parley.spans_left_out"] = leftOut;
  return root;
}

/** An agent's place: nested teams may have members of the same name. */
const keyOf = ({ within }: RunEvent, agent: string): string => (within === undefined ? agent : `${within}/${agent}`);

function stretch(name: string, at: string, attributes: Attributes): Stretch {
  const ms = Date.parse(at);
  return { name, startMs: ms, endMs: ms, attributes, children: [] };
}

function call(agent: string, startMs: number, at: string, usage: Usage, more: Attributes): Stretch {
  const child = stretch("chat", at, { "gen_ai.operation.name": "chat", "gen_ai.agent.name": agent, ...tokensOf(usage), ...more });
  return { ...child, startMs: Math.min(startMs, child.endMs) };
}

const tokensOf = (usage: Usage): Attributes => ({
  "gen_ai.usage.input_tokens": usage.inputTokens,
  "gen_ai.usage.output_tokens": usage.outputTokens,
  ...(usage.cachedTokens === undefined ? {} : { "gen_ai.usage.cache_read.input_tokens": usage.cachedTokens }),
  ...(usage.usd === undefined ? {} : { "parley.cost.usd": usage.usd }),
});

/** When the last thing in it ended. */
const lastEnd = ({ children, startMs }: Stretch): number => Math.max(startMs, ...children.slice(-1).map(({ endMs }) => endMs));

function start(tracer: Tracer, { name, startMs, endMs, attributes, error, children }: Stretch, parent: Context): void {
  const span = tracer.startSpan(
    name,
    { startTime: startMs, attributes: error ? { ...attributes, "error.type": error } : attributes },
    parent,
  );
  if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  for (const child of children) start(tracer, child, trace.setSpan(parent, span));
  span.end(endMs);
}

const SENDING_MAX = 10_000; // Posts under way at once are a few; what never ends must not add up.

function deliveries(store: Store, delivered: (elapsedMs: number, ok: boolean) => void): Pick<Store, "markSending" | "markDelivered"> {
  const since = new Map<number, number>();
  return {
    async markSending(id, at) {
      if (since.size >= SENDING_MAX) since.clear();
      since.set(id, performance.now());
      await store.markSending(id, at);
    },
    async markDelivered(id, outcome) {
      const begun = since.get(id);
      since.delete(id);
      await store.markDelivered(id, outcome);
      if (begun !== undefined) delivered(performance.now() - begun, "receipt" in outcome);
    },
  };
}
