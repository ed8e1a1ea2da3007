import type { ProbeSession } from "./probe-session.ts";

/** One thing about Slack that only a live workspace can tell. */
export interface Probe {
  readonly name: string;
  /** The question, and what Parley was built to expect, with what it does about it. */
  readonly asks: string;
  readonly expected: string;
  /** How many it posts in the channel, or to the person. */
  readonly messages: number;
  /** Never rejects for what Slack answers. */
  run(session: ProbeSession): Promise<Found>;
}

export interface Found {
  /** `known`: answered. `look`: answered as far as calls can; the rest is for eyes. `open`: it could not be found out. */
  readonly outcome: "known" | "look" | "open";
  /** Slack's own words where it said something. */
  readonly found: readonly string[];
}

export const open = (...found: readonly string[]): Found => ({ outcome: "open", found });
export const known = (...found: readonly string[]): Found => ({ outcome: "known", found });
export const look = (...found: readonly string[]): Found => ({ outcome: "look", found });
