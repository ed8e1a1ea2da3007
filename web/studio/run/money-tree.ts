import type { RunEvent } from "../../../src/engine/events/events.ts";
import { participantOf } from "../../../src/engine/events/values.ts";
import { spend, type Spent, NOTHING_SPENT } from "../../../src/engine/limits/usage.ts";
import { copiedUpTo } from "../../../src/engine/limits/spending.ts";
import { modelOf, spenderOf, usageOf } from "../../../src/engine/reading/spender.ts";

/** What a part of a run has spent, with its own parts: the run, its turns, who worked inside a participant that is a team, and the calls. */
export interface Part extends Spent {
  /** Of no other part of the run. */
  readonly id: string;
  readonly name: string;
  /** What it was for, in a word or two. */
  readonly what: string;
  /** Of the last event behind it. */
  readonly seq: number;
  readonly model: string;
  readonly parts: readonly Part[];
}

interface Growing extends Part {
  usage: Spent["usage"];
  priced: boolean;
  seq: number;
  readonly parts: Growing[];
}

/** Where the money of a run went, read off its log. What a fork has copied was spent elsewhere. */
export function moneyTree(events: readonly RunEvent[]): Part {
  const copied = copiedUpTo(events);
  const run = growing("run", "The run", "", 0);
  const turns = new Map<string, Growing>();
  let count = 0;
  for (const event of events) {
    if (event.type === "speaker.selected" && event.within === undefined) {
      // It goes on where it is asked again without having done anything.
      count++;
      turns.set(event.agent, growing(`turn-${event.seq}`, event.agent, `turn ${count}`, event.seq));
    }
    const usage = usageOf(event);
    if (!usage || event.seq <= copied) continue;
    const path = [run, turnOf(event, turns)];
    for (const name of innerPath(event)) path.push(childOf(path.at(-1) ?? run, name));
    path.push(growing(`call-${event.seq}`, spenderOf(event), whatOf(event), event.seq, modelOf(event)));
    for (const [index, part] of path.entries()) {
      const { usage: sum, priced } = spend(part, usage);
      Object.assign(part, { usage: sum, priced, seq: Math.max(part.seq, event.seq) });
      const above = path[index - 1];
      if (above && !above.parts.includes(part)) above.parts.push(part);
    }
  }
  return run;
}

const growing = (id: string, name: string, what: string, seq: number, model = ""): Growing => ({
  ...NOTHING_SPENT,
  id,
  name,
  what,
  seq,
  model,
  parts: [],
});

/** Whose turn it was; what is asked when nobody has the floor, such as who agrees, has a part of its own. */
function turnOf(event: RunEvent, turns: Map<string, Growing>): Growing {
  const name = "agent" in event && event.agent !== undefined ? participantOf({ agent: event.agent, ...within(event) }) : spenderOf(event);
  const isAside = event.type === "stance.given" || event.type === "run.summarized" || event.type === "finish.decided";
  const key = isAside ? `${name} ${event.type}` : name;
  const known = turns.get(key) ?? growing(`aside-${event.seq}`, name, isAside ? whatOf(event) : "", event.seq);
  turns.set(key, known);
  return known;
}

const within = ({ within: path }: RunEvent) => (path === undefined ? {} : { within: path });

/** Inside a participant that is a team: its teams, and who of them it was. */
function innerPath(event: RunEvent): readonly string[] {
  if (event.within === undefined) return [];
  return [...event.within.split("/").slice(1), spenderOf(event)];
}

function childOf(part: Growing, name: string): Growing {
  return part.parts.find((one) => one.name === name && one.id.startsWith("in-")) ?? growing(`in-${part.id}-${name}`, name, "", part.seq);
}

function whatOf(event: RunEvent): string {
  switch (event.type) {
    case "speaker.selected":
      return "choice of the speaker";
    case "message.posted":
      return "words";
    case "tool.called":
      return `call of ${event.tool}`;
    case "tool.returned":
    case "tool.failed":
      return `inside ${event.tool}`;
    case "code.written":
      return "code";
    case "stance.given":
      return "agrees or not";
    case "run.summarized":
      return "summary for people";
    case "context.summarized":
      return "summary of what was before";
    case "finish.decided":
      return "decides whether it is done";
    case "turn.failed":
      return "failed";
    case "handoff.made":
      return "hand-over or question";
    default:
      return event.type;
  }
}

/** A part where it stands: from and to, of the width, and how deep. */
export interface Placed {
  readonly part: Part;
  /** The one above; nothing of the first. */
  readonly above: Part | undefined;
  readonly depth: number;
  readonly from: number;
  readonly to: number;
}

/** The width of each part is its share of the one above; in the order in which they began. What is narrower than `least` of the whole is left out, with what is in it. */
export function placed(root: Part, sizeOf: (part: Part) => number, least: number): readonly Placed[] {
  const all: Placed[] = [];
  const put = (part: Part, above: Part | undefined, depth: number, from: number, to: number): void => {
    all.push({ part, above, depth, from, to });
    const whole = sizeOf(part);
    let at = from;
    for (const one of part.parts) {
      const end = whole > 0 ? at + ((to - from) * sizeOf(one)) / whole : at;
      if (end - at >= least) put(one, part, depth + 1, at, end);
      at = end;
    }
  };
  put(root, undefined, 0, 0, 1);
  return all;
}
