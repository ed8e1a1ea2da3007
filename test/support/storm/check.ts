import type { RunEvent } from "../../../src/engine/events/events.ts";
import { currentRun, isWaiting } from "../../../src/engine/reading/transcript.ts";
import type { Parley } from "../../../src/parley.ts";
import { oneTurnBefore } from "../../../src/slack/render/log-reading.ts";
import { plan } from "../../../src/slack/render/render.ts";
import { checkSqlite } from "../../../src/store/sqlite/upkeep/check.ts";
import type { ThreadMessage, Workspace } from "../../../local-slack/index.ts";
import { readLog } from "../../../src/cli/logs/import.ts";
import type { StormPeople, Talk } from "./people.ts";
import { buttonsOf, isOfKind } from "../slack/thread.ts";

/** Every run has ended as often as it should, or cannot go on; all is posted; nothing is shown that is over. */
export async function hasSettled(people: StormPeople, slack: Workspace, parley: Parley): Promise<boolean> {
  if (!slack.control.connected() || (await parley.store.unhandled(1)).length > 0) return false;
  if (await mustStillPost(people, slack, parley)) return false;
  for (const talk of people.talks) {
    if (talk.ts === "") return false;
    if (!talk.closed && talk.stepsDone < talk.conversation.steps.length) return false;
    const { events } = await parley.runner.read(keyOf(slack, talk));
    const ends = events.filter(({ type }) => type === "run.stopped").length;
    if (talk.closed ? !talk.archived && currentRun({ events }).running && !isWaiting({ events }) : ends < talk.conversation.runs)
      return false;
    if (!talk.closed && shownViolations(talk, people.thread(talk), slack).length > 0) return false;
  }
  return true;
}

/** What is to be said in a channel that stays archived waits for longer than any storm. */
async function mustStillPost({ talks }: StormPeople, slack: Workspace, parley: Parley): Promise<boolean> {
  const archived = new Set(talks.flatMap((talk) => (talk.archived ? [keyOf(slack, talk)] : [])));
  return (await parley.store.duePosts(undefined, 1_000)).some(({ thread }) => !archived.has(thread));
}

/** One line for each thing that does not hold, and how many were looked at. */
export async function violationsAfter(after: {
  readonly people: StormPeople;
  readonly slack: Workspace;
  readonly dbPath: string;
  readonly parley: Parley | undefined;
}): Promise<{ readonly checked: number; readonly violations: readonly string[] }> {
  const { people, slack, dbPath, parley } = after;
  const found: string[] = [];
  let checked = 1;
  const { problems } = await checkSqlite({ path: dbPath, troubleOf: readable });
  found.push(...problems);
  if (!parley) return { checked, violations: [...found, "Parley is not there any more"] };
  if (await mustStillPost(people, slack, parley)) found.push("posts are left");
  for (const talk of people.talks) {
    const { events } = await parley.runner.read(keyOf(slack, talk));
    const thread = people.thread(talk);
    const rules = [
      heardViolations(talk, events),
      turnViolations(talk, events),
      onceViolations(thread),
      orderViolations(thread),
      endViolations(talk, events),
      ...(talk.closed ? [] : [postedViolations(thread, events), shownViolations(talk, thread, slack)]),
    ];
    checked += rules.length;
    found.push(...rules.flat().map((line) => `${talk.conversation.name}: ${line}`));
  }
  return { checked, violations: found };
}

const keyOf = ({ teamId }: Workspace, { channel, ts }: Talk): string => `${teamId}/${channel}/${ts}`;

const readable = (events: readonly unknown[]): string | undefined => {
  const read = readLog(events.map((value, index) => [index + 1, value]));
  return "trouble" in read ? read.trouble : undefined;
};

/** Each word of a person once, in order; what was said where nothing can be heard any more may be missing. */
function heardViolations({ closed, said, conversation }: Talk, events: readonly RunEvent[]): string[] {
  const heard = events.flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.text] : []));
  const late = conversation.steps.flatMap(({ does, mayBeLate }) => (mayBeLate && "say" in does ? [does.say] : []));
  const wanted = said.filter((text) => heard.includes(text) || !(closed || late.includes(text)));
  const twice = wanted.filter((text) => heard.filter((one) => one === text).length !== 1);
  return twice.map((text) => `"${text}" was heard ${heard.filter((one) => one === text).length} times`);
}

