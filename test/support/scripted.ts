import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import { isEvent } from "../../src/engine/events/events.ts";
import type { Model, ModelReply, ModelRequest } from "../../src/engine/model.ts";
import { converse } from "../../src/engine/loop.ts";
import type { Agent, Team } from "../../src/engine/team.ts";
import type { Transcript } from "../../src/engine/reading/transcript.ts";
import { turnOn } from "./turn.ts";

export type Scripted =
  | string
  | { readonly calls: readonly { readonly tool: string; readonly args?: unknown }[]; readonly text?: string }
  | { readonly fails: ModelReply & { kind: "failure" } }
  | "hang";

export interface ScriptedModel extends Model {
  readonly requests: ModelRequest[];
}

/** A model that says what the script says, in order; an unexpected call is an error. */
export function scripted(...replies: readonly Scripted[]): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name: "scripted",
    requests,
    async *call(request, { signal }) {
      const reply = replies[requests.length];
      requests.push(structuredClone(request));
      if (reply === undefined) throw new Error(`call ${requests.length} of ${request.agent} was not expected`);
      if (reply === "hang") {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        return { kind: "failure", error: { kind: "aborted", message: "aborted" } };
      }
      const usage = { inputTokens: 10, outputTokens: 5 };
      if (typeof reply === "string") {
        yield { type: "text", text: reply };
        return { kind: "answer", text: reply, toolCalls: [], usage };
      }
      if ("fails" in reply) return reply.fails;
      const toolCalls = reply.calls.map((call, index) => ({
        call: `c${requests.length}-${index}`,
        tool: call.tool,
        args: typeof call.args === "string" ? call.args : JSON.stringify(call.args ?? {}),
      }));
      return { kind: "answer", text: reply.text ?? "", toolCalls, usage };
    },
  };
}

/** An agent that says these words, a turn each, then "…". */
export function says(name: string, ...turns: readonly string[]): Agent {
  return {
    name,
    description: `Says ${turns.length} things.`,
    async *turn({ transcript }) {
      const spoken = transcript.events.filter(
        (event) => event.type === "message.posted" && "agent" in event && event.agent === name,
      ).length;
      yield { type: "message.posted", agent: name, text: turns[spoken] ?? "…" };
    },
  };
}

export const MARIA = { id: "U0MARIA", name: "Maria" };

/** A log in memory that records as the runner does. `stepMs` passes between two events. */
export function openLog(stepMs = 1_000) {
  const events: RunEvent[] = [];
  const transcript: Transcript = { events };
  const record = (...bodies: readonly EventBody[]) => {
    for (const body of bodies)
      events.push({ ...body, seq: events.length + 1, at: new Date(Date.UTC(2026, 0, 1) + events.length * stepMs).toISOString() });
  };
  return {
    events,
    transcript,
    record,
    start(task: string, team = "team") {
      record(
        { type: "run.started", run: `r${events.length + 1}`, team, startedBy: MARIA },
        { type: "message.posted", person: MARIA, text: task, id: `m${events.length}` },
      );
    },
    reply(text: string) {
      record({ type: "message.posted", person: MARIA, text, id: `m${events.length}` });
    },
    /** Converses until it stops or waits; `until` breaks off after an event, as a crash would. */
    async run(
      team: Team,
      options: { readonly signal?: AbortSignal; readonly until?: (event: RunEvent) => boolean; readonly thread?: string } = {},
    ) {
      for await (const item of converse(team, {
        ...turnOn(transcript, options.signal),
        thread: { id: options.thread ?? "t", logs: [transcript] },
      })) {
        if (!isEvent(item)) continue;
        record(item);
        const last = events.at(-1);
        if (last && options.until?.(last)) break;
      }
    },
    /** "Speaker: words" of everything said. */
    said: () =>
      events.flatMap((event) => {
        if (event.type === "message.posted") return [`${"agent" in event ? event.agent : event.person.name}: ${event.text}`];
        return event.type === "handoff.made" ? [`${event.agent} → ${event.to}: ${event.text}`] : [];
      }),
    stopped: () => events.findLast((event) => event.type === "run.stopped"),
  };
}

export const never = () => [];

export function team(parts: Partial<Team> & Pick<Team, "agents" | "nextSpeakers">): Team {
  return { name: "team", stopWhen: never, limits: never, ...parts };
}
