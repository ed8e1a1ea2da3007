import { randomUUID } from "node:crypto";
import { saidWith, type Person, type RunEvent } from "../engine/events/events.ts";
import { answerOf } from "../engine/reading/answer.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import { whyAsked } from "../engine/reading/touched.ts";
import { following } from "../runner/following.ts";
import type { Runner } from "../runner/runner.ts";

/** A team as other programs are shown it. */
export interface ServedTeam {
  readonly name: string;
  readonly description: string;
  readonly agents: readonly { readonly name: string }[];
  readonly stopWords: readonly string[];
}

/** Where a conversation stands once nothing more comes by itself. */
export type Standing =
  /** `answer`: the last words of a run, nothing where nobody has said any. */
  | {
      readonly kind: "ended";
      readonly outcome: "done" | "limit" | "stopped" | "failed";
      readonly reason: string;
      readonly answer: string | undefined;
    }
  | { readonly kind: "asks"; readonly seq: number; readonly agent: string; readonly text: string; readonly options: readonly string[] }
  /** `what`: the call, or the code, as it would be run. */
  | { readonly kind: "wants a yes"; readonly call: string; readonly agent: string; readonly what: string; readonly why: readonly string[] };

/** Why something cannot be begun now, or not there: one sentence for whoever called. */
export class NotHeard extends Error {
  override readonly name = "NotHeard";
}

/** What is said in one. */
export interface Words {
  /** That of {@link Conversations.begin}, or of an earlier one. */
  readonly conversation: string;
  readonly team: string;
  readonly person: Person;
  readonly text: string;
  /** Seq of the question that it answers. */
  readonly answers?: number;
}

/** A step of a conversation: what is recorded, as it comes, and then where it stands. */
export type Step = AsyncGenerator<RunEvent, Standing, void>;

export interface Listed {
  readonly conversation: string;
  readonly team: string;
  /** The first words. */
  readonly task: string;
}

/**
 * The conversations that programs have with teams. Their ids cannot be guessed: who has one may go on there. A step throws {@link NotHeard} where
 * its words are not taken; its signal stops the run, and so does leaving it before its end.
 */
export interface Conversations {
  readonly teams: readonly ServedTeam[];
  /** An id for a new one. */
  begin(): string;
  say(words: Words, signal: AbortSignal): Step;
  approve(
    conversation: string,
    verdict: { readonly call: string; readonly approved: boolean; readonly person: Person; readonly reason?: string },
    signal: AbortSignal,
  ): Step;
  /** Those of this door, the newest first; as many as are listed at most. */
  recent(): readonly Listed[];
  /** Its log; nothing for an id that is of none. */
  read(conversation: string): Promise<Transcript | undefined>;
  /** Ends a run at once, also one that waits; nothing where there is none. */
  stop(conversation: string, person: Person): Promise<void>;
  /** Stops what still goes on, and what waits for somebody. */
  close(): Promise<void>;
}

/** Each has models at work: more at once would cost more than whoever opened the door has in mind. */
export const RUNS_AT_ONCE_MAX = 20;
/** Of those that are listed. One that falls out of the list while it waits for somebody is stopped. */
export const LISTED_MAX = 100;
const TASK_CHARS_LISTED = 120;

