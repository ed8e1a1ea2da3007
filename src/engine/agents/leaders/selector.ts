import { HUMAN, type Delta, type EventBody, type Notices, type Usage } from "../../events/events.ts";
import type { Model, ModelMessage } from "../../model.ts";
import { askHowToGoOn, STALLS_MAX_DEFAULT, stallsIn, stuck } from "../../reading/stalls.ts";
import type { Agent } from "../../team.ts";
import type { Turn } from "../../turn.ts";
import { read, type Fold } from "../../reading/fold.ts";
import { currentRun, lastSpeaker, repliesGiven, type Transcript } from "../../reading/transcript.ts";
import { SELECTOR, selectorWithin } from "../../reading/spender.ts";
import { NO_CALLS, plus } from "../../limits/usage.ts";
import { askUnseen, type CountedReply } from "../ask.ts";
import { add, cutPieces, emptyContext, shown, withPieces, type Context } from "../../reading/context.ts";
import { readChoice, REASON_CHARS_MAX, type Choice } from "./selector-choice.ts";
import { answerSpec, digestOf, filled, FINISH, instructions, question, rules } from "./selector-prompt.ts";
import { amendHeard, heard, type UserMessage } from "../../reading/hearing.ts";
import { noticed } from "../spoken.ts";

export interface SelectorSettings {
  readonly model: Model;
  readonly agents: readonly Agent[];
  /** Whether the last speaker may speak again at once. */
  readonly allowRepeats: boolean;
  /** Calls in all before the fallback. */
  readonly attempts: number;
  /** Whether it may answer `human`, which asks a person, and asks one by itself when it is stuck. */
  readonly mayAskHuman: boolean;
  /** Rules that decide before the model: the name of the next speaker, or nothing to leave it to the model. */
  readonly rule?: (transcript: Transcript) => string | undefined;
  /** Who may be chosen now; everybody (without the last speaker, where repeats are off) when it names nobody. */
  readonly candidates?: (transcript: Transcript) => readonly string[] | undefined;
  /** How much of what was said the model reads: the task and the last so many messages; {@link HISTORY_MESSAGES_MAX} when absent. */
  readonly historyMessagesMax?: number;
  /** Turns without progress before it says that it is stuck. */
  readonly stallsMax?: number;
  /** The team's own prompt, with `{roles}`, `{participants}` and `{history}`. */
  readonly prompt?: string;
  /** The participant inside which it leads; none for the team of the thread. */
  readonly within?: string;
}

/**
 * The agent that leads: between turns it asks a model who speaks next. Its turn ends in one event: a speaker, a question to a person, or
 * `finish`. With one candidate there is no call. A model that names nobody usable is told so; when the attempts are used up, the first
 * candidate that is not the last speaker has the floor, and the log says that it was a fallback. When it is stuck, it asks a person where it
 * may, and says so in its reasons where it may not.
 */
