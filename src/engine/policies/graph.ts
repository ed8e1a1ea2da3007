import { read, type Fold } from "../reading/fold.ts";
import { speakerOf, type Transcript } from "../reading/transcript.ts";
import type { RunEvent } from "../events/events.ts";
import type { SpeakerPolicy } from "../team.ts";

/** An edge of the graph: when `from` has spoken, and its words contain `ifContains` where that is given, `to` has heard from it. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly ifContains?: string;
  /** Edges into a node with the same group are counted together; the node's own name when absent. */
  readonly group?: string;
  /** `all`: the node is ready when each edge of the group has been taken. `any`: at the first one. */
  readonly join?: "all" | "any";
}

/**
 * A graph of agents. Nodes without incoming edges begin (or `entry`); what is ready speaks side by side; nobody ready ends the run, and the
 * next task begins at the start again. A run that was stopped with nodes pending goes on with them.
 */
export function graph(edges: readonly Edge[], nodes: readonly string[], entry?: string): SpeakerPolicy {
  const starts = entry ? [entry] : nodes.filter((node) => !edges.some((edge) => edge.to === node && edge.from !== node));
  const progress = progressOf(edges, starts);
  return (transcript: Transcript, agents) => agents.filter((agent) => read(transcript, progress).ready.includes(agent.name));
}

interface Progress {
  /** May speak now. */
  readonly ready: readonly string[];
  /** Are speaking. */
  readonly open: readonly string[];
  /** Edges taken and not yet used up, by their index. */
  readonly taken: ReadonlySet<number>;
}

function progressOf(edges: readonly Edge[], starts: readonly string[]): Fold<Progress> {
  const groupOf = (edge: Edge) => `${edge.to}\u0000${edge.group ?? edge.to}`;

  function spoke(state: Progress, node: string, words: string): Progress {
    let { ready } = state;
    const taken = new Set(state.taken);
    for (const [index, edge] of edges.entries()) {
      if (edge.from !== node || (edge.ifContains !== undefined && !words.includes(edge.ifContains))) continue;
      taken.add(index);
      const group = edges.flatMap((other, at) => (groupOf(other) === groupOf(edge) ? [at] : []));
      if (edge.join !== "any" && !group.every((at) => taken.has(at))) continue;
      for (const at of group) taken.delete(at);
      // A node that waits for its turn is ready once, however many edges lead to it.
      if (!ready.includes(edge.to)) ready = [...ready, edge.to];
    }
    return { ready, open: state.open.filter((name) => name !== node), taken };
  }

  return {
    initial: () => ({ ready: [], open: [], taken: new Set() }),
    step(state, event: RunEvent) {
      if (event.within !== undefined) return state;
      switch (event.type) {
        case "run.started":
          return state.ready.length > 0 && !event.anew ? state : { ready: starts, open: [], taken: new Set<number>() };
        case "speaker.selected":
          // One that a person asks for out of its order speaks beside the graph, and leads nowhere in it.
          if (event.by === "person" && !state.ready.includes(event.agent)) return state;
          return { ...state, ready: state.ready.filter((name) => name !== event.agent), open: [...state.open, event.agent] };
        case "message.posted":
        case "handoff.made": {
          const node = speakerOf(event);
          return state.open.includes(node) && "agent" in event && !(event.type === "handoff.made" && event.to === "human")
            ? spoke(state, node, event.text)
            : state;
        }
        case "turn.ended":
          return state.open.includes(event.agent) ? spoke(state, event.agent, event.reason) : state;
        case "turn.skipped":
          return state.open.includes(event.agent) ? spoke(state, event.agent, "") : state;
        case "run.stopped":
          // A turn that was broken off is still to be had.
          return { ...state, ready: [...new Set([...state.open, ...state.ready])], open: [] };
        default:
          return state;
      }
    },
  };
}
