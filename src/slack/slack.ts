import type { Clock } from "../engine/clock.ts";
import { isWorker, type Role } from "../engine/role.ts";
import type { Memory } from "../engine/memory.ts";
import type { Search } from "../engine/search.ts";
import type { FileChange } from "./knowledge/file-changes.ts";
import type { PostedFiles } from "./knowledge/posted-files.ts";
import { currentRun } from "../engine/reading/transcript.ts";
import type { Forgets, Runner } from "../runner/runner.ts";
import type { Dispatch } from "../store/dispatch.ts";
import type { FinishedRuns } from "../store/runs/finished-runs.ts";
import type { Schedules } from "../store/schedules/schedules.ts";
import type { Settings } from "../store/settings.ts";
import { shareOf } from "../store/share.ts";
import type { Store } from "../store/store.ts";
import { createSlackApp, type SlackApp, type Tenancy } from "./app.ts";
import { noteCard } from "./post/cards/card-marks.ts";
import { createCards, type Cards } from "./post/cards/card-updates.ts";
import type { Problem } from "./post/delivery-problem.ts";
import type { TeamCard, TeamCards, TeamShelf } from "../team-shelf.ts";
import { knownCode } from "./api/error-codes.ts";
import type { HttpDoor } from "./door/http-receiver.ts";
import { createFeatureWatch } from "./api/missing-features.ts";
import { postAlert, type AlertMessage, type AlertPlace, type PostedAlert } from "./post/alert.ts";
import { createOutbox } from "./post/outbox.ts";
import type { LoginDesk } from "./logins/login-desk.ts";
import { createPace } from "./post/pace.ts";
import type { Body } from "./words/envelope.ts";
import type { LanguageSetting } from "./language/languages.ts";
import { safeMrkdwn } from "./words/escape.ts";
import { codeIn } from "./language/code-words.ts";
import { createLanguages } from "./language/whose-language.ts";
import type { Onlookers } from "./people/onlookers.ts";
import type { Allow } from "./people/permissions.ts";
import { createTurnStreams } from "./post/streams/turn-streams.ts";
import { postLooking } from "./post/post-or-find.ts";
import type { TokenSource } from "./api/token-source.ts";
import { createWeb, type Called } from "./api/web-client.ts";
import type { Dropped } from "./words/envelope.ts";

/** What it takes to be in a workspace. */
export interface SlackSettings {
  readonly botToken: string;
  /** For Socket Mode; not needed with `http`. */
  readonly appToken?: string;
  /** Slack sends requests here, instead of Socket Mode. */
  readonly http?: HttpDoor;
  /** Any Slack-compatible server; Slack's own when absent. */
  readonly apiUrl?: string;
  /** After so long without an answer nobody knows whether a post arrived; half a minute when absent. */
  readonly writeTimeoutMs?: number;
  /** Ids of other bots whose words are heard; none when absent. */
  readonly bots?: readonly string[];
  /** Who may do what, as the team file has it; the defaults where absent. */
  readonly allow?: Partial<Allow>;
  /** Whether workflows may ask teams; they may not when absent. */
  readonly workflows?: boolean;
  /** In which language Parley speaks: each reader's own when absent. */
  readonly language?: LanguageSetting;
  /** What this process does; all of it when absent. */
  readonly role?: Role;
}

export interface SlackParts extends Omit<SlackSettings, "botToken"> {
  readonly botToken: string | TokenSource;
  /** As one of several workspaces; see many-workspaces.ts. */
  readonly tenancy?: Tenancy;
  readonly store: Store;
  readonly dispatch: Pick<Dispatch, "serve">;
  readonly memory: Memory;
  readonly settings: Settings;
  readonly schedules: Schedules;
  readonly runs: FinishedRuns;
  /** Absent where nobody can log in to servers. */
  readonly logins?: LoginDesk;
  readonly runner: Runner;
  readonly forgetting: Pick<Forgets, "forget" | "message">;
  readonly teams: TeamCards;
  /** The teams that people make; none where it is absent. */
  readonly shelf?: TeamShelf;
  /** Called for files that are added, changed or removed in a workspace. */
  readonly fileChanged?: (team: string, change: FileChange) => void;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Called with how long each post has waited for Slack's pace, in ms. */
  readonly paced?: (waitedMs: number) => void;
  /** Called when Slack drops events; the operator's log says so in any case. */
  readonly onDropped?: (dropped: Dropped) => void;
}

