import type { SpeakerPolicy } from "../team.ts";
import { lastSpeaker } from "../reading/transcript.ts";

/** One after the other, in the order of the team; over runs, too. */
export const roundRobin: SpeakerPolicy = (transcript, agents) => {
  const last = lastSpeaker(transcript);
  const next = agents[(agents.findIndex((agent) => agent.name === last) + 1) % agents.length];
  return next ? [next] : [];
};
