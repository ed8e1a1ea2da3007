import type { SpeakerPolicy } from "../team.ts";
import { read, type Fold } from "../reading/fold.ts";
import { lastSpeaker } from "../reading/transcript.ts";

/** Hand-overs decide: whoever was handed the floor last has it, and keeps it until the next hand-over. The first agent of the team begins. */
export const swarm: SpeakerPolicy = (transcript, agents) => {
  const byName = (name: string | undefined) => agents.find((agent) => agent.name === name);
  const { to } = read(transcript, latestHandoff);
  const next = byName(to) ?? byName(lastSpeaker(transcript)) ?? agents[0];
  return next ? [next] : [];
};

/** The target of the latest hand-over among agents, as long as nobody has been given the floor by other means since. */
const latestHandoff: Fold<{ readonly to: string | undefined }> = {
  initial: () => ({ to: undefined }),
  step: (state, event) =>
    event.type === "run.started" && event.anew
      ? { to: undefined }
      : event.within !== undefined || event.outside
        ? state
        : event.type === "handoff.made"
          ? { to: event.to }
          : event.type === "speaker.selected" && event.agent !== state.to
            ? { to: undefined }
            : state,
};
