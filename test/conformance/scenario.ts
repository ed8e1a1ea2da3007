import { codeBlocks } from "../../src/engine/code-blocks.ts";
import { mentionedNames } from "../../src/engine/agents/leaders/mentioned-names.ts";
import type { RunCode } from "../../src/engine/agents/code/run-block.ts";
import { isEvent, type EventBody, type RunEvent } from "../../src/engine/events/events.ts";
import { converse } from "../../src/engine/loop.ts";
import type { Agent, Team } from "../../src/engine/team.ts";
import { currentRun } from "../../src/engine/reading/transcript.ts";
import { condition } from "./conditions.ts";
import { differs, firstDifference, listDifference, sideDifference, stopDifference } from "./differences.ts";
import type { Scenario, Step } from "./format.ts";
import { openLog, startRun, type Log } from "./log.ts";
import { scenarioModel } from "./scripted-model.ts";
import { buildAgent, buildTeam, LEADER, type Parts } from "./set-up.ts";
import { withOwnNames } from "./names.ts";
import { eventOf, messagesOf, stopToken } from "./translate.ts";
import { aside, turnOn } from "../support/turn.ts";

/** Opens a sandbox of its own for a scenario. */
export type OpenSandbox = (limits: {
  readonly timeoutSeconds: number | undefined;
}) => Promise<{ readonly run: RunCode; end(): Promise<void> }>;

/** Plays one scenario; the first difference, or nothing when it holds. */
export async function play(scenario: Scenario, openSandbox: OpenSandbox): Promise<string | undefined> {
  switch (scenario.kind) {
    case "mentions":
      return firstDifference(scenario.table ?? [], (row) =>
        differs(row.reply, row.mentioned, mentionedNames(row.names ?? [], row.reply ?? "")),
      );
    case "code_blocks":
      return firstDifference(scenario.table ?? [], (row) =>
        differs(
          row.text,
          row.blocks,
          codeBlocks(row.text ?? "").map((block) => [block.language, block.code]),
        ),
      );
    case "termination":
      return playTermination(scenario);
    case "team":
    case "executor": {
      const sandbox = lazily(() => openSandbox({ timeoutSeconds: scenario.setup.timeout }));
      try {
        return scenario.kind === "team" ? await playTeam(scenario, sandbox.run) : await playExecutor(scenario, sandbox.run);
      } finally {
        await sandbox.end();
      }
    }
  }
}

function lazily(open: () => ReturnType<OpenSandbox>): { run: RunCode; end(): Promise<void> } {
  let opened: ReturnType<OpenSandbox> | undefined;
  return {
    run: async (block, options) => (await (opened ??= open())).run(block, options),
    end: async () => (await opened)?.end(),
  };
}

function playTermination({ setup, steps = [] }: Scenario): string | undefined {
  if (!setup.termination) return "the scenario has no condition";
  const stopWhen = condition(setup.termination);
  let log = openLog();
  startRun(log);
  return firstDifference(steps, (step) => {
    if (step.op === "reset") startRun((log = openLog()));
    if (step.op === "sleep") log.sleep((step.seconds ?? 0) * 1_000);
    if (step.op === "set" || step.op === "external_set") log.record({ type: "stop.requested", person: { id: "user", name: "user" } });
    if (step.op !== "check") return undefined;
    // A bare condition has no requester: whoever the messages name has said them. Time passes in the log only with an event.
    // They come together, as what was said in one turn.
    log.record({ type: "speaker.selected", agent: TURN, by: "policy" });
    for (const message of step.messages ?? []) log.record(eventOf(message, false));
    log.record({ type: "turn.ended", agent: TURN, reason: "" });
    return stopDifference(step.expect?.stop, stopWhen(log.transcript).map(stopToken));
  });
}

/** Whose turn it is in which the messages of a check come. */
const TURN = "the turn of a check";

async function playExecutor({ steps = [] }: Scenario, run: RunCode): Promise<string | undefined> {
  for (const { blocks = [], expect = {} } of steps) {
    let exitCode = 0;
    let output = "";
    for (const block of blocks) {
      const result = await run({ language: block.language.toLowerCase(), code: block.code }, aside());
      exitCode = result.outcome === "rejected" ? 1 : result.exitCode;
      output += result.output;
      if (result.outcome !== "ok") break;
    }
    if (expect.exit_code !== undefined && exitCode !== expect.exit_code)
      return `exit code: expected ${expect.exit_code}, got ${exitCode} (${output.slice(0, 200)})`;
    if (expect.output !== undefined && output.trimEnd() !== expect.output.trimEnd()) return differs("output", expect.output, output);
    const unwanted = (expect.output_excludes ?? []).find((fragment) => output.toLowerCase().includes(fragment.toLowerCase()));
    if (unwanted !== undefined) return `output: did not expect ${JSON.stringify(unwanted)} in ${JSON.stringify(output)}`;
    const missing = (expect.output_contains ?? []).find((fragment) => !output.toLowerCase().includes(fragment.toLowerCase()));
    if (missing !== undefined) return `output: expected ${JSON.stringify(missing)} in ${JSON.stringify(output)}`;
    if (expect.file_name !== undefined) {
      const look = await run({ language: "sh", code: `test -f '${expect.file_name.replaceAll("'", "")}'` }, aside());
      if (look.exitCode !== 0) return `file: expected ${expect.file_name} in the workspace`;
    }
  }
  return undefined;
}

