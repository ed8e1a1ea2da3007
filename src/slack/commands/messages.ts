import { withinMs } from "../../engine/clock.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Heard, Said } from "../../runner/runner.ts";
import type { Affiliation } from "../people/affiliation.ts";
import { attachedBeside } from "../door/attachments.ts";
import { hearAmendment, hearDeletion } from "./deletions.ts";
import type { Refused } from "../../runner/refused.ts";
import { refusedText } from "./day-budgets.ts";
import type { HandlerContext } from "./handler-context.ts";
import { inLanguageOf, namingOf, personOf, threadOf, unreadBefore } from "./message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { FindActor } from "../door/gate.ts";
import { helpText, teamNamed } from "../render/help-text.ts";
import { READ, SEEN } from "../signs/reactions.ts";
import { readCarried, wordsIn, type MessageWords } from "../words/message-words.ts";
import { bareText, plainText } from "../words/mrkdwn.ts";
import { isAmendment, isDeletion, type MessageBody, type MessageEvent } from "../words/event-payloads.ts";
import type { Deed } from "../people/permissions.ts";
import { refused, wouldRefuse } from "../people/permission-check.ts";
import { command } from "./run-control.ts";
import type { Listener } from "../signs/ephemeral.ts";
import { asSetIn, teamsIn } from "./start-run.ts";
import { phraseKey, type Word } from "../words/control-phrases.ts";
import { addressee, commandIn, isWordless } from "./control-words.ts";
import { hearAfterRun, offerToGoOn } from "./after-run.ts";
import { tellHeld } from "./held-words.ts";
import { beginUnattended, UNATTENDED_RUNS_MAX } from "../schedules/unattended-runs.ts";
import { areTooManyBots, incomingFrom, type Incoming } from "./incoming.ts";
import { takeUpBlocks, type Taken } from "./take-up.ts";
import { hearLateFiles, saidIdOf } from "./said-before.ts";
import { wishedTeam, type TeamWish } from "./team-wish.ts";
import type { SharedFile } from "../words/payload-parts.ts";
import type { z } from "zod";

/**
 * Takes a message from a channel or a direct conversation: a task, an answer, steering, a word such as `stop`, or a request for help. Talk among people
 * is left alone. May be called twice with the same message.
 */
