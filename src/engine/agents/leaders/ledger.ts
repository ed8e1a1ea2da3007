import { HUMAN, type Delta, type EventBody, type Usage } from "../../events/events.ts";
import { readObject } from "../../json-schema.ts";
import type { Model, ModelMessage, ModelRequest } from "../../model.ts";
import { askHowToGoOn, judgedAs, REPLANS_MAX_DEFAULT, STALLS_MAX_DEFAULT, stallsIn, stuck } from "../../reading/stalls.ts";
import type { Agent } from "../../team.ts";
import type { Turn } from "../../turn.ts";
import { read } from "../../reading/fold.ts";
import { lastSpeaker, repliesGiven, type Transcript } from "../../reading/transcript.ts";
import { NO_CALLS, plus } from "../../limits/usage.ts";
import { ask, askUnseen } from "../ask.ts";
import { CONTEXT_DEFAULT, type ContextStrategy } from "../../reading/context.ts";
import { answerSpec, FINAL, instructions, NEW_FACTS, NEW_PLAN, PLAN, progress, REVISED_PLAN, SURVEY } from "./ledger-prompts.ts";
import { leaderView, ledgerState, type LedgerState } from "./ledger-state.ts";
import { APPROVE, REVISE } from "./plan-words.ts";
import { nameWritten } from "./names-as-written.ts";
import { noticed, spokenBy, turnFailed } from "../spoken.ts";
import { keepInShort } from "../summary.ts";

export interface LedgerSettings {
  readonly name: string;
  readonly model: Model;
  readonly agents: readonly Agent[];
  /** Calls in all for one progress ledger before the fallback. */
  readonly attempts: number;
  /** Whether it may ask a person when new plans do not help. */
  readonly mayAskHuman: boolean;
  /** Whether a person approves the plan before the work begins. */
  readonly reviewPlan?: boolean;
  /** Turns without progress before it plans anew; {@link STALLS_MAX_DEFAULT} when absent. */
  readonly stallsMax?: number;
  /** New plans before it gives up or asks a person; {@link REPLANS_MAX_DEFAULT} when absent. */
  readonly replansMax?: number;
  readonly context?: ContextStrategy;
}

/**
 * The leader of a Magentic team, for the policy `ledBy`. It surveys the facts and makes a plan, both posted as its own words; then, between
 * turns, it keeps a progress ledger and says who does what next. When the team is stuck it plans anew, so often and no more; then it asks
 * a person, or fails where it may not. When the task is done it gives the answer. Each of its turns is one step, read off the log.
 */
