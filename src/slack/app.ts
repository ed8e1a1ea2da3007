import { App } from "@slack/bolt";
import type { Clock } from "../engine/clock.ts";
import type { Memory } from "../engine/memory.ts";
import { currentRun } from "../engine/reading/transcript.ts";
import type { Forgets, Runner } from "../runner/runner.ts";
import type { Settings } from "../store/settings.ts";
import { removedNote } from "../store/forgetting.ts";
import type { Store } from "../store/store.ts";
import { createAdmins } from "./people/admins.ts";
import { actorIn, createAffiliations, type Actor } from "./people/affiliation.ts";
import { pressApproval, pressApprovalForm, pressAskAgain, submitApproval } from "./buttons/approval-buttons.ts";
import { createAttachments } from "./door/attachments.ts";
import { pressAnswer, pressStop } from "./buttons/press.ts";
import { createAudit } from "./people/decision-audit.ts";
import { createCatchUp } from "./door/catch-up.ts";
import { createClosedChannels, type ClosedChannels } from "./post/closed-channels.ts";
import { discuss, openControls, openNewRun, parleyCommand, previewTeam, refreshControls, startFromModal } from "./desk/slash-commands.ts";
import { hear } from "./desk/messages.ts";
import type { Desk } from "./desk/handler-context.ts";
import { threadOf } from "./desk/message-context.ts";
import { stop } from "./desk/run-control.ts";
import { pressForgetThread } from "./buttons/forget-button.ts";
import { helpText, type TeamCards } from "./render/help-text.ts";
import { pressHome } from "./home/home-buttons.ts";
import { answerForm, isOfHome, submitForm } from "./home/form-submissions.ts";
import { createHome, type Home } from "./home/home.ts";
import { createHttpReceiver, type HttpDoor } from "./door/http-receiver.ts";
import { Inbox } from "./door/inbox.ts";
import { createGate, mayStillRead, type Handlers } from "./door/gate.ts";
import { listen } from "./door/listeners.ts";
import type { Pace } from "./post/delivery.ts";
import { createPace } from "./post/outbox.ts";
import type { Members } from "./people/members.ts";
import { createMissed } from "./door/missed-messages.ts";
import { pressFinish, pressRaise } from "./buttons/limit-buttons.ts";
import { createMarks } from "./signs/reactions.ts";
import { createMembership } from "./people/membership.ts";
import { createNames } from "./people/names.ts";
import { pressForget, turnPage } from "./desk/memory-notes.ts";
import { FormBody, SubmissionBody, channelBeside, tsOfEvent, type Body } from "./words/payloads.ts";
import { createProfiles, type Profiles } from "./people/profiles.ts";
import { createPrompts, type Prompts } from "./signs/suggested-prompts.ts";
import { createQuotes } from "./door/quoted-messages.ts";
import { ALLOW_DEFAULT, type Allow } from "./people/permissions.ts";
import { placeOf } from "./words/place.ts";
import { createReceiver, type SlackReceiver } from "./door/socket-receiver.ts";
import { pressFeedback, pressHold, pressNext, pressSteer, pressWords, submitRunModal } from "./buttons/run-buttons.ts";
import { pressShare, pressTranscript } from "./buttons/result-buttons.ts";
import { pressListed } from "./desk/run-commands.ts";
import { saveSettings } from "./buttons/settings-form.ts";
import { answerChoice } from "./buttons/team-picker.ts";
import { createReminders } from "./signs/reminders.ts";
import type { TeamShelf } from "./home/team-shelf.ts";
import { createStatus, type Status } from "./signs/status.ts";
import type { TokenSource } from "./api/token-client.ts";
import { clientOptions, slackErrorCode, type Log, type Web } from "./api/web-client.ts";
import { createUnheard } from "./signs/unheard-notice.ts";
import { createWhisper } from "./signs/ephemeral.ts";

