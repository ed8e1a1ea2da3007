import { HUMAN, type FileRef, type RunEvent } from "../events.ts";
import type { ModelMessage } from "../model.ts";
import { amendedText, isMessage, speakerOf, type Amendment } from "../transcript.ts";
import { replaceAt, type Context } from "./context.ts";

/** What an agent reads of an event that is not its own, with the speaker's name in front; nothing for what only watchers see. */
export function heard(agent: string, event: RunEvent): string | undefined {
  if (event.quiet) return undefined;
  switch (event.type) {
    case "message.posted":
      return `${speakerOf(event)}: ${event.text}${"person" in event ? posted(event.files) : ""}`;
    case "handoff.made":
      if (event.to === HUMAN) return `${event.agent} asks a person: ${event.text}`;
      return `${event.agent}: ${event.beside === undefined ? "" : `${event.beside}\n`}${event.text}`;
    case "speaker.selected":
      return event.agent === agent && event.instruction ? `For ${agent}, from the team lead: ${event.instruction}` : undefined;
    case "question.expired":
      return "(Nobody has answered the question in time. Go on with what is known, and say what you assume.)";
    default:
      return undefined;
  }
}

/** Files are named in the words, so that everybody knows of them, also who cannot open them. */
const posted = (files: readonly FileRef[] = []): string =>
  files.length === 0
    ? ""
    : `\n(Posted with it: ${files.map(({ name, mediaType, bytes }) => `${name}, ${mediaType}, ${bytes} bytes`).join("; ")}.)`;

/** {@link heard}, with the images that were posted. */
export function heardMessage(agent: string, event: RunEvent): ModelMessage | undefined {
  const text = heard(agent, event);
  if (text === undefined) return undefined;
  return userMessage(text, event.type === "message.posted" && "person" in event ? event.files : undefined);
}

function userMessage(text: string, files: readonly FileRef[] = []): ModelMessage {
  const images = files.filter(isImage);
  return { role: "user", text, ...(images.length > 0 ? { images } : {}) };
}

const isImage = (file: FileRef): boolean => file.mediaType.startsWith("image/");

/** Whether an agent has the floor, and what others have said beside it. */
export interface Ear {
  speaking: boolean;
  readonly overheard: ModelMessage[];
}

export const openEar = (): Ear => ({ speaking: false, overheard: [] });

/**
 * What the agent hears with this event, to be read behind its own words. People it hears at once; those whose turns run beside its own when
 * its turn has ended: so a turn reads the same whoever is faster, and is the same turn after a crash.
 */
export function hear(ear: Ear, agent: string, event: RunEvent): readonly ModelMessage[] {
  if (event.type === "run.stopped" || isEndOfTurn(agent, event)) {
    ear.speaking = false;
    return ear.overheard.splice(0);
  }
  if (event.type === "speaker.selected" && event.agent === agent) ear.speaking = true;
  else if ("agent" in event && event.agent === agent) return [];
  const message = heardMessage(agent, event);
  if (message === undefined) return [];
  if (!ear.speaking || !isMessage(event) || "person" in event) return [message];
  ear.overheard.push(message);
  return [];
}

/** A question to a person is none: with the answer, the agent goes on. */
export function isEndOfTurn(agent: string, event: RunEvent): boolean {
  if (!("agent" in event) || event.agent !== agent) return false;
  switch (event.type) {
    case "message.posted":
    case "turn.ended":
    case "turn.failed":
    case "turn.skipped":
      return true;
    case "handoff.made":
      return event.to !== HUMAN;
    default:
      return false;
  }
}

/** An edit leaves what was posted with the words; what was taken back is gone with them. */
export function amended(event: Amendment): ModelMessage {
  const files = event.type === "message.edited" ? event.files : undefined;
  return userMessage(`${event.person.name}: ${amendedText(event)}${posted(files)}`, files);
}

/** Puts what a message says now into its place in what a model is told; nothing for other events. */
export function amendHeard(context: Context, event: RunEvent): void {
  if (event.type === "message.edited" || event.type === "message.deleted") replaceAt(context, event.of, amended(event));
}
