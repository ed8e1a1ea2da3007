import { currentRun } from "../../engine/reading/transcript.ts";
import { isOurs, type Actor, type Affiliation } from "../people/affiliation.ts";
import { courtesy, type HandlerContext } from "../commands/handler-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { adminBlocks, whoIs } from "./admin-section.ts";
import { createHomeRuns, type HomeRun, type HomeRuns } from "./recent-runs.ts";
import { enterRuns } from "./enter-runs.ts";
import { homeView } from "./home-view.ts";
import { mayStillRead } from "../door/gate.ts";
import { mySettings, personSetting } from "./my-settings.ts";
import { missingFeatures } from "../api/missing-features.ts";
import { createBucket } from "../api/pacer.ts";
import { teamProposed } from "../../store/proposals/team-proposals.ts";
import { shareOf } from "../../store/share.ts";
import { EVERY_THREAD } from "../../store/store.ts";
import { placeOf } from "../words/place.ts";
import { homeLogins } from "../logins/home-logins.ts";
import { homeProposals } from "../proposals/home-proposals.ts";
import { homeSchedules } from "../schedules/home-schedules.ts";
import { postOnce } from "../post/post-once.ts";
import { recordReading } from "../people/reading-records.ts";
import { ownBudgetText } from "../commands/day-budgets.ts";
import { allowIn, wouldRefuse } from "../people/permission-check.ts";
import { slackErrorCode } from "../api/web-client.ts";

/** The app's Home tab, for each person their own. */
export interface Home {
  readonly runs: HomeRuns;
  /** Somebody looks at it; `hash`: of what Slack shows them. */
  opened(actor: Actor, hash?: string): Promise<void>;
  /** Teams `page` of the list, from 0. */
  turn(actor: Actor, page: number): Promise<void>;
  /** The runs that are over from behind this one on; the newest without. */
  turnRuns(actor: Actor, before: string | undefined): Promise<void>;
  /** What it shows has changed: it is shown anew to those who have looked at it lately, a moment later and once for many changes. */
  changed(): void;
  /** Shows nothing anew. */
  close(): Promise<void>;
}

/** Slack does not say when somebody leaves the tab. */
const LOOKS_FOR_MS = 3_600_000;
const WATCHERS_MAX = 100;
/** Who opens it waits; while Slack does not say what they are here, they see what everybody may. */
const SHOW_WAIT_MS = 400;
/** Changes of so long are shown together: people read no faster. */
const DEBOUNCE_MS = 5_000;
/** views.publish is tier 4, 100 a minute; those who open it go before those who only have it open. */
const PUBLISHES_PER_MINUTE = 60;
const PUBLISH_BURST = 10;

interface Watcher {
  /** What they were when they last came in. */
  affiliation: Affiliation;
  hash: string | undefined;
  page: number;
  before: string | undefined;
  until: number;
  shown: string;
}

