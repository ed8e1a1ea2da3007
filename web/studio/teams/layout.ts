import { graphlib, layout } from "@dagrejs/dagre";
import type { TeamGraph } from "./team-graph.ts";

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const NODE = { agent: { width: 210, height: 62 }, leader: { width: 210, height: 62 }, small: { width: 130, height: 34 } } as const;
const HEAD_PX = 44;
const INSET_PX = 14;

/** Where each node stands; of one inside an open team, from that team's corner. By layers, so that who comes next stands below. */
export function placedIn({ nodes, edges }: TeamGraph): ReadonlyMap<string, Placed> {
  const graph = new graphlib.Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 56, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  // One whose team is not read yet is as large as before.
  const open = new Set(nodes.flatMap(({ within }) => (within === undefined ? [] : [within])));
  for (const { id, kind } of nodes) {
    const { width, height } = kind === "agent" ? NODE.agent : kind === "leader" ? NODE.leader : NODE.small;
    graph.setNode(id, open.has(id) ? {} : { width, height });
  }
  for (const { id, within } of nodes) if (within !== undefined) graph.setParent(id, within);
  // An edge of a whole team is drawn at its frame; layers are made of single nodes alone.
  const standIn = (id: string): string | undefined =>
    open.has(id) ? nodes.map(({ id: own, within }) => (within === id ? standIn(own) : undefined)).find((own) => own !== undefined) : id;
  for (const edge of edges) {
    const [from, to] = [standIn(edge.from), standIn(edge.to)];
    if (from !== undefined && to !== undefined && from !== to) graph.setEdge(from, to, { minlen: 1, weight: WEIGHTS[edge.kind] }, edge.id);
  }
  layout(graph);
  const boxes = new Map<string, Placed>();
  for (const { id } of nodes) {
    const { x, y, width, height } = graph.node(id) as Placed;
    const isOpen = open.has(id);
    const [w, h] = isOpen ? [width + 2 * INSET_PX, height + HEAD_PX + INSET_PX] : [width, height];
    boxes.set(id, { x: x - w / 2, y: y - h / 2 - (isOpen ? (HEAD_PX - INSET_PX) / 2 : 0), width: w, height: h });
  }
  return new Map(
    nodes.map(({ id, within }) => {
      const box = boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
      const outer = within === undefined ? undefined : boxes.get(within);
      return [id, outer ? { ...box, x: box.x - outer.x, y: box.y - outer.y } : box];
    }),
  );
}

const WEIGHTS = { next: 4, handoff: 2, choice: 3, rule: 1, uses: 1, thinks: 1, runs: 2 } as const;
