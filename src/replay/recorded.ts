import type { BuildDeps } from "../config/build.ts";
import type { Settings } from "../config/load.ts";
import type { AgentSettings } from "../config/schema/agents.ts";
import type { ToolSettings } from "../config/schema/tools.ts";
import type { ForeignAnswer } from "../engine/agents/foreign.ts";
import type { EventBody, RunEvent } from "../engine/events/events.ts";
import type { Model } from "../engine/model.ts";
import type { Agent } from "../engine/team.ts";
import type { Tool, Touch } from "../engine/tool.ts";
import { wishIn } from "../engine/events/wish-id.ts";
import { requesterOf, spenderOf } from "../engine/reading/spender.ts";
import { languagesIn } from "./recorded-languages.ts";
import { replyOf } from "./recorded-reply.ts";
import { idOf, saidOfItself, wantedBy, type ToolCalled } from "./recorded-wishes.ts";

/** What the world said in a run, off its log: the replies of models, the results of tools and of code. */
export interface Recorded {
  readonly deps: BuildDeps;
  /** The same settings, but for the tools: agents are given those that the log knows. */
  readonly settings: (settings: Settings) => Settings;
  /** The event of this number is the next one: who has what it says may say it. */
  next(seq: number): void;
  /** Whoever was asked is asked again: the process was away. */
  restart(): void;
}

/**
 * `log`: the whole thread up to the end of the run. Models, tools and code answer when their event is next, hence in the order of the log;
 * what is not in it is never answered. `languages`: what could be run as code, where that was kept; else it is what the log shows.
 */
