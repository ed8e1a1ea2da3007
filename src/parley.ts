import type { Teams } from "./config/build.ts";
import { createExecutor } from "./config/sandbox/executor.ts";
import { secretNames } from "./config/load.ts";
import { openTeams } from "./config/open-teams.ts";
import { createMcpServers } from "./config/mcp-servers.ts";
import type { KeptMarks } from "./config/mcp/tool-marks.ts";
import { createTeamShelf, type BuiltShelf } from "./config/team-shelf.ts";
import { createRedactor } from "./config/secrets.ts";
import { systemClock } from "./engine/clock.ts";
import type { Memory } from "./engine/memory.ts";
import { createGates, type Gates } from "./models/gated.ts";
import { touchedIn } from "./engine/reading/touched.ts";
import { lessonsIn } from "./models/refusals/kept-lessons.ts";
import { isWorker, THREADS_AT_ONCE } from "./engine/role.ts";
import { isOfEvaluation } from "./eval/evaluation-threads.ts";
import { createRunner, type Forgets, type Runner } from "./runner/runner.ts";
import { createForgetting } from "./runner/upkeep/forgetting.ts";
import { leadRetention } from "./runner/upkeep/retention.ts";
import { createDayBudgets } from "./runner/day-budgets.ts";
import type { Executor } from "./sandbox/executor.ts";
import { keeping } from "./sandbox/keeping.ts";
import { createOffExecutor } from "./sandbox/off.ts";
import { secretsOf } from "./slack/door/secrets-of.ts";
import { searchIn } from "./slack/search/when-connected.ts";
import type { Slack } from "./slack/slack.ts";
import { rulesAt } from "./slack/people/channel-settings.ts";
import { accountsOf, scopeOf } from "./slack/words/accounts.ts";
import { channelOf } from "./slack/words/place.ts";
import { writeAuditOut } from "./runner/upkeep/write-audit-out.ts";
import { createKeyRing } from "./store/key-ring.ts";
import { editNote } from "./store/notes.ts";
import { redactAll, redactedPorts } from "./store/redacted.ts";
import { openStore } from "./store/open-store.ts";
import type { Settings as KeptSettings } from "./store/settings.ts";
import { shareOf } from "./store/share.ts";
import { inFull, type Store } from "./store/store.ts";
import { createHeldTurns } from "./store/workspaces/held-turns.ts";
import { createWorkspaceKeeper } from "./store/workspaces/keeper.ts";
import { openAlerts } from "./open-alerts.ts";
import { openKnowledge, wantedOfKnowledge } from "./open-knowledge.ts";
import { openLogins, withPages } from "./open-logins.ts";
import type { ParleyOptions } from "./parley-options.ts";
import { createTelemetry } from "./telemetry/telemetry.ts";
import { studioDoor, tellOfTurns, type ForkParts, type Turns } from "./studio-door.ts";
import { keepingVersions, openWorkshop, type OpenWorkshop } from "./open-workshop.ts";