export interface SlackAppParts {
  readonly botToken: string | TokenSource;
  /** For Socket Mode; not needed with `http`. */
  readonly appToken?: string;
  /** Slack sends requests here, instead of Socket Mode. */
  readonly http?: HttpDoor;
  /** Slack's own when absent. */
  readonly apiUrl?: string;
  readonly web: Web;
  readonly store: Store;
  readonly memory: Memory;
  readonly settings: Settings;
  /** Shared with the outbox; one of its own when absent. */
  readonly pace?: Pace;
  /** Whom no agent is to be taken for; shared with the outbox. */
  readonly members?: Members;
  readonly runner: Runner;
  readonly forgetting: Pick<Forgets, "forget" | "message">;
  readonly teams: TeamCards;
  /** The teams that people make; none where it is absent. */
  readonly shelf?: TeamShelf;
  readonly clock: Clock;
  readonly log: Log;
  /** Who may do what; {@link ALLOW_DEFAULT} where absent. */
  readonly allow?: Partial<Allow>;
  /** One of several workspaces behind one door: envelopes come by {@link SlackApp.handle}. */
  readonly tenancy?: Tenancy;
  /** Ids of other bots whose words are heard; none when absent. */
  readonly bots?: readonly string[];
  /** A channel that was closed to the app is open again, or given up. */
  readonly onChannelSettled?: () => void;
}

export interface Tenancy {
  /** Who Parley is in the workspace: Slack is not asked. */
  readonly me: { readonly team: string; readonly user: string; readonly bot: string; readonly enterprise?: string };
  readonly inbox: Inbox;
}

/** Parley's ear in Slack: what people write and press becomes words to the runner. */
export interface SlackApp {
  readonly botUserId: string;
  /** The workspace that the token belongs to; the first part of its threads' names. */
  readonly teamId: string;
  /** The teams of this workspace, those that its people have made included. */
  readonly teams: TeamCards;
  /** The line that says who is thinking. */
  readonly status: Status;
  readonly closedChannels: ClosedChannels;
  /** Connects; then handles what an earlier process left, and reads back what was missed. Rejects with what to do when Slack refuses. */
  start(): Promise<void>;
  /** Hears nothing more; resolves when what was being handled has been. */
  stop(): Promise<void>;
  /** Whether a socket, or the HTTP door, is open now. */
  connected(): boolean;
  httpPort(): number | undefined;
  /** An envelope for this workspace, from the inbox. Rejects when it should be given again. */
  handle(body: Body): Promise<void>;
  /** What a form that cannot be taken is answered with the ack; then it need not be handled. Never rejects. */
  answer(body: unknown): Promise<object | undefined>;
  /** There was a gap: what was missed is read back. */
  catchUp(): void;
  /** Whether all that people have said in a thread has been heard, and they could say something; see catch-up.ts. */
  heardAll(thread: string): boolean;
}

/**
 * Asks Slack whose token it is, so that a wrong one fails the start, and wires the room. Nothing is heard before `start`.
 * @throws Error with what to do, when Slack refuses the token.
 */
