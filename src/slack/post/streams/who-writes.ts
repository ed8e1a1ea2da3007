import { currentRun, isWaiting, type Transcript } from "../../../engine/reading/transcript.ts";

/** The one who has the floor, where people see turns and it is no team's member: of several nobody is followed. */
export function whoWrites(transcript: Transcript): string | undefined {
  const { openTurns, running, startIndex } = currentRun(transcript);
  const started = transcript.events[startIndex];
  const isShown = started?.type === "run.started" && started.turnsInFile !== true;
  return running && isShown && openTurns.length === 1 ? openTurns[0] : undefined;
}

/** How Slack is to show the session of a thread whose stream has ended. */
export const sessionOf = (transcript: Transcript): "active" | "suspended" | "processing" =>
  !currentRun(transcript).running ? "active" : isWaiting(transcript) ? "suspended" : "processing";
