import type { Beside, Failure, FileRef, Person, Recorded, RunEvent, Source, StopReason, Usage, Whereabouts } from "./events.ts";

/** What stands where words stood: the folds read on, and people and models see that something was there. */
export const FORGOTTEN = "(forgotten)";

/** How what people and models have written is put anew. What is not named here has no words: numbers, ids, the names of agents and tools. */
export interface Pen {
  readonly text: (text: string) => string;
  readonly person: (person: Person) => Person;
  /** Nothing: it is left out. */
  readonly file: (file: FileRef) => FileRef | undefined;
  /** The hash under which the team's settings are kept. */
  readonly settings: (hash: string) => string | undefined;
}

/** The pen that leaves no word, and no person but by another name. Numbers, costs, ids and the order of things stay. */
export const wordless = (person: Pen["person"]): Pen => ({
  text: (text) => (text === "" ? "" : FORGOTTEN),
  person,
  file: () => undefined,
  settings: () => undefined,
});

/**
 * The event as the pen puts it, with the time at which that was done; the very same event where the pen changes nothing. Its number, time,
 * type, usage and ids stay, so that a log reads on without a gap.
 */
export function rewritten(event: RunEvent, pen: Pen, at: string): RunEvent {
  const after = put(event, pen);
  return JSON.stringify(after) === JSON.stringify(event) ? event : { ...after, forgotten: event.forgotten ?? at };
}

/** How one field is put; nothing: it is left out. */
type Rule<Event, Field extends keyof Event> = (value: Exclude<Event[Field], undefined>, pen: Pen, event: Event) => Event[Field] | undefined;
type Rules<Event> = {
  readonly [Field in Exclude<keyof Event, "type" | keyof Recorded | keyof Whereabouts>]-?: Rule<Event, Field>;
};
type Named<Type extends RunEvent["type"]> = Extract<RunEvent, { readonly type: Type }>;

/** Has no words. */
const keep = <Value>(value: Value): Value => value;
const text = (value: string, pen: Pen): string => pen.text(value);
const texts = (values: readonly string[], pen: Pen): readonly string[] => values.map(pen.text);
const person = (value: Person, pen: Pen): Person => pen.person(value);
const files = (values: readonly FileRef[], pen: Pen): readonly FileRef[] => values.flatMap((file) => pen.file(file) ?? []);
/** An address leads to the words: it goes with them. */
const sources = (values: readonly Source[], pen: Pen): readonly Source[] =>
  values.flatMap(({ title, link }) => (pen.text(title) === FORGOTTEN ? [] : [{ title: pen.text(title), link }]));
const beside = (values: Beside, pen: Pen): Beside =>
  values.map(({ source, text: words }) => ({ ...(source === undefined ? {} : { source: pen.text(source) }), text: pen.text(words) }));
/** What a request was made of is the words again; its instructions are the settings. */
const spent = (usage: Usage, pen: Pen): Usage =>
  usage.sent === undefined
    ? usage
    : { ...usage, sent: usage.sent.filter(({ body, frame }) => pen.text(body) === body && (!frame || pen.settings(frame.hash))) };
const error = (value: Failure, pen: Pen): Failure => ({ ...value, message: pen.text(value.message) });
const reasons = (values: readonly StopReason[], pen: Pen): readonly StopReason[] => values.map((reason) => reasonOf(reason, pen));
const budgets = <Budget extends { readonly account?: string }>(values: readonly Budget[], pen: Pen): readonly Budget[] =>
  values.map((one) => (one.account === undefined ? one : { ...one, account: account(one.account, pen) }));
/** The id of a wish says whose it is. */
const wishId = (value: string, pen: Pen, { person: wisher }: { readonly person: Person }): string =>
  value.replaceAll(wisher.id, pen.person(wisher).id);
/** Arguments are read as JSON by those who play a log again. */
const args = (value: string, pen: Pen): string => {
  const put = pen.text(value);
  return put === FORGOTTEN ? "{}" : put;
};
const changed = (value: { readonly person: Person; readonly args: string }, pen: Pen) => ({
  person: pen.person(value.person),
  args: args(value.args, pen),
});

