import { App } from "@slack/bolt";
import type { Clock } from "../engine/clock.ts";
import { isDoor, isWorker, type Role } from "../engine/role.ts";
import { createLeader } from "../runner/leader.ts";
import type { Forgets, Runner } from "../runner/runner.ts";
import type { Dispatch } from "../store/dispatch.ts";
import { removedNote } from "../store/forgetting.ts";
import { shareOf } from "../store/share.ts";
import type { Store } from "../store/store.ts";
import { createAttachments } from "./door/attachments.ts";
import { createFileContent } from "./door/file-content.ts";
import { createPostedFiles, type PostedFiles } from "./knowledge/posted-files.ts";
import { createCatchUp } from "./door/catch-up.ts";
import { createChannelNames } from "./door/channel-names.ts";
import { createClosedChannels, type ClosedChannels } from "./post/closed-channels.ts";
import type { HandlerContext } from "./commands/handler-context.ts";
import type { TeamCards, TeamShelf } from "../team-shelf.ts";
import { createHome } from "./home/home.ts";
import { createHttpReceiver, type HttpDoor } from "./door/http-receiver.ts";
import { Inbox } from "./door/inbox.ts";
import { readOn } from "./door/read-on.ts";
import { createGate, mayStillRead } from "./door/gate.ts";
import { createPace, type Pace } from "./post/pace.ts";
import { createMissed } from "./door/missed-messages.ts";
import type { LanguageSetting } from "./language/languages.ts";
import { createLanguages } from "./language/whose-language.ts";
import { threadsFor } from "./buttons/fork-in-thread.ts";
import { createOnlookers, type Onlookers } from "./people/onlookers.ts";
import { createPeople, type People } from "./people/people.ts";
import { tsOfEvent, type Body, type Dropped } from "./words/envelope.ts";
import { createPrompts } from "./signs/suggested-prompts.ts";
import { createThreadBefore } from "./door/thread-before.ts";
import { createQuotes } from "./door/quoted-messages.ts";
import { ALLOW_DEFAULT, type Allow } from "./people/permissions.ts";
import { createSelfStarting } from "./schedules/self-starting.ts";
import { createReceiver, NO_DOOR } from "./door/socket-receiver.ts";
import { createSigns, type Beside } from "./signs/signs.ts";
import type { TokenSource } from "./api/token-source.ts";
import { clientOptions, type Log, type Web } from "./api/web-client.ts";
import { createWorkspaceSearch, type WorkspaceSearch } from "./search/workspace-search.ts";
import { createUnheard } from "./signs/unheard-notice.ts";
import { createWhisper } from "./signs/ephemeral.ts";
import { ListenerError, dispatch, listen, oneForEachKind } from "./door/listeners.ts";
import { answersOf, handlersOf } from "./handlers.ts";
import { whoAmI } from "./api/who-am-i.ts";

export interface SlackAppParts extends Pick<HandlerContext, "memory" | "settings" | "schedules" | "runs" | "logins" | "fileChanged"> {
  readonly botToken: string | TokenSource;
  /** For Socket Mode; not needed with `http`. */
  readonly appToken?: string;
  /** Slack sends requests here, instead of Socket Mode. */
  readonly http?: HttpDoor;
  /** Slack's own when absent. */
  readonly apiUrl?: string;
  readonly web: Web;
  readonly store: Store;
  readonly dispatch: Pick<Dispatch, "serve">;
  /** Shared with the outbox; one of its own when absent. */
  readonly pace?: Pace;
  readonly runner: Runner;
  readonly forgetting: Pick<Forgets, "forget" | "message">;
  readonly teams: TeamCards;
  /** The teams that people make; none where it is absent. */
  readonly shelf?: TeamShelf;
  readonly clock: Clock;
  readonly log: Log;
  /** Who may do what; {@link ALLOW_DEFAULT} where absent. */
  readonly allow?: Partial<Allow>;
  /** Whether workflows may ask teams; they may not when absent. */
  readonly workflows?: boolean;
  /** Each reader's own when absent. */
  readonly language?: LanguageSetting;
  /** One of several workspaces behind one door: envelopes come by {@link SlackApp.handle}. */
  readonly tenancy?: Tenancy;
  /** Ids of other bots whose words are heard; none when absent. */
  readonly bots?: readonly string[];
  /** What one process does for the workspace beside the signs, such as keeping the cards; made each time that this one comes to do it. */
  readonly led?: () => Beside;
  /** A channel that was closed to the app is open again, or given up. */
  readonly onChannelSettled?: () => void;
  /** Slack drops events, and has said so here. */
  readonly onDropped?: (dropped: Dropped) => void;
  /** What this process does; all of it when absent. */
  readonly role?: Role;
}

