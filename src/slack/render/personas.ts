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
  const agent = card.agents.find((candidate) => candidate.name === agentName);
  const username = usernameOf(agentName, isMember);
  const icon = isOthersFace(agent?.icon?.trim() ?? "") ? "" : (agent?.icon?.trim() ?? "");
  if (PICTURE.test(icon)) return { username, icon_url: icon };
  if (EMOJI_NAME.test(icon) || EMOJI.test(icon)) return { username, icon_emoji: icon };
  return { username, icon_emoji: agent?.runsCode ? GEAR : defaultFace(agentName, card) };
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

function usernameOf(agentName: string, isMember: (name: string) => boolean): string {
  const bare = agentName.replaceAll(/[<>&|\u200b-\u200f]/g, "");
  const name = safeLine(bare, PERSONA_CHARS_MAX);
  if (name === "") return "Agent";
  const isOthers = RESERVED.has(name.toLowerCase().replaceAll(/[\s@_-]/g, "")) || voiceOf(name) !== undefined || isMember(name);
  return isOthers ? `${safeLine(bare, PERSONA_CHARS_MAX - MARK.length)}${MARK}` : name;
}
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
