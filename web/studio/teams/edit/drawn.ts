import type { GraphEdge, GraphNode } from "../team-graph.ts";
import { pathOf, readDraft, withAdded, withoutAgent, withValue, type Draft } from "./draft.ts";

/** The text after a line was drawn from one to another; or why no such line can be. */
export function withDrawn(draft: Draft, from: GraphNode, to: GraphNode): { readonly text: string } | { readonly why: string } {
  const [own, other] = [indexOf(from), indexOf(to)];
  const team = (draft.team ?? {}) as { readonly speakers?: { readonly policy?: unknown }; readonly agents?: readonly Agent[] };
  if (to.kind === "leader" || to.kind === "start")
    return { why: "A line goes from an agent to another, to a tool, to a model or to people." };
  if (from.kind === "start" && other !== undefined && team.speakers?.policy === "graph")
    return { text: withValue(draft, ["speakers", "entry"], nameOf(team.agents, other)) };
  if (from.kind === "leader" && to.kind === "model") return { text: withValue(draft, ["speakers", "model"], to.title) };
  if (own === undefined) return { why: "A line begins at an agent." };
  const agent = team.agents?.[own] ?? {};
  const kind = agent.kind ?? "assistant";
  if (to.kind === "model")
    return kind === "assistant" || kind === "coder"
      ? { text: withValue(draft, ["agents", own, "model"], to.title) }
      : { why: `An agent of the kind ${kind} has no model.` };
  if (to.kind === "tool") {
    if (kind !== "assistant") return { why: `An agent of the kind ${kind} has no tools.` };
    return agent.tools?.includes(to.title) ? { text: draft.text } : { text: withAdded(draft, ["agents", own, "tools"], to.title) };
  }
  const target = to.kind === "person" ? "human" : other === undefined ? undefined : nameOf(team.agents, other);
  if (target === undefined || own === other) return { why: "An agent does not hand over to itself." };
  if (team.speakers?.policy === "graph" && to.kind === "agent")
    return { text: withAdded(draft, ["speakers", "edges"], { from: nameOf(team.agents, own), to: target }) };
  if (other !== undefined && team.agents?.[other]?.kind === "code-runner")
    return { text: withAdded(draft, ["agents", other, "runs"], nameOf(team.agents, own)) };
  if (kind !== "assistant") return { why: `An agent of the kind ${kind} hands nothing over.` };
  return { text: withAdded(draft, ["agents", own, "handoffs"], target) };
}

interface Agent {
  readonly name?: string;
  readonly kind?: string;
  readonly tools?: readonly string[];
}

const nameOf = (agents: readonly Agent[] | undefined, index: number): string => agents?.[index]?.name ?? "";

/** Of an agent of the team itself. */
export const indexOf = ({ kind, path }: GraphNode): number | undefined =>
  kind === "agent" && path !== undefined ? (pathOf(path)[1] as number) : undefined;

/** The text without what was taken out of the drawing. */
export function withErased(
  draft: Draft,
  { nodes, edges }: { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] },
  nodeOf: (id: string) => GraphNode | undefined,
): string {
  let now = draft;
  // Of a list the last ones first, so that the others keep their numbers.
  for (const node of nodes.toReversed()) {
    const index = indexOf(node);
    if (index !== undefined) now = readDraft(withoutAgent(now, index));
  }
  for (const edge of edges.toReversed()) now = readDraft(withoutEdge(now, edge, nodeOf));
  return now.text;
}

function withoutEdge(draft: Draft, edge: GraphEdge, nodeOf: (id: string) => GraphNode | undefined): string {
  if (edge.path !== undefined) {
    const path = pathOf(edge.path);
    const list = valueAt(draft.team, path.slice(0, -1));
    const isLast = Array.isArray(list) && list.length === 1;
    return withValue(draft, isLast ? path.slice(0, -1) : path, undefined);
  }
  const [from, to] = [nodeOf(edge.from), nodeOf(edge.to)];
  const own = from && indexOf(from);
  if (own === undefined || !to) return draft.text;
  if (edge.kind === "thinks") return withValue(draft, ["agents", own, "model"], undefined);
  const tools = valueAt(draft.team, ["agents", own, "tools"]);
  const left = Array.isArray(tools) ? tools.filter((one) => one !== to.title) : [];
  return edge.kind === "uses" ? withValue(draft, ["agents", own, "tools"], left.length === 0 ? undefined : left) : draft.text;
}

const valueAt = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as { readonly [key: string]: unknown })[key] : undefined),
    value,
  );