export function createHome(ctx: HandlerContext): Home {
  const { store, clock, log } = ctx;
  const runs = createHomeRuns(ctx);
  const entering = enterRuns(ctx);
  const watchers = new Map<string, Watcher>();
  const bucket = createBucket({ perMinute: PUBLISHES_PER_MINUTE, burst: PUBLISH_BURST, clock, share: shareOf(store) });
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let waiting = false;

  const unfollow = store.follow(({ thread, events, rewritten }) => {
    const place = placeOf(thread);
    if (rewritten) runs.rewritten(thread);
    if (thread === EVERY_THREAD && watchers.size > 0) changed();
    if (place?.team !== ctx.me.team || (events.length === 0 && !rewritten)) return;
    if (watchers.size > 0) changed();
    const stopped = events.some(({ type }) => type === "run.stopped");
    if (stopped || rewritten) entering.ended();
    if (stopped) keep(tellWhoAsked(ctx, thread).catch((error: unknown) => log("somebody could not be told that a run is over", error)));
  });

  const unfollowSchedules = ctx.schedules.follow((workspace) => {
    if (workspace === ctx.me.team && watchers.size > 0) changed();
  });

  const unfollowProposals = ctx.settings.follow((put) => {
    const isProposal = put.name === undefined || (put.workspace === ctx.me.team && teamProposed(put.name) !== undefined);
    if (isProposal && watchers.size > 0) changed();
  });

  function keep(job: Promise<void>): void {
    underWay.add(job);
    void job.finally(() => underWay.delete(job));
  }

  function watch({ user, affiliation }: Actor): Watcher {
    const watcher = watchers.get(user) ?? { affiliation, hash: undefined, page: 0, before: undefined, until: 0, shown: "" };
    watcher.affiliation = affiliation;
    watcher.until = clock.now() + LOOKS_FOR_MS;
    watchers.delete(user);
    watchers.set(user, watcher);
    if (watchers.size > WATCHERS_MAX) watchers.delete(watchers.keys().next().value ?? "");
    return watcher;
  }

  function changed(): void {
    if (waiting || closing.signal.aborted) return;
    waiting = true;
    keep(
      clock.sleep(DEBOUNCE_MS, closing.signal).then(async () => {
        waiting = false;
        for (const [user, watcher] of [...watchers].toReversed()) {
          if (closing.signal.aborted) return;
          if (watcher.until < clock.now()) watchers.delete(user);
          else await show(user, watcher);
        }
      }),
    );
  }

  /** Never rejects. Two editors of one view: the one who has seen less makes it anew from what is so now. */
  function show(user: string, watcher: Watcher): Promise<void> {
    return courtesy(ctx, "views.publish", async () => {
      const view = homeView(await factsFor(user, watcher));
      const json = JSON.stringify(view);
      if (json === watcher.shown || !(await bucket.take(closing.signal))) return;
      const publish = (content: typeof view, hash: string | undefined) =>
        ctx.web.write.views.publish({ user_id: user, view: content, ...(hash ? { hash } : {}) });
      const { view: published } = await publish(view, watcher.hash).catch(async (error: unknown) => {
        if (slackErrorCode(error) !== "hash_conflict") throw error;
        return publish(homeView(await factsFor(user, watcher)), undefined);
      });
      watcher.hash = published?.hash;
      watcher.shown = json;
    });
  }

  async function factsFor(user: string, { page, before, affiliation: known }: Watcher) {
    const speaks = ctx.languages.of(user);
    // Asked again each time: who becomes a guest meanwhile sees what guests see.
    const affiliation = await ctx.people.affiliationOf({ user, teams: known === "external" ? [] : [ctx.me.team] }, SHOW_WAIT_MS);
    const t = await speaks;
    const [seen, mine, missing, refusal, budget, allow] = await Promise.all([
      runs.of(user, before),
      mySettings(ctx, user),
      missingFeatures(t, store, ctx.me.team),
      wouldRefuse(ctx, "editTeams", { user, affiliation, startedBy: undefined }),
      ownBudgetText(ctx, t, user),
      allowIn(ctx),
    ]);
    return {
      t,
      bot: ctx.me.user,
      ...seen,
      teams: ctx.shelf?.list(ctx.me.team) ?? ctx.teams.cards.map((card) => ({ ...asShelved(card), team: card })),
      cards: ctx.teams.cards,
      defaultTeam: ctx.teams.default,
      page,
      mayEditTeams: refusal === undefined,
      proposals: refusal === undefined ? await homeProposals(ctx) : new Map(),
      hasShelf: ctx.shelf !== undefined,
      whoEditsTeams: isOurs(affiliation) ? whoIs(t, allow.editTeams) : t("admin.text.membersAlone"),
      isPaged: before !== undefined,
      offerAt: (run: HomeRun) => ctx.runner.offerAt(run.state.halt?.reasons ?? []),
      budget,
      mine,
      schedules: await homeSchedules(ctx, { user, affiliation }),
      logins: await homeLogins(ctx, t, user),
      admin: await adminBlocks(ctx, t, { user, affiliation }),
      missing,
    };
  }

  return {
    runs,
    async opened(actor, hash) {
      const { user } = actor;
      const watcher = watch(actor);
      const hour = Math.floor(clock.now() / LOOKS_FOR_MS);
      await recordReading(ctx, actor, { deed: "open App Home", subject: personSetting(user), id: `${user} ${hour}` });
      watcher.before = undefined;
      // What Slack shows may be what an earlier process has made, or nothing at all.
      if (hash === undefined || hash !== watcher.hash) watcher.shown = "";
      watcher.hash = hash ?? watcher.hash;
      await show(user, watcher);
    },
    async turn(actor, page) {
      const { user } = actor;
      const watcher = watch(actor);
      watcher.page = page;
      await show(user, watcher);
    },
    async turnRuns(actor, before) {
      const watcher = watch(actor);
      watcher.before = before;
      await show(actor.user, watcher);
    },
    changed,
    async close() {
      unfollow();
      unfollowSchedules();
      unfollowProposals();
      closing.abort();
      await Promise.all([entering.close(), ...underWay]);
    },
  };
}

/** Where there is no shelf, a team is as its card says. */
const asShelved = ({ name }: { readonly name: string }) => ({ name, fromFile: true, revision: 0, mistakes: [] });

/** A direct message to whoever started a run that is over, where they want one. */
async function tellWhoAsked(ctx: HandlerContext, thread: string): Promise<void> {
  const { run, running, startedBy, team } = currentRun(await ctx.runner.read(thread));
  const place = placeOf(thread);
  if (!run || running || !startedBy || !place || place.channel.startsWith("D")) return;
  if (!(await mySettings(ctx, startedBy.id)).tellWhenDone) return;
  // Of a channel that they have left they hear no more.
  if (!(await mayStillRead(ctx, startedBy.id, place.channel))) return;
  const link = await ctx.web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
  const t = await ctx.languages.of(startedBy.id);
  const over = { team: safeMrkdwn(team ?? ""), channel: `<#${place.channel}>` };
  await postOnce(ctx, {
    key: `over/${run}`,
    user: startedBy.id,
    channel: startedBy.id,
    text: link?.permalink ? t("home.text.overWithLink", { ...over, link: link.permalink }) : t("home.text.over", over),
  });
}
