import { createModelFor } from "../config/build/models.ts";
import type { Env } from "../config/env.ts";
import { secretNames } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import { systemClock } from "../engine/clock.ts";
import type { SentRequest } from "../engine/events/events.ts";
import type { ModelRequest } from "../engine/model.ts";
import { outside, type Sending } from "../engine/turn.ts";
import type { Lesson, Lessons } from "../models/refusals/lessons.ts";

/** The body in which this request goes to the model's server; it is put together, and goes nowhere. */
export async function bodyOf({
  settings,
  model: name,
  request,
  sent,
  env,
  readFile,
}: {
  readonly settings: Settings;
  readonly model: string;
  readonly request: ModelRequest;
  /** How it was put then. */
  readonly sent: SentRequest | undefined;
  readonly env: Env;
  readonly readFile: (hash: string) => Promise<Uint8Array | undefined>;
}): Promise<string | { readonly trouble: string }> {
  const going = new AbortController();
  let body: string | undefined;
  try {
    const named = settings.models.get(name);
    if (!named) return { trouble: `There is no model "${name}".` };
    // Others have words of their own, and might send them.
    if (!SPEAKS.has(named.provider))
      return { trouble: `How a model of "${named.provider}" puts a request is known to its extension alone.` };
    const create = createModelFor({
      // A model wants a key to be made; none goes anywhere.
      env: { ...env, ...Object.fromEntries(secretNames(settings).map((secret) => [secret, "none"])) },
      clock: systemClock,
      registry: settings.registry,
      readFile,
      lessons: lessonsOf(sent),
    });
    const model = create(named, name, settings.file);
    const sending = (request: Sending): void => {
      body ??= request.body;
      going.abort();
      throw new Error("it is not sent");
    };
    const call = model.call(request, { ...outside(going.signal), sending });
    for (let step = await call.next(); !step.done; step = await call.next());
  } catch (error) {
    if (body === undefined)
      return { trouble: `The model cannot be made any more: ${error instanceof Error ? error.message : String(error)}` };
  }
  return body ?? { trouble: "The model puts no request together." };
}

const SPEAKS: ReadonlySet<string> = new Set(["anthropic", "openai", "openai-compatible", "azure"]);

/** What its server had refused by then. */
function lessonsOf(sent: SentRequest | undefined): Lessons {
  const at = new Date(systemClock.now()).toISOString();
  const { without = [], replyTokensMax, contextTokensMax } = sent ?? {};
  const lessons: Lesson[] = [
    ...without.map((what) => ({ what: what as Lesson["what"], at })),
    ...(replyTokensMax === undefined ? [] : [{ what: "replyTokensMax" as const, value: replyTokensMax, at }]),
    ...(contextTokensMax === undefined ? [] : [{ what: "contextTokensMax" as const, value: contextTokensMax, at }]),
  ];
  return { of: async () => lessons, learn: async () => undefined, forget: async () => [] };
}