export function recordedWorld(log: readonly RunEvent[], languages: readonly string[] | undefined): Recorded {
  let current = 1;
  let waiting = new Map<number, () => void>();
  let taken = new Set<number>();

  const turnOf = (seq: number): Promise<void> =>
    seq === current
      ? Promise.resolve()
      : new Promise((resolve) => {
          const others = waiting.get(seq);
          waiting.set(seq, () => (others?.(), resolve()));
        });

  /** The first event from here on that is like this; nobody else is given it. Waits until it is next; for ever, when there is none. */
  async function take<Found extends RunEvent>(fits: (event: RunEvent) => event is Found): Promise<Found> {
    const event = log.find((one): one is Found => one.seq >= current && !taken.has(one.seq) && fits(one));
    if (!event) return new Promise(() => undefined);
    taken.add(event.seq);
    await turnOf(event.seq);
    return event;
  }

  function createModel(): Model {
    let name = "";
    return {
      get name() {
        return name;
      },
      // eslint-disable-next-line require-yield
      async *call({ agent }) {
        const event = await take((one): one is RunEvent => requesterOf(one) === agent);
        if (event.type === "message.posted" && "agent" in event) name = event.model ?? name;
        return replyOf(event);
      },
    };
  }

  const isRun = (event: RunEvent): event is CodeRan => event.type === "code.ran";
  const runCode: Replacements["runCode"] =
    (agent) =>
    async ({ language }) => {
      const ran = await take((event): event is CodeRan => isRun(event) && event.agent === agent && event.language === language);
      const { outcome, exitCode, output, elapsedMs, executor, files, memoryPeakBytes, limits } = ran;
      return {
        outcome,
        exitCode,
        output,
        elapsedMs,
        executor,
        files,
        ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }),
        ...(limits ? { limits } : {}),
      };
    };
  const executor: BuildDeps["executor"] = {
    capabilities: { grade: "off", label: "", languages: languages ?? languagesIn(log), hint: "" },
    open: async () => Promise.reject(new Error("a replay runs no code")),
    close: async () => {},
  };

  const calls = log.filter((event): event is ToolCalled => event.type === "tool.called");
  let ran = new Set<string>();
  const specThen = (name: string): Pick<Tool, "spec"> => {
    const { spec } = saidOfItself(name, log, current);
    return spec === undefined ? {} : { spec };
  };
  const toolNamed = (name: string): Tool => ({
    name,
    description: "",
    parameters: {},
    approval: approvalOf(name, calls, log),
    ...touchesOf(name, log),
    ...specThen(name),
    hasChanged: () => saidOfItself(name, log, current).isNew,
    async run(args, _signal, origin) {
      const asked = JSON.stringify(args);
      const open = calls.filter((one) => one.tool === name && !ran.has(idOf(one)) && one.seq < current);
      // Its arguments were perhaps changed by a person; inside another tool there is none of its calls in the log.
      const call = open.find(({ call: id }) => id === origin?.call) ?? open.find((one) => JSON.stringify(parse(one.args)) === asked);
      const wanted = call && wantedBy(call, log, origin);
      if (wanted) {
        await turnOf(wanted.seq);
        return wanted.result;
      }
      if (call) ran.add(idOf(call));
      const result = await take((event): event is ToolEnded => isEnd(event) && call !== undefined && idOf(event) === idOf(call));
      const beside = {
        ...(result.files ? { files: result.files } : {}),
        ...(result.images ? { images: result.images } : {}),
        ...(result.usage ? { usage: result.usage } : {}),
      };
      return result.type === "tool.returned"
        ? { kind: "returned", output: uncut(result.output), ...beside, ...(result.sources ? { sources: result.sources } : {}) }
        : { kind: "failed", error: result.error, ...beside };
    },
  });
  const toolNames = [...new Set(calls.map((call) => call.tool))];

  /** Who leads does again what is in the log, since what a leader was told is not: everything to the next word of somebody else. */
  const recordedLeader = (leader: Agent, within: string | undefined): Agent => ({
    ...leader,
    async *turn() {
      const isOwn = (event: RunEvent): event is RunEvent =>
        // Every selection there is the leader's, by a rule or not.
        "agent" in event && spenderOf(event) === leader.name && placeOf(event).at(-1) === within;
      let event: RunEvent | undefined = await take(isOwn);
      while (event && isOwn(event)) {
        const { seq, at: _at, within: _within, quiet: _quiet, ...body } = event;
        taken.add(seq);
        yield body.type === "turn.failed" ? withoutMember(body, leader.name) : (body as EventBody);
        // It has been recorded, and what comes now is known.
        event = log[current - 1];
      }
    },
  });

  /** Of those who speak side by side each waits with what it does until the log has it. */
  const recordedMember = (agent: Agent, within: string | undefined): Agent => ({
    ...agent,
    async *turn(...handed) {
      for await (const item of agent.turn(...handed)) {
        const next = log.find((event) => event.seq >= current && isInTurnOf(agent.name, within, event));
        if (next && log.some((event) => event.seq >= current && event.type === item.type)) await turnOf(next.seq);
        yield item;
      }
    },
  });

  return {
    deps: {
      createModel,
      executor,
      keepFile: async () => Promise.reject(new Error("a replay keeps no file")),
      // Looked at before each call, as they are then.
      servers: { tools: async () => ({ tools: toolNames.map(toolNamed), missing: [] }) },
      foreign:
        ({ name }) =>
        async () =>
          foreignAnswer(await take((event): event is ForeignEnd => isForeignEnd(event, name))),
      recorded: { leader: recordedLeader, member: recordedMember, runCode },
    },
    settings: (settings) => ({
      ...settings,
      // A recorded reply has the chain behind it.
      models: new Map([...settings.models].map(([name, model]) => [name, { ...model, fallback: [] }])),
      tools: new Map([...settings.tools, [RECORDED, RECORDED_SERVER]]),
      teams: new Map(
        [...settings.teams].map(([name, team]) => [
          name,
          {
            ...team,
            agents: team.agents.map((agent) => (usesTools(agent, team.knowledge !== undefined) ? { ...agent, tools: [RECORDED] } : agent)),
          },
        ]),
      ),
    }),
    next(seq) {
      current = seq;
      waiting.get(seq)?.();
      waiting.delete(seq);
    },
    restart() {
      waiting = new Map();
      taken = new Set();
      ran = new Set(log.flatMap((event) => (event.seq < current && isEnd(event) ? [idOf(event)] : [])));
    },
  };
}

type Replacements = NonNullable<BuildDeps["recorded"]>;

/** The participants in whose turn it was: of a failure that is told as a team's, those down to the member. */
function placeOf(event: RunEvent): readonly string[] {
  const within = event.within?.split("/") ?? [];
  return event.type === "turn.failed" && event.member !== undefined
    ? [...within, event.agent, ...event.member.split("/").slice(0, -1)]
    : within;
}

/** As the member itself told it. */
const withoutMember = ({ member: _member, ...failed }: Extract<EventBody, { readonly type: "turn.failed" }>, agent: string): EventBody => ({
  ...failed,
  agent,
});

