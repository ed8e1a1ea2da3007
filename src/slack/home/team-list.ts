import type { ActionsBlock, KnownBlock } from "@slack/types";
import type { ShelvedTeam, TeamCard } from "../../team-shelf.ts";
import type { Translator } from "../language/translator.ts";
import type { HomeProposals } from "../proposals/home-proposals.ts";
import { proposalButtons, proposalText } from "../proposals/proposal-card.ts";
import { faceInText } from "../render/personas.ts";
import { button, context, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { OPTION_VALUE_CHARS_MAX, OPTIONS_MAX } from "../words/limits.ts";
import { line, menu, moreOf, option, row, title } from "./home-parts.ts";
import { homeAction } from "./team-forms.ts";
import { teamJson } from "./team-json.ts";

/** What a person sees of the teams. */
export interface TeamListFacts {
  /** In the person's language. */
  readonly t: Translator;
  readonly teams: readonly ShelvedTeam[];
  readonly cards: readonly TeamCard[];
  readonly defaultTeam: string;
  /** Of the list of teams, from 0. */
  readonly page: number;
  readonly mayEditTeams: boolean;
  /** Changes that were found to help, where this person may take them. */
  readonly proposals: HomeProposals;
  /** Whether teams can be made here at all. */
  readonly hasShelf: boolean;
  /** Who may make and change teams, in words; for those who may not. */
  readonly whoEditsTeams: string;
}

/** Two blocks each, and two for what is proposed; the rest is behind Older. */
const TEAMS_PER_PAGE = 10;
const CAST_SHOWN_MAX = 12;

export function teamList(facts: TeamListFacts): KnownBlock[] {
  const { t, teams: all, page, mayEditTeams, hasShelf, whoEditsTeams } = facts;
  const pages = Math.max(1, Math.ceil(all.length / TEAMS_PER_PAGE));
  const at = Math.min(Math.max(0, page), pages - 1);
  const turn = [
    ...(at > 0 ? [button(t("home.button.earlierTeams"), homeAction("earlier"), { p: at - 1 })] : []),
    ...(at < pages - 1 ? [button(t("home.button.moreTeams"), homeAction("later"), { p: at + 1 })] : []),
  ];
  const make =
    mayEditTeams && hasShelf
      ? [button(t("home.button.newTeam"), homeAction("create"), {}), button(t("home.button.import"), homeAction("import"), {})]
      : [];
  return [
    title(t("home.header.teams")),
    ...all.slice(at * TEAMS_PER_PAGE, (at + 1) * TEAMS_PER_PAGE).flatMap((own) => teamRow(own, facts)),
    ...(make.length + turn.length > 0 ? [row([...make, ...turn])] : []),
    ...(hasShelf && !mayEditTeams ? [context(t("home.text.whoEdits", { who: whoEditsTeams }))] : []),
    ...(hasShelf ? [] : [context(t("home.text.noShelf"))]),
  ];
}

function teamRow(
  own: ShelvedTeam,
  { t, cards, defaultTeam, mayEditTeams, proposals }: Pick<TeamListFacts, "t" | "cards" | "defaultTeam" | "mayEditTeams" | "proposals">,
): KnownBlock[] {
  const card = cards.find(({ name }) => name === own.name);
  const team = teamJson(own.team);
  const isBroken = own.mistakes.length > 0;
  const bold = `*${safeMrkdwn(own.name)}*`;
  const name = `${isBroken ? ":warning: " : ""}${own.name === defaultTeam ? t("home.text.default", { team: bold }) : bold}`;
  const cast = card
    ? card.agents.map((agent) => `${faceInText(agent.name, card)}${safeMrkdwn(agent.name)}${modelOf(team, agent.name)}`)
    : team.agents.map((agent) => safeMrkdwn(agent.name));
  const others = cast.length - CAST_SHOWN_MAX;
  const about = t(isBroken ? "home.text.broken" : own.fromFile ? "home.text.fromFile" : "home.text.madeHere");
  const value = { t: own.name };
  const proposed = proposals.get(own.name);
  const options = [
    ...(isBroken ? [] : [option(t("home.option.run"), { v: "run", ...value })]),
    option(t("home.option.open"), { v: "open", ...value }),
    ...(mayEditTeams ? [option(t("home.option.duplicate"), { v: "copy", ...value })] : []),
    option(t("home.option.export"), { v: "export", ...value }),
    ...(mayEditTeams && !own.fromFile ? [option(t("home.option.delete"), { v: "remove", ...value })] : []),
  ];
  return [
    { ...section(`${name}\n${line(team.description)}`), accessory: menu(options) },
    context(
      [
        cast.slice(0, CAST_SHOWN_MAX).join("  "),
        ...(others > 0 ? [t("home.text.moreAgents", { count: t.number(others) })] : []),
        about,
      ].join(" · "),
    ),
    ...(proposed ? [section(proposalText(t, own.name, proposed)), proposalButtons(t, own.name, proposed)] : []),
  ];
}

function modelOf(team: ReturnType<typeof teamJson>, agent: string): string {
  const model = team.agents.find(({ name }) => name === agent)?.model;
  return model === undefined ? "" : ` (${safeMrkdwn(model)})`;
}

/** One menu over all agents: a row for each would be more than Slack shows. */
export function agentList({ t, teams: all, mayEditTeams, hasShelf }: TeamListFacts): KnownBlock[] {
  if (!hasShelf) return [];
  const options = all
    .flatMap((own) => teamJson(own.team).agents.map(({ name }) => option(`${name} · ${own.name}`, { v: "agent", t: own.name, n: name })))
    .filter(({ value }) => value !== undefined && value.length <= OPTION_VALUE_CHARS_MAX);
  const shown = options.slice(0, OPTIONS_MAX);
  const canAdd = mayEditTeams && all.some(({ fromFile }) => !fromFile);
  const elements: ActionsBlock["elements"] = [
    ...(shown.length > 0
      ? [
          {
            type: "static_select" as const,
            action_id: homeAction("pick"),
            placeholder: plainText(t("home.placeholder.agent")),
            options: shown,
          },
        ]
      : []),
    ...(canAdd ? [button(t("home.button.newAgent"), homeAction("newAgent"), {})] : []),
  ];
  if (elements.length === 0) return [];
  const rest = options.length - shown.length;
  return [
    title(t("home.header.agents")),
    { type: "actions", elements },
    ...moreOf(rest, (count) => t("home.text.agentsNotShown", { count: t.number(count) })),
  ];
}
