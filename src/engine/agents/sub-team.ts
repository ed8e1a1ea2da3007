import { isEvent, type ActionPolicy, type Delta, type EventBody, type RunEvent } from "../events/events.ts";
import type { Model, ModelMessage } from "../model.ts";
import { converse, hasWork } from "../loop.ts";
import type { Agent, Team } from "../team.ts";
import { inside, type Turn } from "../turn.ts";
import { read, type Fold } from "../reading/fold.ts";
import { amend, isMessage, lastSpeaker, repliesGiven, type Transcript } from "../reading/transcript.ts";
import { ask } from "./ask.ts";
import { add, CONTEXT_DEFAULT, emptyContext } from "../reading/context.ts";
import { forInside } from "../held-code/held-code.ts";
import { holding, type Holding } from "../held-code/holding.ts";
import { hear, noteResult, openEar, resultsBeside, type Results } from "../reading/hearing.ts";
import { spokenBy, turnFailed } from "./spoken.ts";

export interface SubTeamSettings {
  readonly name: string;
  readonly description: string;
  readonly team: Team;
  /**
   * `members`: everybody hears what the members say. With a model the team speaks with one voice: the members talk among themselves, and
   * the model answers for them from what they said.
   */
  readonly voice: "members" | { readonly model: Model; readonly instructions: string };
}

/**
 * A team as a participant. Its turn is a conversation of its own, in the same log: its events are marked `within` it. What it hears at the
 * beginning of a turn is what the others said since its last one.
 */
export function subTeam(settings: SubTeamSettings): Agent {
  const { name, description, team, voice } = settings;
  const isKeptInside = (place: readonly string[]): boolean =>
    team.agents.find((agent) => agent.name === place[0])?.keepsInside?.(place.slice(1)) ?? false;
  const inner = innerLog(name, team.name, { anew: voice !== "members", isKeptInside });

  /** The fold's array is the same object from call to call, so what the members' folds have read stays read. */
  const readWithin = (transcript: Transcript): Transcript => ({
    get events() {
      return read(transcript, inner).events;
    },
  });

  async function* speak(turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
    const within = readWithin(turn.transcript);
    let reason = "";
    for await (const item of converse(team, inside(turn, within))) {
      if (!isEvent(item)) yield item;
      else if (item.type === "run.stopped") reason = item.reason;
      else if (item.type === "turn.failed" && item.within === undefined && item.error.kind !== "limit") {
        yield { ...item, agent: name, member: item.member === undefined ? item.agent : `${item.agent}/${item.member}` };
        return;
      } else
        yield {
          ...namedOutside(name, item),
          within: item.within === undefined ? name : `${name}/${item.within}`,
          ...(voice === "members" ? {} : { quiet: true as const }),
        };
    }
    // No reason yet: a member waits for a person, or the turn was broken off.
    if (turn.signal.aborted || reason === "") return;
    if (voice === "members") yield { type: "turn.ended", agent: name, reason };
    else yield* answer(voice, within, turn);
  }

  async function* answer(
    one: Exclude<typeof voice, "members">,
    within: Transcript,
    turn: Turn,
  ): AsyncGenerator<EventBody | Delta, void, void> {
    const [context, ear] = [emptyContext(), openEar()];
    for (const event of within.events) {
      if (event.type === "run.started") context.expectsTask = true;
      const messages = hear(ear, name, event, context.people);
      if (isMessage(event)) add(context, event.seq, ...messages);
    }
    const request = { agent: name, system: one.instructions, tools: [], nth: repliesGiven(turn.transcript, name) };
    const reply = yield* ask({ model: one.model, request, context, strategy: CONTEXT_DEFAULT, extra: [ONE_VOICE] }, turn);
    if (turn.signal.aborted) return;
    if (reply.kind === "answer")
      yield { type: "message.posted", agent: name, text: reply.text, ...spokenBy(one.model, reply), usage: reply.usage };
    else yield turnFailed(name, reply);
  }

  return {
    name,
    description,
    goesOn: (transcript) => hasWork(team, readWithin(transcript)),
    keepsInside: (place) => voice !== "members" || isKeptInside(place),
    turn: speak,
  };
}

const ONE_VOICE: ModelMessage = { role: "user", text: "Now give the team's answer, as one voice, without speaking of the team." };

/**
 * Inside each team calls are numbered anew. Outside, one that waits for a yes carries the team's name in front, so that a yes to what one
 * team asks is not taken for a yes to another's.
 */
const namedOutside = (name: string, event: EventBody): EventBody =>
  event.type === "approval.requested" ? { ...event, call: `${name}/${event.call}` } : event;

const namedInside = (name: string, event: RunEvent): RunEvent =>
  event.type === "approval.requested" || isOnApproval(event) ? { ...event, call: event.call.slice(name.length + 1) } : event;

const isOnApproval = (event: RunEvent) =>
  event.type === "approval.given" || event.type === "approval.expired" || event.type === "approval.withdrawn";