export interface Slack {
  /** Whether a socket, or the HTTP door, is open now. */
  connected(): boolean;
  /** Where the HTTP door is, once it is open. */
  httpPort(): number | undefined;
  /** Whether everything that people have said in a thread has arrived. If not, it is read, and the runner looks at the thread again. */
  heardAll(thread: string): boolean;
  /** Whether the thread's channel is closed to the app for a while. No turn begins in it until it is open; then the runner looks at it again. */
  isParked(thread: string): boolean;
  /** Searches the workspace for agents. */
  readonly search: Search;
  /** The files of a workspace that teams look things up in; `undefined` where the app is not installed. */
  filesIn(team: string): Promise<PostedFiles | undefined>;
  /** People who look at a workspace's runs outside of Slack, as in the studio; `undefined` where the app is not installed. `since`: when it was installed. */
  onlookersIn(team: string): Promise<{ readonly onlookers: Onlookers; readonly since: string } | undefined>;
  /** Posts a message for whoever runs Parley, once. Never rejects. */
  alert(place: AlertPlace, message: AlertMessage): Promise<PostedAlert>;
  /** Connects, posts what is due, and handles what comes. Rejects with what to do when Slack refuses. */
  start(): Promise<void>;
  /** Takes nothing more from Slack. What agents still say is posted until {@link stop}. */
  hangUp(): Promise<void>;
  /** Lets posts under way end; the rest is due at the next start. */
  stop(): Promise<void>;
  /** Resolves when everything that is due has been posted and every card shows what the log says. */
  idle(): Promise<void>;
}

/** One workspace of several. */
export interface Tenant extends Slack {
  handle(body: Body): Promise<void>;
  readonly answer: SlackApp["answer"];
  readonly waitsFor: SlackApp["waitsFor"];
  readonly keepLeave: SlackApp["keepLeave"];
  readonly catchUp: SlackApp["catchUp"];
  readonly onDropped: SlackApp["onDropped"];
}

/**
 * The room's front door. What hears (app.ts) and what posts (outbox.ts, card-updates.ts) meet only in the store.
 * @throws Error with what to do, when Slack refuses the token.
 */