export function selector(settings: SelectorSettings): Agent {
  const { model, agents, stallsMax = STALLS_MAX_DEFAULT, historyMessagesMax = HISTORY_MESSAGES_MAX } = settings;
  const system = settings.prompt === undefined ? instructions(agents) : rules();
  const answer = answerSpec(agents, settings.mayAskHuman);
  // Who writes a prompt of their own is given what they ask for.
  const history = settings.prompt === undefined ? digests : entries;
  const strategy = { kind: "lastMessages", count: historyMessagesMax } as const;

  async function* speak(turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
    const { transcript } = turn;
    const state = stalls(transcript);
    if (state.stoppedBy) {
      yield { type: "stop.requested", person: state.stoppedBy };
      return;
    }
    const trouble = stuck(state, stallsMax);
    if (trouble !== undefined && settings.mayAskHuman) {
      yield askHowToGoOn(SELECTOR, trouble);
      return;
    }
    const ruled = settings.rule?.(transcript);
    if (ruled !== undefined) {
      yield { type: "speaker.selected", agent: ruled, by: "policy" };
      return;
    }
    const candidates = candidatesOf(transcript);
    const [only] = candidates;
    if (only !== undefined && candidates.length === 1) {
      yield { type: "speaker.selected", agent: only, by: "only" };
      return;
    }
    yield { type: "activity", agent: SELECTOR, doing: "is choosing who speaks next" };
    const decision = await choose(turn, candidates);
    if (decision)
      yield trouble === undefined || decision.type !== "speaker.selected"
        ? decision
        : { ...decision, reason: `${trouble} ${decision.reason ?? ""}`.trim().slice(0, REASON_CHARS_MAX) };
  }

  function candidatesOf(transcript: Transcript): readonly string[] {
    const names = agents.map((agent) => agent.name);
    const offered = settings.candidates?.(transcript);
    if (offered) return names.filter((name) => offered.includes(name));
    const others = names.filter((name) => name !== lastSpeaker(transcript));
    return settings.allowRepeats || others.length === 0 ? names : others;
  }

  async function choose(turn: Turn, candidates: readonly string[]): Promise<EventBody | undefined> {
    const { transcript, signal } = turn;
    const everybody = agents.map((agent) => agent.name);
    const actions = [...(settings.mayAskHuman ? [HUMAN] : []), ...(currentRun(transcript).turns > 0 ? [FINISH] : [])];
    const talk: ModelMessage[] = [];
    let usage: Usage = NO_CALLS;
    let trouble = "";
    for (let attempt = 0; attempt < settings.attempts; attempt++) {
      const reply = await asked(turn, candidates, actions, talk, usage);
      if (signal.aborted) return undefined;
      usage = plus(usage, reply.usage);
      if (reply.kind === "failure" && reply.error.kind === "limit")
        return { type: "turn.failed", agent: SELECTOR, error: reply.error, usage };
      if (reply.kind === "failure") {
        trouble = `the selector's model failed: ${reply.error.message}`;
        continue;
      }
      const choice = readChoice(reply.text, candidates, actions, everybody);
      if (choice.kind === "choice") return decided(choice, candidates, usage, noticed(reply));
      trouble = choice.trouble;
      talk.push(
        { role: "assistant", text: reply.text, toolCalls: [] },
        { role: "user", text: `${choice.trouble} ${question(candidates, actions)}` },
      );
    }
    const last = lastSpeaker(transcript);
    const fallback = candidates.find((name) => name !== last) ?? everybody[0];
    return fallback === undefined
      ? undefined
      : { type: "speaker.selected", agent: fallback, by: "fallback", reason: trouble, candidates, usage };
  }

  function asked(
    turn: Turn,
    candidates: readonly string[],
    actions: readonly string[],
    talk: readonly ModelMessage[],
    usage: Usage,
  ): Promise<CountedReply> {
    const { transcript } = turn;
    const request = {
      agent: settings.within === undefined ? SELECTOR : selectorWithin(settings.within),
      system,
      tools: [],
      answer,
      nth: repliesGiven(transcript, SELECTOR) + (usage.calls ?? 0),
    };
    const context = read(transcript, history);
    if (settings.prompt === undefined)
      return askUnseen(
        { model, request, context, strategy, extra: [{ role: "user", text: question(candidates, actions) }, ...talk] },
        turn,
      );
    const text = filled(settings.prompt, agents, candidates, shown(context, strategy));
    return askUnseen(
      {
        model,
        request,
        context: settings.prompt.includes("{history}") ? emptyContext() : context,
        strategy,
        extra: [{ role: "user", text }, ...talk],
      },
      turn,
    );
  }

  return { name: SELECTOR, description: "Chooses who speaks next.", leads: true, turn: speak };
}

/** Enough to judge by; what came before is in the task and in what was made of it. */
const HISTORY_MESSAGES_MAX = 40;
/** One message of the history where a team's own prompt asks for it; code output is cut hardest by it. */
const ENTRY_CHARS_MAX = 2_000;
/** What an agent said, as the selector reads it: with some hundred characters a turn, choosing costs less than speaking. */
const DIGEST_CHARS_MAX = 240;
const stalls = stallsIn(SELECTOR);

function decided(choice: Choice, candidates: readonly string[], usage: Usage, notices: { readonly notices?: Notices }): EventBody {
  if (choice.next === FINISH) return { type: "finish.decided", agent: SELECTOR, reason: choice.reason, usage };
  if (choice.next === HUMAN)
    return { type: "handoff.made", agent: SELECTOR, to: HUMAN, text: choice.instruction || choice.reason || "How should we go on?", usage };
  return {
    type: "speaker.selected",
    agent: choice.next,
    by: "selector",
    ...(choice.reason ? { reason: choice.reason } : {}),
    ...(choice.instruction ? { instruction: choice.instruction } : {}),
    candidates,
    ...(choice.progress === undefined ? {} : { progress: choice.progress }),
    ...notices,
    usage,
  };
}

/** What was said, without tool traffic, each message as `entry` makes it. */
const historyOf = (entry: (message: UserMessage) => UserMessage): Fold<Context> => ({
  growsInPlace: true,
  initial: emptyContext,
  step: (context, event) => {
    amendHeard(context, event);
    if (event.type === "run.started") context.expectsTask = true;
    const message = heard(SELECTOR, event, context.people);
    // Which images there are is in the words.
    if (message) add(context, event.seq, entry({ ...message, images: [] }));
    return context;
  },
});

const cut = (message: UserMessage): UserMessage => cutPieces(message, ENTRY_CHARS_MAX);
const entries = historyOf(cut);
/** People's words whole, for they say what is wanted; of an agent's how they begin and end. */
const digests = historyOf((message) =>
  message.from?.kind === "person" || message.from?.kind === "task"
    ? cut(message)
    : withPieces(message, (text) => digestOf(text, DIGEST_CHARS_MAX)),
);
