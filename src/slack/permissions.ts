import { z } from "zod";
import type { Person } from "../engine/events.ts";

/** What a person can do to a conversation, to what the agents keep of it, or to how Parley is set up here. */
export type Deed = (typeof DEEDS)[number];
const DEEDS = ["start", "steer", "answer", "approve", "stop", "forget", "forgetThread", "raise", "editTeams"] as const;

const WORDS = ["anyone", "starter", "admins"] as const;
/**
 * `anyone`: everybody who can write in the channel. `starter`: who started the run. `admins`: of the Slack workspace, its owners too.
 * A list: each of these, a word or a user id.
 */
export type Who = (typeof WORDS)[number] | readonly string[];

export type Allow = { readonly [deed in Deed]: Who } & {
  /** What people from other organisations may do, as far as the deed's own line lets them; they read everything. */
  readonly guests: readonly Deed[];
};

/** Code runs, and money is spent, in somebody's name, hence the starter's yes; stopping harms nobody. */
export const ALLOW_DEFAULT: Allow = {
  start: "anyone",
  steer: "anyone",
  answer: "anyone",
  approve: "starter",
  stop: "anyone",
  forget: "anyone",
  forgetThread: ["starter", "admins"],
  raise: ["starter", "admins"],
  editTeams: "admins",
  guests: [],
};

const PEOPLE_MAX = 200;
const userId = z.string().regex(/^[UW][A-Z0-9]{2,20}$/);
const who = z.union([z.enum(WORDS), z.array(z.union([z.enum(WORDS), userId])).max(PEOPLE_MAX)]);

/** The table as it is kept, line by line. */
export const ALLOW_FIELDS: { readonly [line in keyof Allow]: z.ZodType<Allow[line]> } = {
  start: who,
  steer: who,
  answer: who,
  approve: who,
  stop: who,
  forget: who,
  forgetThread: who,
  raise: who,
  editTeams: who,
  // Nobody from outside sets Parley up here.
  guests: z.array(z.enum(DEEDS).exclude(["editTeams"])).max(DEEDS.length),
};

/** Who wants to do it. */
export interface Doer {
  readonly user: string;
  /** From another organisation, over Slack Connect. */
  readonly external: boolean;
  /** Of the Slack workspace; no when absent. */
  readonly admin?: boolean;
  /** Who started the run that it is about, where it is about one that there is. */
  readonly startedBy: Person | undefined;
}

/** The one place that decides who may do what. `undefined`: go ahead; otherwise a sentence for that person. */
export function refusal(deed: Deed, doer: Doer, allow: Allow): string | undefined {
  if (doer.external && (deed === "editTeams" || !allow.guests.includes(deed)))
    return `You are here from another organisation, and only members of this workspace can ${DOING[deed]}. You can read along.`;
  const allowed = [allow[deed]].flat();
  if (allowed.some((word) => isOne(doer, word))) return undefined;
  const starter = allowed.includes("starter") ? doer.startedBy?.name : undefined;
  const others = allowed.filter((word) => word !== "starter" && word !== "admins");
  if (others.length > 0) return `You are not on the list of people who can ${DOING[deed]} here. Ask whoever runs Parley for you.`;
  if (starter !== undefined && allowed.includes("admins"))
    return `Only ${starter}, who started this run, and admins of this workspace can ${DOING[deed]}. Ask one of them.`;
  if (starter !== undefined)
    return `Only ${starter}, who started this run, can ${DOING[deed]}. Ask ${starter}, or start a run of your own.`;
  if (allowed.includes("admins")) return `Only admins of this workspace can ${DOING[deed]}. Ask one of them.`;
  return `Nobody can ${DOING[deed]} here. Ask whoever runs Parley for you.`;
}

/** Whether the answer hangs on it that somebody is an admin. */
export const asksForAdmins = (deed: Deed, allow: Allow): boolean => [allow[deed]].flat().includes("admins");

function isOne({ user, admin, startedBy }: Doer, word: string): boolean {
  if (word === "anyone" || word === user) return true;
  // A run that nobody has started belongs to whoever begins it.
  if (word === "starter") return startedBy === undefined || startedBy.id === user;
  return word === "admins" && admin === true;
}

const DOING: { readonly [deed in Deed]: string } = {
  start: "start a run",
  steer: "speak to the agents",
  answer: "answer the agents' questions",
  approve: "allow code to run",
  stop: "stop the run",
  forget: "make the agents forget something",
  forgetThread: "make Parley forget this thread",
  raise: "raise a limit",
  editTeams: "change teams and settings",
};
