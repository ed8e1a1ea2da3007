import {
  Background,
  Controls,
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  type Connection,
  type Edge,
  type EdgeChange,
  type Node,
  type NodeChange,
  type NodeProps,
} from "@xyflow/react";
import { useMemo, type CSSProperties } from "react";
import { hue } from "../../parts/hues.ts";
import { clean } from "../../text/clean.ts";
import { Face } from "../run/face.tsx";
import { BackEdge } from "./back-edge.tsx";
import { placedIn, type Placed } from "./layout.ts";
import type { EdgeKind, GraphEdge, GraphNode, TeamGraph } from "./team-graph.ts";
import "@xyflow/react/dist/base.css";

interface Props {
  readonly graph: TeamGraph;
  /** Of the node or the edge that is chosen. */
  readonly chosen: string | undefined;
  /** Where something is wrong, by path, such as `agents[0]`. */
  readonly wrong: ReadonlyMap<string, string>;
  readonly dark: boolean;
  readonly choose: (id: string | undefined) => void;
  /** Opens or shuts the team in a node's place. */
  readonly toggle: (id: string) => void;
  /** Absent where nothing can be changed. */
  readonly connect?: (from: GraphNode, to: GraphNode) => void;
  readonly remove?: (what: { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }) => void;
}

type TeamNode = Node<{ readonly node: GraphNode; readonly wrong: string | undefined; readonly toggle: (id: string) => void }, "team">;
const TYPES = { team: TeamNodeView };
const LINES = { back: BackEdge };
/** Between the drawing and a line that goes by its side. */
const SIDE_PX = 26;