async function playTeam(scenario: Scenario, runCode: RunCode): Promise<string | undefined> {
  const { setup, steps = [] } = withOwnNames(scenario);
  const models = new Map(Object.entries(setup.models ?? {}).map(([id, { replies }]) => [id, scenarioModel(id, replies)]));
  const names = [
    ...(setup.agents ?? []).map((agent) => agent.name),
    ...steps.flatMap((step) => (step.messages ?? []).map((message) => (typeof message === "string" ? "user" : (message.source ?? "user")))),
  ];
  const fresh = (): Parts => ({
    setup,
    models,
    received: new Map(),
    agents: new Set((setup.agents ?? []).map(({ name }) => name)),
    runCode,
    coders: names.filter((name) => name !== "user" && name !== "human"),
  });
  let parts = fresh();
  let team: Team | undefined;
  let log = openLog();
  // Asked for between two runs, it ends the next one at its first look.
  let isStopAsked = false;
  try {
    team = setup.team ? buildTeam(setup.team, parts) : undefined;
    for (const agent of setup.team ? [] : (setup.agents ?? [])) buildAgent(agent, parts);
    if (scenario.expect?.construct_error) return "expected the set-up to be refused, and it was not";
  } catch (error) {
    // What AutoGen finds when it comes to it, the checks of a team file find before.
    const isExpected = scenario.expect?.construct_error ?? steps.some((step) => step.expect?.error !== undefined);
    return isExpected ? undefined : `the set-up was refused: ${String(error)}`;
  }
  for (const [index, step] of steps.entries()) {
    const at = (difference: string | undefined) => (difference === undefined ? undefined : `step ${index + 1}: ${difference}`);
    const agents = agentsByName(parts);
    if (step.op === "reset") log = openLog();
    if (step.op === "external_set" || step.op === "set") isStopAsked = true;
    if (step.op === "sleep") log.sleep((step.seconds ?? 0) * 1_000);
    if (step.op === "save_load") {
      // There is nothing to save: the log goes through storage as text, and everything else is built anew.
      const stored = JSON.stringify(log.events);
      log = openLog();
      for (const event of JSON.parse(stored) as RunEvent[]) log.record(event);
      parts = fresh();
      team = setup.team ? buildTeam(setup.team, parts) : undefined;
    }
    const difference =
      step.op === "run"
        ? await runStep(step, { team, log, setup, isStopAsked })
        : step.op === "agent"
          ? await agentStep(step, agents, log, scenario)
          : undefined;
    if (step.op === "run" || step.op === "reset") isStopAsked = false;
    const found = at(difference) ?? at(sideDifference(step, models, parts.received, log));
    if (found) return found;
  }
  return undefined;
}

const agentsByName =
  (parts: Parts) =>
  (name: string): Agent => {
    const setup = parts.setup.agents?.find((agent) => agent.name === name);
    if (!setup) throw new Error(`no agent is named ${name}`);
    return buildAgent(setup, parts);
  };

interface Stage {
  readonly team: Team | undefined;
  readonly log: Log;
  readonly setup: Scenario["setup"];
  readonly isStopAsked: boolean;
}

async function runStep(step: Step, stage: Stage): Promise<string | undefined> {
  const { team, log, setup } = stage;
  const { expect = {}, task } = step;
  const from = log.events.length;
  let error: string | undefined;
  try {
    if (!team) throw new Error("the scenario has no team");
    if (Array.isArray(task) && task.length === 0) throw new Error("an empty list of messages is no task");
    // A question that waits for a person is answered within its run; everything else starts a run.
    startRun(log);
    for (const message of task === undefined || task === null ? [] : ([task].flat() as readonly (string | { source?: string })[]))
      log.record(eventOf(message));
    // Without a task there is nothing to look at before somebody has spoken.
    const stop: EventBody = { type: "stop.requested", person: { id: "user", name: "user" } };
    const isLater = task === undefined || task === null;
    if (stage.isStopAsked && !isLater) log.record(stop);
    const isCancelled = await conversation(team, stage, {
      cancelAfter: step.cancel_after,
      from,
      ...(stage.isStopAsked && isLater ? { stop } : {}),
    });
    if (isCancelled && expect.error !== undefined) error = "cancelled";
  } catch (thrown) {
    error = String(thrown);
  }
  const events = log.events.slice(from);
  const failed = events.find((event) => event.type === "turn.failed");
  error ??= failed?.error.message;
  if (expect.error !== undefined) {
    if (error === undefined) return "expected an error, got none";
    return expect.error === true || error.includes(expect.error)
      ? undefined
      : `error: expected ${JSON.stringify(expect.error)} in ${JSON.stringify(error)}`;
  }
  if (error !== undefined) return `it failed: ${error}`;
  const seen = messagesOf(events.filter(isListed(setup)), structuredOf(setup));
  if (expect.message_count !== undefined && seen.length !== expect.message_count)
    return `expected ${expect.message_count} messages, got ${seen.length}`;
  const listed = expect.messages && listDifference(expect.messages, seen);
  if (listed) return listed;
  const stopped = events.findLast((event) => event.type === "run.stopped");
  return stopDifference(expect.stop, stopped?.reasons.map(stopToken) ?? []);
}

