import { CONTROL_WORDS } from "../words/control-phrases.ts";
import { SLASH_COMMANDS } from "../words/slash-table.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { TeamCards } from "../../team-shelf.ts";

/** The team that a person means, as it is called; also one that cannot be used, so that they are told why. */
export const teamNamed = ({ cards, broken = [] }: TeamCards, name: string): string | undefined =>
  [...cards, ...broken].find((team) => team.name.toLowerCase() === name.toLowerCase())?.name;

/** Why no run of this team can begin; nothing where it can, or none was named. */
export function whyNotTeam({ cards, broken = [] }: TeamCards, name: string | undefined): string | undefined {
  if (name === undefined || cards.some((card) => card.name === name)) return undefined;
  return broken.find((team) => team.name === name)?.why ?? `There is no team "${name.slice(0, 40)}" any more; choose another.`;
}

const TEAMS_SHOWN_MAX = 20;
const DESCRIPTION_CHARS_SHOWN = 200;

/** What to type, in mrkdwn: for an empty mention, `help`, /parley help and the Home tab. */
export function helpText(bot: string, teams: TeamCards): string {
  const other = teams.cards.find((card) => card.name !== teams.default)?.name ?? teams.default;
  return [
    `*Mention me with a task*, and a team of agents works it out in the thread: \`@parley compare these two plans\``,
    `For another team, put its name and a colon first: <@${bot}> \`${safeMrkdwn(other)}: …\` (or \`team:${safeMrkdwn(other)} …\`)`,
    "",
    teamsText(teams),
    "",
    "*While they talk*, just reply in the thread, without a mention: your words reach the next speaker, or answer the question that was asked. Begin with an agent's name (`critic: …`) and that agent speaks next.",
    "*Alone on a line*, with or without a please, and in some other languages too:",
    ...CONTROL_WORDS.map(({ word, does }) => `• \`${word}\` ${does}`),
    "What stands below a first line of `pause`, `resume` or `skip` is for the agents; a longer sentence (_stop guessing and ask_) is for them too.",
    "In a direct message to me, every message is a task.",
    "Put a link to a message into your task, and I read it where both of us may. `/parley help` has the rest.",
  ].join("\n");
}

/** What `/parley` takes, each on a line. */
export const commandsText = (): string =>
  [
    "*/parley*, outside of threads (Slack has no commands in them; use the words, the buttons, or _Parley run controls_ in a message's menu)",
    ...SLASH_COMMANDS.map(({ usage, does }) => `\`/parley ${usage}\` ${does}`),
  ].join("\n");

export function teamsText(teams: TeamCards): string {
  const lines = teams.cards.slice(0, TEAMS_SHOWN_MAX).map((card) => {
    const description = card.description.replaceAll(/\s+/g, " ").slice(0, DESCRIPTION_CHARS_SHOWN);
    return `• *${safeMrkdwn(card.name)}*${card.name === teams.default ? " (default)" : ""}: ${safeMrkdwn(description)}`;
  });
  const rest = teams.cards.length - lines.length;
  return ["*Teams*", ...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join("\n");
}
