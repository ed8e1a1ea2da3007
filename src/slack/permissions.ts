import type { Person } from "../engine/events.ts";

/** What a person can do to a conversation, or to what the agents keep of it. */
export type Deed = "start" | "steer" | "answer" | "approve" | "stop" | "forget";

/** `anyone`: everybody who can write in the channel. `starter`: who started the run. A list: these user ids. */
type Who = "anyone" | "starter" | readonly string[];

export type Allow = { readonly [deed in Deed]: Who };

/** Code runs in somebody's name, hence the starter's yes; stopping harms nobody. */
export const ALLOW_DEFAULT: Allow = {
  start: "anyone",
  steer: "anyone",
  answer: "anyone",
  approve: "starter",
  stop: "anyone",
  forget: "anyone",
};

/** The one place that decides who may do what. `undefined`: go ahead; otherwise a sentence for that person. */
export function refusal(
  deed: Deed,
  who: {
    readonly user: string;
    /** From another company, over Slack Connect: reads, and no more. */
    readonly external: boolean;
    readonly startedBy: Person | undefined;
  },
  allow: Allow,
): string | undefined {
  if (who.external)
    return `You are here from another organisation, and only members of this workspace can ${WORDS[deed]}. You can read along.`;
  const allowed = allow[deed];
  if (allowed === "anyone") return undefined;
  if (allowed === "starter") {
    if (!who.startedBy || who.startedBy.id === who.user) return undefined;
    return `Only ${who.startedBy.name}, who started this run, can ${WORDS[deed]}. Ask ${who.startedBy.name}, or start a run of your own.`;
  }
  return allowed.includes(who.user)
    ? undefined
    : `You are not on the list of people who can ${WORDS[deed]} here. Ask whoever runs Parley for you.`;
}

const WORDS: { readonly [deed in Deed]: string } = {
  start: "start a run",
  steer: "speak to the agents",
  answer: "answer the agents' questions",
  approve: "allow code to run",
  stop: "stop the run",
  forget: "make the agents forget something",
};
