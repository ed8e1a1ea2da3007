import type { ActionsBlock, Button, HomeView, KnownBlock, Overflow, PlainTextOption, SectionBlock } from "@slack/types";
import { isHalted } from "../../engine/events/limits-fold.ts";
import type { RaiseOffer } from "../../engine/events/events.ts";
import { ceilingWords } from "../../engine/limits/run-limits.ts";
import { describe } from "../../engine/limits/termination.ts";
import { shown } from "../../engine/reading/shown.ts";
import { button, context, cost, mention, plainText, plural, section } from "../words/blocks.ts";
import { safeLine, safeMrkdwn, shorten } from "../words/escape.ts";
import { keyText, UNDER_WAY_SHOWN_MAX, type HomeRun, type RunKey } from "./recent-runs.ts";
import { OPTION_CHARS_MAX, OPTION_VALUE_CHARS_MAX, OPTIONS_MAX, RUN_ID_CHARS, VIEW_BLOCKS_MAX } from "../words/limits.ts";
import type { MySettings } from "./my-settings.ts";
import { missingFeatureBlocks } from "../api/missing-features.ts";
import { raiseButton } from "../render/limit-card.ts";
import { faceInText } from "../render/personas.ts";
import { homeAction } from "./team-forms.ts";
import { teamJson } from "./team-json.ts";
import type { ShelvedTeam, TeamCard } from "../../team-shelf.ts";

/** Everything that App Home shows one person. */
export interface HomeFacts {
  readonly bot: string;
  readonly waiting: readonly HomeRun[];
  readonly running: readonly HomeRun[];
  readonly recent: readonly HomeRun[];
  /** Behind those; and whether there are newer ones before them. */
  readonly older: RunKey | undefined;
  readonly isPaged: boolean;
  /** There is more under way than was looked at. */
  readonly more: boolean;
  /** Why no runs are shown, where Slack did not say whose channels they are in. */
  readonly unsaid: string | undefined;
  readonly teams: readonly ShelvedTeam[];
  readonly cards: readonly TeamCard[];
  readonly defaultTeam: string;
  /** Of the list of teams, from 0. */
  readonly page: number;
  readonly mayEditTeams: boolean;
  /** Whether teams can be made here at all. */
  readonly hasShelf: boolean;
  /** Who may make and change teams, in words; for those who may not. */
  readonly whoEditsTeams: string;
  /** What a limit would be raised to. */
  readonly offerAt: (run: HomeRun) => RaiseOffer;
  /** How the person's own budget of the day stands; nothing where nothing is counted. */
  readonly budget: string | undefined;
  readonly mine: MySettings;
  /** What starts by itself and this person may switch. */
  readonly schedules: readonly KnownBlock[];
  /** What an admin sees beside; nothing for others. */
  readonly admin: readonly KnownBlock[];
  /** What this workspace does not let Parley have, a sentence or two each. */
  readonly missing: readonly string[];
}

/** Two blocks each; the rest is behind Older. */
export const TEAMS_PER_PAGE = 10;
const MISSING_SHOWN_MAX = 15;
const LINE_CHARS = 150;
const CAST_SHOWN_MAX = 12;

export function homeView(facts: HomeFacts): HomeView {
  const blocks: KnownBlock[] = [
    { type: "header", text: plainText("Parley") },
    section(
      "*Mention me with a task* in a channel that I am in, and a team of agents works it out in the thread. `/parley help` says what else I hear.",
    ),
    { type: "actions", elements: [button("New run…", homeAction("run"), {}, "primary")] },
    ...missingFeatureBlocks(facts.missing.slice(0, MISSING_SHOWN_MAX)),
    ...waiting(facts),
    ...running(facts),
    ...recent(facts),
    ...teams(facts),
    ...agents(facts),
    ...facts.schedules,
    ...mine(facts),
    ...facts.admin,
  ];
  return { type: "home", blocks: blocks.slice(0, VIEW_BLOCKS_MAX) };
}

