import type { Person } from "../engine/events.ts";
import { currentRun, type RunState } from "../engine/transcript.ts";
import type { Heard, Runner } from "../runner.ts";
import type { Attachments } from "./attachments.ts";
import { safeMrkdwn } from "./escape.ts";
import { helpText, type TeamCards } from "./help.ts";
import { bareText, mentions, plainText } from "./mrkdwn.ts";
import type { Names } from "./names.ts";
import type { MessageBody, MessageEvent } from "./payloads.ts";
import { refusal, type Allow, type Deed } from "./permissions.ts";
import { threadKey } from "./place.ts";
import type { Listener, Whisper } from "./whisper.ts";
import type { z } from "zod";

/** What every handler of this room works with. */
export interface Ears {
  readonly runner: Runner;
  readonly teams: TeamCards;
  readonly names: Names;
  readonly whisper: Whisper;
  readonly attachments: Attachments;
  readonly allow: Allow;
  /** The bot as it is in this workspace. One token, one workspace: its id names the threads, also where a channel is shared with others. */
  readonly me: { readonly team: string; readonly user: string };
}

/** A person's message, and whether it speaks to the bot. Everything else that Slack calls a message is not heard. */
interface Spoken {
  readonly message: MessageEvent;
  readonly user: string;
  readonly direct: boolean;
  readonly addressed: boolean;
  readonly external: boolean;
}

/**
 * A message came, in a channel or directly: a task, an answer, steering, a `stop` or a cry for help. Ordinary talk is not even read.
 * May be called twice with the same message.
 */
export async function hear(ears: Ears, body: z.output<typeof MessageBody>): Promise<void> {
  const spoken = spokenTo(body, ears.me);
  if (!spoken) return;
  const { message, user, addressed } = spoken;
  // Channel talk outside of threads is nobody's business here.
  if (!addressed && !message.thread_ts) return;
  const thread = threadOf(ears, message);
  const run = currentRun(await ears.runner.read(thread));
  if (!addressed && !run.running) return;

  const listener = { user, channel: message.channel, threadTs: message.thread_ts, ts: message.ts };
  const bare = bareText(message.text, ears.me.user);
  const word = commandWord(bare);
  if (word === "stop") {
    await stop(ears, { thread, run, user, external: spoken.external, listener });
    return;
  }
  if (addressed && (word === "help" || (bare === "" && !message.files?.length))) {
    await ears.whisper.tell(listener, helpText(ears.me.user, ears.teams));
    return;
  }
  const refused = refusal(deedOf(run), { user, external: spoken.external, startedBy: run.startedBy }, ears.allow);
  if (refused) {
    // A bystander's talk among people is not answered each time.
    if (addressed) await ears.whisper.tell(listener, safeMrkdwn(refused));
    return;
  }
  // The first sign, before anything that takes time.
  if (!run.running) ears.whisper.react(message, SEEN);
  const said = await wordsOf(ears, message);
  const wish = run.running ? { text: said } : wishedTeam(said, ears.teams);
  const { files, note } = await ears.attachments(message);
  const heard = await ears.runner.say({
    thread,
    workspace: ears.me.team,
    person: await personOf(ears, user),
    text: note === "" ? wish.text : `${wish.text}\n\n${note}`,
    files,
    id: `${ears.me.team}:${message.channel}:${message.ts}`,
    addressed,
    ...(wish.team === undefined ? {} : { team: wish.team }),
  });
  await show(ears, heard, { message, listener });
}

/** Who ended it and why they may: for the word, the button, the command and Slack's own Stop. */
export async function stop(
  ears: Ears,
  from: {
    readonly thread: string;
    readonly run: RunState;
    readonly user: string;
    readonly external: boolean;
    readonly listener: Listener;
  },
): Promise<boolean> {
  const refused = refusal("stop", { user: from.user, external: from.external, startedBy: from.run.startedBy }, ears.allow);
  if (refused && from.run.running) {
    await ears.whisper.tell(from.listener, safeMrkdwn(refused));
    return false;
  }
  const stopped = await ears.runner.stop(from.thread, await personOf(ears, from.user));
  if (!stopped) await ears.whisper.tell(from.listener, "No agent is talking in this thread; there is nothing to stop.");
  return stopped;
}

