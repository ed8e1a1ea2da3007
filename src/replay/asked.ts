import { buildTeams, type BuildDeps } from "../config/build.ts";
import { BUILT_IN } from "../config/built-in/built-in.ts";
import type { Env } from "../config/env.ts";
import type { Registry } from "../config/registry/registry.ts";
import type { Settings } from "../config/settings.ts";
import { systemClock } from "../engine/clock.ts";
import { isEvent, type RunEvent } from "../engine/events/events.ts";
import { converse } from "../engine/loop.ts";
import type { Model, ModelRequest } from "../engine/model.ts";
import type { Agent } from "../engine/team.ts";
import type { Tool } from "../engine/tool.ts";
import { turnIn } from "../engine/turn.ts";

/** An event of a run, whose requests are wanted, and what they are made of. */
export interface RequestsOf {
  readonly thread: string;
  /** The thread's, from its first event; perhaps with words forgotten. */
  readonly log: readonly RunEvent[];
  readonly event: RunEvent;
  /** With which the run began. */
  readonly settings: Settings;
  readonly env: Env;
  readonly readFile: (hash: string) => Promise<Uint8Array | undefined>;
}

/** Everything here answers at once; what has not come by then waits for something that is not there. */
const WAIT_MS_MAX = 5_000;

/**
 * What is asked of a model next, once the log stands at this point; in words, why nothing is. The conversation is led on from there, as after a
 * crash, until it asks; what it says before is not recorded, and tools and code wait for ever.
 */
export async function askedAt({
  thread,
  log,
  upTo,
  event,
  asks,
  settings,
  readFile,
}: RequestsOf & { readonly upTo: readonly RunEvent[]; readonly asks: string }): Promise<
  { readonly model: string; readonly request: ModelRequest } | string
> {
  const started = upTo.findLast((one) => one.type === "run.started" && one.within === undefined);
  if (started?.type !== "run.started") return "It is not in a run.";
  const found = Promise.withResolvers<{ readonly model: string; readonly request: ModelRequest } | string>();
  const ending = new AbortController();
  const createModel: BuildDeps["createModel"] = (own, name): Model => ({
    name: own.provider === "replay" ? name : own.model,
    // eslint-disable-next-line require-yield
    async *call(request) {
      if (request.agent === asks) found.resolve({ model: name, request });
      return new Promise(() => undefined);
    },
  });
  const known = [...new Set(log.flatMap((one) => (one.type === "tool.called" ? [one.tool] : [])))];
  const stays = async (): Promise<never> => new Promise(() => undefined);
  const asIs = (agent: Agent): Agent => agent;
  const teams = buildTeams(
    { ...settings, registry: withoutHands(settings.registry, { name: asks, asked: found.resolve }) },
    {
      createModel,
      executor: { capabilities: { grade: "off", label: "", languages: [], hint: "" }, open: stays, close: async () => undefined },
      keepFile: stays,
      readFile,
      servers: {
        tools: async () => ({ tools: known.map((name): Tool => ({ name, description: "", parameters: {}, run: stays })), missing: [] }),
      },
      knowledge: (sources) => ({ sources, search: stays, read: stays }),
      recorded: { leader: asIs, member: asIs, runCode: () => stays },
    },
  );
  const turn = turnIn({ id: thread, transcript: { events: upTo } }, ending.signal);
  const waited = systemClock.sleep(WAIT_MS_MAX, ending.signal).then(() => undefined);
  try {
    const team = teams.build(started.team, thread);
    // Asked for by a person, beside the conversation.
    const beside = event.type === "run.summarized" && event.person ? team.summarizer?.agent : undefined;
    const led = leadOn(beside ? beside.turn(turn) : converse(team, turn));
    const asked = await Promise.race([
      found.promise,
      waited,
      led.then((trouble) => Promise.race([found.promise, soon().then(() => trouble)])),
    ]);
    return asked ?? "The conversation does not come to this call from what the log holds.";
  } catch (error) {
    return `The team of that time cannot be put together any more: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    ending.abort();
  }
}

/** Up to the first thing that would be recorded. */
async function leadOn(conversation: ReturnType<Agent["turn"]>): Promise<undefined> {
  for (let step = await conversation.next(); !step.done; step = await conversation.next()) if (isEvent(step.value)) return undefined;
  return undefined;
}

/** Those who speak beside it are asked by then. */
async function soon(): Promise<undefined> {
  for (let turn = 0; turn < SOON_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  return undefined;
}
const SOON_TURNS = 50;

/** The same tools, and the same agents of extensions, which do nothing: what such an agent does in its turn is code of its own. */
function withoutHands(registry: Registry, wanted: { readonly name: string; readonly asked: (why: string) => void }): Registry {
  const run = async (): Promise<never> => new Promise(() => undefined);
  const still = (one: Agent): Agent => ({
    ...one,
    // eslint-disable-next-line require-yield
    async *turn() {
      if (one.name === wanted.name)
        wanted.asked("It is an agent of an extension: what it asks for is known to its own code, which is not run.");
      await run();
    },
  });
  const agent = new Map(
    [...registry.agent].map(([name, one]) => [
      name,
      BUILT_IN.agent.get(name) === one ? one : { ...one, build: (...given: Parameters<typeof one.build>) => still(one.build(...given)) },
    ]),
  );
  const tool = new Map(
    [...registry.tool].map(([name, one]) => [
      name,
      { ...one, build: (...given: Parameters<typeof one.build>): Tool => ({ ...one.build(...given), run }) },
    ]),
  );
  return { ...registry, agent, tool };
}