export interface Tenancy {
  /** Who Parley is in the workspace: Slack is not asked. */
  readonly me: { readonly team: string; readonly user: string; readonly bot: string; readonly enterprise?: string };
  readonly inbox: Inbox;
}

/** Parley's ear in Slack: what people write and press becomes words to the runner. */
export interface SlackApp extends WorkspaceSearch {
  readonly files: PostedFiles;
  readonly botUserId: string;
  /** The workspace that the token belongs to; the first part of its threads' names. */
  readonly teamId: string;
  /** Shared with the outbox: whom no agent is to be taken for. Closed by whoever ends the posting. */
  readonly people: People;
  readonly onlookers: Onlookers;
  /** The teams of this workspace, those that its people have made included. */
  readonly teams: TeamCards;
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
  /** Whether something begins by a bot's word, or a reaction, of which nothing else becomes. */
  waitsFor(body: unknown): boolean;
  /** There was a gap: what was missed is read back. `repeats`: Slack repeats for some minutes what nobody took, as it does over HTTP. */
  catchUp(repeats: boolean): void;
  /** Slack drops events of the workspace; what is missing is read back, and the operator is told. */
  onDropped(dropped: Dropped): void;
  /** Whether all that people have said in a thread has been heard, and they could say something; see catch-up.ts. */
  heardAll(thread: string): boolean;
}

/**
 * Asks Slack whose token it is, so that a wrong one fails the start, and wires the room. Nothing is heard before `start`.
 * @throws Error with what to do, when Slack refuses the token.
 */
