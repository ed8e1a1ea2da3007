import { z } from "zod";
import type { Person } from "../../engine/events/events.ts";
import type { Translator } from "../language/translator.ts";
import type { Affiliation } from "./affiliation.ts";

/** What a person can do to a conversation, to what the agents keep of it, or to how Parley is set up here. */
export type Deed = (typeof DEEDS)[number];
export const DEEDS = [
  "start",
  "steer",
  "answer",
  "approve",
  "stop",
  "forget",
  "forgetThread",
  "raise",
  "export",
  "watch",
  "oversee",
  "schedule",
  "editTeams",
  "audit",
] as const;
/** A slow Slack keeps nobody of the workspace from speaking; what lets code run, costs more, or takes something away waits for its word. */
const IN_WORDS = ["start", "steer", "answer", "stop"] as const;
/** Nobody but members sets Parley up here, or reads who decided what, or what is said where they are not. */
const MEMBERS_ALONE = ["oversee", "schedule", "editTeams", "audit"] as const;

const WORDS = ["anyone", "starter", "admins"] as const;
/**
 * `anyone`: everybody who can write in the channel. `starter`: who started the run; the admins, where a workflow did. `admins`: of the Slack workspace, its owners too.
 * A list: each of these, a word or a user id.
 */
export type Who = (typeof WORDS)[number] | readonly string[];

export type Allow = { readonly [deed in Deed]: Who } & {
  /** What people from other organisations may do, as far as the deed's own line lets them; they read along in the channels that they are in. */
  readonly guests: readonly Deed[];
  /** The same for guests of the workspace itself, whom Slack restricts to one channel or some. */
  readonly restricted: readonly Deed[];
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
  export: "anyone",
  watch: "anyone",
  // By Slack's own rule nobody looks into a channel that they are not in; whoever runs Parley may let some.
  oversee: [],
  schedule: ["starter", "admins"],
  editTeams: "admins",
  audit: "admins",
  guests: [],
  restricted: ["answer"],
};

const PEOPLE_MAX = 200;
const userId = z.string().regex(/^[UW][A-Z0-9]{2,20}$/);
const visitors = z.array(z.enum(DEEDS).exclude([...MEMBERS_ALONE])).max(DEEDS.length);
const who = z.union([z.enum(WORDS), z.array(z.union([z.enum(WORDS), userId])).max(PEOPLE_MAX)]);

/** Of what is about no single run, and so has no starter. */
const whoever = z.union([
  z.enum(WORDS).exclude(["starter"]),
  z.array(z.union([z.enum(WORDS).exclude(["starter"]), userId])).max(PEOPLE_MAX),
]);

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
  export: who,
  watch: whoever,
  oversee: whoever,
  schedule: who,
  editTeams: who,
  audit: who,
  guests: visitors,
  restricted: visitors,
};

/** Who wants to do it. */
export interface Doer {
  readonly user: string;
  readonly affiliation: Affiliation;
  /** Of the Slack workspace; no when absent. */
  readonly admin?: boolean;
  /** Who started the run that it is about, where it is about one that there is. */
  readonly startedBy: Person | undefined;
}

/** As whom a run begins that a workflow asks for. No person's: Slack does not say who runs one, and whoever made it could have named anybody. */
export const WORKFLOW: Person = { id: "workflow", name: "Workflow" };

const isWorkflows = ({ startedBy }: Pick<Doer, "startedBy">): boolean => startedBy?.id === WORKFLOW.id;

/** Why somebody may not do something: a sentence for that person, in whichever language is read. Not escaped. */
export type Refusal = (t: Translator) => string;

/** The one place that decides who may do what. `undefined`: go ahead. */
export function refusal(deed: Deed, doer: Doer, allow: Allow): Refusal | undefined {
  const visitor = lineOf(doer.affiliation, allow);
  if (visitor && (MEMBERS_ALONE.some((one) => one === deed) || !visitor.line.includes(deed)))
    return (t) => t(visitor.no, { doing: doingIn(t, deed) });
  const allowed = [allow[deed]].flat();
  if (allowed.some((word) => isOne(doer, word))) return undefined;
  const isStarters = allowed.includes("starter");
  const starter = isStarters ? doer.startedBy?.name : undefined;
  const others = allowed.filter((word) => word !== "starter" && word !== "admins");
  if (others.length > 0) return (t) => t("refusals.text.notListed", { doing: doingIn(t, deed) });
  if (isStarters && isWorkflows(doer)) return (t) => t("refusals.text.workflow", { doing: doingIn(t, deed) });
  const isAdmins = allowed.includes("admins");
  if (starter !== undefined) {
    const key = deed === "schedule" ? (isAdmins ? "ownerAndAdmins" : "owner") : isAdmins ? "starterAndAdmins" : "starter";
    return (t) => t(`refusals.text.only.${key}`, { starter, doing: doingIn(t, deed) });
  }
  return (t) => t(isAdmins ? "refusals.text.admins" : "refusals.text.nobody", { doing: doingIn(t, deed) });
}

const doingIn = (t: Translator, deed: Deed): string => t(`refusals.text.doing.${deed}`);

/** What a person who is no member is held to beside; nothing for a member. */
function lineOf(affiliation: Affiliation, allow: Allow) {
  switch (affiliation) {
    case "member":
    case "colleague":
      return undefined;
    case "guest":
      return { line: allow.restricted, no: "refusals.text.guest" } as const;
    case "external":
      return { line: allow.guests, no: "refusals.text.external" } as const;
    case "unsaid":
      return { line: [...IN_WORDS, ...allow.restricted], no: "refusals.text.unsaid" } as const;
  }
}

/** Whether the answer hangs on it that somebody is an admin. */
export function asksForAdmins(deed: Deed, doer: Pick<Doer, "startedBy">, allow: Allow): boolean {
  const allowed = [allow[deed]].flat();
  return allowed.includes("admins") || (allowed.includes("starter") && isWorkflows(doer));
}

function isOne(doer: Doer, word: string): boolean {
  const { user, admin, startedBy } = doer;
  if (word === "anyone" || word === user) return true;
  // Nobody is known as the starter of a workflow's run, and somebody has to be able to say yes in it.
  if (word === "starter" && isWorkflows(doer)) return admin === true;
  // A run that nobody has started belongs to whoever begins it.
  if (word === "starter") return startedBy === undefined || startedBy.id === user;
  return word === "admins" && admin === true;
}
