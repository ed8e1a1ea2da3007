import { diffArrays, diffWordsWithSpace } from "diff";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { entriesIn, timeline, type Entry } from "../run/entries.ts";
import { factWords } from "../run/fact-words.ts";

/** What two runs did at the same point, side by side. */
export interface Pair {
  /** `shared`: what the fork has copied as it is. */
  readonly kind: "shared" | "alike" | "differs";
  readonly left: Entry | undefined;
  readonly right: Entry | undefined;
}

/** Two that have less in common are shown as they are. */
const EDITS_MAX = 2_000;

/** The timelines of a run and of its fork: what is shared first, then what is alike beside each other, and between those what differs. */
export function pairsOf(left: readonly RunEvent[], right: readonly RunEvent[], sharedUpTo: number): readonly Pair[] {
  const [one, other] = [entriesOf(left), entriesOf(right)];
  const isShared = ({ seq }: Entry): boolean => seq <= sharedUpTo;
  const shared = other.filter(isShared).map((entry, index): Pair => {
    const before = one[index];
    return { kind: before && saidBy(before) === saidBy(entry) ? "shared" : "differs", left: before, right: entry };
  });
  // With which a fork begins to go on: so that the time in between is nobody's.
  const isBegin = ({ seq, events }: Entry): boolean => seq === sharedUpTo + 1 && events[0]?.type === "run.resumed";
  return [
    ...shared,
    ...aligned(
      one.slice(shared.length),
      other.slice(shared.length).filter((entry) => !isBegin(entry)),
    ),
  ];
}

/** One after the other, as far as both go: so that those that stand beside each other are of the same turn of both. */
function aligned(left: readonly Entry[], right: readonly Entry[]): readonly Pair[] {
  const changes = diffArrays(left.map(saidBy), right.map(saidBy), { maxEditLength: EDITS_MAX });
  if (!changes) return beside(left, right);
  const pairs: Pair[] = [];
  let [at, to] = [0, 0];
  let waiting: readonly Entry[] = [];
  const flush = (others: readonly Entry[] = []): void => {
    pairs.push(...beside(waiting, others));
    waiting = [];
  };
  for (const { added, removed, count } of changes) {
    if (removed) {
      waiting = left.slice(at, at + count);
      at += count;
    } else if (added) {
      flush(right.slice(to, to + count));
      to += count;
    } else {
      flush();
      for (let nth = 0; nth < count; nth++) pairs.push({ kind: "alike", left: left[at + nth], right: right[to + nth] });
      at += count;
      to += count;
    }
  }
  flush();
  return pairs;
}

const beside = (left: readonly Entry[], right: readonly Entry[]): Pair[] =>
  Array.from({ length: Math.max(left.length, right.length) }, (_, index) => ({ kind: "differs", left: left[index], right: right[index] }));

const entriesOf = (events: readonly RunEvent[]): readonly Entry[] =>
  entriesIn(events.reduce((state, event) => timeline.step(state, event), timeline.initial()));

/** Who did what: what stands there, without numbers, times and costs. */
export function saidBy(entry: Entry): string {
  switch (entry.kind) {
    case "words":
      return JSON.stringify([whoOf(entry), entry.event.text]);
    case "tool":
      return JSON.stringify([entry.call.agent, entry.call.tool, entry.call.args, endOf(entry)]);
    case "code":
      return JSON.stringify([entry.event.agent, entry.event.outcome, entry.event.output]);
    case "fact":
      return JSON.stringify(entry.event.type === "run.started" ? "run.started" : factWords(entry.event));
  }
}

export const whoOf = (entry: Entry): string => {
  switch (entry.kind) {
    case "words":
      return "agent" in entry.event ? entry.event.agent : entry.event.person.name;
    case "tool":
      return entry.call.agent;
    case "code":
      return entry.event.agent;
    case "fact":
      return "agent" in entry.event ? (entry.event.agent ?? "") : "";
  }
};

/** What it says, as one text. */
export function textOf(entry: Entry): string {
  switch (entry.kind) {
    case "words":
      return entry.event.text;
    case "tool":
      return [entry.call.text, `${entry.call.tool} ${entry.call.args}`, endOf(entry)].filter(Boolean).join("\n");
    case "code":
      return `${entry.event.language}: ${entry.event.outcome}\n${entry.event.output}`;
    case "fact": {
      const { line, text } = factWords(entry.event);
      return text ? `${line}\n${text}` : line;
    }
  }
}

const endOf = ({ end }: Extract<Entry, { readonly kind: "tool" }>): string =>
  end === undefined ? "" : end.type === "tool.returned" ? end.output : end.error.message;

export interface Stretch {
  readonly text: string;
  readonly differs: boolean;
}

/** Of longer texts all is marked. */
const MARKED_CHARS_MAX = 20_000;

/** Both texts in stretches, those marked that the other has not; all of both where they have too little in common. */
export function stretchesOf(left: string, right: string): { readonly left: readonly Stretch[]; readonly right: readonly Stretch[] } {
  const short = left.length + right.length <= MARKED_CHARS_MAX;
  const parts = short ? diffWordsWithSpace(left, right, { maxEditLength: EDITS_MAX }) : undefined;
  if (!parts) return { left: [{ text: left, differs: true }], right: [{ text: right, differs: true }] };
  const side = (not: "added" | "removed"): Stretch[] =>
    parts.flatMap((part) => (part[not] ? [] : [{ text: part.value, differs: part.added || part.removed }]));
  return { left: side("added"), right: side("removed") };
}