const SAID: Rules<Extract<Named<"message.posted">, { readonly person: Person }>> = {
  person,
  text,
  id: keep,
  files,
  beside,
  answers: keep,
};
const SPOKEN: Rules<Extract<Named<"message.posted">, { readonly agent: string }>> = {
  agent: keep,
  text,
  kind: keep,
  // A stretch of the text, which is another one then.
  printed: (value, pen, event) => (pen.text(event.text) === event.text ? value : undefined),
  model: keep,
  notices: texts,
  touched: keep,
  usage: spent,
};

/** Every field of every event is here, or this does not compile: whoever adds one says whether it has words. */
const RULES: { readonly [Type in Exclude<RunEvent["type"], "message.posted">]: Rules<Named<Type>> } = {
  "run.started": {
    run: keep,
    team: keep,
    startedBy: person,
    language: keep,
    teamHash: (value, pen) => pen.settings(value),
    turnsInFile: keep,
    haltsAtLimits: keep,
    usdMax: keep,
    code: keep,
    tools: keep,
    ahead: keep,
    forecast: keep,
    before: keep,
    goesOn: keep,
    unkept: keep,
    // Never stored.
    held: () => undefined,
    anew: () => undefined,
    forkedFrom: keep,
    plays: (value, pen) => ({ ...value, startedBy: pen.person(value.startedBy) }),
  },
  "speaker.selected": {
    agent: keep,
    by: keep,
    reason: text,
    instruction: text,
    candidates: keep,
    progress: keep,
    others: keep,
    leader: keep,
    notices: texts,
    usage: spent,
  },
  "tool.called": {
    agent: keep,
    call: keep,
    tool: keep,
    args,
    text,
    others: (values, pen) => values.map((one) => ({ ...one, args: args(one.args, pen) })),
    // Thoughts, most of them sealed: whose words are in there nobody can see.
    kept: () => undefined,
    model: keep,
    notices: texts,
    usage: spent,
  },
  "tool.returned": { agent: keep, call: keep, tool: keep, output: text, files, images: files, sources, changed, touched: keep, usage: spent }, // prettier-ignore
  "tool.failed": { agent: keep, call: keep, tool: keep, error, files, images: files, changed, touched: keep, usage: spent },
  "code.written": { agent: keep, text, notices: texts, usage: spent },
  "code.ran": {
    agent: keep,
    source: keep,
    language: keep,
    outcome: keep,
    exitCode: keep,
    output: text,
    elapsedMs: keep,
    executor: keep,
    files,
    memoryPeakBytes: keep,
    limits: keep,
    changed: (value, pen) => ({ person: pen.person(value.person), code: pen.text(value.code) }),
    withheld: ({ why, by, reason }, pen) => ({
      why,
      ...(by === undefined ? {} : { by: pen.text(by) }),
      ...(reason === undefined ? {} : { reason: pen.text(reason) }),
    }),
  },
  "handoff.made": {
    agent: keep,
    to: keep,
    text,
    turn: keep,
    beside: text,
    options: texts,
    call: keep,
    asks: ({ call, state }, pen) => ({ call, state: pen.text(state) }),
    login: (wish, pen) => ({ ...wish, person: pen.person(wish.person) }),
    answerBy: keep,
    usage: spent,
  },
  "approval.requested": { agent: keep, call: keep, what: text, tool: keep, language: keep, only: person, lasting: keep, spec: keep, says: text, because: keep, approveBy: keep }, // prettier-ignore
  "approval.given": { call: keep, approved: keep, person, reason: text, scope: keep, edited: text },
  "approval.expired": { call: keep },
  "approval.withdrawn": { call: keep, person },
  "turn.ended": { agent: keep, reason: text, notices: texts, usage: spent },
  "turn.failed": { agent: keep, member: keep, error, notices: texts, usage: spent },
  "turn.skipped": { agent: keep, person, id: wishId },
  "finish.decided": { agent: keep, reason: text, usage: spent },
  "stance.given": { agent: keep, of: keep, stance: keep, reason: text, error, notices: texts, usage: spent },
  "run.summarized": { run: keep, agent: keep, upToSeq: keep, text, person, error, model: keep, notices: texts, usage: spent },
  "speaker.requested": { speaker: keep, person },
  "run.paused": { run: keep, person, id: wishId },
  "run.unpaused": { run: keep, person, id: wishId },
  "message.edited": { of: keep, id: keep, person, text, files, beside },
  "message.deleted": { of: keep, id: keep, person },
  "question.expired": { of: keep },
  "feedback.given": { run: keep, person, helpful: keep },
  "limit.neared": { run: keep, limit: keep, account, used: keep, of: keep },
  "limit.reached": {
    run: keep,
    reason: text,
    reasons,
    until: keep,
    offer: (value, pen) => ({
      ...value,
      ...(value.budgets ? { budgets: budgets(value.budgets, pen) } : {}),
      ...(value.atCeiling ? { atCeiling: budgets(value.atCeiling, pen) } : {}),
    }),
    agent: keep,
    notices: texts,
    usage: spent,
  },
  "limit.raised": { run: keep, person, to: keep, budgets },
  "summary.requested": { run: keep, person },
  "stop.requested": { person },
  "context.summarized": { agent: keep, upToSeq: keep, text, usage: spent },
  "run.resumed": { run: keep },
  "run.stopped": { run: keep, reason: text, reasons, outcome: keep },
};