export async function hear(ctx: HandlerContext, body: z.output<typeof MessageBody>, findActor: FindActor, taken?: Taken): Promise<void> {
  if (isDeletion(body.event)) return hearDeletion(ctx, body.event);
  if (isAmendment(body.event)) return hearAmendment(ctx, body.event, findActor);
  const incoming = incomingFrom(body, ctx);
  if (!incoming) return;
  const { message, user } = incoming;
  const addressed = taken !== undefined || incoming.addressed;
  // Talk in a channel outside of threads is not for the bot.
  if (!addressed && !message.thread_ts) return;
  const thread = threadOf(ctx, message);
  const transcript = await ctx.runner.read(thread);
  const run = currentRun(transcript);
  if (!addressed && run.run === undefined) return;
  if (incoming.throughApp && !(await ctx.people.isPerson(user))) return;
  if (!taken && (await hearLateFiles(ctx, message, { thread, transcript, id: saidIdOf(ctx, message.channel, message.ts) }))) return;
  if (!addressed && !run.running) return hearAfterRun(ctx, incoming, { thread, transcript, run }, findActor);

  const actor = incoming.bot ? undefined : findActor();
  // The first sign comes before anything that takes time; where Slack is slow, also before it says who they are.
  const isLate = actor !== undefined && addressed && !run.running && (await withinMs(ctx.clock, SIGN_MS, actor)) === undefined;
  if (isLate) ctx.whisper.react(message, SEEN);
  const isNoTask = (): void => (isLate ? unmark(ctx, message) : undefined);
  // The operator has chosen which bots are heard, so they count as members.
  const affiliation = (await actor)?.affiliation ?? "member";
  const listener = { user, channel: message.channel, threadTs: message.thread_ts, ts: message.ts };
  const words = wordsIn(message);
  const shared = [...(message.files ?? []), ...words.files];
  const isAlone = words.carried.length + shared.length === 0;
  const bare = bareText(words.own, ctx.me.user);
  const situation = {
    paused: run.pausedBy !== undefined,
    asked: run.questions.length > 0,
    running: run.running,
    amid: run.run !== undefined || message.thread_ts !== undefined,
  };
  const asked = isOffered(run, bare) ? undefined : commandIn(bare, situation);
  const meant = asked && isAboutRun(asked.word, { run, message, isAlone }) ? asked.word : undefined;
  // Bots give no orders. Nor is such a word a task of theirs: a bot's "stop" would begin a run that nobody asked for.
  if (incoming.bot && !run.running && (meant !== undefined || (isAlone && isWordless(bare)))) return;
  const word = incoming.bot ? undefined : meant;
  const id = `${saidIdOf(ctx, message.channel, message.ts)}${taken?.after === undefined ? "" : `:after:${taken.after}`}`;
  const order = word && word !== "help" ? { word, from: { thread, transcript, run, user, affiliation, listener } } : undefined;
  const goesOn = order && word !== "stop" && word !== "summary" && run.running && (asked?.rest !== "" || !isAlone);
  if (order && !goesOn) {
    isNoTask();
    return command(ctx, order.word, { ...order.from, id });
  }
  if (word === "help" || (addressed && isAlone && isWordless(bare) && !run.running)) {
    isNoTask();
    await ctx.whisper.tell(listener, helpText(await ctx.languages.of(user), ctx.me.user, await teamsIn(ctx, message.channel)));
    return;
  }
  if (incoming.bot && (areTooManyBots(transcript, ctx.bots) || !(await mayBegin(ctx, message, run)))) return;
  const attempt = {
    user,
    affiliation,
    startedBy: run.startedBy,
    channel: message.channel,
    subject: thread,
    id: message.ts,
  };
  // Words that are not for the bot are people's talk in the thread: their refusal is neither told nor recorded.
  const no = await (addressed ? refused : wouldRefuse)(ctx, deedOf(run), attempt);
  if (no) {
    isNoTask();
    if (order) return command(ctx, order.word, { ...order.from, id });
    if (addressed) await ctx.whisper.tell(listener, safeMrkdwn(no));
    return;
  }
  if (!run.running && !incoming.bot && !taken) {
    const wish = wishedTeam(bare, ctx.teams);
    if (wish.kind === "unsure") {
      isNoTask();
      return askForTeam(ctx, wish, { thread, run, listener, ts: message.ts });
    }
  }
  if (!run.running && !isLate) ctx.whisper.react(message, SEEN);
  const withoutOrder = (text: string) => (order ? (commandIn(text, situation)?.rest ?? text) : text);
  const { said, unread } = await saidBy(
    ctx,
    { ...incoming, addressed },
    { id, affiliation, words, shared, withoutOrder, taken },
    { thread, transcript, run },
  );
  const heard = await ctx.runner.say(said);
  if (heard.kind === "refused" && !run.running) unmark(ctx, message);
  await show(ctx, heard, { thread, message, listener, affiliation });
  // After the words that stand below the order, so that whoever speaks next has them.
  if (order) await command(ctx, order.word, { ...order.from, id: `${id}:${order.word}` });
  // The same words whether the person or the app may not read it: nobody learns anything about a channel that is not theirs.
  if (unread > 0 && (heard.kind === "started" || heard.kind === "steered" || heard.kind === "answered"))
    await ctx.whisper.tell(listener, (await ctx.languages.of(user))("control.text.linkUnread"));
}

/** The message as the runner takes it, with what came along; and how many of the messages that it links to could not be read. */
async function saidBy(
  ctx: HandlerContext,
  { message, user, bot, addressed }: Incoming,
  about: {
    readonly id: string;
    readonly affiliation: Affiliation;
    readonly words: MessageWords;
    readonly shared: readonly SharedFile[];
    /** The text without the order at its beginning, where there is one. */
    readonly withoutOrder: (text: string) => string;
    readonly taken: Taken | undefined;
  },
  { thread, transcript, run }: { readonly thread: string; readonly transcript: Transcript; readonly run: RunState },
): Promise<{ readonly said: Said; readonly unread: number }> {
  const { id, affiliation, words, taken } = about;
  const { channel, ts, thread_ts: root } = message;
  const text = about.withoutOrder(await plainText(words.own, namingOf(ctx)));
  const wish = run.running ? { text } : settledTeam(wishedTeam(text, ctx.teams), text, taken);
  const set = run.running ? {} : await asSetIn(ctx, channel, { team: wish.team, before: run });
  const team = run.running ? run.team : set.team;
  const to = addressee(wish.text, ctx.teams.cards.find(({ name }) => name === team)?.agents ?? []);
  const attached = await ctx.attachments({ files: about.shared });
  const quoted = await ctx.quotes({ user, affiliation, id: `${channel}:${ts}`, text: words.own });
  const carried = await readCarried(words, namingOf(ctx));
  const isBehind = !run.running && root !== undefined && root !== ts;
  const before = isBehind ? await unreadBefore(ctx, transcript, { channel, root, until: ts }) : undefined;
  const said: Said = {
    thread,
    workspace: ctx.me.team,
    person: bot ?? (await personOf(ctx, user)),
    text: wish.text,
    files: [...attached.files, ...quoted.files, ...(before?.files ?? [])],
    beside: [...(before?.beside ?? []), ...quoted.beside, ...carried, ...attachedBeside(attached)],
    ...(before?.told ? { before: before.told } : {}),
    id,
    addressed,
    ...(run.running || bot ? {} : await inLanguageOf(ctx, user)),
    ...set,
    ...(to === undefined ? {} : { to }),
  };
  return { said, unread: quoted.unread };
}