export async function createSlackApp(parts: SlackAppParts): Promise<SlackApp> {
  const { web, store, runner, clock, log, botToken, tenancy, role = "all" } = parts;
  const me = tenancy ? { ...tenancy.me, url: "" } : await whoAmI(web, clock);
  const pace = parts.pace ?? createPace(clock);
  const at = parts.apiUrl ? { apiUrl: parts.apiUrl } : {};
  const whisper = createWhisper({ web, pace, exclusively: store.exclusively, clock, share: shareOf(store), log, ...at });
  const unheard = createUnheard({ whisper, clock });
  const people = createPeople({ read: web.read, store, me, clock, log });
  const allow = { ...ALLOW_DEFAULT, ...parts.allow };
  const contentOf = createFileContent({ botToken: tokenOf(botToken), log, ...at });
  const infoOf = async (file: string) => (await web.read.files.info({ file })).file;
  const attachments = createAttachments({ store, contentOf, infoOf, clock, log });
  const channelNameOf = createChannelNames({ read: web.read, clock });
  const threadBefore = createThreadBefore({ web, people, channelNameOf, attachments, me, reads: pace.askedReads, clock });
  const { search, keepLeave } = createWorkspaceSearch({ web, store, people, channelNameOf, me, clock, log });
  // Never our own, whatever the settings say.
  const bots = (parts.bots ?? []).filter((bot) => bot !== me.bot);
  // Slack has just said that the app is installed.
  const removed = tenancy ? undefined : await store.note(removedNote(me.team));
  if (removed) await store.swapNote(removedNote(me.team), removed, "");
  await parts.shelf?.open(me.team);
  const teams = parts.shelf?.in(me.team) ?? parts.teams;
  const languages = createLanguages(people, parts.language);
  const { memory, settings, schedules, runs, logins, fileChanged } = parts;
  const ports = { memory, settings, schedules, runs, ...(logins ? { logins } : {}), ...(fileChanged ? { fileChanged } : {}) };
  const ctx: HandlerContext = {
    runner,
    forgetting: parts.forgetting,
    teams,
    ...(parts.shelf ? { shelf: parts.shelf } : {}),
    people,
    languages,
    whisper,
    unheard,
    attachments,
    threadBefore,
    channelNameOf,
    quotes: createQuotes({ web, people, channelNameOf, attachments, me, settings: parts.settings, reads: pace.askedReads, clock, log }),
    allow,
    bots: new Set(bots),
    workflows: parts.workflows ?? false,
    me,
    store,
    ...ports,
    web,
    pace,
    clock,
    log,
  };
  const home = createHome(ctx);
  const handle = (body: Body): Promise<void> => {
    const read = readOn(body, { store, runner, team: me.team });
    return read ? read.then(() => dispatch(bolt, body, log)) : dispatch(bolt, body, log);
  };
  const inbox: Inbox =
    tenancy?.inbox ??
    new Inbox({
      onMessage: (ts) => missed.heard(ts),
      keepLeave,
      waitsFor: (body) => triggers.waitsFor(body),
      store,
      dispatch: parts.dispatch,
      clock,
      log,
      handle,
      bots,
    });
  const reader = { web, store, inbox, bots: ctx.bots, reads: pace.reads, clock, log };
  const missed = createMissed({ ...reader, me });
  const catchUp = createCatchUp({ ...reader, missed, runner, team: me.team, user: me.user });
  const closedChannels = await createClosedChannels({
    web,
    pace,
    store,
    runner,
    clock,
    log,
    team: me.team,
    languages,
    onSettled() {
      catchUp.begin();
      signs.led()?.lookOver();
      parts.onChannelSettled?.();
    },
  });
  const afterGap = (repeats: boolean) => {
    catchUp[repeats ? "afterGap" : "begin"]();
    void closedChannels.look();
  };
  const onDropped = (dropped: Dropped) => [parts.onDropped, catchUp.dropped].forEach((tell) => tell?.(dropped));
  const heard = { inbox, clock, log, onConnected: () => afterGap(parts.http !== undefined), onDropped, answer: answersOf(ctx, home) };
  const http = parts.http && isDoor(role) ? createHttpReceiver({ ...heard, door: parts.http }) : undefined;
  const receiver = tenancy || !isDoor(role) ? NO_DOOR : (http ?? createReceiver({ ...heard, appToken: parts.appToken ?? "", ...at }));
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
  const prompts = createPrompts(ctx);
  const triggers = createSelfStarting(ctx);
  listen(oneForEachKind(bolt), createGate(ctx, handlersOf(ctx, { prompts, home, closedChannels, triggers })));
  const signs = createLeader({
    store,
    key: `signs/${me.team}`,
    create: () =>
      createSigns({
        ...ctx,
        prompts,
        closedChannels,
        team: me.team,
        heardAll: (thread) => !closedChannels.has(thread) && catchUp.heardAll(thread),
        mayStillRead: (user, channel) => mayStillRead(ctx, user, channel),
        ...(parts.led ? { beside: parts.led } : {}),
      }),
    clock,
    log,
  });
  return {
    search,
    files: createPostedFiles({ web, people, contentOf, me, clock, log }),
    keepLeave,
    botUserId: me.user,
    teamId: me.team,
    people,
    onlookers: createOnlookers(ctx, threadsFor(ctx)),
    teams,
    closedChannels,
    connected: () => receiver.connected(),
    httpPort: () => http?.port(),
    async handle(body) {
      const ts = tsOfEvent(body);
      if (ts !== undefined) missed.heard(ts);
      await handle(body);
    },
    answer: answersOf(ctx, home),
    waitsFor: (body) => triggers.waitsFor(body),
    catchUp: afterGap,
    onDropped: catchUp.dropped,
    heardAll: (thread) => catchUp.heardAll(thread) && !closedChannels.justOpened(thread),
    async start() {
      await bolt.start();
      if (!tenancy && isDoor(role)) inbox.open();
      if (isWorker(role)) signs.start();
      triggers.start(role);
    },
    async stop() {
      await bolt.stop();
      await catchUp.stop();
      if (!tenancy) await inbox.close();
      await triggers.close();
      await home.close();
      await signs.close();
      await closedChannels.close();
      await unheard.close();
      await whisper.settled();
    },
  };
}

const tokenOf = (token: string | TokenSource) => (): Promise<string> => (typeof token === "string" ? Promise.resolve(token) : token.get());
