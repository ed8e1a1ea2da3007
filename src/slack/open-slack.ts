import type { RunEvent } from "../engine/events/events.ts";
import type { Transcript } from "../engine/reading/transcript.ts";
import { plan, type Planned } from "./render/render.ts";
import { placeOf } from "./words/place.ts";

/** What only a Parley in Slack needs. Loaded by name when there is one: who works in a terminal does not wait for Bolt. */
export { createInstalledSlack } from "./install/many-workspaces.ts";
export { createSlack } from "./slack.ts";

/** Which messages an event makes; none in a thread that is not in Slack, such as one of the studio. */
export const posts = (event: RunEvent, before: Transcript, thread: string): readonly Planned[] =>
  placeOf(thread) ? plan(event, before) : [];
