import type { TeamCards } from "../../team-shelf.ts";
import { withinMs } from "../../engine/clock.ts";
import type { Person } from "../../engine/events/events.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Heard } from "../../runner/runner.ts";
import { hearAmendment, hearDeletion } from "./deletions.ts";
import { refusedText } from "./day-budgets.ts";
import { namingOf, personOf, threadOf, type MessageContext } from "./message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { FindActor } from "../door/gate.ts";
import { helpText, teamNamed } from "../render/help-text.ts";
import { READ, SEEN } from "../signs/reactions.ts";
import { readCarried, speaksTo, wordsIn } from "../words/message-words.ts";
import { bareText, plainText } from "../words/mrkdwn.ts";
import { isAmendment, isDeletion, type MessageBody, type MessageEvent } from "../words/event-payloads.ts";
import type { Deed } from "../people/permissions.ts";
import { refused, wouldRefuse } from "../people/permission-check.ts";
import { command } from "./run-control.ts";
import type { Listener } from "../signs/ephemeral.ts";
import { asSetIn, teamsIn } from "./start-run.ts";
import { phraseKey, type Word } from "./control-phrases.ts";
import { addressee, commandIn, isWordless } from "./control-words.ts";
import type { z } from "zod";

/** A person's message, and whether it speaks to the bot. Everything else that Slack calls a message is not heard. */
interface Incoming {
  readonly message: MessageEvent;
  readonly user: string;
  readonly direct: boolean;
  readonly addressed: boolean;
  /** Set when another bot speaks, that is allowed to. */
  readonly bot: Person | undefined;
}

/**
 * A message came, in a channel or directly: a task, an answer, steering, a word such as `stop`, or a cry for help. Ordinary talk is not even read.
 * May be called twice with the same message.
 */
export async function hear(ctx: MessageContext, body: z.output<typeof MessageBody>, findActor: FindActor): Promise<void> {
  if (isDeletion(body.event)) return hearDeletion(ctx, body.event);
  if (isAmendment(body.event)) return hearAmendment(ctx, body.event, findActor);
  const incoming = incomingFrom(body, ctx);
  if (!incoming) return;
  const { message, user, addressed } = incoming;
  // Channel talk outside of threads is nobody's business here.
  if (!addressed && !message.thread_ts) return;
  const thread = threadOf(ctx, message);
  const transcript = await ctx.runner.read(thread);
  const run = currentRun(transcript);
  if (!addressed && !run.running) return;

  const actor = incoming.bot ? undefined : findActor();
  // The first sign, before anything that takes time: also before it is known who they are, where Slack is slow to say.
  if (actor && addressed && !run.running && (await withinMs(ctx.clock, SIGN_MS, actor)) === undefined) ctx.whisper.react(message, SEEN);
  // A bot that is heard is the operator's choice.
  const affiliation = (await actor)?.affiliation ?? "member";
  const listener = { user, channel: message.channel, threadTs: message.thread_ts, ts: message.ts };
  const words = wordsIn(message);
  const shared = [...(message.files ?? []), ...words.files];
  const isAlone = words.carried.length + shared.length === 0;
  const bare = bareText(words.own, ctx.me.user);
  const situation = { paused: run.pausedBy !== undefined, asked: run.questions.length > 0 };
  const asked = incoming.bot || isOffered(run, bare) ? undefined : commandIn(bare, situation);
  const word = asked && isAboutRun(asked.word, { run, message, isAlone }) ? asked.word : undefined;
  const id = `${ctx.me.team}:${message.channel}:${message.ts}`;
  const order = word && word !== "help" ? { word, from: { thread, transcript, run, user, affiliation, listener } } : undefined;
  const goesOn = order && word !== "stop" && word !== "summary" && run.running && (asked?.rest !== "" || !isAlone);
  if (order && !goesOn) return command(ctx, order.word, { ...order.from, id });
  if (word === "help" || (addressed && isAlone && isWordless(bare) && !run.running)) {
    await ctx.whisper.tell(listener, helpText(ctx.me.user, await teamsIn(ctx, message.channel)));
    return;
  }
  if (incoming.bot && botsInARow(transcript, ctx.bots) >= BOTS_IN_A_ROW_MAX) return;
  const attempt = {
    user,
    affiliation,
    startedBy: run.startedBy,
    channel: message.channel,
    subject: thread,
    id: message.ts,
  };
  // A bystander's talk among people is not answered each time, nor kept.
  const no = await (addressed ? refused : wouldRefuse)(ctx, deedOf(run), attempt);
  if (no) {
    if (order) return command(ctx, order.word, { ...order.from, id });
    if (addressed) await ctx.whisper.tell(listener, safeMrkdwn(no));
    return;
  }
  if (!run.running) ctx.whisper.react(message, SEEN);
  const all = await plainText(words.own, namingOf(ctx));
  const said = order ? (commandIn(all, situation)?.rest ?? all) : all;
  const wish = run.running ? { text: said } : wishedTeam(said, ctx.teams);
  const set = run.running ? {} : await asSetIn(ctx, message.channel, { team: wish.team, before: run });
  const team = run.running ? run.team : set.team;
  const to = addressee(wish.text, ctx.teams.cards.find(({ name }) => name === team)?.agents ?? []);
  const { files, note } = await ctx.attachments({ files: shared });
  const quoted = await ctx.quotes({ user, affiliation, id: `${message.channel}:${message.ts}`, text: words.own });
  const carried = await readCarried(words, namingOf(ctx));
  const heard = await ctx.runner.say({
    thread,
    workspace: ctx.me.team,
    person: incoming.bot ?? (await personOf(ctx, user)),
    text: wish.text,
    files,
    beside: [...quoted.beside, ...carried, ...(note ? [{ text: note }] : [])],
    id,
    addressed,
    ...set,
    ...(to === undefined ? {} : { to }),
  });
  await show(ctx, heard, { message, listener });
  // The words below the order come first, so that whoever speaks next has them.
  if (order) await command(ctx, order.word, { ...order.from, id: `${id}:${order.word}` });
  if (quoted.unread > 0 && (heard.kind === "started" || heard.kind === "steered" || heard.kind === "answered"))
    await ctx.whisper.tell(listener, UNREAD);
}

