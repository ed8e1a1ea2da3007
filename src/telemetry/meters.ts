import type { Counter, Histogram, Meter, ObservableCallback, UpDownCounter } from "@opentelemetry/api";
import type { Clock } from "../engine/clock.ts";
import type { RunEvent } from "../engine/events/events.ts";
import { usageOf } from "../engine/reading/spender.ts";
import type { Dispatch } from "../store/dispatch.ts";
import type { Store } from "../store/store.ts";

/** How long what is to be done has waited, of all processes: asked for when metrics are sent, and by no event. */
export function watchAges({
  store,
  dispatch,
  clock,
  meter,
}: {
  readonly store: Pick<Store, "duePosts" | "load" | "unhandled">;
  readonly dispatch: Pick<Dispatch, "waitingSince">;
  readonly clock: Pick<Clock, "now">;
  readonly meter: Meter;
}): { stop(): void } {
  const since: { readonly [what in "turns" | "posts" | "inbox"]: () => Promise<number | undefined> } = {
    turns: async () => dispatch.waitingSince?.(),
    posts: async () => {
      const [oldest] = await store.duePosts(undefined, 1);
      const [event] = oldest ? await store.load(oldest.thread, oldest.seq - 1, 1) : [];
      return event && Date.parse(event.at);
    },
    inbox: async () => {
      const [oldest] = await store.unhandled(1);
      return oldest && Date.parse(oldest.at);
    },
  };
  const descriptions = {
    turns: "How long the thread that has waited longest for its turn has been due, while nobody works on it.",
    posts: "How long ago the oldest event was recorded that is not posted yet.",
    inbox: "How long the oldest envelope that nobody has handled has been here.",
  };
  const gauges = (["turns", "posts", "inbox"] as const).map((what) => {
    const gauge = meter.createObservableGauge(`parley.${what}.age`, { unit: "s", description: descriptions[what] });
    const look: ObservableCallback = async (result) => {
      const at = await since[what]();
      result.observe(at === undefined ? 0 : Math.max(0, (clock.now() - at) / 1000));
    };
    gauge.addCallback(look);
    return () => gauge.removeCallback(look);
  });
  return {
    stop() {
      for (const remove of gauges) remove();
    },
  };
}

/** No attribute here is a text that a model or a person may choose: each of its values would be a series of its own, for ever. */
export function metersOf(meter: Meter): {
  readonly posts: { add(count: number): void };
  readonly refused: Counter;
  readonly work: Histogram;
  readonly held: UpDownCounter;
  event(event: RunEvent): void;
  delivered(elapsedMs: number, ok: boolean): void;
} {
  const tokens = meter.createHistogram("gen_ai.client.token.usage", {
    unit: "{token}",
    description: "Tokens of each call of a model, in and out.",
  });
  const cost = meter.createCounter("parley.cost", { unit: "USD", description: "What calls of models have cost." });
  const runs = meter.createCounter("parley.runs", { unit: "{run}", description: "Runs that have begun, and that have ended, by how." });
  const turns = meter.createCounter("parley.turns", { unit: "{turn}", description: "Turns that agents were given, by who chose them." });
  const tools = meter.createCounter("parley.tool.calls", { unit: "{call}", description: "Calls of tools that have ended." });
  const code = meter.createHistogram("parley.code.duration", { unit: "s", description: "How long blocks of code ran, by how they ended." });
  const delivery = meter.createHistogram("parley.outbox.delivery.duration", {
    unit: "s",
    description: "From when a post was about to be sent until Slack had it, or it was given up.",
  });
  return {
    posts: meter.createCounter("parley.outbox.posts", { unit: "{post}", description: "Posts that were recorded to be sent." }),
    refused: meter.createCounter("parley.commits.refused", {
      unit: "{commit}",
      description:
        "Commits that were refused: stale, since somebody else had written, and tried again on what stands there; fenced, since another has the work.",
    }),
    work: meter.createHistogram("parley.work.duration", {
      unit: "s",
      description: "Work that was claimed, by its kind, and how long it was held.",
    }),
    held: meter.createUpDownCounter("parley.work.held", { unit: "{claim}", description: "Work that is claimed by this process now." }),
    event(event) {
      const usage = usageOf(event);
      if (usage) {
        tokens.record(usage.inputTokens, { "gen_ai.token.type": "input" });
        tokens.record(usage.outputTokens, { "gen_ai.token.type": "output" });
        if (usage.usd !== undefined) cost.add(usage.usd);
      }
      if (event.type === "run.started") runs.add(1, { "parley.phase": "started", "parley.team": event.team });
      if (event.type === "run.stopped") runs.add(1, { "parley.phase": "stopped", "parley.outcome": event.outcome });
      if (event.type === "speaker.selected") turns.add(1, { "parley.selected_by": event.by });
      if (event.type === "tool.returned" || event.type === "tool.failed") tools.add(1, { "parley.ok": event.type === "tool.returned" });
      if (event.type === "code.ran") code.record(event.elapsedMs / 1000, { "parley.code.outcome": event.outcome });
    },
    delivered: (elapsedMs, ok) => delivery.record(elapsedMs / 1000, { "parley.ok": ok }),
  };
}
