import type { CodeRun, RunCode } from "../agents/code/run-block.ts";
import type { AskForeign } from "../agents/foreign.ts";
import { isEvent, type Delta, type EventBody, type Failure } from "../events/events.ts";
import type { Model, ModelReply } from "../model.ts";
import type { Agent } from "../team.ts";
import type { Sample, Tool, ToolAnswer } from "../tool.ts";
import { changedEvent, changedRequest, changedValue } from "./changed.ts";
import { GUARDED, looking, type Guard, type KeptFiles, type Look } from "./guard.ts";

/** A model to which nothing goes that the guards stop. */
export function guardedModel(model: Model, guards: readonly Guard[], files: KeptFiles): Model {
  const own = guards.filter(({ at }) => at.includes("model"));
  if (own.length === 0) return model;
  return {
    ...model,
    get name() {
      return model.name;
    },
    async *call(request, turn): AsyncGenerator<never, ModelReply, void> {
      const looked = await looking(own, { to: "model", agent: request.agent }, files, (look) => changedRequest(request, look));
      if ("stop" in looked) return { kind: "failure", error: { kind: GUARDED, message: looked.stop } };
      return yield* model.call(looked.value, turn) as AsyncGenerator<never, ModelReply, void>;
    },
  };
}

/** A tool to which no argument goes that the guards stop: then the call has failed, and the agent reads why. */
export function guardedTool(tool: Tool, agent: string, guards: readonly Guard[]): Tool {
  const own = guards.filter(({ at }) => at.includes("tool"));
  if (own.length === 0) return tool;
  return {
    ...tool,
    async run(args, turn, origin) {
      const looked = await looking(own, { to: "tool", agent, tool: tool.name }, NO_FILES, async (look) => ({
        args: await changedValue(args, look),
        // What people have answered to what it asked goes to it, too.
        answers: origin?.answers && (await answersLookedAt(origin.answers, look)),
      }));
      if ("stop" in looked) return { kind: "failed", error: { kind: GUARDED, message: looked.stop } };
      const { answers } = looked.value;
      const sample = origin?.sample && sampleLookedAt(origin.sample, own, { agent, tool: tool.name });
      return tool.run(
        looked.value.args,
        turn,
        ...(origin ? [{ ...origin, ...(answers ? { answers } : {}), ...(sample ? { sample } : {}) }] : []),
      );
    },
  };
}

/** What a model answers for a tool goes to it. */
const sampleLookedAt =
  (sample: Sample, guards: readonly Guard[], { agent, tool }: { readonly agent: string; readonly tool: string }): Sample =>
  async (asked) => {
    const reply = await sample(asked);
    if (reply.kind === "failed") return reply;
    const looked = await looking(guards, { to: "tool", agent, tool }, NO_FILES, (look) => look.words(reply.text));
    if ("stop" in looked) return { kind: "failed", error: { kind: GUARDED, message: looked.stop }, usage: reply.usage };
    return { ...reply, text: looked.value };
  };

async function answersLookedAt(answers: readonly ToolAnswer[], look: Look): Promise<readonly ToolAnswer[]> {
  const looked = [];
  for (const { state, text } of answers) looked.push({ state, text: text === undefined ? text : await look.words(text) });
  return looked;
}

/** The same for an agent that is elsewhere: to it everything goes that was said. */
export function guardedForeign(ask: AskForeign, agent: string, guards: readonly Guard[]): AskForeign {
  const own = guards.filter(({ at }) => at.includes("tool"));
  if (own.length === 0) return ask;
  return async (asked, turn) => {
    const looked = await looking(own, { to: "tool", agent, tool: agent }, NO_FILES, (look) => look.words(asked.text));
    if ("stop" in looked) return { kind: "failed", error: { kind: GUARDED, message: looked.stop } };
    return ask({ ...asked, text: looked.value }, turn);
  };
}

/** Code that the guards stop is not run. */
export function guardedCode(run: RunCode, agent: string, guards: readonly Guard[]): RunCode {
  const own = guards.filter(({ at }) => at.includes("tool"));
  if (own.length === 0) return run;
  return async (block, turn) => {
    const looked = await looking(own, { to: "tool", agent, tool: block.language }, NO_FILES, (look) => look.words(block.code));
    if ("stop" in looked) return notRun(looked.stop);
    return run({ ...block, code: looked.value }, turn);
  };
}

const notRun = (output: string): CodeRun => ({ outcome: "rejected", exitCode: 1, output, elapsedMs: 0, executor: "none", files: [] });

/**
 * An agent whose words people see, and the log keeps, only as the guards let them: a stop ends the turn with a failure that says why. What it streams is
 * not shown, since nobody can look at half a word.
 */
export function guardedAgent(agent: Agent, guards: readonly Guard[], files: KeptFiles): Agent {
  const own = guards.filter(({ at }) => at.includes("people"));
  if (own.length === 0) return agent;
  return {
    ...agent,
    async *turn(...given): AsyncGenerator<EventBody | Delta, void, void> {
      for await (const item of agent.turn(...given)) {
        if (!isEvent(item)) {
          if (item.type === "activity") yield item;
          continue;
        }
        const looked = await looking(own, { to: "people", agent: agent.name }, files, (look) => changedEvent(item, look));
        if ("stop" in looked) {
          yield stopped(agent.name, item, { kind: GUARDED, message: looked.stop });
          return;
        }
        yield looked.value;
      }
    },
  };
}

/** In place of an event whose words nobody may see; what they cost stays told. */
function stopped(agent: string, event: EventBody, error: Failure): EventBody {
  const { within, quiet } = event;
  const usage = "usage" in event ? event.usage : undefined;
  return {
    type: "turn.failed",
    agent: within !== undefined && "agent" in event ? event.agent : agent,
    error,
    ...(usage ? { usage } : {}),
    ...(within === undefined ? {} : { within }),
    ...(quiet ? { quiet } : {}),
  };
}

/** Arguments and code name files, and bring none. */
const NO_FILES: KeptFiles = {
  read: async () => undefined,
  keep: async () => Promise.reject(new Error("no file goes there")),
};