export async function createSlack(parts: SlackParts): Promise<Tenant> {
  const { store, runner, clock } = parts;
  const log = (problem: string, error?: unknown) =>
    parts.log(error === undefined ? problem : `${problem}: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
  const featureWatch = createFeatureWatch({ store, log });
  const reach = {
    token: parts.botToken,
    log,
    clock,
    onCalled: (called: Called) => featureWatch.onCalled(called),
    ...(parts.apiUrl ? { apiUrl: parts.apiUrl } : {}),
    ...(parts.writeTimeoutMs === undefined ? {} : { writeTimeoutMs: parts.writeTimeoutMs }),
  };
  const web = createWeb({ ...reach, ...(store.stillHere ? { beforeWriting: store.stillHere } : {}) });
  const pace = createPace(clock, shareOf(store), parts.paced);
  const stopping = new AbortController();
  /** Only in the process that keeps the cards of the workspace. */
  let cards: Cards | undefined;
  const led = () => (cards = createCards({ store, web, pace, cardFor, load, atHand, languages, clock, onProblem }));
  // When a channel opens again, the posts that waited for it are due.
  const app = await createSlackApp({ ...parts, web, pace, log, led, onChannelSettled: () => outbox.poke() });
  const languages = createLanguages(app.people, parts.language);
  const cardFor = (name: string): TeamCard => app.teams.cards.find((card) => card.name === name) ?? { ...NO_CARD, name };
  const load = (thread: string, throughSeq?: number) => runner.read(thread, throughSeq);
  const atHand = (thread: string) => runner.atHand(thread);
  let gone: Promise<void> = Promise.resolve();
  const lastWords = new AbortController();
  let heldFor: string | undefined;
  const onProblem = (problem: Problem) =>
    void told(problem).catch((error: unknown) => log("a problem with Slack could not be dealt with", error));
  const streams = createTurnStreams({ runner, store, web, pace, cardFor, people: app.people, languages, clock, log });
  const outbox = createOutbox({
    store,
    streams,
    dispatch: parts.dispatch,
    web,
    pace,
    cardFor,
    load,
    languages,
    clock,
    people: app.people,
    closedChannels: app.closedChannels,
    onProblem,
    async onPosted(post, rendered) {
      heldFor = undefined;
      await noteCard(store, post, rendered);
    },
  });

  async function told(problem: Problem): Promise<void> {
    switch (problem.kind) {
      case "thread-gone": {
        // One after the other, since each message of the thread may be refused.
        const next = gone.then(() => stopUnseen(problem.thread, problem.code));
        // A failure is logged by the caller, and does not keep other runs from being stopped.
        gone = next.catch(() => undefined);
        return next;
      }
      case "auth":
        void clock.sleep(HELD_MS, stopping.signal).then(() => outbox.poke());
        if (heldFor === problem.code) return;
        heldFor = problem.code;
        return log(
          parts.tenancy
            ? `Slack takes nothing for workspace ${parts.tenancy.me.team} (${problem.code}): its posts wait until the app is installed there again; nothing is lost. ${knownCode(problem.code).says}`
            : `Slack refuses SLACK_BOT_TOKEN (${problem.code}): nothing is posted until it is taken, which is tried every minute; nothing is lost. ${knownCode(problem.code).says}`,
        );
      case "degraded":
        return log(
          `Slack does not let Parley use ${problem.feature} (${problem.code}); it goes on without. parley doctor says what to grant`,
        );
      case "uneditable":
        return log(
          problem.code === "message_not_found"
            ? `card ${problem.seq} of ${problem.thread} was deleted; the run goes on without it`
            : `card ${problem.seq} of ${problem.thread} shows what was so earlier: Slack does not let it be edited (${problem.code}); the messages below it say the rest`,
        );
      case "maybe-twice":
        return log(`a message in ${problem.thread} may be there twice: it could not be looked up after ${problem.code}`);
      case "gave-up":
        return log(
          `message ${problem.seq} of ${problem.thread} could not be posted (${problem.code}); it is in the log, see parley export. ${knownCode(problem.code).says}`,
        );
      case "bug":
        return log(`posting in ${problem.thread} broke`, problem.error);
    }
  }

  /** Nobody can read the thread any more: its run must not go on and cost money unseen. The person who started it is told, once for each run. */
  async function stopUnseen(thread: string, code: string): Promise<void> {
    const { startedBy, run, language } = currentRun(await runner.read(thread));
    const stopped = await runner.stop(thread, { id: "slack", name: `Slack (${code})` });
    const { says } = knownCode(code);
    if (stopped) log(`the run in ${thread} was stopped: Slack answers ${code}. ${says}`);
    const key = `gone/${thread}`;
    const told = await store.note(key);
    // Of two processes that find it out, one tells.
    if (!startedBy || run === undefined || told === run || !(await store.swapNote(key, told, run))) return;
    // Their language as the run recorded it: nothing is waited for between the note and the message.
    const t = await languages.ofRun({ language });
    const text = t(stopped ? "codes.text.stopped" : "codes.text.ended", { code: safeMrkdwn(code), says: codeIn(t, code) });
    const word = { id: `gone/${run}`, channel: startedBy.id, text };
    const posted = await postLooking({ web, pace, clock, log }, word, { blind: "leave", signal: lastWords.signal });
    if (posted.kind !== "posted") log(`${startedBy.id} could not be told (${posted.failure.code})`);
  }

  return {
    connected: () => app.connected(),
    httpPort: () => app.httpPort(),
    heardAll: (thread) => app.heardAll(thread),
    isParked: (thread) => app.closedChannels.has(thread),
    search: app.search,
    filesIn: async (team) => (team === app.teamId ? app.files : undefined),
    onlookersIn: async (team) => (team === app.teamId ? { onlookers: app.onlookers, since: "" } : undefined),
    alert: ({ channel }, message) => postAlert({ web: createWeb(reach), pace, clock, log }, channel, message, stopping.signal),
    handle: (body) => app.handle(body),
    answer: (body) => app.answer(body),
    waitsFor: (body) => app.waitsFor(body),
    keepLeave: app.keepLeave,
    catchUp: (repeats) => app.catchUp(repeats),
    onDropped: (dropped) => app.onDropped(dropped),
    async start() {
      if (isWorker(parts.role ?? "all")) outbox.start();
      // Fetched now, to be there before the first agent speaks.
      void app.people.lookalikes();
      await app.start();
    },
    hangUp: () => app.stop(),
    async stop() {
      stopping.abort();
      app.people.close();
      await Promise.all([outbox.stop(), streams.close()]);
      // The post that found a thread gone is not tried again, so the person would never be told later.
      await Promise.race([gone, clock.sleep(LAST_WORDS_MS_MAX, lastWords.signal)]);
      lastWords.abort();
      featureWatch.close();
      await featureWatch.settled();
    },
    async idle() {
      await outbox.idle();
      await cards?.idle();
    },
  };
}

/** How soon posts are tried again after Slack refused the token: an app that is installed again, with the scopes that it lacked, keeps its token. */
const HELD_MS = 60_000;

/** A part of the ten seconds that a stop may take. */
const LAST_WORDS_MS_MAX = 2_000;

/** For a run of a team that the file no longer has. */
const NO_CARD: Omit<TeamCard, "name"> = { description: "", agents: [], limits: { turns: 0, minutes: 0, tokens: 0, usd: 0 }, stopWords: [] };
