import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import type { Model } from "../../engine/model.ts";
import { currentRun, messagesOfRun, repliesGiven, type Transcript } from "../../engine/reading/transcript.ts";
import { createReplayModels, ReplayFile, type ReplayModel } from "../../models/replay/replay.ts";

const SCRIPTS_MAX = 50; // Each is read by a person who has to tell them apart.

const { replies } = ReplayFile.shape;

/** Replies for several tasks: a run plays the first script one of whose words is in its task, upper and lower case aside; `otherwise` when none is. */
const TaskScripts = z.strictObject({
  scripts: z
    .array(z.strictObject({ match: z.array(z.string().trim().min(3).max(100)).min(1).max(20), replies }))
    .min(1)
    .max(SCRIPTS_MAX),
  otherwise: replies,
});

/** What a replay model reads: the replies of one conversation, or scripts for several tasks. */
export const Script = z.union([ReplayFile, TaskScripts]);
export type Script = z.output<typeof Script>;

/** A script that a model of this name plays, and what of it nobody has asked for; `counts` says whose replies are meant. */
export interface PlayedScript {
  readonly model: string;
  leftovers(counts: (agent: string) => boolean): readonly string[];
}

/** Is told of each script that is made ready to be played. */
export type OnScript = (script: PlayedScript) => void;

/**
 * A scripted model. With scripts for several tasks, which one and which reply of it is read off the log: a restart changes nothing, and a
 * thread may hold several tasks one after the other.
 */
export function scripted(
  script: Script,
  { name, wordDelayMs, clock, onScript }: { name: string; wordDelayMs: number; clock: Clock; onScript?: OnScript | undefined },
): Model {
  const replay = (written: ReplayFile["replies"]): ReplayModel => createReplayModels({ replies: written }, { name, clock, wordDelayMs });
  if (!("scripts" in script)) {
    const model = replay(script.replies);
    onScript?.({ model: name, leftovers: (counts) => model.leftovers(counts) });
    return model;
  }
  const scripts = script.scripts.map((one) => ({ words: one.match.map((word) => word.toLowerCase()), model: replay(one.replies) }));
  const otherwise = replay(script.otherwise);
  const all = [...scripts.map(({ model }) => model), otherwise];
  // Of several, a run plays one.
  const played = () => all.filter((model) => model.calls().length > 0);
  onScript?.({ model: name, leftovers: (counts) => played().flatMap((model) => model.leftovers(counts)) });
  return {
    name,
    call(request, turn) {
      const log = turn.thread.logs[0] ?? turn.transcript;
      const task = messagesOfRun(log)[0]?.text.toLowerCase() ?? "";
      const model = scripts.find(({ words }) => words.some((word) => task.includes(word)))?.model ?? otherwise;
      const { nth, ...rest } = request;
      return model.call(nth === undefined ? rest : { ...rest, nth: nth - repliesBefore(log, request.agent) }, turn);
    },
  };
}

/** What an agent had said in this thread when the current run began. */
const repliesBefore = (log: Transcript, agent: string): number =>
  repliesGiven({ events: log.events.slice(0, Math.max(0, currentRun(log).startIndex)) }, agent);
