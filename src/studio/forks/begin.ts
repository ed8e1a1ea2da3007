import { currentRun } from "../../engine/reading/transcript.ts";
import { instructionsIn } from "../../config/build/snapshot.ts";
import type { Logs } from "../../store/runs/logs.ts";
import type { Asker, Sight } from "../access.ts";
import { NotDone } from "../api/route.ts";
import type { ForkAnswer, ForkBody, ForkOffer } from "../api/shapes.ts";
import { eventsOf, type RunName } from "../runs/one-run.ts";
import { workspaceOf, type Forking } from "./forking.ts";

/** Who asks, and what they may see. */
interface By {
  readonly asker: Asker;
  readonly sight: Sight;
}

export interface StudioForks {
  /** With what a run can go on; nothing where there is none, or it is not for them to see. */
  offer(name: RunName, by: By): Promise<ForkOffer | undefined>;
  /** Nothing as with `offer`. Rejects with {@link NotDone} where it is not begun. */
  begin(name: RunName, wanted: ForkBody, by: By): Promise<ForkAnswer | undefined>;
}

const NOBODY_RUNS = "This studio runs no teams, as it has no team file that can be read: start it beside one.";

export function createStudioForks(logs: Pick<Logs, "load" | "file">, forking: Forking | undefined): StudioForks {
  return {
    async offer(name, { asker, sight }) {
      const events = await eventsOf(logs, name, sight);
      const started = events?.find(({ seq }) => seq === name.seq);
      if (started?.type !== "run.started") return undefined;
      const snapshot = started.teamHash === undefined ? undefined : await logs.file(started.teamHash);
      const mayNot = forking ? await forking.refusal(asker, { thread: name.thread, isAsked: false }) : NOBODY_RUNS;
      return {
        team: started.team,
        teams: [...((await forking?.teams(workspaceOf(name.thread))) ?? [])],
        inThread: mayNot === undefined && ((await forking?.hasThreads?.(asker, name.thread)) ?? false),
        agents: [...instructionsOf(snapshot)].map(([agent, instructions]) => ({ name: agent, instructions })),
        ...(mayNot === undefined ? {} : { mayNot }),
      };
    },
    async begin(name, { at, team, words, instructions, inThread }, { asker, sight }) {
      const events = await eventsOf(logs, name, sight);
      const started = events?.find(({ seq }) => seq === name.seq);
      if (!events || started?.type !== "run.started") return undefined;
      if (!forking) throw new NotDone(409, "nobody_runs", NOBODY_RUNS);
      const shared = events.filter(({ seq }) => seq <= at);
      if (shared.at(-1)?.seq !== at || at < name.seq || !currentRun({ events: shared }).running)
        throw new NotDone(409, "not_running", "The run did not go on at that event: there is nothing to go on from.");
      const no = await forking.refusal(asker, { thread: name.thread, isAsked: true });
      if (no !== undefined) throw new NotDone(403, "not_allowed", no);
      const begun = await forking.begin({ from: name, at, team: team ?? started.team, asker, isShown: inThread, words, instructions });
      if ("refused" in begun) throw new NotDone(409, "not_forked", begun.refused);
      return { thread: begun.thread, seq: begun.seq };
    },
  };
}

/** None where they are not kept any more, or another version wrote them. */
function instructionsOf(snapshot: Uint8Array | undefined): ReadonlyMap<string, string> {
  try {
    return snapshot ? instructionsIn(Buffer.from(snapshot).toString("utf8")) : new Map();
  } catch {
    return new Map();
  }
}