export type { ParleyOptions, SlackOfMany } from "./parley-options.ts";
export { isEvent, type Delta, type EventBody, type RunEvent } from "./engine/events/events.ts";
export type { Model, ModelReply } from "./engine/model.ts";
export { codeBlocks } from "./engine/code-blocks.ts";
export type { Agent } from "./engine/team.ts";
export type { Tool } from "./engine/tool.ts";
export { systemClock, type Clock } from "./engine/clock.ts";
export { currentRun, isWaiting } from "./engine/reading/transcript.ts";
export { converse } from "./engine/loop.ts";
export { outside as outsideConversations, turnIn } from "./engine/turn.ts";
export type { SlackSettings } from "./slack/slack.ts";
export { HTTP_PATH } from "./slack/door/http-path.ts";
export type { Installation } from "./store/installations.ts";
export { totalOf } from "./engine/limits/spending.ts";
export type { ProbeReport } from "./slack/probes/run-probes.ts";
export { channelOf, placeNames, placeOf, threadBeside } from "./slack/words/place.ts";
export { lookAtKnowledge } from "./open-knowledge.ts";
export { readSpending, type ThreadSpending } from "./store/spending.ts";
export { copyLog, forkPointAt, writeFork, type ForkPoint } from "./runner/fork.ts";
export { createForgetting, FORGETTING } from "./runner/upkeep/forgetting.ts";
export type { Target } from "./store/forgetting.ts";
export { lessonsIn } from "./models/refusals/kept-lessons.ts";
export { inWords as lessonInWords } from "./models/refusals/conceding.ts";
export { lessonEnd, lessonsInMemory, type Lesson, type Lessons } from "./models/refusals/lessons.ts";
export { lastRefusedAlert } from "./open-alerts.ts";
export { editNote } from "./store/notes.ts";
export { following } from "./runner/following.ts";
export { createRunner } from "./runner/runner.ts";
export type { RecordedDecision } from "./store/settings.ts";
export { backupStore, moveStore } from "./store/moving/move-store.ts";
export type { StoreReader } from "./store/upkeep/reader.ts";
export { readableByOthers } from "./store/own-files.ts";
/** Where what is kept is, and how it is opened, read and looked through. */
export * from "./store/open-store.ts";

/** A running Parley. The commands (`start`, `demo`, `run`) and the journeys all open one by {@link createParley}. */
export interface Parley {
  readonly runner: Runner;
  /** What the studio forks runs with. */
  readonly forks: ForkParts;
  readonly forgetting: Forgets;
  readonly store: Store;
  readonly memory: Memory;
  /** What people set while Parley runs, and who decided what. */
  readonly settings: KeptSettings;
  readonly teams: Teams;
  /** What the studio makes teams with. */
  readonly workshop: OpenWorkshop;
  readonly executor: Executor;
  /** One line for each reply of a replay file that nobody in this team has asked for since the process began. */
  leftovers(team: string): readonly string[];
  /** Whether Slack can reach Parley now; false without Slack. */
  connected(): boolean;
  /** Where Slack's requests come in, with `slack.http` and after the start. */
  httpPort(): number | undefined;
  /** Where the studio is, with `studioAt` and after the start. */
  studioUrl(): string | undefined;
  /**
   * Resumes what was going on, connects to Slack, and works on what comes. With a workspace it serves that one alone; runs of evaluations go on only
   * where theirs is named.
   */
  start(workspace?: string): Promise<void>;
  /** Resolves within seconds; turns under way go on at the next start. */
  stop(): Promise<void>;
}

export const studioRoom = () => import("./studio/studio.ts");
export const evaluationRoom = () => import("./eval/eval-room.ts");
export type { Progress as EvaluationProgress, Report as EvaluationReport, Tuned, World as EvaluationWorld } from "./eval/eval-room.ts";
export const liveProbes = () => import("./slack/probes/run-probes.ts"); // Of `parley doctor --live`.

