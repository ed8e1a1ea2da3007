import { createHash } from "node:crypto";
import PQueue from "p-queue";
import { BUILT_IN } from "../../config/built-in/built-in.ts";
import type { Env } from "../../config/env.ts";
import type { Registry } from "../../config/registry/registry.ts";
import type { Settings } from "../../config/settings.ts";
import type { Redact } from "../../config/secrets.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { requesterOf } from "../../engine/reading/spender.ts";
import { requestsBehind } from "../../replay/requests.ts";
import { settingsThen } from "../../replay/settings-then.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { sees, type Sight } from "../access.ts";
import type { RequestsAnswer } from "../api/shapes.ts";
import { eventsIn, type RunName } from "./one-run.ts";

/** With what the teams of runs are put together again. */
export interface Rebuilding {
  /** What the team file's extensions add; what comes with Parley when absent. */
  readonly registry?: Registry;
  /** Where models are, where it is the environment that says so. */
  readonly env?: Env;
  /** Masks this machine's secrets, wherever in a request they turn up; nothing is masked when absent. */
  readonly redact?: Redact;
}

/** Each reads a whole log, and puts it together on the one thread on which everybody else's work is done. */
const AT_ONCE_MAX = 4;
/** A person opens one after the other. */
const WAITING_MAX = 20;

/** So many others are being put together; `message` is for whoever asks. */
export class TooManyRequests extends Error {
  override readonly name = "TooManyRequests";
}

export interface Requests {
  /**
   * The requests behind one event of a run; nothing where there is no such event, or whoever asks may not see it. Rejects with
   * {@link TooManyRequests}.
   */
  of(name: RunName & { readonly event: number }, sight: Sight): Promise<RequestsAnswer | undefined>;
}

export function createRequests(logs: Pick<Logs, "load" | "file">, rebuilding: Rebuilding): Requests {
  const queue = new PQueue({ concurrency: AT_ONCE_MAX });
  return {
    async of(name, sight) {
      if (!sees(sight, name.thread)) return undefined;
      if (queue.size >= WAITING_MAX) throw new TooManyRequests("Many requests are being put together. Try again in a moment.");
      return queue.add(() => requestsOf(logs, name, rebuilding));
    },
  };
}

async function requestsOf(
  logs: Pick<Logs, "load" | "file">,
  { thread, seq, event: wanted }: RunName & { readonly event: number },
  { registry = BUILT_IN, env = {}, redact = (text) => text }: Rebuilding,
): Promise<RequestsAnswer | undefined> {
  const log = await logs.load(thread, 0);
  const events = eventsIn(log, seq);
  const event = events?.find((one) => one.seq === wanted);
  const started = events?.find((one) => one.type === "run.started" && one.within === undefined);
  if (!events || !event || started?.type !== "run.started") return undefined;
  const settings = await settingsOf(started.teamHash, logs, registry);
  if (typeof settings === "string") return { requests: [], none: settings };
  const found = await requestsBehind({ thread, log, event, settings, env, readFile: (hash) => logs.file(hash) });
  if ("none" in found) return { requests: [], none: found.none };
  const before = beforeOf(event, events);
  return {
    requests: found.map(({ body, sent, ...rest }) => ({
      ...rest,
      why: rest.why.map(redact),
      body: readable(redact(body)),
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