export async function createSlackApp(parts: SlackAppParts): Promise<SlackApp> {
  const { web, store, runner, clock, log, botToken, tenancy } = parts;
  const me = tenancy ? { ...tenancy.me, url: "" } : await whoAmI(web);
  const pace = parts.pace ?? createPace(clock);
  const whisper = createWhisper({ web, pace, clock, log, ...(parts.apiUrl ? { apiUrl: parts.apiUrl } : {}) });
  const unheard = createUnheard({ whisper, clock });
  const profiles = createProfiles(web.read, clock, log);
  const names = createNames({ read: { users: profiles }, store, team: me.team, clock, log });
  const membership = createMembership(web.read, log);
  const allow = { ...ALLOW_DEFAULT, ...parts.allow };
  const attachments = createAttachments({ store, botToken: tokenOf(botToken), log, ...(parts.apiUrl ? { apiUrl: parts.apiUrl } : {}) });
  // Never our own, whatever the settings say.
  const bots = (parts.bots ?? []).filter((bot) => bot !== me.bot);
  // Slack has just said that the app is installed.
  if (!tenancy && (await store.note(removedNote(me.team)))) await store.putNote(removedNote(me.team), "");
  await parts.shelf?.open(me.team);
  const teams = parts.shelf?.in(me.team) ?? parts.teams;
  const desk: Desk = {
    runner,
    forgetting: parts.forgetting,
    teams,
    ...(parts.shelf ? { shelf: parts.shelf } : {}),
    names,
    whisper,
    unheard,
    attachments,
    quotes: createQuotes({ web, names, me, membership, settings: parts.settings, reads: pace.reads, log }),
    allow,
    bots: new Set(bots),
    me,
    store,
    memory: parts.memory,
    settings: parts.settings,
    admins: createAdmins(profiles),
    affiliations: createAffiliations({ profiles, me, clock }),
    membership,
    web,
    pace,
    clock,
    log,
  };

  const handle = (body: Body): Promise<void> => dispatch(bolt, body, log);
  const inbox: Inbox = tenancy?.inbox ?? new Inbox({ onMessage: (ts) => missed.heard(ts), store, clock, log, handle, bots });
  const missed = createMissed({ web, store, inbox, me, bots: desk.bots, reads: pace.reads, clock, log });
  const catchUp = createCatchUp({ missed, store, runner, web, reads: pace.reads, inbox, team: me.team, bots: desk.bots, clock, log });
  const closedChannels = await createClosedChannels({
    web,
    pace,
    store,
    runner,
    clock,
    log,
    team: me.team,
    onSettled() {
      catchUp.begin();
      status.start();
      parts.onChannelSettled?.();
    },
  });
  const afterGap = () => {
    catchUp.begin();
    void closedChannels.look();
  };
  const heard = { inbox, clock, log, onConnected: afterGap, answer: answersOf(desk) };
  const http = parts.http && createHttpReceiver({ ...heard, door: parts.http });
  const receiver = tenancy
    ? NO_DOOR
    : (http ?? createReceiver({ ...heard, appToken: parts.appToken ?? "", ...(parts.apiUrl ? { apiUrl: parts.apiUrl } : {}) }));
  const bolt: App = new App({
    // Bolt calls nobody here; where the token changes it is given none.
    ...(typeof botToken === "string"
      ? { token: botToken, botId: me.bot, botUserId: me.user, tokenVerificationEnabled: false }
      : { authorize: async () => ({ botId: me.bot, botUserId: me.user }) }),
    receiver,
    // Bolt's own lets two shapes of own messages through, and its conversation store only grows.
    ignoreSelf: false,
    convoStore: false,
    clientOptions: { ...clientOptions(parts.apiUrl, log), retryConfig: { retries: 0 } },
  });
  bolt.error(async (error) => {
    throw new ListenerError(error);
  });
  const prompts = createPrompts(desk);
  const home = createHome(desk);
  listen(bolt, createGate(desk, handlersOf(desk, { prompts, profiles, home, members: parts.members, closedChannels })));
  const marks = createMarks({ runner, whisper, log });
  const reminders = createReminders({
    runner,
    store,
    web,
    pace,
    clock,
    log,
    team: me.team,
    heardAll: (thread) => !closedChannels.has(thread) && catchUp.heardAll(thread),
    mayStillRead: (user, channel) => mayStillRead(desk, user, channel),
  });
  const audit = createAudit({ runner, store, settings: parts.settings, log, team: me.team });
  const status = createStatus({
    runner,
    store,
    web,
    ...(parts.members ? { members: parts.members } : {}),
    get cards() {
      return teams.cards;
    },
    isClosed: (thread) => closedChannels.has(thread),
    clock,
    log,
  });

  return {
    botUserId: me.user,
    teamId: me.team,
    teams,
    status,
    closedChannels,
    connected: () => receiver.connected(),
    httpPort: () => http?.port(),
    async handle(body) {
      const ts = tsOfEvent(body);
      if (ts !== undefined) missed.heard(ts);
      await handle(body);
    },
    answer: answersOf(desk),
    catchUp: afterGap,
    heardAll: (thread) => catchUp.heardAll(thread) && !closedChannels.justOpened(thread),
    async start() {
      await bolt.start();
      if (!tenancy) inbox.open();
      prompts.start();
      status.start();
      reminders.start();
      audit.start();
      closedChannels.start();
    },
    async stop() {
      await bolt.stop();
      await catchUp.stop();
      await closedChannels.close();
      if (!tenancy) await inbox.close();
      prompts.close();
      await home.close();
      await marks.close();
      await reminders.close();
      await audit.close();
      await unheard.close();
      await whisper.settled();
      await status.close();
    },
  };
}

/** The door is somebody else's. */
const NO_DOOR: SlackReceiver = {
  init: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
  connected: () => true,
};

const tokenOf = (token: string | TokenSource) => (): Promise<string> => (typeof token === "string" ? Promise.resolve(token) : token.get());

