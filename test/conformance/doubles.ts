import { setTimeout } from "node:timers/promises";
import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import type { Agent } from "../../src/engine/team.ts";
import { isMessage, type Message, type Transcript } from "../../src/engine/reading/transcript.ts";
import type { AgentSetup } from "./format.ts";
import { target } from "./conditions.ts";
import { kindOf, words } from "./translate.ts";

/** What each double found in its inbox, a list per turn. */
export type Received = Map<string, string[][]>;

/** Test doubles of the scenario format: agents without a model. All they know of their past is in the log. */
export function double(setup: AgentSetup, received: Received, agents: ReadonlySet<string>): Agent | undefined {
  const { name } = setup;
  const to = (given = "") => target(given, agents);
  const speak = (say: (inbox: readonly Message[], spoken: number, transcript: Transcript) => EventBody): Agent => ({
    name,
    description: setup.description ?? `The double ${name}.`,
    async *turn({ transcript }) {
      const inbox = inboxOf(transcript, name);
      if (setup.delay !== undefined) await setTimeout(setup.delay * 1_000);
      received.set(name, [...(received.get(name) ?? []), inbox.map((message) => message.text)]);
      yield say(inbox, ownTurns(transcript, name), transcript);
    },
  });
  const text = (words: string): EventBody => ({ type: "message.posted", agent: name, text: words });
  const echo = (inbox: readonly Message[], transcript: Transcript) => inbox[0]?.text ?? ownWords(transcript, name).at(-1)?.text ?? "";
  switch (setup.type) {
    case "echo":
      return speak((inbox, _spoken, transcript) => text(echo(inbox, transcript)));
    case "stop":
      return speak((inbox, spoken, transcript) =>
        spoken + 1 >= (setup.stop_at ?? 1)
          ? { type: "message.posted", agent: name, text: "TERMINATE", kind: "stop" }
          : text(echo(inbox, transcript)),
      );
    case "handoff":
      return speak(() => ({ type: "handoff.made", agent: name, to: to(setup.to), text: `Transferred to ${setup.to}.` }));
    case "script":
      return speak((_inbox, spoken) => {
        const turn = setup.turns?.[spoken];
        if (turn === undefined) throw new Error(`${name} has no turn ${spoken + 1} in its script`);
        if (typeof turn === "string") return text(turn);
        if ("error" in turn) return { type: "turn.failed", agent: name, error: { kind: "script", message: String(turn.error) } };
        const usage = turn.usage ? { usage: { inputTokens: turn.usage[0], outputTokens: turn.usage[1] } } : {};
        if (turn.type === "handoff") return { type: "handoff.made", agent: name, to: to(turn.target), text: words(turn.content), ...usage };
        return {
          type: "message.posted",
          agent: name,
          text: words(turn.content),
          ...kindOf(turn),
          ...usage,
        };
      });
    case "flaky":
      return speak(() => ({ type: "turn.failed", agent: name, error: { kind: "flaky", message: setup.error ?? "failed" } }));
    default:
      return undefined;
  }
}

const isOwn = (message: Message, name: string): boolean => "agent" in message && message.agent === name;
/** How many turns it has had, those that failed included; in a team of one voice, since that began anew. */
function ownTurns({ events }: Transcript, name: string): number {
  const from = events.findLastIndex((event) => event.type === "run.started" && event.anew === true);
  const since = { events: events.slice(Math.max(0, from)) };
  return ownWords(since, name).length + since.events.filter((event) => event.type === "turn.failed" && event.agent === name).length;
}
const ownWords = (transcript: Transcript, name: string): readonly Message[] =>
  transcript.events.filter(isMessage).filter((message) => isOwn(message, name));

/** What others said since its last turn that did not fail had begun, and before this one did. */
function inboxOf(transcript: Transcript, name: string): readonly Message[] {
  const { events } = transcript;
  const begins = (event: RunEvent) => event.type === "speaker.selected" && event.agent === name && event.within === undefined;
  const now = events.findLastIndex(begins);
  const said = events.findLastIndex((event, index) => index < now && isMessage(event) && isOwn(event, name));
  const before = events.findLastIndex((event, index) => index <= said && begins(event));
  return events.slice(before + 1, now < 0 ? events.length : now).filter(isMessage).filter((message) => !isOwn(message, name)); // prettier-ignore
}