/** Who called a tool has paid for it. */
const freeOfCost = <Event extends RunEvent>(event: Event): Event => ({ ...event, usage: undefined });

/**
 * The log as the team inside reads it: each turn of the participant is a run of its own, which begins with what agents outside have said since.
 * People are heard at once. `anew`: who speaks is decided anew in each. `isKeptInside`: what members who are teams say with one voice, the others
 * of the team do not hear.
 */
function innerLog(
  name: string,
  team: string,
  { anew, isKeptInside }: { readonly anew: boolean; readonly isKeptInside: (place: readonly string[]) => boolean },
): Fold<{
  readonly events: RunEvent[];
  readonly seqs: Map<number, number>;
  unheard: RunEvent[];
  /** Of tools outside; they are told inside where they travel with a hand-over. */
  readonly results: Results;
  open: boolean;
  /** What the run outside began with, and whether this team has had a turn in it. */
  rules: { readonly code?: ActionPolicy; readonly tools?: ActionPolicy; readonly goesOn?: true; readonly unkept?: true };
  /** Code that people hold back outside. */
  held: Holding;
}> {
  const outside = holding({ languages: [], runners: [] });
  return {
    growsInPlace: true,
    initial: () => ({ events: [], seqs: new Map(), unheard: [], results: new Map(), open: false, rules: {}, held: outside.initial() }),
    step(state, event) {
      state.held = outside.step(state.held, event);
      noteResult(state.results, event);
      const append = (body: EventBody) => state.events.push({ ...body, seq: state.events.length + 1, at: event.at });
      // Said outside of the whole team; inside it was one of its members. Older logs do not say which, and not all that it has cost.
      const appendFailure = ({ error, member, usage }: Extract<RunEvent, { readonly type: "turn.failed" }>) => {
        const [agent, ...rest] = member?.split("/") ?? [lastSpeaker({ events: state.events })];
        if (agent === undefined) return;
        const further = rest.length > 0 ? { member: rest.join("/") } : {};
        append({ type: "turn.failed", agent, ...further, error, ...(member !== undefined && usage ? { usage } : {}) });
      };
      const place = event.within?.split("/");
      if (place?.[0] === name) {
        const { within: _within, quiet: _quiet, ...plain } = namedInside(name, event);
        const further = place.slice(1);
        append(
          further.length > 0
            ? { ...plain, within: further.join("/"), ...(isKeptInside(further) ? { quiet: true as const } : {}) }
            : (plain as EventBody),
        );
        if (event.type === "handoff.made") state.seqs.set(event.seq, state.events.length);
      } else if (event.type === "speaker.selected" && event.agent === name && !place) {
        const held = forInside(state.held);
        append({
          type: "run.started",
          run: `${name}-${event.seq}`,
          team,
          startedBy: { id: "team", name: "the team" },
          ...state.rules,
          ...(held.length > 0 ? { held } : {}),
          ...(anew ? { anew } : {}),
        });
        state.rules = { ...state.rules, goesOn: true };
        for (const message of state.unheard.splice(0)) append("agent" in message ? { ...message, outside: true } : message);
        state.open = true;
      } else if (
        (event.type === "turn.ended" || event.type === "turn.failed" || event.type === "turn.skipped" || event.type === "message.posted") &&
        "agent" in event &&
        event.agent === name
      ) {
        if (event.type === "turn.failed") appendFailure(event);
        append({ type: "run.stopped", run: "", outcome: "done", reason: "", reasons: [] });
        state.open = false;
      } else if (event.type === "run.stopped" && state.open) {
        append(event);
        state.open = false;
      } else if (event.type === "run.started") {
        const { code, tools, goesOn, unkept } = event;
        state.rules = {
          ...(code ? { code } : {}),
          ...(tools ? { tools } : {}),
          ...(goesOn ? { goesOn } : {}),
          ...(unkept ? { unkept } : {}),
        };
      } else if (event.type === "approval.given" || event.type === "approval.expired" || event.type === "approval.withdrawn") {
        // A yes for the run may be taken back between two turns.
        if ((state.open || event.type === "approval.withdrawn") && event.call.startsWith(`${name}/`)) append(namedInside(name, event));
      } else if (event.type === "question.expired") {
        const of = state.seqs.get(event.of);
        if (state.open && of !== undefined) append({ ...event, of });
      } else if (event.type === "message.edited" || event.type === "message.deleted") {
        amend(state.unheard, event);
        const inner = state.events.find((one) => one.type === "message.posted" && "person" in one && one.id === event.id);
        if (inner) append({ ...event, of: inner.seq });
      } else if (isMessage(event)) {
        if (state.open && event.type === "message.posted" && "person" in event)
          append(event.answers === undefined ? event : { ...event, answers: state.seqs.get(event.answers) ?? 0 });
        else state.unheard.push(...resultsBeside(state.results, event).map(freeOfCost), event);
      }
      return state;
    },
  };
}