/** `workspace`: whose threads these are; it begins their ids, so that no other's can be named here. */
export function createConversations({
  runner,
  teams,
  workspace,
}: {
  readonly runner: Pick<Runner, "say" | "approve" | "stop" | "read" | "follow">;
  readonly teams: readonly ServedTeam[];
  readonly workspace: string;
}): Conversations {
  const listed = new Map<string, Listed & { readonly person: Person }>();
  const underWay = new Set<string>();
  const isOurs = new RegExp(`^${workspace}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`);

  async function list(conversation: string, { team, text, person }: Words): Promise<void> {
    const known = listed.get(conversation);
    listed.delete(conversation);
    listed.set(conversation, known ?? { conversation, team, task: text.slice(0, TASK_CHARS_LISTED).toWellFormed(), person });
    for (const [oldest, { person: whose }] of listed) {
      if (listed.size <= LISTED_MAX) return;
      if (underWay.has(oldest)) continue;
      listed.delete(oldest);
      await runner.stop(oldest, whose);
    }
  }

  async function* step(conversation: string, person: Person, signal: AbortSignal, begin: () => Promise<void>): Step {
    if (!isOurs.test(conversation)) throw new NotHeard(`There is no conversation "${conversation.slice(0, 80)}" here. Leave it out to begin one.`); // prettier-ignore
    if (underWay.has(conversation)) throw new NotHeard("The team is at work in this conversation already. Wait for what that call gives.");
    if (underWay.size >= RUNS_AT_ONCE_MAX) throw new NotHeard(`${RUNS_AT_ONCE_MAX} runs are under way here already. Try again later.`);
    underWay.add(conversation);
    let isLeft = true;
    try {
      yield* following(runner, { thread: conversation, person, signal }, begin);
      const stands = standing(await runner.read(conversation), stopWordsOf);
      isLeft = false;
      return stands;
    } catch (error) {
      isLeft = false;
      throw error;
    } finally {
      underWay.delete(conversation);
      // Whoever has left does not come back for it.
      if (signal.aborted || isLeft) await runner.stop(conversation, person);
    }
  }

  const stopWordsOf = (team: string | undefined): readonly string[] => teams.find(({ name }) => name === team)?.stopWords ?? [];

  return {
    teams,
    begin: () => `${workspace}-${randomUUID()}`,
    say: (words, signal) =>
      step(words.conversation, words.person, signal, async () => {
        const { conversation: thread, team, person, text, answers } = words;
        const said = {
          thread,
          workspace,
          person,
          text,
          id: randomUUID(),
          addressed: true,
          team,
          ...(answers === undefined ? {} : { answers }),
        };
        const heard = await runner.say(said);
        if (heard.kind === "refused") throw new NotHeard(heard.reason);
        await list(thread, words);
      }),
    approve: (conversation, verdict, signal) =>
      step(conversation, verdict.person, signal, async () => void (await runner.approve(conversation, verdict))),
    recent: () => [...listed.values()].toReversed().map(({ conversation, team, task }) => ({ conversation, team, task })),
    async read(conversation) {
      if (!isOurs.test(conversation)) return undefined;
      const log = await runner.read(conversation);
      return log.events.length > 0 ? log : undefined;
    },
    async stop(conversation, person) {
      if (isOurs.test(conversation)) await runner.stop(conversation, person);
    },
    async close() {
      for (const [conversation, { person }] of listed) await runner.stop(conversation, person);
    },
  };
}

function standing(log: Transcript, stopWordsOf: (team: string | undefined) => readonly string[]): Standing {
  const run = currentRun(log);
  const stopped = log.events.findLast((event) => event.type === "run.stopped");
  const [approval] = run.approvals;
  const requested = log.events.findLast((event) => event.type === "approval.requested" && event.call === approval?.call);
  if (run.running && requested?.type === "approval.requested")
    return { kind: "wants a yes", call: requested.call, agent: requested.agent, what: requested.what, why: whyAsked(requested) };
  const [question] = run.questions;
  if (run.running && question) {
    const { seq, agent, options } = question;
    const made = log.events.find((event) => event.seq === seq);
    return { kind: "asks", seq, agent, text: made?.type === "handoff.made" ? saidWith(made) : question.text, options };
  }
  const started = log.events.findLast((event) => event.type === "run.started" && event.within === undefined);
  const team = started?.type === "run.started" ? started.team : undefined;
  // A team may end at its question to a person.
  const handed = stopped?.reasons.some(({ kind }) => kind === "handoff") ? log.events.findLast((event) => event.type === "handoff.made") : undefined; // prettier-ignore
  const answer = handed?.type === "handoff.made" ? saidWith(handed) : answerOf(log, stopWordsOf(team))?.text;
  return { kind: "ended", outcome: stopped?.outcome ?? "stopped", reason: stopped?.reason ?? "it was stopped", answer };
}
