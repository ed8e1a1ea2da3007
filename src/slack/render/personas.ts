import { hashOf } from "../../engine/hash.ts";
import { isOthersFace, voiceOf } from "../../lookalikes.ts";
import type { TeamCard } from "../../team-shelf.ts";
import { safeLine } from "../words/escape.ts";
import { PERSONA_CHARS_MAX } from "../words/limits.ts";

/** The name and face under which an agent's message is posted, as chat.postMessage takes them. */
export type Persona = { readonly username: string } & ({ readonly icon_emoji: string } | { readonly icon_url: string });

/**
 * A name that Slack refuses, or that would pass for the app, Slack or a member, gets an addition; an icon that is theirs, or that Slack would not
 * show, is replaced. Team files are only warned of such names and icons, and members are not known there.
 */
export function persona(agentName: string, card: TeamCard, isMember: (name: string) => boolean = () => false): Persona {
  const { name, marked, isOthers, face } = looksOf(agentName, card);
  return { username: isOthers || isMember(name) ? marked : name, ...face };
}

/** What an agent looks like, whoever is a member of the workspace. */
interface Looks {
  readonly name: string;
  /** With an addition that says that it is an agent. */
  readonly marked: string;
  /** Whether it would pass for the app or Slack. */
  readonly isOthers: boolean;
  readonly face: { readonly icon_emoji: string } | { readonly icon_url: string };
}

/** The same few are asked for at every message, line and card. A cache: without it they are the same. */
const looks = new WeakMap<TeamCard, Map<string, Looks>>();
const LOOKS_PER_TEAM_MAX = 200;

function looksOf(agentName: string, card: TeamCard): Looks {
  let ofTeam = looks.get(card);
  if (!ofTeam || ofTeam.size >= LOOKS_PER_TEAM_MAX) looks.set(card, (ofTeam = new Map()));
  let found = ofTeam.get(agentName);
  if (!found) ofTeam.set(agentName, (found = { ...nameOf(agentName), face: faceFor(agentName, card) }));
  return found;
}

function faceFor(agentName: string, card: TeamCard): Looks["face"] {
  const agent = card.agents.find((candidate) => candidate.name === agentName);
  const icon = isOthersFace(agent?.icon?.trim() ?? "") ? "" : (agent?.icon?.trim() ?? "");
  if (PICTURE.test(icon)) return { icon_url: icon };
  if (EMOJI_NAME.test(icon) || EMOJI.test(icon)) return { icon_emoji: icon };
  return { icon_emoji: agent?.runsCode ? GEAR : defaultFace(agentName, card) };
}

/** The face as mrkdwn text shows it; a picture cannot be shown in a line. */
export function faceInText(agentName: string, card: TeamCard): string {
  const face = persona(agentName, card);
  return "icon_emoji" in face ? `${face.icon_emoji} ` : "";
}

const PICTURE = /^https:\/\/[^\s<>"|]{1,480}$/;
const EMOJI_NAME = /^:[a-z0-9_+'-]{1,60}:(?::skin-tone-[2-6]:)?$/;
const EMOJI = /^\p{Extended_Pictographic}(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f){0,8}$/u;
const GEAR = ":gear:";

/** Slack answers `reserved_username` to the first; the others read as a call to everybody or as the app. */
const RESERVED: ReadonlySet<string> = new Set(["slackbot", "slack", "here", "channel", "everyone", "group", "uslackbot"]);

function nameOf(agentName: string): Pick<Looks, "name" | "marked" | "isOthers"> {
  const bare = agentName.replaceAll(/[<>&|\u200b-\u200f]/g, "");
  const name = safeLine(bare, PERSONA_CHARS_MAX);
  if (name === "") return { name: NAMELESS, marked: NAMELESS, isOthers: false };
  return {
    name,
    marked: `${safeLine(bare, PERSONA_CHARS_MAX - MARK.length)}${MARK}`,
    isOthers: RESERVED.has(name.toLowerCase().replaceAll(/[\s@_-]/g, "")) || voiceOf(name) !== undefined,
  };
}
const NAMELESS = "Agent";
const MARK = " (agent)";

/** Told apart at a glance, in the set that every Slack client has. */
const FACES = [
  ":owl:", ":fox_face:", ":bear:", ":penguin:", ":octopus:", ":bee:", ":turtle:", ":whale:",
  ":cat:", ":dog:", ":panda_face:", ":unicorn_face:", ":snake:", ":dragon:", ":parrot:", ":ghost:",
]; // prettier-ignore

/** The same for the same name in every run; a face that a teammate has by default is passed over. */
function defaultFace(agentName: string, card: TeamCard): string {
  const taken = new Set<number>();
  for (const { name, icon, runsCode } of card.agents) {
    if (icon !== undefined || runsCode) continue;
    const face = freeFace(faceOf(name), taken);
    if (name === agentName) return FACES[face] ?? ":owl:";
    taken.add(face);
  }
  return FACES[faceOf(agentName)] ?? ":owl:";
}

/** hashOf may be negative. */
const faceOf = (name: string): number => (hashOf(name) >>> 0) % FACES.length;

function freeFace(start: number, taken: ReadonlySet<number>): number {
  for (let step = 0; step < FACES.length; step++) {
    const face = (start + step) % FACES.length;
    if (!taken.has(face)) return face;
  }
  return start;
}
