import { askHowToGoOn, stallsIn, stuck } from "../reading/stalls.ts";
import type { Agent, SpeakerPolicy } from "../team.ts";

/** Who asks where nobody leads. */
const WATCH = "Parley";

/**
 * A policy of a team that nobody leads, and an eye on it: when the turns say again and again what was said, a person is asked how to go on.
 * `keepsFloor`: an agent that speaks twice in a row has forgotten to hand over, which counts too.
 */
export function unlessStuck(policy: SpeakerPolicy, { stallsMax, keepsFloor }: { stallsMax: number; keepsFloor: boolean }): SpeakerPolicy {
  const stalls = stallsIn(WATCH, { keepsFloor });
  const watch: Agent = {
    name: WATCH,
    description: "Asks a person when the team goes in a circle.",
    leads: true,
    // eslint-disable-next-line typescript/require-await
    async *turn({ transcript }) {
      const state = stalls(transcript);
      if (state.stoppedBy) yield { type: "stop.requested", person: state.stoppedBy };
      else yield askHowToGoOn(WATCH, stuck(state, stallsMax) ?? "");
    },
  };
  return (transcript, agents) => {
    const state = stalls(transcript);
    return state.stoppedBy || stuck(state, stallsMax) !== undefined ? [watch] : policy(transcript, agents);
  };
}
