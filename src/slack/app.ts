import { App } from "@slack/bolt";
import { isDoor, isWorker, type Role } from "../engine/role.ts";
import { createLeader } from "../runner/leader.ts";
import type { Dispatch } from "../store/dispatch.ts";
import type { PostedFiles } from "./knowledge/posted-files.ts";
import { createCatchUp } from "./door/missed/catch-up.ts";
import { createClosedChannels, type ClosedChannels } from "./post/closed-channels.ts";
import type { TeamCards } from "../team-shelf.ts";
import { createHome } from "./home/home.ts";
import { createHttpReceiver, type HttpDoor } from "./door/http-receiver.ts";
import { Inbox } from "./door/inbox.ts";
import { readOn } from "./door/read-on.ts";
import { createGate, mayStillRead } from "./door/gate.ts";
import { createPace, type Pace } from "./post/pace.ts";
import { createMissed } from "./door/missed/missed-messages.ts";
import { threadsFor } from "./buttons/fork-in-thread.ts";
import { createOnlookers, type Onlookers } from "./people/onlookers.ts";
import type { People } from "./people/people.ts";
import { tsOfEvent, type Body, type Dropped } from "./words/envelope.ts";
import { createPrompts } from "./signs/suggested-prompts.ts";
import { createSelfStarting } from "./schedules/self-starting.ts";
import { createReceiver, NO_DOOR } from "./door/socket-receiver.ts";
import { createSigns, type Beside } from "./signs/signs.ts";
import { clientOptions } from "./api/web-client.ts";
import type { WorkspaceSearch } from "./search/workspace-search.ts";
import { ListenerError, dispatch, listen, oneForEachKind } from "./door/listeners.ts";
import { answersOf, handlersOf } from "./handlers.ts";
import { noteInstalled, openContext, type ContextParts } from "./open-context.ts";
import { whoAmI } from "./api/who-am-i.ts";

export interface SlackAppParts extends ContextParts {
  /** For Socket Mode; not needed with `http`. */
  readonly appToken?: string;
  /** Slack sends requests here, instead of Socket Mode. */
  readonly http?: HttpDoor;
  readonly dispatch: Pick<Dispatch, "serve">;
  /** Shared with the outbox; made here when absent. */
  readonly pace?: Pace;
  /** For one of several workspaces behind one door: its envelopes come by {@link SlackApp.handle}. */
  readonly tenancy?: Tenancy;
  /** What one process does for the workspace beside the signs, such as keeping the cards. Called each time that this process becomes that one. */
  readonly led?: () => Beside;
  /** Called when a channel that was closed to the app is open again, or given up. */
  readonly onChannelSettled?: () => void;
  /** Called when Slack says that it drops events. */
  readonly onDropped?: (dropped: Dropped) => void;
  /** What this process does; all of it when absent. */
  readonly role?: Role;
}

export interface Tenancy {
  /** Who Parley is in the workspace; known, so that Slack is not asked. */
  readonly me: { readonly team: string; readonly user: string; readonly bot: string; readonly enterprise?: string };
  readonly inbox: Inbox;
}

/** The part that hears: what people write and press in Slack goes to the runner. */
export interface SlackApp extends WorkspaceSearch {
  readonly files: PostedFiles;
  readonly botUserId: string;
  /** The workspace that the token belongs to; the first part of its threads' names. */
  readonly teamId: string;
  /** Shared with the outbox, which asks for names that no agent may look like. Closed by whoever ends the posting. */
  readonly people: People;
  readonly onlookers: Onlookers;
  /** The teams of this workspace, those that its people have made included. */
  readonly teams: TeamCards;
  readonly closedChannels: ClosedChannels;
  /** Connects; then handles what an earlier process left, and reads back what was missed. Rejects with what to do when Slack refuses. */
  start(): Promise<void>;
  /** Takes nothing more; resolves when what was being handled has been handled. */
  stop(): Promise<void>;
  /** Whether a socket, or the HTTP door, is open now. */
  connected(): boolean;
  httpPort(): number | undefined;
  /** An envelope for this workspace, from the inbox. Rejects when it should be given again. */
  handle(body: Body): Promise<void>;
  /** What goes back with the ack for a form that is refused; such a form need not be handled. Nothing for any other. Never rejects. */
  answer(body: unknown): Promise<object | undefined>;
  /** Whether a bot's message, or a reaction, triggers work; otherwise it is of no use to anybody. */
  waitsFor(body: unknown): boolean;
  /** There was a gap: what was missed is read back. `repeats`: Slack repeats for some minutes what nobody took, as it does over HTTP. */
  catchUp(repeats: boolean): void;
  /** Slack drops events of the workspace; what is missing is read back, and the operator is told. */
  onDropped(dropped: Dropped): void;
  /** Whether everything that people have said in a thread has arrived, and they were able to say something; see catch-up.ts. */
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
  if (!tenancy) await noteInstalled(store, me.team);
  const { ctx, files, search, keepLeave } = await openContext(parts, me, pace);
  const { people, languages, teams, whisper, unheard } = ctx;
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
      bots: [...ctx.bots],
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
  const receiver =
    tenancy || !isDoor(role)
      ? NO_DOOR
      : (http ?? createReceiver({ ...heard, appToken: parts.appToken ?? "", ...(parts.apiUrl ? { apiUrl: parts.apiUrl } : {}) }));
  const bolt: App = new App({
    // Bolt makes no calls here; where the token can change, it gets none.
    ...(typeof botToken === "string"
      ? { token: botToken, botId: me.bot, botUserId: me.user, tokenVerificationEnabled: false }
      : { authorize: async () => ({ botId: me.bot, botUserId: me.user }) }),
    receiver,
    // Bolt's filter lets two shapes of our own messages through, and its conversation store only grows.
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
    files,
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
