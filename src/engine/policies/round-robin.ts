import type { SpeakerPolicy } from "../team.ts";
import { lastSpeaker } from "../reading/transcript.ts";

/** One after the other, in the order of the team; over runs, too. */
export const roundRobin: SpeakerPolicy = (transcript, agents) => {
  const next = agents[(agents.findIndex((agent) => agent.name === lastSpeaker(transcript)) + 1) % agents.length];
  return next ? [next] : [];
};