/** Whether it happened in a turn of this agent, which speaks inside this participant, or inside nobody. */
function isInTurnOf(agent: string, within: string | undefined, event: RunEvent): boolean {
  if (!("agent" in event)) return false;
  const path = event.type === "turn.failed" ? [...placeOf(event), spenderOf(event)] : [...placeOf(event), event.agent];
  const at = path.indexOf(agent);
  return at >= 0 && path[at - 1] === within;
}

/** Its memory is tools too, and so is what its team looks things up in. */
const usesTools = (agent: AgentSettings, looksUp: boolean): agent is Extract<AgentSettings, { readonly tools: unknown }> =>
  "tools" in agent && (agent.tools.length > 0 || agent.memory !== false || looksUp);

type ForeignEnd = Extract<RunEvent, { type: "message.posted" | "turn.failed" | "turn.ended" }>;

/** What an agent that is elsewhere has said in a turn. */
const isForeignEnd = (event: RunEvent, name: string): event is ForeignEnd =>
  (event.type === "message.posted" && "agent" in event && event.agent === name) ||
  (event.type === "turn.ended" && event.agent === name) ||
  (event.type === "turn.failed" && spenderOf(event) === name);

const foreignAnswer = (event: ForeignEnd): ForeignAnswer =>
  event.type === "turn.failed"
    ? { kind: "failed", error: event.error }
    : { kind: "answered", text: event.type === "message.posted" ? event.text : "" };

type CodeRan = Extract<RunEvent, { type: "code.ran" }>;
type ToolEnded = Extract<RunEvent, { type: "tool.returned" | "tool.failed" }>;
const isEnd = (event: RunEvent): event is ToolEnded => event.type === "tool.returned" || event.type === "tool.failed";

/** The tools of the log, as a server whose tools are known only when an agent speaks. */
const RECORDED = "recorded";
const RECORDED_SERVER: ToolSettings = { kind: "mcp", command: "none", approval: "never", startTimeoutSeconds: 1, callTimeoutSeconds: 1 };

/** As the log shows it: whether a person was asked before every call of the tool, before some, or before none. A call that the log ends at tells nothing. */
function approvalOf(tool: string, calls: readonly ToolCalled[], log: readonly RunEvent[]): "never" | "always" | "first-time" {
  // What was asked for another reason than the tool's own rule is asked for that reason again.
  const requests = log.flatMap((event) =>
    event.type === "approval.requested" && !event.because && !(event.lasting && event.says !== undefined) && !wishIn(event.call)
      ? [event]
      : [],
  );
  if (requests.some((one) => one.tool === tool && one.lasting)) return "first-time";
  const asked = new Set(requests.map(({ call }) => call));
  const answered = new Set(log.flatMap((event) => (isEnd(event) ? [idOf(event)] : [])));
  const own = calls.filter((call) => call.tool === tool && (asked.has(idOf(call)) || answered.has(idOf(call))));
  if (!own.some((call) => asked.has(idOf(call)))) return "never";
  return own.every((call) => asked.has(idOf(call))) ? "always" : "first-time";
}

/** What its calls have brought in, and whether one was asked for since it would have taken something out. */
function touchesOf(tool: string, log: readonly RunEvent[]): Pick<Tool, "touches"> {
  const brought = log.flatMap((event) => (isEnd(event) && event.tool === tool ? (event.touched ?? []) : []));
  const isOutside = log.some((event) => event.type === "approval.requested" && event.tool === tool && event.because && !wishIn(event.call));
  const touches: Touch[] = [...new Set(brought), ...(isOutside ? ["outside" as const] : [])];
  return touches.length > 0 ? { touches } : {};
}

const CUT_CHARS_MAX = 100_000_000;

/** Output that was cut is as long again as it was, so that it is cut again in the same place. */
function uncut(output: string): string {
  const [note, count] = /\n… cut: (\d{1,9}) more characters$/.exec(output) ?? [];
  if (note === undefined || Number(count) > CUT_CHARS_MAX) return output;
  return output.slice(0, -note.length) + " ".repeat(Number(count));
}

function parse(args: string): unknown {
  try {
    return args.trim() === "" ? {} : (JSON.parse(args) as unknown);
  } catch {
    return undefined;
  }
}
