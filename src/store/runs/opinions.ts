import type { RunEvent } from "../../engine/events/events.ts";

/** What people and agents think of what a run came to. */
export interface Opinions {
  /** By the person's id, the last that they have said: whether it was helpful. */
  readonly feedback: { readonly [person: string]: boolean };
  /** How its agents stood to the answer that it ended with, where they were asked. */
  readonly stances: Stances;
}

export interface Stances {
  readonly agree: number;
  readonly disagree: number;
  readonly unclear: number;
}

/** A person has said something of a run that may have been over for long. */
export interface FeedbackGiven {
  readonly run: string;
  readonly person: string;
  readonly helpful: boolean;
}

/** As a run's row keeps it; empty where there is nothing. */
export function keptOpinions({ feedback, stances }: Opinions): string {
  const isEmpty = Object.keys(feedback).length === 0 && stances.agree + stances.disagree + stances.unclear === 0;
  return isEmpty ? "" : JSON.stringify({ feedback, stances });
}

export const readOpinions = (kept: string): Opinions => (kept === "" ? NO_OPINIONS : (JSON.parse(kept) as Opinions));

const NO_OPINIONS: Opinions = { feedback: {}, stances: { agree: 0, disagree: 0, unclear: 0 } };

/** The same with what was said since, in its order. */
export function withFeedback(kept: string, given: readonly FeedbackGiven[]): string {
  const { feedback, stances } = readOpinions(kept);
  return keptOpinions({ feedback: { ...feedback, ...Object.fromEntries(given.map(({ person, helpful }) => [person, helpful])) }, stances });
}

/** What people say of runs, in a stretch of a log; by run. */
export function feedbackIn(events: readonly RunEvent[]): ReadonlyMap<string, readonly FeedbackGiven[]> {
  const given = events.flatMap((event) =>
    event.type === "feedback.given" ? [{ run: event.run, person: event.person.id, helpful: event.helpful }] : [],
  );
  return Map.groupBy(given, ({ run }) => run);
}

/** How the agents stood to the answer that these events of one run end with. */
export function stancesIn(events: readonly RunEvent[]): Stances {
  const given = events.filter((event) => event.type === "stance.given" && event.within === undefined);
  const last = given.at(-1);
  const count = (stance: keyof Stances): number =>
    given.filter((one) => one.type === "stance.given" && last?.type === "stance.given" && one.of === last.of && one.stance === stance)
      .length;
  return { agree: count("agree"), disagree: count("disagree"), unclear: count("unclear") };
}

/** Of one team, over runs. */
export interface TeamOpinions {
  readonly team: string;
  readonly runs: number;
  /** What people have said, each of a run once. */
  readonly helpful: number;
  readonly unhelpful: number;
  /** Runs in which agents were asked whether they agree, and of those in which one did not. */
  readonly asked: number;
  readonly dissent: number;
}

/** What is added up of a run. */
export interface OpinionsRow {
  readonly team: string;
  readonly runs: number;
  readonly opinions: string;
}

/** In the order of the teams' names. */
export function opinionsByTeam(rows: Iterable<OpinionsRow>): readonly TeamOpinions[] {
  const found = new Map<string, { -readonly [Key in keyof TeamOpinions]: TeamOpinions[Key] }>();
  for (const { team, runs, opinions } of rows) {
    const sum = found.get(team) ?? { team, runs: 0, helpful: 0, unhelpful: 0, asked: 0, dissent: 0 };
    found.set(team, sum);
    sum.runs += runs;
    if (opinions === "") continue;
    const { feedback, stances } = readOpinions(opinions);
    for (const isHelpful of Object.values(feedback)) sum[isHelpful ? "helpful" : "unhelpful"] += runs;
    if (stances.agree + stances.disagree + stances.unclear > 0) sum.asked += runs;
    if (stances.disagree > 0) sum.dissent += runs;
  }
  return [...found.values()].toSorted((one, other) => (one.team < other.team ? -1 : 1));
}