/** The team drawn: laid out by itself; drawn from one to another it is changed. */
export function GraphView({ graph, chosen, wrong, dark, choose, toggle, connect, remove }: Props) {
  const byId = useMemo(() => new Map(graph.nodes.map((node) => [node.id, node])), [graph]);
  const edgeById = useMemo(() => new Map(graph.edges.map((edge) => [edge.id, edge])), [graph]);
  const places = useMemo(() => placedIn(graph), [graph]);
  const nodes = useMemo(
    () =>
      graph.nodes.map((node): TeamNode => {
        const place = places.get(node.id) ?? { x: 0, y: 0, width: 0, height: 0 };
        return {
          id: node.id,
          type: "team",
          position: { x: place.x, y: place.y },
          width: place.width,
          height: place.height,
          data: { node, wrong: wrongAt(node, wrong), toggle },
          selected: node.id === chosen,
          draggable: false,
          deletable: node.path !== undefined && node.kind === "agent",
          connectable: node.within === undefined,
          ariaLabel: `${clean(node.title)}, ${node.kind}${node.note === "" ? "" : `, ${clean(node.note)}`}`,
          ...(node.within === undefined ? {} : { parentId: node.within, extent: "parent" as const }),
        };
      }),
    [graph, places, chosen, wrong, toggle],
  );
  const edges = useMemo(
    () =>
      graph.edges.map((edge): Edge => {
        const [from, to] = [byId.get(edge.from)?.title ?? "", byId.get(edge.to)?.title ?? ""];
        const isStraight = edge.kind === "next" || edge.kind === "handoff" || edge.kind === "rule";
        const isInside = byId.get(edge.from)?.within !== undefined || byId.get(edge.to)?.within !== undefined;
        const isBack = isStraight && !isInside && (places.get(edge.to)?.y ?? 0) < (places.get(edge.from)?.y ?? 0);
        return {
          id: edge.id,
          source: edge.from,
          target: edge.to,
          type: isBack ? "back" : isStraight ? "smoothstep" : "default",
          ...(isBack ? { data: { side: sideOf(places) } } : {}),
          className: `edge edge-${edge.kind}${edge.path !== undefined && wrong.has(edge.path) ? " edge-wrong" : ""}`,
          label: clean(edge.label),
          selected: edge.id === chosen,
          deletable:
            edge.path !== undefined || ((edge.kind === "uses" || edge.kind === "thinks") && byId.get(edge.from)?.path !== undefined),
          focusable: true,
          ariaLabel: `${clean(from)} ${WORDS[edge.kind]} ${clean(to)}${edge.label === "" ? "" : `, ${clean(edge.label)}`}`,
          ...(edge.kind === "thinks" || edge.kind === "uses" ? {} : { markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 } }),
        };
      }),
    [graph, byId, places, chosen, wrong],
  );
  const connected = ({ source, target }: Connection): void => {
    const [from, to] = [byId.get(source), byId.get(target)];
    if (from && to && connect) connect(from, to);
  };
  // By keyboard as well.
  const chooseBy = (changes: readonly (NodeChange<TeamNode> | EdgeChange)[]): void => {
    const found = changes.find((change) => change.type === "select" && change.selected);
    if (found?.type === "select") choose(found.id);
  };
  return (
    <div className="graph">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        edgeTypes={LINES}
        colorMode={dark ? "dark" : "light"}
        fitView
        fitViewOptions={{ maxZoom: 1.1, padding: 0.13 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={connect !== undefined}
        elementsSelectable
        deleteKeyCode={remove ? ["Delete", "Backspace"] : null}
        onNodeClick={(_event, { id }) => choose(id)}
        onEdgeClick={(_event, { id }) => choose(id)}
        onPaneClick={() => choose(undefined)}
        onNodesChange={chooseBy}
        onEdgesChange={chooseBy}
        onConnect={connected}
        onBeforeDelete={async ({ nodes: some, edges: others }) => {
          remove?.({
            nodes: some.flatMap(({ id }) => byId.get(id) ?? []),
            // With a node goes what hangs on it.
            edges: some.length > 0 ? [] : others.flatMap(({ id }) => edgeById.get(id) ?? []),
          });
          return false;
        }}
        aria-label="The team as a graph"
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

const sideOf = (places: ReadonlyMap<string, Placed>): number => Math.min(...[...places.values()].map(({ x }) => x)) - SIDE_PX;

const WORDS: { readonly [kind in EdgeKind]: string } = {
  next: "is followed by",
  handoff: "hands over to",
  choice: "chooses",
  rule: "is followed by rule by",
  uses: "uses",
  thinks: "thinks with",
  runs: "is run by",
};

function wrongAt({ path, kind }: GraphNode, wrong: ReadonlyMap<string, string>): string | undefined {
  if (path === undefined || (kind !== "agent" && kind !== "leader")) return undefined;
  for (const [at, message] of wrong) if (at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`)) return message;
  return undefined;
}

function TeamNodeView({ data: { node, wrong, toggle } }: NodeProps<TeamNode>) {
  const { id, kind, title, icon, note, team, isOpen } = node;
  const isBig = kind === "agent" || kind === "leader";
  return (
    <div
      className={`node node-${kind} ${isOpen ? "node-open" : ""} ${wrong ? "node-wrong" : ""}`}
      style={{ "--hue": hue(title) } as CSSProperties}
    >
      <Handle type="target" position={Position.Top} />
      <div className="node-head">
        {isBig && <Face name={title || "?"} icon={icon} />}
        <span className="node-words">
          <bdi className="node-title">{title}</bdi>
          {isBig && <span className="node-note">{note}</span>}
        </span>
        {team !== undefined && (
          <button
            type="button"
            className="node-toggle nodrag"
            aria-expanded={isOpen}
            onClick={(event) => (event.stopPropagation(), toggle(id))}
          >
            {isOpen ? "Close" : "Open"}
            <span className="visually-hidden"> {team}</span>
          </button>
        )}
      </div>
      {wrong !== undefined && (
        <span className="node-mark" title={wrong} aria-hidden="true">
          !
        </span>
      )}
      <Handle type="source" position={Position.Bottom} />
    </div>
  );
}