/** An answer that an agent offers, typed: it is the answer. `stop` always stops. */
const isOffered = ({ questions }: RunState, said: string): boolean =>
  phraseKey(said) !== "stop" && questions.some(({ options }) => options.some((option) => phraseKey(option) === phraseKey(said)));

/**
 * What came along is what a "help" or a "summary" is about; and in a thread of people in which no agent has talked, "summary" asks for one of
 * what they have said: a task.
 */
function isAboutRun(
  word: Word,
  { run, message, isAlone }: { readonly run: RunState; readonly message: MessageEvent; readonly isAlone: boolean },
): boolean {
  if (word !== "help" && word !== "summary") return true;
  return isAlone && (word === "help" || run.run !== undefined || message.thread_ts === undefined);
}

/** Whichever of us may not: a stranger learns nothing about a channel that is not theirs. */
const UNREAD =
  "A message that you linked to could not be read: both you and I have to be in its channel. Paste its words here if they matter.";

/** Who has written waits no longer for a sign. */
const SIGN_MS = 100;
/** Subtypes under which people speak; every other is a notice, an edit, or a bot. */
const PEOPLE: ReadonlySet<string> = new Set(["", "file_share", "thread_broadcast", "me_message"]);
/** Slack's own voices. */
const SLACK: ReadonlySet<string> = new Set(["USLACK", "USLACKBOT"]);

/**
 * Own posts come back in three shapes: as the bot user, with a bot id and no user, and as an edit; all of them, and other bots, carry a
 * bot or app id, no user, or a subtype that is not people's.
 */
function incomingFrom({ event: message }: z.output<typeof MessageBody>, { me, bots }: MessageContext): Incoming | undefined {
  const { user } = message;
  if (message.bot_id && bots.has(message.bot_id) && user !== me.user) return spokenByBot(message, me);
  if (!user || message.hidden || message.bot_id || message.app_id || user === me.user || SLACK.has(user)) return undefined;
  if (!PEOPLE.has(message.subtype ?? "")) return undefined;
  const direct = message.channel_type === "im" || (!message.channel_type && message.channel.startsWith("D"));
  const addressed = direct || speaksTo(message, me.user);
  return { message, user, direct, addressed, bot: undefined };
}

/** Bots that answer each other would never end: after so many of their messages a person must speak first. */
const BOTS_IN_A_ROW_MAX = 2;

/** A bot that may speak does so by a mention, or in a thread where agents talk; it has no words of command. */
function spokenByBot(message: MessageEvent, me: MessageContext["me"]): Incoming | undefined {
  const id = message.bot_id ?? "";
  if (message.hidden || !["", "bot_message", "file_share"].includes(message.subtype ?? "")) return undefined;
  const name = message.bot_profile?.name ?? message.username ?? id;
  const addressed = speaksTo(message, me.user);
  return { message, user: message.user ?? id, direct: false, addressed, bot: { id, name } };
}

function botsInARow({ events }: Transcript, bots: ReadonlySet<string>): number {
  const said = events.flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.person.id] : []));
  const lastPerson = said.findLastIndex((id) => !bots.has(id));
  return said.length - 1 - lastPerson;
}

const deedOf = (run: RunState): Deed => (!run.running ? "start" : run.questions.length > 0 ? "answer" : "steer");

/**
 * `research: …` when there is such a team (`note: …` is a task that begins with a word and a colon); `team:research …` and
 * `team=research …` always mean a team, also one that there is not, which the runner refuses with the names that there are.
 */
function wishedTeam(text: string, teams: TeamCards): { readonly text: string; readonly team?: string } {
  const plain = /^team[:=][ \t]*([^\s:,]{1,64})[:,]?(?:\s+|$)/iu.exec(text);
  if (plain?.[1]) return { team: teamNamed(teams, plain[1]) ?? plain[1], text: text.slice(plain[0].length) };
  const before = /^([^\s:]{1,64})[ \t]*:(?:\s+|$)/u.exec(text);
  const team = before?.[1] ? teamNamed(teams, before[1]) : undefined;
  return before && team ? { team, text: text.slice(before[0].length) } : { text };
}

async function show(ctx: MessageContext, heard: Heard, to: { readonly message: MessageEvent; readonly listener: Listener }): Promise<void> {
  switch (heard.kind) {
    case "started":
    case "duplicate":
    case "too late":
    case "ignored":
      return;
    case "answered":
      ctx.whisper.react(to.message, READ);
      if (heard.left > 0)
        await ctx.whisper.tell(
          to.listener,
          `Your words answer what *${safeMrkdwn(heard.question.agent)}* asked. ${heard.left === 1 ? "One more question waits" : `${heard.left} more questions wait`} for an answer.`,
        );
      return;
    case "steered":
      ctx.whisper.react(to.message, SEEN);
      return;
    case "refused":
      if (heard.rate) return ctx.unheard.tell(to.listener, safeMrkdwn(heard.reason));
      await ctx.whisper.tell(to.listener, await refusedText(ctx, heard, to.message.channel));
      return;
  }
}