/** Whether the words are an answer that an agent offers; then they are no order. Except `stop`, which always stops. */
const isOffered = ({ questions }: RunState, said: string): boolean =>
  phraseKey(said) !== "stop" && questions.some(({ options }) => options.some((option) => phraseKey(option) === phraseKey(said)));

/**
 * Whether the order is about the run. With a file or a quote, "help" and "summary" are about that; and in a thread in which no agent has talked yet,
 * "summary" is a task: to sum up what people have said.
 */
function isAboutRun(
  word: Word,
  { run, message, isAlone }: { readonly run: RunState; readonly message: MessageEvent; readonly isAlone: boolean },
): boolean {
  if (word !== "help" && word !== "summary") return true;
  return isAlone && (word === "help" || run.run !== undefined || message.thread_ts === undefined);
}

/** Whether a bot's mention may begin a run: not where bots and workflows have begun too many in a row without a person's word. */
async function mayBegin(ctx: HandlerContext, { channel, ts }: MessageEvent, { running }: RunState): Promise<boolean> {
  if (running || (await beginUnattended(ctx, { channel, cause: ts })) === "may") return true;
  ctx.log(
    `a bot's mention in ${channel} is not heard: bots and workflows have begun ${UNATTENDED_RUNS_MAX} runs there in a row; once a person says something there they are heard again`,
  );
  return false;
}

/** Nobody works on it: whoever passes by is not to think so. */
const unmark = (ctx: HandlerContext, message: MessageEvent): void => ctx.whisper.swap(message, { from: SEEN, to: undefined });

/** After so long a person gets a sign that their message was seen, whatever is still to be looked up. */
const SIGN_MS = 100;

/** Asks which of two teams is meant, before any model is called. */
async function askForTeam(
  ctx: HandlerContext,
  { said, near }: Extract<TeamWish, { readonly kind: "unsure" }>,
  at: { readonly thread: string; readonly run: RunState; readonly listener: Listener; readonly ts: string },
): Promise<void> {
  const { team: otherwise } = await asSetIn(ctx, at.listener.channel, { before: at.run });
  const isExact = teamNamed(ctx.teams, said) !== undefined;
  const t = await ctx.languages.of(at.listener.user);
  const text = isExact
    ? t("control.text.meanTeam", { near: safeMrkdwn(near) })
    : t("control.text.noTeamMean", { said: safeMrkdwn(said), near: safeMrkdwn(near) });
  const other =
    otherwise === undefined || otherwise === near ? [] : [{ label: t("control.button.noAsAlways", { team: otherwise }), team: otherwise }];
  await ctx.whisper.tell(at.listener, text, {
    blocks: takeUpBlocks(text, {
      thread: at.thread,
      ts: at.ts,
      options: [{ label: near, team: near }, ...other],
      no: t("forms.submit.cancel"),
    }),
  });
}

/** The task and its team. A first word that turned out to be no team's name is part of the task. */
function settledTeam(wish: TeamWish, said: string, taken: Taken | undefined): { readonly text: string; readonly team?: string } {
  if (wish.kind === "clear") return taken?.team === undefined ? wish : { text: wish.text, team: taken.team };
  if (taken?.team === undefined) return { text: said };
  return { text: taken.team === wish.near ? wish.text : said, team: taken.team };
}

const deedOf = (run: RunState): Deed => (!run.running ? "start" : run.questions.length > 0 ? "answer" : "steer");

async function show(
  ctx: HandlerContext,
  heard: Heard,
  to: { readonly thread: string; readonly message: MessageEvent; readonly listener: Listener; readonly affiliation: Affiliation },
): Promise<void> {
  switch (heard.kind) {
    case "started":
    case "duplicate":
    case "too late":
      return;
    case "ignored":
      // The run has ended since it was looked at.
      return offerToGoOn(ctx, { ...to, run: currentRun(await ctx.runner.read(to.thread)), ts: to.message.ts }, to.listener);
    case "answered":
      ctx.whisper.react(to.message, READ);
      if (heard.left > 0)
        await ctx.whisper.tell(
          to.listener,
          (await ctx.languages.of(to.listener.user))("control.text.answersOne", {
            agent: safeMrkdwn(heard.question.agent),
            count: heard.left,
          }),
        );
      return tellHeld(ctx, to.thread, to.listener, to.affiliation);
    case "steered":
      ctx.whisper.react(to.message, SEEN);
      return tellHeld(ctx, to.thread, to.listener, to.affiliation);
    case "refused":
      return tellRefused(ctx, heard, to.listener);
  }
}

async function tellRefused(ctx: HandlerContext, heard: Refused, to: Listener): Promise<void> {
  const t = await ctx.languages.of(to.user);
  const words = await refusedText(ctx, t, heard, to.channel);
  if (heard.why.kind === "rate") return ctx.unheard.tell(to, t, words);
  await ctx.whisper.tell(to, words);
}