function handlersOf(
  desk: Desk,
  around: {
    readonly prompts: Prompts;
    readonly profiles: Profiles;
    readonly home: Home;
    readonly members: Members | undefined;
    readonly closedChannels: ClosedChannels;
  },
): Handlers {
  const { prompts, profiles, home, members, closedChannels } = around;
  return {
    message: (body, findActor) => hear(desk, body, findActor),
    async sessionStopped({ event }, { affiliation }) {
      const thread = threadOf(desk, { channel: event.channel, ts: event.thread_ts });
      const run = currentRun(await desk.runner.read(thread));
      if (!run.running) return;
      const listener = { user: event.user, channel: event.channel, threadTs: event.thread_ts };
      await stop(desk, { thread, run, user: event.user, affiliation, listener });
    },
    async homeOpened({ event }, actor) {
      if (event.tab !== "messages") await home.opened(actor, event.view?.hash);
      else if (event.channel)
        await prompts.suggest({
          user: event.user,
          channel: event.channel,
          beside: await openBeside(desk, channelBeside(event.context), actor),
        });
    },
    contextChanged: async ({ event }, actor) =>
      prompts.suggest({ user: event.user, channel: event.channel, beside: await openBeside(desk, channelBeside(event.context), actor) }),
    assistantThread: async ({ event: { assistant_thread: opened } }, actor) =>
      prompts.suggest({
        user: opened.user_id,
        channel: opened.channel_id,
        threadTs: opened.thread_ts,
        beside: await openBeside(desk, opened.context?.channel_id, actor),
      }),
    async channelClosed({ event: { type, channel } }) {
      const code = type.endsWith("_archive") ? "is_archived" : "not_in_channel";
      if (!(await closedChannels.closed(channel, code))) await stopRuns(desk, (one) => one === channel, "the channel was closed to Parley");
    },
    // Not awaited: Slack is asked, at its own pace.
    channelOpened: async ({ event }) => void closedChannels.look(event.channel),
    async memberJoined({ event }) {
      if (event.user !== desk.me.user) return;
      void closedChannels.look(event.channel);
      if (!event.inviter) return;
      await desk.whisper.tell({ user: event.inviter, channel: event.channel }, helpText(desk.me.user, desk.teams));
    },
    async uninstalled() {
      await desk.store.putNote(removedNote(desk.me.team), new Date(desk.clock.now()).toISOString());
      await stopRuns(desk, () => true, "Parley was removed from the workspace");
    },
    async tokensRevoked({ event }) {
      if (!event.tokens.bot?.includes(desk.me.user)) return;
      desk.log("Slack has revoked the bot's token: install the app again and start Parley with the new SLACK_BOT_TOKEN");
      await stopRuns(desk, () => true, "Parley's token was revoked");
    },
    async userChanged({ event }) {
      desk.names.forget(event.user.id);
      profiles.forget(event.user.id);
      const { name, real_name, profile } = event.user;
      members?.renamed([name, real_name, profile?.display_name, profile?.real_name]);
    },
    async stopPressed(press, actor) {
      await pressStop(desk, press, actor);
      if (press.view) await refreshControls(desk, press.view);
    },
    answerPressed: (press, actor) => pressAnswer(desk, press, actor),
    approvePressed: (press, actor) => pressApproval(desk, press, actor, "once"),
    allowRunPressed: (press, actor) => pressApproval(desk, press, actor, "run"),
    editPressed: (press, actor) => pressApprovalForm(desk, press, actor, "edit"),
    denyPressed: (press, actor) => pressApproval(desk, press, actor, "deny"),
    denyWhyPressed: (press, actor) => pressApprovalForm(desk, press, actor, "deny"),
    askAgainPressed: (press, actor) => pressAskAgain(desk, press, actor),
    editSubmitted: (submission, actor) => submitApproval(desk, submission, actor, "edit"),
    denySubmitted: (submission, actor) => submitApproval(desk, submission, actor, "deny"),
    raisePressed: (press, actor) => pressRaise(desk, press, actor),
    finishPressed: (press, actor) => pressFinish(desk, press, actor),
    forgetThreadPressed: (press, actor) => pressForgetThread(desk, press, actor),
    forgetPressed: (press, actor) => pressForget(desk, press, actor),
    notesPaged: (press) => turnPage(desk, press),
    pausePressed: (press, actor) => pressHold(desk, press, actor, "pause"),
    resumePressed: (press, actor) => pressHold(desk, press, actor, "resume"),
    steerPressed: (press, actor) => pressSteer(desk, press, actor),
    wordsPressed: (press, actor) => pressWords(desk, press, actor),
    continuePressed: (press, actor) => pressNext(desk, press, actor, "continue"),
    otherTeamPressed: (press, actor) => pressNext(desk, press, actor, "team"),
    transcriptPressed: (press, actor) => pressTranscript(desk, press, actor),
    sharePressed: (press, actor) => pressShare(desk, press, actor),
    feedbackPressed: (press, actor) => pressFeedback(desk, press, actor),
    steerSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "steer"),
    answerSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "answer"),
    continueSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "continue"),
    otherTeamSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "team"),
    listedPause: (press, actor) => pressListed(desk, press, actor, "pause"),
    listedResume: (press, actor) => pressListed(desk, press, actor, "resume"),
    listedStop: (press, actor) => pressListed(desk, press, actor, "stop"),
    listedTranscript: (press, actor) => pressListed(desk, press, actor, "transcript"),
    settingsSubmitted: (submission, actor) => saveSettings(desk, submission, actor),
    command: (command, actor) => parleyCommand(desk, command, actor),
    homePressed: (press, actor) => pressHome(desk, home, press, actor),
    homeSubmitted: (submission, actor) => submitForm(desk, home, submission, actor),
    teamChosen: (press) => previewTeam(desk, press),
    newRun: (shortcut) => openNewRun(desk, { user: shortcut.user.id, triggerId: shortcut.trigger_id }),
    newRunSubmitted: (submission, actor) => startFromModal(desk, submission, actor),
    discuss: (shortcut, actor) => discuss(desk, shortcut, actor),
    controls: (shortcut) => openControls(desk, shortcut),
  };
}