const title = (words: string): KnownBlock => ({ type: "header", text: plainText(words) });

function waiting({ waiting: runs, offerAt }: HomeFacts): KnownBlock[] {
  if (runs.length === 0) return [];
  return [
    title("Waiting for you"),
    ...runs.slice(0, UNDER_WAY_SHOWN_MAX).flatMap((run) => {
      const held = heldRun(run, offerAt);
      if (held) return held;
      const [question] = run.state.questions;
      const asks = question
        ? `*${safeMrkdwn(question.agent)} asks:* ${line(question.text)}`
        : `*Waits for your yes:* ${line(shown(run.asksFor[0] ?? "code that is to run"))}`;
      const answer = question ? [button("Answer…", homeAction("answer"), { thread: run.thread, seq: question.seq }, "primary")] : [];
      return [section(`${asks}\n${placeLine(run)}`), row([...answer, ...openThread(run), ...stopRun(run)])];
    }),
    ...moreOf(runs.length - UNDER_WAY_SHOWN_MAX, "more wait for you"),
  ];
}

/** A run that somebody has to let go on: at a limit, or paused. */
function heldRun(run: HomeRun, offerAt: HomeFacts["offerAt"]): KnownBlock[] | undefined {
  const { state, thread } = run;
  const r = state.run?.slice(0, RUN_ID_CHARS);
  if (isHalted(state) && state.halt) {
    const { seq, reasons } = state.halt;
    const offer = offerAt(run);
    const raise = raiseButton(offer, homeAction("raise"), { thread, seq });
    const words = `*Waits at a limit:* ${safeMrkdwn(reasons.map(describe).join("; "))}${offer.atCeiling ? ` ${safeMrkdwn(ceilingWords(offer.atCeiling))}` : ""}`;
    const finish = button("Finish with a summary", homeAction("finish"), { thread, seq });
    return [section(`${words}\n${line(run.task)}\n${placeLine(run)}`), row([...raise, finish, ...openThread(run), ...stopRun(run)])];
  }
  if (!state.pausedBy) return undefined;
  const resume = button("Resume", homeAction("resume"), { thread, r }, "primary");
  const words = `*Paused by ${mention(state.pausedBy)}:* ${line(run.task)}`;
  return [section(`${words}\n${placeLine(run)}`), row([resume, ...openThread(run), ...stopRun(run)])];
}

function running({ running: runs, more, unsaid }: HomeFacts): KnownBlock[] {
  return [
    title("Running now"),
    ...(unsaid === undefined
      ? []
      : [context(`Slack does not say just now which channels you are in (${safeMrkdwn(unsaid)}), so no runs of channels are shown.`)]),
    ...(runs.length === 0 && unsaid === undefined ? [context("No agents are talking in your channels.")] : []),
    ...runs
      .slice(0, UNDER_WAY_SHOWN_MAX)
      .flatMap((run) => [
        section(`${line(run.task)}\n${placeLine(run)}`),
        row([...openThread(run), button("Who spoke and why…", homeAction("log"), { thread: run.thread }), ...stopRun(run)]),
      ]),
    ...(more
      ? [context("There are more than are looked at here; `/parley status` in a channel lists its own.")]
      : moreOf(runs.length - UNDER_WAY_SHOWN_MAX, "more are running; `/parley status` in a channel lists them")),
  ];
}

const OUTCOMES = { done: "done", limit: "stopped at a limit", stopped: "stopped", failed: "failed" } as const;

function recent({ recent: runs, older, isPaged }: HomeFacts): KnownBlock[] {
  if (runs.length === 0 && !isPaged) return [];
  const turn = [
    ...(isPaged ? [button("Newest runs", homeAction("newest"), {})] : []),
    ...(older ? [button("Older runs", homeAction("older"), { n: keyText(older) })] : []),
  ];
  return [
    title("Recent"),
    ...(runs.length === 0 ? [context("There are no older ones.")] : []),
    ...runs.map(overRun),
    row([button("Search…", homeAction("search"), {}), ...turn]),
  ];
}