export function ledger(settings: LedgerSettings): Agent {
  const {
    name,
    model,
    agents,
    stallsMax = STALLS_MAX_DEFAULT,
    replansMax = REPLANS_MAX_DEFAULT,
    context: strategy = CONTEXT_DEFAULT,
  } = settings;
  const [state, stalls, view] = [ledgerState(name, settings.reviewPlan ?? false), stallsIn(name), leaderView(name)];
  const system = instructions(agents);
  const names = agents.map((agent) => agent.name);

  async function* speak(turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
    const now = read(turn.transcript, state);
    switch (now.phase) {
      case "survey":
        yield* say(turn, SURVEY);
        return;
      case "plan":
        yield* say(turn, now.wished ? REVISED_PLAN : now.replans > 0 ? NEW_PLAN : PLAN);
        return;
      case "review":
        yield { type: "handoff.made", agent: name, to: HUMAN, text: "Shall the team work by this plan?", options: [APPROVE, REVISE] };
        return;
      case "ask what to change":
        yield { type: "handoff.made", agent: name, to: HUMAN, text: "What should be different in the plan?" };
        return;
      case "steps":
        yield* step(turn, now);
        return;
      case "finish":
        yield { type: "finish.decided", agent: name, reason: "the task is done" };
    }
  }

  async function* step(turn: Turn, now: LedgerState): AsyncGenerator<EventBody | Delta, void, void> {
    const stalled = stalls(turn.transcript);
    const trouble = stuck(stalled, stallsMax);
    if (stalled.stoppedBy) yield { type: "stop.requested", person: stalled.stoppedBy };
    else if (trouble === undefined) yield* judge(turn, now);
    else yield* planAnew(turn, now, trouble);
  }

  /** What is done when it does not get on; `before`: what the judgement cost that said so. */
  async function* planAnew(
    turn: Turn,
    { replans }: LedgerState,
    trouble: string,
    before: Usage = NO_CALLS,
  ): AsyncGenerator<EventBody | Delta, void, void> {
    const spent = before.calls === 0 ? {} : { usage: before };
    if (replans < replansMax) yield* say(turn, NEW_FACTS, before);
    else if (settings.mayAskHuman) yield { ...askHowToGoOn(name, trouble), ...spent };
    else
      yield {
        type: "turn.failed",
        agent: name,
        error: { kind: "stuck", message: `${trouble} ${replans} new plans did not help.` },
        ...spent,
      };
  }

  /**
   * One progress ledger. What does not fit is sent back with the error; at last the work goes on with the next of the team. Where it says
   * that the team is stuck by now, the plan is made anew at once.
   */
  async function* judge(turn: Turn, now: LedgerState): AsyncGenerator<EventBody | Delta, void, void> {
    const { transcript, signal } = turn;
    yield { type: "activity", agent: name, doing: "is looking at where the task stands" };
    const talk: ModelMessage[] = [];
    let usage = yield* keepInShort({ agent: name, context: read(transcript, view), strategy, nth: repliesGiven(transcript, name) }, turn);
    let trouble = "";
    for (let attempt = 0; attempt < settings.attempts && !signal.aborted; attempt++) {
      const extra: ModelMessage[] = [{ role: "user", text: progress(names) }, ...talk];
      const reply = await askUnseen(
        { model, request: request(transcript, usage, names), context: read(transcript, view), strategy, extra },
        turn,
      );
      if (signal.aborted) return;
      usage = plus(usage, reply.usage);
      if (reply.kind === "failure" && reply.error.kind === "limit") {
        yield { type: "turn.failed", agent: name, error: reply.error, usage };
        return;
      }
      const judged = reply.kind === "answer" ? readProgress(reply.text, names) : undefined;
      if (judged?.kind === "fits") {
        // It fits the schema that says so.
        const found = judged.value as unknown as Progress;
        const trouble = stuck(judgedAs(stalls(transcript), found.progress && !found.inLoop), stallsMax);
        if (found.satisfied) yield* say(turn, FINAL, usage);
        else if (trouble !== undefined) yield* planAnew(turn, now, trouble, usage);
        else yield { ...selected(found, usage), ...noticed(reply) };
        return;
      }
      trouble = reply.kind === "failure" ? `the leader's model failed: ${reply.error.message}` : (judged?.trouble ?? "");
      if (reply.kind === "failure") continue;
      if (reply.text.trim()) talk.push({ role: "assistant", text: reply.text, toolCalls: [] });
      talk.push({ role: "user", text: `${trouble} Answer again, as JSON alone.` });
    }
    const next = names[(names.indexOf(lastSpeaker(transcript) ?? "") + 1) % names.length];
    if (next !== undefined && !signal.aborted)
      yield {
        type: "speaker.selected",
        agent: next,
        by: "fallback",
        reason: trouble,
        candidates: names,
        leader: name,
        usage,
        ...(now.instruction ? { instruction: now.instruction } : {}),
      };
  }

  const selected = (found: Progress, usage: Usage): EventBody => ({
    type: "speaker.selected",
    agent: found.next,
    by: "selector",
    reason: found.reason.slice(0, REASON_CHARS_MAX),
    instruction: found.instruction.slice(0, INSTRUCTION_CHARS_MAX),
    candidates: names,
    progress: found.progress && !found.inLoop,
    leader: name,
    usage,
  });

  /** Words of its own: one call, one message; after the answer to the task the next turn ends the run. */
  async function* say(turn: Turn, prompt: string, before: Usage = NO_CALLS): AsyncGenerator<EventBody | Delta, void, void> {
    const { transcript, signal } = turn;
    const extra: ModelMessage[] = [{ role: "user", text: prompt }];
    const reply = yield* ask({ model, request: request(transcript, before), context: read(transcript, view), strategy, extra }, turn);
    if (signal.aborted) return;
    const usage = plus(before, reply.usage);
    if (reply.kind === "failure") {
      yield turnFailed(name, { ...reply, usage });
      return;
    }
    const final = prompt === FINAL;
    yield {
      type: "message.posted",
      agent: name,
      text: reply.text,
      ...spokenBy(model, reply),
      usage,
      ...(final ? { kind: "stop" as const } : {}),
    };
  }

  const request = (transcript: Transcript, before: Usage, offered?: readonly string[]): Omit<ModelRequest, "messages"> => ({
    agent: name,
    system,
    tools: [],
    nth: repliesGiven(transcript, name) + (before.calls ?? 1),
    ...(offered ? { answer: answerSpec(offered) } : {}),
  });

  return { name, description: "Plans, and says who does what next.", leads: true, turn: speak };
}

/** The name in `next` with the selector's tolerance, everything else as the schema says. */
function readProgress(text: string, names: readonly string[]): ReturnType<typeof readObject> {
  const { schema } = answerSpec(names);
  const strict = readObject(schema, text);
  if (strict.kind === "fits") return strict;
  const anyName = { ...schema, properties: { ...(schema["properties"] as object), next: { type: "string" } } };
  const loose = readObject(anyName, text);
  const next = loose.kind === "fits" ? nameWritten(names, String(loose.value["next"])) : undefined;
  return loose.kind === "fits" && next !== undefined ? { ...loose, value: { ...loose.value, next } } : strict;
}

interface Progress {
  readonly satisfied: boolean;
  readonly inLoop: boolean;
  readonly progress: boolean;
  readonly next: string;
  readonly instruction: string;
  readonly reason: string;
}

/** A reason is shown to people in one line. */
const REASON_CHARS_MAX = 200;
const INSTRUCTION_CHARS_MAX = 2_000;
