import type { Translator } from "../language/translator.ts";
import { CONTROL_WORDS } from "../words/control-phrases.ts";
import { SLASH_COMMANDS } from "../words/slash-table.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { TeamCards } from "../../team-shelf.ts";

/** The team that a person means, as it is called; also one that cannot be used, so that they are told why. */
export const teamNamed = ({ cards, broken = [] }: TeamCards, name: string): string | undefined =>
  [...cards, ...broken].find((team) => team.name.toLowerCase() === name.toLowerCase())?.name;

/** Why no run of this team can begin; nothing where it can, or none was named. Not escaped. */
export function whyNotTeam(t: Translator, { cards, broken = [] }: TeamCards, name: string | undefined): string | undefined {
  if (name === undefined || cards.some((card) => card.name === name)) return undefined;
  return broken.find((team) => team.name === name)?.why ?? t("help.text.noTeam", { team: name.slice(0, 40) });
}

const TEAMS_SHOWN_MAX = 20;
const DESCRIPTION_CHARS_SHOWN = 200;

/** What to type, in mrkdwn: for an empty mention, `help`, /parley help and the Home tab. */
export function helpText(t: Translator, bot: string, teams: TeamCards): string {
  const other = teams.cards.find((card) => card.name !== teams.default)?.name ?? teams.default;
  return [
    t("help.text.mention"),
    t("help.text.otherTeam", { bot: `<@${bot}>`, team: safeMrkdwn(other) }),
    "",
    teamsText(t, teams),
    "",
    t("help.text.whileTheyTalk"),
    t("help.text.alone"),
    ...CONTROL_WORDS.map(({ word }) => `• \`${word}\` ${t(`help.text.word.${word}`)}`),
    t("help.text.below"),
    t("help.text.direct"),
    t("help.text.link"),
  ].join("\n");
}

/** What `/parley` takes, each on a line. */
export const commandsText = (t: Translator): string =>
  [t("help.text.commands"), ...SLASH_COMMANDS.map(({ word, usage }) => `\`/parley ${usage}\` ${t(`help.text.slash.${word}`)}`)].join("\n");

export function teamsText(t: Translator, teams: TeamCards): string {
  const lines = teams.cards.slice(0, TEAMS_SHOWN_MAX).map((card) => {
    const description = card.description.replaceAll(/\s+/g, " ").slice(0, DESCRIPTION_CHARS_SHOWN);
    const name = `*${safeMrkdwn(card.name)}*`;
    return `• ${card.name === teams.default ? t("home.text.default", { team: name }) : name}: ${safeMrkdwn(description)}`;
  });
  const rest = teams.cards.length - lines.length;
  return [t("help.text.teams"), ...lines, ...(rest > 0 ? [t("help.text.more", { count: String(rest) })] : [])].join("\n");
}