/** A channel that a person looks at beside their messages, where they may look into it. */
async function openBeside(desk: Desk, channel: string | undefined, actor: Actor): Promise<string | undefined> {
  return channel !== undefined && (await desk.membership.mayRead(channel, actor)).kind === "open" ? channel : undefined;
}

/** Only forms are answered; what comes in otherwise is not held up. */
const answersOf =
  (desk: Desk) =>
  async (body: unknown): Promise<object | undefined> => {
    const submission = FormBody.safeParse(body).data && SubmissionBody.safeParse(body).data;
    return (
      submission &&
      (isOfHome(submission) ? answerForm(desk, submission, () => actorIn(desk.affiliations, body)) : answerChoice(desk, submission))
    );
  };

/** Nobody can read or answer there any more: runs must not go on, and cost, unseen. */
async function stopRuns(desk: Desk, concerns: (channel: string) => boolean, why: string): Promise<void> {
  for (const { thread } of await desk.store.unfinished()) {
    const place = placeOf(thread);
    if (place?.team !== desk.me.team || !concerns(place.channel)) continue;
    if (await desk.runner.stop(thread, { id: "slack", name: `Slack (${why})` })) desk.log(`the run in ${thread} was stopped: ${why}`);
  }
}

/**
 * Lets Bolt find the listener. Rejects when a listener did, to be tried again; what Bolt itself cannot make sense of will not make more
 * sense the next time.
 */
async function dispatch(bolt: App, body: Body, log: Log): Promise<void> {
  try {
    await bolt.processEvent({ body, ack: async () => undefined });
  } catch (error) {
    if (error instanceof ListenerError) throw error.cause;
    log("an envelope was not understood and put aside", error);
  }
}

class ListenerError extends Error {
  constructor(error: Error) {
    super(error.message, { cause: "original" in error ? error.original : error });
  }
}

async function whoAmI(
  web: Web,
): Promise<{ readonly team: string; readonly user: string; readonly bot: string; readonly url: string; readonly enterprise?: string }> {
  try {
    const { team_id: team, user_id: user, bot_id: bot, url = "", enterprise_id: enterprise } = await web.read.auth.test();
    if (!team || !user || !bot) throw new Error("SLACK_BOT_TOKEN is not a bot's token; it begins with xoxb-.");
    return { team, user, bot, url, ...(enterprise ? { enterprise } : {}) };
  } catch (error) {
    const code = slackErrorCode(error);
    if (code === undefined) throw new Error(`Slack could not be asked whose SLACK_BOT_TOKEN it is: ${String(error)}`, { cause: error });
    throw new Error(
      `Slack refuses SLACK_BOT_TOKEN (${code}). Install the app and copy the Bot User OAuth Token, xoxb-…, from OAuth & Permissions.`,
      {
        cause: error,
      },
    );
  }
}
