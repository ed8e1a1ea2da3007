import { createHash } from "node:crypto";
import { BUILT_IN } from "../../config/built-in/built-in.ts";
import type { Env } from "../../config/env.ts";
import type { Registry } from "../../config/registry/registry.ts";
import type { Settings } from "../../config/settings.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { requesterOf } from "../../engine/reading/spender.ts";
import { requestsBehind } from "../../replay/requests.ts";
import { settingsThen } from "../../replay/settings-then.ts";
import type { Logs } from "../../store/runs/logs.ts";
import type { Sight } from "../access.ts";
import type { RequestsAnswer } from "../api/shapes.ts";
import { eventsOf, type RunName } from "./one-run.ts";

/** With what the teams of runs are put together again. */
export interface Rebuilding {
  /** What the team file's extensions add; what comes with Parley when absent. */
  readonly registry?: Registry;
  /** Where models are, where it is the environment that says so. */
  readonly env?: Env;
}

/** The requests behind one event of a run; nothing where there is no such event, or whoever asks may not see it. */
export async function requestsOf(
  logs: Pick<Logs, "load" | "file">,
  { thread, seq, event: wanted }: RunName & { readonly event: number },
  sight: Sight,
  { registry = BUILT_IN, env = {} }: Rebuilding,
): Promise<RequestsAnswer | undefined> {
  const events = await eventsOf(logs, { thread, seq }, sight);
  const event = events?.find((one) => one.seq === wanted);
  const started = events?.find((one) => one.type === "run.started" && one.within === undefined);
  if (!events || !event || started?.type !== "run.started") return undefined;
  const settings = await settingsOf(started.teamHash, logs, registry);
  if (typeof settings === "string") return { requests: [], none: settings };
  const log = await logs.load(thread, 0);
  const found = await requestsBehind({ thread, log, event, settings, env, readFile: (hash) => logs.file(hash) });
  if ("none" in found) return { requests: [], none: found.none };
  const before = beforeOf(event, events);
  return {
    requests: found.map(({ body, sent, ...rest }) => ({
      ...rest,
      why: [...rest.why],
      body: readable(body),
      bytes: Buffer.byteLength(body),
      ...(sent ? { sent: { ...sent, without: [...(sent.without ?? [])] } } : {}),
    })),
    ...(before === undefined ? {} : { before }),
  };
}

/** The event with which the same one was answered the time before, in the same run. */
function beforeOf(event: RunEvent, events: readonly RunEvent[]): number | undefined {
  const asks = requesterOf(event);
  return events.findLast((one) => one.seq < event.seq && requesterOf(one) === asks && one.within === event.within)?.seq;
}

async function settingsOf(hash: string | undefined, logs: Pick<Logs, "file">, registry: Registry): Promise<Settings | string> {
  const kept = hash === undefined ? undefined : await logs.file(hash);
  if (!kept) return "The settings with which the run began are not kept (any more), so its requests cannot be rebuilt.";
  try {
    return settingsThen(Buffer.from(kept).toString("utf8"), registry);
  } catch (error) {
    return `The settings with which the run began cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** What nobody reads: pictures, and thoughts that are sealed. */
const UNREADABLE = /[A-Za-z0-9+/=_-]{2000,}/g;

const readable = (body: string): string =>
  body.replaceAll(
    UNREADABLE,
    (data) => `… ${data.length} characters, SHA-256 ${createHash("sha256").update(data).digest("hex").slice(0, 16)} …`,
  );