/** What every event has, none of it words. */
const AROUND: ReadonlySet<string> = new Set(["type", "seq", "at", "forgotten", "within", "quiet", "outside"]);

function put(event: RunEvent, pen: Pen): RunEvent {
  const own: object = event.type === "message.posted" ? ("person" in event ? SAID : SPOKEN) : RULES[event.type];
  const rules = own as { readonly [field: string]: (value: unknown, pen: Pen, event: RunEvent) => unknown };
  const after = Object.entries(event).flatMap(([field, value]) => {
    if (AROUND.has(field)) return [[field, value] as const];
    // A field that is not known here may be words.
    const now: unknown = rules[field]?.(value, pen, event);
    return now === undefined ? [] : [[field, now] as const];
  });
  return Object.fromEntries(after) as unknown as RunEvent;
}

/** A person's budget has the person's id in its name. */
function account(name: string, pen: Pen): string {
  const id = name.startsWith(PERSONS) ? name.slice(PERSONS.length) : undefined;
  return id === undefined ? name : PERSONS + pen.person({ id, name: id }).id;
}
const PERSONS = "person/";

function reasonOf(reason: StopReason, pen: Pen): StopReason {
  switch (reason.kind) {
    case "textMention":
    case "goal":
      return { ...reason, text: pen.text(reason.text) };
    case "finish":
      return { ...reason, reason: pen.text(reason.reason) };
    case "budget":
      return { ...reason, account: account(reason.account, pen) };
    case "person":
      return { ...reason, person: pen.person(reason.person) };
    case "failure":
      return { ...reason, error: error(reason.error, pen) };
    case "maxMessages":
    case "maxTurns":
    case "tokens":
    case "usd":
    case "minutes":
    case "handoff":
    case "source":
    case "stopMessage":
    case "toolCalled":
    case "nobody":
      return reason;
  }
}

/**
 * The pen for one person in runs of others: what that person wrote is gone ({@link isTheirs} says which events are), and where the id or
 * the full name stands in others' words, another name stands. What others say of a person in other words, nobody can find.
 */
export function withoutPerson(id: string, names: readonly string[], other: Person): Pen {
  const found = new RegExp(
    [id, ...names]
      .filter((one) => one.length >= NAME_CHARS_MIN)
      .toSorted((one, next) => next.length - one.length)
      .map((one) => `(?<![\\p{L}\\p{N}_])${one.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")}(?![\\p{L}\\p{N}_])`)
      .join("|") || "(?!)",
    "gu",
  );
  return {
    text: (text) => text.replaceAll(found, other.name),
    person: (person) => (person.id === id ? other : person),
    file: (file) => file,
    settings: (hash) => hash,
  };
}

/** A shorter name is a word like others, or part of one. */
const NAME_CHARS_MIN = 4;

/** Whether the words of this event are this person's own. */
export function isTheirs(event: RunEvent, id: string): boolean {
  if ("changed" in event && event.changed?.person.id === id) return true;
  return "person" in event && event.person?.id === id;
}