/** More events than this in one run of a scenario mean that it does not end. */
const EVENTS_MAX = 2_000;

/** What happens while a run goes on. */
interface Meanwhile {
  readonly cancelAfter: number | undefined;
  /** How many events there were before it. */
  readonly from: number;
  /** Is recorded when the first speaker has the floor. */
  readonly stop?: EventBody;
}

/** Whether it was cancelled. A participant who is a person has the next of their inputs at hand whenever they are asked. */
async function conversation(team: Team, { log, setup }: Stage, meanwhile: Meanwhile): Promise<boolean> {
  do {
    if (await talk(team, { log, setup }, meanwhile)) return true;
  } while (giveInput(log, setup));
  return false;
}

function giveInput(log: Log, setup: Scenario["setup"]): boolean {
  const [question] = currentRun(log.transcript).questions;
  const proxy = setup.agents?.find((agent) => agent.type === "user_proxy" && agent.name === question?.agent);
  if (!question || !proxy) return false;
  const given = log.events.filter(
    (event) => event.type === "message.posted" && "person" in event && event.person.id === proxy.name && event.answers !== undefined,
  ).length;
  const text = proxy.inputs?.[given];
  if (text === undefined) throw new Error(`${proxy.name} has no input ${given + 1}`);
  log.record({ type: "message.posted", person: { id: proxy.name, name: proxy.name }, text, answers: question.seq });
  return true;
}

/** The leader of a magentic team: of its words only the answer is listed. */
const isListed =
  ({ team }: Scenario["setup"]) =>
  (event: RunEvent): boolean =>
    team?.kind !== "magentic" || event.type !== "message.posted" || !("agent" in event) || event.agent !== LEADER || event.kind === "stop";

const structuredOf = ({ agents = [] }: Scenario["setup"]): ReadonlySet<string> =>
  new Set(agents.filter(({ answer, turns = [] }) => answer ?? turns.some(isForm)).map(({ name }) => name));
const isForm = (turn: unknown): boolean => typeof turn === "object" && turn !== null && "type" in turn && turn.type === "structured";

async function talk(
  team: Team,
  { log, setup }: Pick<Stage, "log" | "setup">,
  { cancelAfter, from, stop: asked }: Meanwhile,
): Promise<boolean> {
  const stop = new AbortController();
  for await (const item of converse(team, turnOn(log.transcript, stop.signal))) {
    if (!isEvent(item)) continue;
    log.record(item);
    if (asked && log.events.length === from + 2) log.record(asked);
    if (log.events.length - from > EVENTS_MAX) throw new Error("the run does not end");
    if (cancelAfter !== undefined && messagesOf(log.events.slice(from), structuredOf(setup)).length >= cancelAfter) {
      stop.abort();
      log.record({
        type: "run.stopped",
        run: "",
        outcome: "stopped",
        reason: "cancelled",
        reasons: [{ kind: "person", person: { id: "user", name: "user" } }],
      });
      return true;
    }
  }
  return false;
}

async function agentStep(step: Step, agents: (name: string) => Agent, log: Log, scenario: Scenario): Promise<string | undefined> {
  const { expect = {}, agent: name = "" } = step;
  for (const message of step.messages ?? []) log.record(eventOf(message));
  const setup = scenario.setup.agents?.find((agent) => agent.name === name);
  const from = log.events.length + 1;
  log.record({ type: "speaker.selected", agent: name, by: "policy" });
  try {
    const once = async () => {
      for await (const item of agents(name).turn(turnOn(log.transcript))) if (isEvent(item)) log.record(item);
    };
    await once();
    if (setup?.type === "user_proxy" && giveInput(log, scenario.setup)) await once();
  } catch (error) {
    return expect.error === undefined ? `it failed: ${String(error)}` : undefined;
  }
  const events = log.events.slice(from);
  const failed = events.some((event) => event.type === "turn.failed");
  if (expect.error !== undefined) return failed ? undefined : "expected an error, got none";
  return expect.stream ? listDifference(expect.stream, messagesOf(events, structuredOf(scenario.setup))) : undefined;
}
