import type { Piece, Source } from "./attribution.ts";
import { shownName } from "./attribution.ts";
import {
  CALLER,
  HUMAN,
  saidWith,
  type AgentMessage,
  type FileRef,
  type Person,
  type PersonMessage,
  type RunEvent,
} from "../events/events.ts";
import type { ModelMessage } from "../model.ts";
import { SELECTOR } from "./spender.ts";
import { amendedText, isMessage, type Amendment } from "./transcript.ts";
import { replaceAt, type Context } from "./context.ts";

export type UserMessage = Extract<ModelMessage, { role: "user" }>;

/** The persons that a reader has heard, by id, each with its number in the order in which they came. */
export type People = Map<string, number>;

/** What an agent reads of an event that is not its own, with its source; nothing for what only watchers see. */
export function heard(agent: string, event: RunEvent, people: People): UserMessage | undefined {
  if (event.quiet) return undefined;
  switch (event.type) {
    case "message.posted":
      return "person" in event ? saidByPerson(event.person, event, people) : saidByAgent(event);
    case "handoff.made":
      if (event.turn) return undefined;
      return {
        role: "user",
        from: event.to === HUMAN ? { kind: "agent asks a person", name: event.agent } : agentSource(event.agent),
        text: saidWith(event),
      };
    case "speaker.selected":
      return event.agent === agent && event.instruction
        ? { role: "user", from: { kind: "team lead, for you", name: event.leader ?? SELECTOR }, text: event.instruction }
        : undefined;
    case "question.expired":
      return { role: "user", text: "(Nobody has answered the question in time. Go on with what is known, and say what you assume.)" };
    default:
      return undefined;
  }
}

function saidByPerson(person: Person, said: Pick<PersonMessage, "text" | "files" | "beside">, people: People): UserMessage {
  const { files = [], beside = [] } = said;
  const images = files.filter(isImage);
  const below = [...beside.map(asPiece), ...posted(files)];
  return {
    role: "user",
    from: personSource(person, people),
    text: said.text,
    ...(below.length > 0 ? { beside: below } : {}),
    ...(images.length > 0 ? { images } : {}),
  };
}

/** The caller of a tool is no person: whoever works behind one is given a task. */
function personSource({ id, name }: Person, people: People): Source {
  if (id === CALLER.id) return { kind: "task" };
  const nth = people.get(id) ?? people.size + 1;
  people.set(id, nth);
  return { kind: "person", nth, name };
}

/** Words of others that a person brought along have their own source; what the app says of them has none. */
const asPiece = ({ source, text }: NonNullable<PersonMessage["beside"]>[number]): Piece =>
  source === undefined ? { text } : { from: { kind: "quotation", name: source }, text };

const isImage = (file: FileRef): boolean => file.mediaType.startsWith("image/");

/** Files are named in the words, so that everybody knows of them, also who cannot open them. */
const posted = (files: readonly FileRef[]): readonly Piece[] =>
  files.length === 0
    ? []
    : [
        {
          text: `(Posted with it: ${files.map(({ name, mediaType, bytes }) => `${shownName(name)}, ${mediaType}, ${bytes} bytes`).join("; ")}.)`,
        },
      ];

/** What code printed, and what tools returned, are told from what an agent says. */
function saidByAgent({ agent, text, kind, printed }: AgentMessage): UserMessage {
  if (kind === "summary") return { role: "user", from: { kind: "tool results", name: agent }, text };
  if (!printed) return { role: "user", from: agentSource(agent), text };
  const output: Piece = { from: { kind: "code output", name: agent }, text: text.slice(printed.from, printed.to) };
  const [before, behind] = [text.slice(0, printed.from), text.slice(printed.to)].map((words) => words.trim());
  const [first = output, ...beside] = [
    ...(before ? [{ from: agentSource(agent), text: before }] : []),
    output,
    ...(behind ? [{ from: agentSource(agent), text: behind }] : []),
  ];
  return { role: "user", ...first, ...(beside.length > 0 ? { beside } : {}) };
}

const agentSource = (name: string): Source => ({ kind: "agent", name });

/** Whether an agent has the floor, what others have said beside it, and what the tools of their last replies returned. */
export interface Ear {
  speaking: boolean;
  readonly overheard: ModelMessage[];
  readonly results: Results;
}

export const openEar = (): Ear => ({ speaking: false, overheard: [], results: new Map() });

/**
 * What the agent hears with this event, to be read behind its own words. People it hears at once; those whose turns run beside its own when
 * its turn has ended: so a turn reads the same whoever is faster, and is the same turn after a crash.
 */
export function hear(ear: Ear, agent: string, event: RunEvent, people: People): readonly ModelMessage[] {
  if (event.type === "run.stopped" || isEndOfTurn(agent, event)) {
    ear.speaking = false;
    return ear.overheard.splice(0);
  }
  if (event.type === "speaker.selected" && event.agent === agent) ear.speaking = true;
  else if ("agent" in event && event.agent === agent) return [];
  noteResult(ear.results, event);
  const plain = heard(agent, event, people);
  if (plain === undefined) return [];
  const message = withResults(ear, event, plain);
  if (!ear.speaking || !isMessage(event) || "person" in event) return [message];
  ear.overheard.push(message);
  return [];
}

/** What the tools of each agent's last reply returned, as they are recorded. */
export type Results = Map<string, ToolEnded[]>;
type ToolEnded = Extract<RunEvent, { readonly type: "tool.returned" | "tool.failed" }>;

export function noteResult(results: Results, event: RunEvent): void {
  if (event.quiet) return;
  // The first call of a reply tells what the reply cost; of calls outside a team, nobody inside has paid for one.
  if (event.type === "tool.called" && event.usage !== undefined) results.set(event.agent, []);
  if (event.type !== "tool.returned" && event.type !== "tool.failed") return;
  if (event.outside && !results.has(event.agent)) results.set(event.agent, []);
  results.get(event.agent)?.push(event);
}

/** What travels with this hand-over to an agent; nothing with other events. */
export const resultsBeside = (results: Results, event: RunEvent): readonly ToolEnded[] =>
  event.type !== "handoff.made" || event.to === HUMAN || event.call === undefined
    ? []
    : (results.get(event.agent) ?? []).filter(({ call }) => call !== event.call);

/** What was called in the same reply travels with a hand-over: whoever takes over is to know what it was made on. */
function withResults({ results }: Ear, event: RunEvent, message: UserMessage): UserMessage {
  const found = resultsBeside(results, event);
  if (event.type !== "handoff.made" || found.length === 0) return message;
  if (event.outside) results.delete(event.agent);
  const text = found.map((one) => `${one.tool}: ${one.type === "tool.returned" ? one.output : `Error: ${one.error.message}`}`).join("\n");
  return { ...message, beside: [...(message.beside ?? []), { from: { kind: "tool results", name: event.agent }, text }] };
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
export function amended(event: Amendment, people: People): ModelMessage {
  const beside =
    event.type === "message.edited"
      ? { ...(event.files ? { files: event.files } : {}), ...(event.beside ? { beside: event.beside } : {}) }
      : {};
  return saidByPerson(event.person, { text: amendedText(event), ...beside }, people);
}

/** Puts what a message says now into its place in what a model is told; nothing for other events. */
export function amendHeard(context: Context, event: RunEvent): void {
  if (event.type === "message.edited" || event.type === "message.deleted") replaceAt(context, event.of, amended(event, context.people));
}
