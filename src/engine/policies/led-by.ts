import type { Agent, SpeakerPolicy } from "../team.ts";

/** A leading agent, such as the selector, takes the floor between turns and ends its own turn by giving the floor to somebody. */
export const ledBy =
  (leader: Agent): SpeakerPolicy =>
  (_transcript, agents) =>
    agents.length > 0 ? [leader] : [];