/** One that is over, in a block, with what can be done with it. */
export function overRun(run: HomeRun): SectionBlock {
  const { state } = run;
  const spent = cost(state.usage, state.priced);
  const facts = [OUTCOMES[run.outcome ?? "done"], plural(state.turns, "turn"), ...(spent ? [spent] : [])].join(", ");
  const options = [
    ...(run.link === undefined ? [] : [{ ...option("Open the thread", { v: "open" }), url: run.link }]),
    option("Who spoke and why…", { v: "log", thread: run.thread }),
    option("Run it again…", { v: "again", thread: run.thread }),
  ];
  return { ...section(`${line(run.task)}\n${where(run)} · *${safeMrkdwn(state.team ?? "")}*, ${facts}`), accessory: menu(options) };
}

function teams({ teams: all, cards, defaultTeam, page, mayEditTeams, hasShelf, whoEditsTeams }: HomeFacts): KnownBlock[] {
  const pages = Math.max(1, Math.ceil(all.length / TEAMS_PER_PAGE));
  const at = Math.min(Math.max(0, page), pages - 1);
  const turn = [
    ...(at > 0 ? [button("Earlier teams", homeAction("earlier"), { p: at - 1 })] : []),
    ...(at < pages - 1 ? [button("More teams", homeAction("later"), { p: at + 1 })] : []),
  ];
  const make =
    mayEditTeams && hasShelf ? [button("New team…", homeAction("create"), {}), button("Import YAML…", homeAction("import"), {})] : [];
  return [
    title("Teams"),
    ...all.slice(at * TEAMS_PER_PAGE, (at + 1) * TEAMS_PER_PAGE).flatMap((own) => teamRow(own, { cards, defaultTeam, mayEditTeams })),
    ...(make.length + turn.length > 0 ? [row([...make, ...turn])] : []),
    ...(hasShelf && !mayEditTeams
      ? [context(`Teams can be made and changed here by ${whoEditsTeams}. Everybody may look at them, and run them.`)]
      : []),
    ...(hasShelf ? [] : [context("Teams are made in the team file here, by whoever runs Parley.")]),
  ];
}

function teamRow(
  own: ShelvedTeam,
  { cards, defaultTeam, mayEditTeams }: Pick<HomeFacts, "cards" | "defaultTeam" | "mayEditTeams">,
): KnownBlock[] {
  const card = cards.find(({ name }) => name === own.name);
  const team = teamJson(own.team);
  const isBroken = own.mistakes.length > 0;
  const name = `${isBroken ? ":warning: " : ""}*${safeMrkdwn(own.name)}*${own.name === defaultTeam ? " (default)" : ""}`;
  const cast = card
    ? card.agents.map((agent) => `${faceInText(agent.name, card)}${safeMrkdwn(agent.name)}${modelOf(team, agent.name)}`)
    : team.agents.map((agent) => safeMrkdwn(agent.name));
  const others = cast.length - CAST_SHOWN_MAX;
  const about = isBroken ? "cannot be used any more: open it" : own.fromFile ? "team file" : "made here";
  const value = { t: own.name };
  const options = [
    ...(isBroken ? [] : [option("Run…", { v: "run", ...value })]),
    option("Open…", { v: "open", ...value }),
    ...(mayEditTeams ? [option("Duplicate…", { v: "copy", ...value })] : []),
    option("Export YAML…", { v: "export", ...value }),
    ...(mayEditTeams && !own.fromFile ? [option("Delete…", { v: "remove", ...value })] : []),
  ];
  return [
    { ...section(`${name}\n${line(team.description)}`), accessory: menu(options) },
    context([cast.slice(0, CAST_SHOWN_MAX).join("  "), ...(others > 0 ? [`and ${others} more`] : []), about].join(" · ")),
  ];
}