export async function personOf(ears: Ears, user: string): Promise<Person> {
  return { id: user, name: await ears.names.of(user) };
}

export function threadOf(
  ears: Ears,
  at: { readonly channel: string; readonly ts: string; readonly thread_ts?: string | undefined },
): string {
  return threadKey({ team: ears.me.team, channel: at.channel, ts: at.thread_ts ?? at.ts });
}

const SEEN = "eyes";
const READ = "white_check_mark";

/** Subtypes under which people speak; every other is a notice, an edit, or a bot. */
const PEOPLE: ReadonlySet<string> = new Set(["", "file_share", "thread_broadcast", "me_message"]);
/** Slack's own voices. */
const SLACK: ReadonlySet<string> = new Set(["USLACK", "USLACKBOT"]);

/**
 * Own posts come back in three shapes: as the bot user, with a bot id and no user, and as an edit; all of them, and other bots, carry a
 * bot or app id, no user, or a subtype that is not people's.
 */
function spokenTo({ event: message, is_ext_shared_channel }: z.output<typeof MessageBody>, me: Ears["me"]): Spoken | undefined {
  const { user } = message;
  if (!user || message.hidden || message.bot_id || message.app_id || user === me.user || SLACK.has(user)) return undefined;
  if (!PEOPLE.has(message.subtype ?? "")) return undefined;
  const direct = message.channel_type === "im" || (!message.channel_type && message.channel.startsWith("D"));
  const addressed = direct || message.type === "app_mention" || mentions(message.text, me.user);
  const home = message.user_team ?? message.source_team ?? message.team ?? me.team;
  return { message, user, direct, addressed, external: is_ext_shared_channel === true && home !== me.team };
}

const deedOf = (run: RunState): Deed => (!run.running ? "start" : run.question ? "answer" : "steer");

/** Alone in the message, so that "stop guessing and ask" stays steering. */
function commandWord(text: string): "stop" | "help" | undefined {
  const word = /^!?(stop|help)[.!?]*$/i.exec(text)?.[1]?.toLowerCase();
  return word === "stop" || word === "help" ? word : undefined;
}

function wordsOf(ears: Ears, message: MessageEvent): Promise<string> {
  return plainText(message.text, { bot: ears.me.user, nameOf: (user) => ears.names.of(user) });
}

/**
 * `research: …` when there is such a team (`note: …` is a task that begins with a word and a colon); `team:research …` and
 * `team=research …` always mean a team, also one that there is not, which the runner refuses with the names that there are.
 */
function wishedTeam(text: string, teams: TeamCards): { readonly text: string; readonly team?: string } {
  const plain = /^team[:=][ \t]*([^\s:,]{1,64})[:,]?(?:\s+|$)/iu.exec(text);
  if (plain?.[1]) return { team: teamNamed(plain[1], teams) ?? plain[1], text: text.slice(plain[0].length) };
  const before = /^([^\s:]{1,64})[ \t]*:(?:\s+|$)/u.exec(text);
  const team = before?.[1] ? teamNamed(before[1], teams) : undefined;
  return before && team ? { team, text: text.slice(before[0].length) } : { text };
}

function teamNamed(name: string, teams: TeamCards): string | undefined {
  return teams.cards.find((card) => card.name.toLowerCase() === name.toLowerCase())?.name;
}

async function show(ears: Ears, heard: Heard, to: { readonly message: MessageEvent; readonly listener: Listener }): Promise<void> {
  switch (heard.kind) {
    case "started":
    case "duplicate":
    case "ignored":
      return;
    case "answered":
      ears.whisper.react(to.message, READ);
      return;
    case "steered":
      ears.whisper.react(to.message, SEEN);
      return;
    case "refused":
      await ears.whisper.tell(to.listener, safeMrkdwn(heard.reason));
      return;
  }
}