/** A run has the turns that it would have had in good weather, or stops early for a reason that is in its log. */
function turnViolations({ conversation }: Talk, events: readonly RunEvent[]): string[] {
  const spoken = events.flatMap((event) => (event.type === "message.posted" && "agent" in event ? [`${event.agent}: ${event.text}`] : []));
  const twice = spoken.filter((words, index) => spoken.indexOf(words) !== index);
  const failed = events.flatMap((event) => (event.type === "turn.failed" ? [`${event.agent}'s turn failed: ${event.error.message}`] : []));
  const bad = events.flatMap((event) => (event.type === "run.stopped" && event.outcome === "failed" ? [`it failed: ${event.reason}`] : []));
  const runs = events.filter(({ type }) => type === "run.started").length;
  return [
    ...twice.map((words) => `was said twice: ${words.slice(0, 80)}`),
    ...failed,
    ...bad,
    ...(runs > conversation.runs ? [`${runs} runs for ${conversation.runs} tasks`] : []),
  ];
}

function onceViolations(thread: readonly ThreadMessage[]): string[] {
  const ids = thread.flatMap(({ metadata }) => (metadata ? [String(metadata.event_payload["o"])] : []));
  const files = thread.flatMap((message) => message.files.map(({ name }) => name));
  return [
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `the message ${id} is there twice`),
    ...files.filter((name, index) => files.indexOf(name) !== index).map((name) => `the file ${name} is there twice`),
  ];
}

function orderViolations(thread: readonly ThreadMessage[]): string[] {
  const numbers = thread.flatMap(({ metadata }) => (metadata ? [Number(metadata.event_payload["n"])] : []));
  return numbers.some((number, index) => number < (numbers[index - 1] ?? 0)) ? [`out of order: ${numbers.join(", ")}`] : [];
}

/** Ended with a reason, or waiting for a person. */
function endViolations({ closed, archived, conversation }: Talk, events: readonly RunEvent[]): string[] {
  const ends = events.filter((event) => event.type === "run.stopped");
  if (!archived && currentRun({ events }).running && !isWaiting({ events })) return ["a run is neither over nor waiting"];
  if (ends.some((end) => end.reason.trim() === "")) return ["a run ended without a reason"];
  return closed || ends.length === conversation.runs ? [] : [`${ends.length} ends of ${conversation.runs} runs`];
}

/** Whatever the log says is to be posted is in the thread; files carry no mark, and are counted. */
function postedViolations(thread: readonly ThreadMessage[], events: readonly RunEvent[]): string[] {
  const ids = new Set(
    thread.flatMap(({ metadata }) => {
      if (!metadata) return [];
      const { o, e } = metadata.event_payload;
      return [String(o).replace(/\.p\d+$/, ""), ...(e === undefined ? [] : [`${Number(e)}.end.0`])];
    }),
  );
  const files = thread.reduce((sum, message) => sum + message.files.length, 0);
  let filesWanted = 0;
  const missing = events.flatMap((event, index) =>
    plan(event, { events: events.slice(0, index) }).flatMap(({ kind, part }) => {
      if (kind === "file" || kind === "turn-file" || kind === "approval-file") return (filesWanted++, []);
      if (kind === "card" && isNeedless(events, index)) return [];
      return ids.has(`${event.seq}.${kind}.${part}`) ? [] : [`${event.seq}.${kind}.${part} is not in the thread`];
    }),
  );
  return files < filesWanted ? [...missing, `${files} files of ${filesWanted}`] : missing;
}

/** Where many ask at once, a card is left out whose answer was there before it and tells the end. */
function isNeedless(events: readonly RunEvent[], from: number): boolean {
  const stopped = events.slice(from).find((event) => event.type === "run.stopped");
  return stopped !== undefined && oneTurnBefore({ events }, stopped) !== undefined;
}

/** Nothing is shown any more that is over; what a result lets people do next stays. */
function shownViolations({ channel, ts }: Talk, thread: readonly ThreadMessage[], { control }: Workspace): string[] {
  const underWay = thread.filter((message) => !isOfKind(message, "end"));
  const buttons = underWay.flatMap((message) => buttonsOf(message).map(({ label }) => label));
  const status = control.status(channel, ts)?.status ?? "";
  const session = control.session(channel, ts)?.status ?? "active";
  return [
    ...buttons.map((label) => `the button ${label} is still there`),
    ...(status === "" ? [] : [`the line "${status}" is still shown`]),
    ...(session === "active" ? [] : [`the session is shown as ${session}`]),
  ];
}