function modelOf(team: ReturnType<typeof teamJson>, agent: string): string {
  const model = team.agents.find(({ name }) => name === agent)?.model;
  return model === undefined ? "" : ` (${safeMrkdwn(model)})`;
}

/** One menu over all agents: a row for each would be more than Slack shows. */
function agents({ teams: all, mayEditTeams, hasShelf }: HomeFacts): KnownBlock[] {
  if (!hasShelf) return [];
  const options = all
    .flatMap((own) => teamJson(own.team).agents.map(({ name }) => option(`${name} · ${own.name}`, { v: "agent", t: own.name, n: name })))
    .filter(({ value }) => value !== undefined && value.length <= OPTION_VALUE_CHARS_MAX);
  const shown = options.slice(0, OPTIONS_MAX);
  const canAdd = mayEditTeams && all.some(({ fromFile }) => !fromFile);
  const elements: ActionsBlock["elements"] = [
    ...(shown.length > 0
      ? [{ type: "static_select" as const, action_id: homeAction("pick"), placeholder: plainText("Look at an agent…"), options: shown }]
      : []),
    ...(canAdd ? [button("New agent…", homeAction("newAgent"), {})] : []),
  ];
  if (elements.length === 0) return [];
  const rest = options.length - shown.length;
  return [title("Agents"), { type: "actions", elements }, ...moreOf(rest, "more: open their teams")];
}

function mine({ mine: { team, tellWhenDone }, defaultTeam, budget }: HomeFacts): KnownBlock[] {
  const words = [
    ...(budget === undefined ? [] : [budget]),
    `Your team for new runs: *${safeMrkdwn(team ?? defaultTeam)}*`,
    tellWhenDone ? "I tell you when a run of yours is over." : "I do not write to you when a run of yours is over.",
  ];
  return [title("My settings"), { ...section(words.join("\n")), accessory: button("Change…", homeAction("me"), {}) }];
}

const line = (text: string): string => safeMrkdwn(shorten(text.replaceAll(/\s+/g, " ").trim(), LINE_CHARS)) || "…";
const where = ({ place }: HomeRun): string => (place.channel.startsWith("D") ? "in your messages with me" : `<#${place.channel}>`);

function placeLine(run: HomeRun): string {
  const { state } = run;
  const stands = isHalted(state)
    ? "waits at a limit"
    : state.pausedBy
      ? "paused"
      : state.questions.length + run.asksFor.length > 0
        ? "waits"
        : `turn ${state.turns + 1}`;
  const spent = cost(state.usage, state.priced);
  const by = state.startedBy ? `, asked by ${mention(state.startedBy)}` : "";
  return `${where(run)} · *${safeMrkdwn(state.team ?? "")}* · ${[stands, ...(spent ? [spent] : [])].join(" · ")}${by}`;
}

const openThread = ({ link }: HomeRun): Button[] =>
  link === undefined ? [] : [{ ...button("Open thread", homeAction("open"), {}), url: link }];

/** It costs what is not said yet: asked once more. */
function stopRun({ thread, state }: HomeRun): Button[] {
  const stop = button("Stop", homeAction("stop"), { thread, r: state.run?.slice(0, RUN_ID_CHARS) }, "danger");
  const confirm = {
    title: plainText("Stop this run?"),
    text: plainText("The agents stop at once. What they have said stays in the thread."),
    confirm: plainText("Stop"),
    deny: plainText("Let it go on"),
    style: "danger" as const,
  };
  return [{ ...stop, confirm }];
}

const row = (elements: readonly Button[]): ActionsBlock => ({ type: "actions", elements: [...elements] });
const menu = (options: readonly PlainTextOption[]): Overflow => ({
  type: "overflow",
  action_id: homeAction("more"),
  options: [...options],
});
const option = (label: string, value: object): PlainTextOption => ({
  text: plainText(safeLine(label, OPTION_CHARS_MAX) || "…"),
  value: JSON.stringify(value),
});
const moreOf = (count: number, words: string): KnownBlock[] => (count > 0 ? [context(`${count} ${words}.`)] : []);
