import { approvalOf, callShown, denial, isToolAllowed } from "../approvals.ts";
import type { EventBody, Failure, Notices } from "../events/events.ts";
import type { Agent } from "../team.ts";
import type { Turn } from "../turn.ts";
import { cutMiddle } from "../reading/context.ts";
import { privateIn } from "../reading/touched.ts";
import { beginOfTurn, currentRun, messagesOfRun, speakerOf, type Transcript } from "../reading/transcript.ts";
import { createNews } from "./news.ts";

/** What is put to an agent that is elsewhere: all that it is to know, as it keeps nothing of the turns before. */
export interface ForeignWords {
  readonly text: string;
  /** The same for the same turn, also after a crash, and no other's. */
  readonly id: string;
  /** Tells who watches how far it has come, behind the agent's name: `is looking for …`. */
  readonly tell: (doing: string) => void;
}

export type ForeignAnswer =
  { readonly kind: "answered"; readonly text: string; readonly notices?: Notices } | { readonly kind: "failed"; readonly error: Failure };

/** Puts it to the agent, wherever it is. Contract: it does not throw for an agent that fails or is not there; heeds the turn's signal. */
export type AskForeign = (asked: ForeignWords, turn: Turn) => Promise<ForeignAnswer>;

const WORDS_CHARS_MAX = 60_000; // About 15,000 tokens: more than a run says before it is summed up.

/**
 * A participant that somebody else runs. With the floor it is sent what was said in the run, and what it gives back is its message. Where a thread has read
 * what is not for everybody, a person is asked first, and shown all that it would be sent. What it costs there is not known here: of a run's limits,
 * turns and minutes hold it.
 */
export function foreign({
  name,
  description,
  ask,
}: {
  readonly name: string;
  readonly description: string;
  readonly ask: AskForeign;
}): Agent {
  return {
    name,
    description,
    async *turn(turn) {
      const { transcript, signal, thread } = turn;
      const words = allowed(name, turn);
      if (words.kind === "ask") {
        yield words.event;
        return;
      }
      if (words.kind === "waits") return;
      if (words.kind === "denied") {
        yield { type: "turn.ended", agent: name, reason: "", notices: [`${name} was not asked. ${words.why}`] };
        return;
      }
      const news = createNews();
      const id = [thread.id, currentRun(transcript).run ?? "", name, beginOfTurn(transcript, name)].join("/");
      const answering = ask({ text: words.text, id, tell: news.tell }, turn);
      for (let doing = await news.until(answering); doing !== undefined; doing = await news.until(answering)) {
        if (signal.aborted) return;
        yield { type: "activity", agent: name, doing };
      }
      const answer = await answering;
      if (signal.aborted) return;
      if (answer.kind === "failed") yield { type: "turn.failed", agent: name, error: answer.error };
      else if (answer.text.trim() === "") yield { type: "turn.ended", agent: name, reason: "", notices: [`${name} had nothing to say.`] };
      else
        yield {
          type: "message.posted",
          agent: name,
          text: answer.text,
          ...(answer.notices ? { notices: answer.notices } : {}),
          touched: ["untrusted"],
        };
    },
  };
}

/** As what a yes is for; no tool is called so. */
const turnOf = (name: string): string => `agent/${name}`;

/** Whether a yes for this is one to what such an agent would be sent, also inside of a call: words, where tools have arguments. */
export const isForWords = (tool: string): boolean => tool.startsWith(turnOf(""));

type Words =
  | { readonly kind: "send"; readonly text: string }
  | { readonly kind: "ask"; readonly event: EventBody }
  | { readonly kind: "waits" }
  | { readonly kind: "denied"; readonly why: string };

/** What it is sent, where nothing private was read, or people have allowed it; what they have made of it. */
function allowed(name: string, { transcript, thread }: Turn): Words {
  const text = heardBy(name, transcript);
  const to = turnOf(name);
  const call = `floor-${beginOfTurn(transcript, name)}-${name}`;
  const given = approvalOf(transcript, call);
  const held = privateIn([...new Set([...thread.logs, transcript])]);
  switch (given.kind) {
    case "asked":
      return { kind: "waits" };
    case "expired":
      return { kind: "denied", why: denial(given) };
    case "given":
      if (!given.approved) return { kind: "denied", why: denial(given) };
      return { kind: "send", text: given.edited ?? askedFor(call, to, transcript) ?? text };
    case "unasked": {
      if (held.length === 0 || isToolAllowed(transcript, to, { isLeak: true })) return { kind: "send", text };
      const because = { private: held, untrusted: [name] };
      return { kind: "ask", event: { type: "approval.requested", agent: name, call, what: callShown(to, text), tool: to, because } };
    }
  }
}

/** What a person has seen: it is that which is sent, whatever was said meanwhile. */
function askedFor(call: string, to: string, { events }: Transcript): string | undefined {
  const request = events.findLast((event) => event.type === "approval.requested" && event.call === call);
  return request?.type === "approval.requested" ? request.what.slice(to.length).trimStart() : undefined;
}

/** The task alone where nothing else was said; else who said what, the task first. */
function heardBy(name: string, transcript: Transcript): string {
  const said = messagesOfRun(transcript).map((message) => ({ from: speakerOf(message), text: message.text, isOwn: "agent" in message && message.agent === name })); // prettier-ignore
  const [task] = said;
  if (task && said.length === 1) return cutMiddle(task.text, WORDS_CHARS_MAX);
  const lines = said.map(({ from, text, isOwn }) => `[${isOwn ? "you" : from}]\n${text}`);
  const words = `You are ${name}, one of a team that works on a task by talking. What was said so far, the task first:\n\n${lines.join("\n\n")}`;
  return `${cutMiddle(words, WORDS_CHARS_MAX)}\n\nNow write ${name}'s next message, and nothing else.`;
}
