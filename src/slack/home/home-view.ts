import type { Button, HomeView, KnownBlock, SectionBlock } from "@slack/types";
import { isHalted } from "../../engine/events/limits-fold.ts";
import type { RaiseOffer } from "../../engine/events/events.ts";
import { shown } from "../../engine/reading/shown.ts";
import { button, context, mention, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { UNDER_WAY_SHOWN_MAX, type HomeRun, type OverRun } from "./recent-runs.ts";
import { RUN_ID_CHARS, VIEW_BLOCKS_MAX } from "../words/limits.ts";
import { ceilingIn, reasonIn } from "../language/limit-words.ts";
import type { Translator } from "../language/translator.ts";
import type { MySettings } from "./my-settings.ts";
import { raiseButton } from "../render/limit-card.ts";
import { missingFeatureBlocks } from "../api/missing-features.ts";
import { line, menu, moreOf, option, row, title } from "./home-parts.ts";
import { homeAction } from "./team-forms.ts";
import { agentList, teamList, type TeamListFacts } from "./team-list.ts";

/** Everything that App Home shows one person. */
export interface HomeFacts extends TeamListFacts {
  readonly bot: string;
  readonly waiting: readonly HomeRun[];
  readonly running: readonly HomeRun[];
  readonly recent: readonly OverRun[];
  /** Behind those; and whether there are newer ones before them. */
  readonly older: string | undefined;
  readonly isPaged: boolean;
  /** There is more under way than was looked at. */
  readonly more: boolean;
  /** Why no runs are shown, where Slack did not say whose channels they are in. */
  readonly unsaid: string | undefined;
  /** What a limit would be raised to. */
  readonly offerAt: (run: HomeRun) => RaiseOffer;
  /** How the person's own budget of the day stands; nothing where nothing is counted. */
  readonly budget: string | undefined;
  readonly mine: MySettings;
  /** What starts by itself and this person may switch. */
  readonly schedules: readonly KnownBlock[];
  /** Those for servers that this person has given. */
  readonly logins: readonly KnownBlock[];
  /** What an admin sees beside; nothing for others. */
  readonly admin: readonly KnownBlock[];
  /** What this workspace does not let Parley have, a sentence or two each. */
  readonly missing: readonly string[];
}

const MISSING_SHOWN_MAX = 15;

export function homeView(facts: HomeFacts): HomeView {
  const blocks: KnownBlock[] = [
    { type: "header", text: plainText("Parley") },
    section(facts.t("home.text.welcome")),
    { type: "actions", elements: [button(facts.t("home.button.newRun"), homeAction("run"), {}, "primary")] },
    ...missingFeatureBlocks(facts.t, facts.missing.slice(0, MISSING_SHOWN_MAX)),
    ...waiting(facts),
    ...running(facts),
    ...recent(facts),
    ...teamList(facts),
    ...agentList(facts),
    ...facts.schedules,
    ...mine(facts),
    ...facts.logins,
    ...facts.admin,
  ];
  return { type: "home", blocks: blocks.slice(0, VIEW_BLOCKS_MAX) };
}

function waiting({ t, waiting: runs, offerAt }: HomeFacts): KnownBlock[] {
  if (runs.length === 0) return [];
  return [
    title(t("home.header.waiting")),
    ...runs.slice(0, UNDER_WAY_SHOWN_MAX).flatMap((run) => {
      const held = heldRun(t, run, offerAt);
      if (held) return held;
      const [question] = run.state.questions;
      const asks = question
        ? t("home.text.asks", { agent: safeMrkdwn(question.agent), question: line(question.text) })
        : t("home.text.waitsForYes", { what: line(shown(run.asksFor[0] ?? t("home.text.code"))) });
      const answer = question
        ? [button(t("home.button.answer"), homeAction("answer"), { thread: run.thread, seq: question.seq }, "primary")]
        : [];
      return [section(`${asks}\n${aboutRun(t, run)}`), row([...answer, ...openThread(t, run), ...stopRun(t, run)])];
    }),
    ...moreOf(runs.length - UNDER_WAY_SHOWN_MAX, (count) => t("home.text.moreWaiting", { count })),
  ];
}

/** A run that somebody has to let go on: at a limit, or paused. */
function heldRun(t: Translator, run: HomeRun, offerAt: HomeFacts["offerAt"]): KnownBlock[] | undefined {
  const { state, thread } = run;
  const r = state.run?.slice(0, RUN_ID_CHARS);
  if (isHalted(state) && state.halt) {
    const { seq, reasons } = state.halt;
    const offer = offerAt(run);
    const raise = raiseButton(t, offer, homeAction("raise"), { thread, seq });
    const why = safeMrkdwn(t.clauses(reasons.map((reason) => reasonIn(t, reason))));
    const ceiling = offer.atCeiling ? ` ${safeMrkdwn(ceilingIn(t, offer.atCeiling))}` : "";
    const words = `${t("home.text.atLimit", { why })}${ceiling}`;
    const finish = button(t("halts.button.finish"), homeAction("finish"), { thread, seq });
    return [
      section(`${words}\n${line(run.task)}\n${aboutRun(t, run)}`),
      row([...raise, finish, ...openThread(t, run), ...stopRun(t, run)]),
    ];
  }
  if (!state.pausedBy) return undefined;
  const resume = button(t("home.button.resume"), homeAction("resume"), { thread, r }, "primary");
  const words = t("home.text.pausedBy", { person: mention(state.pausedBy), task: line(run.task) });
  return [section(`${words}\n${aboutRun(t, run)}`), row([resume, ...openThread(t, run), ...stopRun(t, run)])];
}

function running({ t, running: runs, more, unsaid }: HomeFacts): KnownBlock[] {
  return [
    title(t("home.header.running")),
    ...(unsaid === undefined ? [] : [context(t("home.text.channelsUnsaid", { why: safeMrkdwn(unsaid) }))]),
    ...(runs.length === 0 && unsaid === undefined ? [context(t("home.text.noneRunning"))] : []),
    ...runs
      .slice(0, UNDER_WAY_SHOWN_MAX)
      .flatMap((run) => [
        section(`${line(run.task)}\n${aboutRun(t, run, standingOf(t, run))}`),
        row([...openThread(t, run), button(t("home.button.log"), homeAction("log"), { thread: run.thread }), ...stopRun(t, run)]),
      ]),
    ...(more
      ? [context(t("home.text.moreThanRead"))]
      : moreOf(runs.length - UNDER_WAY_SHOWN_MAX, (count) => t("home.text.moreRunning", { count }))),
  ];
}

function recent({ t, recent: runs, older, isPaged }: HomeFacts): KnownBlock[] {
  if (runs.length === 0 && !isPaged) return [];
  const turn = [
    ...(isPaged ? [button(t("home.button.newest"), homeAction("newest"), {})] : []),
    ...(older ? [button(t("home.button.older"), homeAction("older"), { n: older })] : []),
  ];
  return [
    title(t("home.header.recent")),
    ...(runs.length === 0 ? [context(t("home.text.noneOlder"))] : []),
    ...runs.map((run) => overRun(t, run)),
    row([button(t("home.button.search"), homeAction("search"), {}), ...turn]),
  ];
}

/** One that is over, in a block, with what can be done with it. */
export function overRun(t: Translator, run: OverRun): SectionBlock {
  const spent = t.cost(run.usage, run.priced);
  const facts = [t(`home.text.outcome.${run.outcome}`), t("units.text.turns", { count: run.turns }), ...(spent ? [spent] : [])].join(", ");
  const options = [
    ...(run.link === undefined ? [] : [{ ...option(t("home.option.openThread"), { v: "open" }), url: run.link }]),
    option(t("home.option.log"), { v: "log", thread: run.thread, seq: run.seq }),
    option(t("home.option.again"), { v: "again", thread: run.thread, seq: run.seq }),
  ];
  return { ...section(`${line(run.task)}\n${where(t, run)} · *${safeMrkdwn(run.team)}*, ${facts}`), accessory: menu(options) };
}

function mine({ t, mine: { team, tellWhenDone }, defaultTeam, budget }: HomeFacts): KnownBlock[] {
  const words = [
    ...(budget === undefined ? [] : [budget]),
    t("home.text.myTeam", { team: safeMrkdwn(team ?? defaultTeam) }),
    t(tellWhenDone ? "home.text.tells" : "home.text.tellsNot"),
  ];
  return [
    title(t("home.header.settings")),
    { ...section(words.join("\n")), accessory: button(t("home.button.change"), homeAction("me"), {}) },
  ];
}

const where = (t: Translator, { place }: HomeRun | OverRun): string =>
  place.channel.startsWith("D") ? t("home.text.inDirect") : `<#${place.channel}>`;

/** What a run waits for, or how far it is, in a word or two. */
function standingOf(t: Translator, { state, asksFor }: HomeRun): string {
  if (isHalted(state)) return t("home.text.standsAtLimit");
  if (state.pausedBy) return t("home.text.standsPaused");
  if (state.questions.length + asksFor.length > 0) return t("home.text.standsWaiting");
  return t("home.text.standsAtTurn", { turn: state.turns + 1 });
}

/** Where a run is, whose and of which team; with how it stands, where the line above does not say so. */
function aboutRun(t: Translator, run: HomeRun, standing?: string): string {
  const { state } = run;
  const spent = t.cost(state.usage, state.priced);
  const by = state.startedBy ? `, ${t("home.text.askedBy", { person: mention(state.startedBy) })}` : "";
  const facts = [where(t, run), `*${safeMrkdwn(state.team ?? "")}*`, ...(standing ? [standing] : []), ...(spent ? [spent] : [])];
  return `${facts.join(" · ")}${by}`;
}

const openThread = (t: Translator, { link }: HomeRun): Button[] =>
  link === undefined ? [] : [{ ...button(t("home.button.openThread"), homeAction("open"), {}), url: link }];

/** It costs what is not said yet: asked once more. */
function stopRun(t: Translator, { thread, state }: HomeRun): Button[] {
  const stop = button(t("home.button.stop"), homeAction("stop"), { thread, r: state.run?.slice(0, RUN_ID_CHARS) }, "danger");
  const confirm = {
    title: plainText(t("home.sure.stop")),
    text: plainText(t("home.meaning.stop")),
    confirm: plainText(t("home.yes.stop")),
    deny: plainText(t("home.yes.goOn")),
    style: "danger" as const,
  };
  return [{ ...stop, confirm }];
}
