import type { GraphSpeakers } from "../schema/speakers.ts";
import { list, unknownAgent, type Report } from "./report.ts";

type Edge = GraphSpeakers["edges"][number];

/** A graph that begins, reaches everybody, can get out of every circle, and ends. */
export function checkGraph({ edges, entry }: GraphSpeakers, names: readonly string[], report: Report): void {
  if (!checkEnds({ edges, entry }, names, report)) return;
  checkEdges(edges, report);
  const starts = entry === undefined ? names.filter((name) => !edges.some(({ from, to }) => to === name && from !== name)) : [entry];
  if (starts.length === 0)
    return report("mistake", ["speakers"], "has no beginning: an edge leads to every agent. Say with `entry` who begins.");
  checkReached(edges, starts, names, report);
  checkWays(edges, names, report);
  checkCircles(edges, names, report);
  checkJoins(edges, starts, names, report);
}

/** Whether every edge leads from an agent to an agent; the rest would only echo a wrong name. */
function checkEnds({ edges, entry }: Pick<GraphSpeakers, "edges" | "entry">, names: readonly string[], report: Report): boolean {
  let known = true;
  const check = (name: string, path: readonly (string | number)[], what: string) => {
    if (names.includes(name)) return;
    known = false;
    report("mistake", ["speakers", ...path], unknownAgent(what, name, names));
  };
  if (entry !== undefined) check(entry, ["entry"], `begins with "${entry}"`);
  for (const [index, { from, to }] of edges.entries()) {
    check(from, ["edges", index, "from"], `an edge comes from "${from}"`);
    check(to, ["edges", index, "to"], `an edge leads to "${to}"`);
  }
  return known;
}

function checkEdges(edges: readonly Edge[], report: Report): void {
  const seen = new Set<string>();
  for (const [index, { from, to, ifContains }] of edges.entries()) {
    const same = JSON.stringify([from, to, ifContains]);
    if (seen.has(same)) report("mistake", ["speakers", "edges", index], `the edge from "${from}" to "${to}" is there twice. Take one out.`);
    seen.add(same);
  }
}

function checkReached(edges: readonly Edge[], starts: readonly string[], names: readonly string[], report: Report): void {
  const reached = reachable(edges, starts);
  for (const [index, name] of names.entries())
    if (!reached.has(name))
      report(
        "mistake",
        ["agents", index],
        `"${name}" is never reached from ${list(starts)}. Add an edge that leads to it, or take it out.`,
      );
}

/** Where somebody's words decide, they decide alone; and somewhere it ends. */
function checkWays(edges: readonly Edge[], names: readonly string[], report: Report): void {
  for (const name of names) {
    const own = edges.filter(({ from }) => from === name);
    const index = edges.findIndex(({ from, ifContains }) => from === name && ifContains === undefined);
    if (index >= 0 && own.some(({ ifContains }) => ifContains !== undefined))
      report(
        "mistake",
        ["speakers", "edges", index],
        `"${name}" has edges with and without \`ifContains\`, so this one is always taken too. Give each edge from "${name}" a condition, or none.`,
      );
  }
  if (names.every((name) => edges.some(({ from }) => from === name)))
    report("mistake", ["speakers"], "has no end: an edge leads on from every agent. Add an agent that no edge leads on from.");
}

/** Edges without a condition alone must not lead round in a circle. */
function checkCircles(edges: readonly Edge[], names: readonly string[], report: Report): void {
  const plain = edges.filter(({ ifContains }) => ifContains === undefined);
  for (const name of names) {
    const index = edges.findIndex((edge) => plain.includes(edge) && edge.from === name && reachable(plain, [edge.to]).has(name));
    if (index < 0) continue;
    report("mistake", ["speakers", "edges", index], `leads round in a circle that nobody can leave. Give an edge of it \`ifContains\`.`);
    return; // The others on the same circle say the same.
  }
}

/** Nobody waits for somebody who comes only after them. */
function checkJoins(edges: readonly Edge[], starts: readonly string[], names: readonly string[], report: Report): void {
  const indexed = edges.map((edge, index) => ({ edge, index }));
  for (const name of names) {
    const before = reachable(
      edges.filter(({ from }) => from !== name),
      starts.filter((start) => start !== name),
    );
    for (const group of Map.groupBy(
      indexed.filter(({ edge }) => edge.to === name),
      ({ edge }) => edge.group ?? name,
    ).values()) {
      const [first, ...others] = group;
      const other = others.find(({ edge }) => edge.join !== first?.edge.join);
      if (other)
        report(
          "mistake",
          ["speakers", "edges", other.index, "join"],
          `the edges of one group into "${name}" say both all and any. Say one.`,
        );
      const late = group.find(({ edge }) => edge.from === name || !before.has(edge.from));
      if (!other && first?.edge.join === "all" && others.length > 0 && late && !starts.includes(name))
        report(
          "mistake",
          ["speakers", "edges", late.index],
          `"${name}" waits for "${late.edge.from}", which speaks only after "${name}". Give this edge a \`group\` of its own, or all edges to "${name}" \`join: any\`.`,
        );
    }
  }
}

function reachable(edges: readonly Edge[], from: readonly string[]): Set<string> {
  const reached = new Set(from);
  // A set hands out what is added while it is walked.
  for (const name of reached) for (const edge of edges) if (edge.from === name) reached.add(edge.to);
  return reached;
}