export async function createParley(options: ParleyOptions): Promise<Parley> {
  const { settings, env, dbPath, role = "all", updates = "alone", threadsAtOnce = THREADS_AT_ONCE } = options;
  const clock = options.clock ?? systemClock;
  const redact = createRedactor({ ...env, ...secretsOf(options.slack) }, secretNames(settings));
  const log = (line: string) => options.log(redact(line));
  const opened = redactedPorts(await openStore(dbPath, { own: settings.registry.store, role, updates, ...clock }), redact);
  const { store: database, dispatch: given, memory, workspaces, settings: keptNow, schedules, runs, instance, peers } = opened;
  const { installations, logins: loginsIn, audit, forgetter } = opened;
  const sandbox = () => createExecutor(settings.sandbox, env, { instance: instance(), ...(peers ? { peers } : {}), log });
  const executor = options.executor ?? (isWorker(role) ? await sandbox() : createOffExecutor("Workers run it."));
  const problem = (what: string, error?: unknown) => log(error === undefined ? what : `${what}: ${inFull(error)}`);
  const telemetry = options.telemetry && createTelemetry({ ...options.telemetry, store: database, dispatch: given, clock, log: problem });
  const { store } = telemetry ?? { store: database };
  const { dispatch, claimOf } = createHeldTurns(telemetry?.dispatch ?? given);
  let [slack, runner, gates]: [Slack?, Runner?, Gates?] = [];
  const doors = await openLogins({
    ...options,
    store,
    loginsIn,
    httpPort: () => slack?.httpPort(),
    runner: () => runner,
    clock,
    log: problem,
  });
  const files = { keepFile: (content: Uint8Array) => store.putFile(content), readFile: (hash: string) => store.file(hash) };
  const notes: KeptMarks = { note: (key) => store.note(key), editNote: (key, change) => editNote(store, key, change) };
  const servers = createMcpServers(settings.tools, {
    ...(doors ? { logins: doors.logins } : {}),
    scopeOf,
    env,
    clock,
    log: problem,
    redact, // What a server said before it ended goes into instructions, which no log holds.
    ...files,
    workspaceOf: (thread) => channelOf(thread)?.team ?? "",
    marks: notes,
  });
  store.follow(({ thread, events }) => void (events.some(({ type }) => type === "run.stopped") && servers.runEnded(thread)));
  const library = openKnowledge({
    knowledge: opened.knowledge,
    store,
    filesIn: async (team) => slack?.filesIn(team),
    ...wantedOfKnowledge(settings, { env, clock, gates: () => gates }),
    log: problem,
  });
  const rebuilding = { registry: settings.registry, env, redact };
  const { settings: kept, versions } = keepingVersions(keptNow, { prefix: "team/", store, clock });
  const turns: Turns = { follow: (hear) => runner?.follow(hear) ?? (() => undefined) };
  let [shelf, workshop]: [BuiltShelf?, OpenWorkshop?] = [];
  const forks: ForkParts = { runner: () => runner, decisions: kept, teams: async (workspace) => shelf?.of(workspace) };
  const inDoor = { turns, forks, slackNow: () => slack, workshopNow: () => workshop };
  const studio = studioDoor({ ...options, ...inDoor, store, runs, rebuilding, clock, log });
  let auditFile: ReturnType<typeof writeAuditOut> | undefined;
  const closeAll = async () => {
    await auditFile?.close();
    await servers.close();
    await library.close();
    await doors?.close();
    await executor.close();
    telemetry?.stop();
    await store.close();
  };
  try {
    const inSlack = () => slack;
    const alerts = openAlerts({ ...options, role, store, dispatch, executor, budgets: () => budgets, inSlack, clock }, problem);
    // What providers allow is divided among the processes that take turns. A door, which asks models for summaries alone, reckons with all processes.
    gates = createGates(settings.providers, clock, shareOf(store, isWorker(role) ? "turns" : undefined), alerts?.replied);
    const { teams, leftovers } = openTeams(settings, {
      env,
      clock,
      redact,
      log,
      gates,
      lessons: lessonsIn(notes),
      ...files,
      executor: keeping(executor, createWorkspaceKeeper(store, workspaces, claimOf)),
      notes: { memory, scopeOf, touchedIn: async (thread) => touchedIn({ events: await store.load(thread, 0) }) },
      knowledge: library.lookUp,
      ...(options.slack ? { search: (wanted, signal) => searchIn(slack, wanted, signal) } : {}),
      servers,
    });
    const slackRoom = options.slack && (await import("./slack/open-slack.ts"));
    const own = (shelf = createTeamShelf({ settings, teams, keep: kept, log }));
    const raised = options.slack ? { ceilings: settings.ceilings.raised } : {};
    const budgets = createDayBudgets({ store, settings: kept, budgets: settings.budgets, ...raised, accounts: accountsOf, clock });
    const talks = (runner = createRunner({
      store,
      dispatch,
      teams: { ...teams, of: (workspace) => own.of(workspace) },
      posts: slackRoom ? slackRoom.posts : () => [],
      rulesAt: (thread) => rulesAt(thread, { settings: kept, log: problem }),
      clock,
      runs,
      // What is only shown does not pass the store, where secrets are taken out; so they are taken out here.
      shown: (delta) => redactAll(delta, redact),
      slots: threadsAtOnce,
      // Holds while other workspaces wait; alone, one may have all slots.
      perWorkspace: Math.ceil(threadsAtOnce / 2),
      ...((options.asksAtLimits ?? options.slack !== undefined) ? { haltMinutes: settings.budgets.waitMinutes } : {}),
      budgets,
      ...(options.slack ? { rates: settings.slack.rates } : {}),
      ...(options.slack ? { ceilings: { limits: settings.ceilings.raised, budget: (account) => budgets.most(account) } } : {}),
      ...(options.onStoreTrouble ? { onStoreTrouble: options.onStoreTrouble } : {}),
      log: problem,
      heardAll: (thread) => slack?.heardAll(thread) ?? true,
      isParked: (thread, served) => slack?.isParked(thread) || (served === undefined && isOfEvaluation(thread)),
    }));
    workshop = openWorkshop({ settings, shelf: own, kept, versions, runner: talks, store });
    if (isWorker(role)) tellOfTurns({ turns: talks, aside: store.aside, clock }); // Ends when the store is closed.
    const forgetting = createForgetting({ store, rewrite: talks.rewrite, forgetter, compacts: "if small" });
    const rules = { ...settings.retention, auditDays: settings.audit.days };
    const retention = leadRetention({ store, rules, forgetting, forgetter, audit, clock, log: problem });
    if (settings.audit.file !== undefined) auditFile = writeAuditOut({ path: settings.audit.file, store, audit, clock, log: problem });
    const waits = options.telemetry?.meter.createHistogram("parley.pace.wait", {
      unit: "s",
      description: "How long each post has waited for Slack's pace.",
    });
    const ports = { store, dispatch, memory, settings: kept, schedules, runs };
    const world = {
      ...settings.slack,
      ...ports,
      ...(doors ? { logins: doors.desk } : {}),
      ...(alerts ? { onDropped: alerts.onDropped } : {}),
      fileChanged: library.fileChanged,
      ...(waits ? { paced: (ms: number) => waits.record(ms / 1000) } : {}),
      role,
      runner: talks,
      forgetting,
      teams,
      shelf,
      clock,
      log,
    };
    if (slackRoom && "oauth" in options.slack) {
      const ring = createKeyRing(options.slack.tokenKeys);
      slack = await slackRoom.createInstalledSlack({ ...world, ...withPages(options.slack, doors), installations: installations(ring) });
    }
    if (slackRoom && "botToken" in options.slack) slack = await slackRoom.createSlack({ ...world, ...withPages(options.slack, doors) });
    return {
      runner: talks,
      forks,
      workshop,
      forgetting,
      store,
      memory,
      settings: kept,
      teams,
      executor,
      leftovers,
      connected: () => slack?.connected() ?? false,
      httpPort: () => slack?.httpPort(),
      studioUrl: () => studio?.url(),
      async start(workspace) {
        // Before any turn begins, so that what is being forgotten gets into no prompt. Where other processes are at work, the leading one carries it on.
        if (isWorker(role) && store.openers() === 1)
          await forgetting.resume().catch((error: unknown) => problem("what was being forgotten could not be carried on at once", error));
        if (isWorker(role)) retention.start();
        await doors?.open();
        if (isWorker(role)) talks.start(workspace);
        await slack?.start();
        await studio?.open();
        alerts?.start();
      },
      async stop() {
        // Where other processes take turns, they can have this one's at once: they need not wait until it has said goodbye to Slack.
        await Promise.all([studio?.close(), slack?.hangUp(), store.openers("turns") > 1 ? talks.rest() : undefined]);
        await Promise.all([retention.close(), alerts?.close()]);
        await talks.close();
        await slack?.stop();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
