/** A team as a graph: who is in it, what they use, and how the floor goes from one to another. Pure: of the team as its file has it, also of one that is half written. */

export type NodeKind = "agent" | "leader" | "model" | "tool" | "person" | "start" | "end";

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly title: string;
  readonly icon: string;
  /** One line more, such as the kind of the agent and what it is for. */
  readonly note: string;
  /** The node of the team inside which it is; of the team itself when absent. */
  readonly within?: string;
  /** The team that opens in its place. */
  readonly team?: string;
  readonly isOpen?: boolean;
  /** Where in the team it stands, such as `agents[0]`; nothing for what has no place of its own. */
  readonly path?: string;
}

export type EdgeKind = "next" | "handoff" | "choice" | "rule" | "uses" | "thinks" | "runs";

export interface GraphEdge {
  readonly id: string;
  readonly kind: EdgeKind;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly path?: string;
}

export interface TeamGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

type Json = { readonly [key: string]: unknown };

const object = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

export interface AgentShape {
  readonly name: string;
  readonly kind: string;
  readonly icon: string;
  readonly description: string;
  readonly model: string;
  readonly team: string;
  readonly tools: readonly string[];
  readonly handoffs: readonly string[];
  readonly runs: readonly string[];
}

export interface TeamShape {
  readonly description: string;
  readonly policy: string;
  readonly speakers: Json;
  readonly agents: readonly AgentShape[];
}

const AGENTS_SHOWN_MAX = 60;

/** What can be read of a team, whatever else is wrong with it. */
export function shapeOf(team: unknown): TeamShape {
  const { description, speakers, agents } = object(team);
  return {
    description: text(description),
    policy: text(object(speakers)["policy"]),
    speakers: object(speakers),
    agents: list(agents)
      .slice(0, AGENTS_SHOWN_MAX)
      .map((one) => {
        const agent = object(one);
        return {
          name: text(agent["name"]),
          kind: text(agent["kind"]) || "assistant",
          icon: text(agent["icon"]),
          description: text(agent["description"]),
          model: text(agent["model"]) || text(object(agent["voice"])["model"]),
          team: text(agent["team"]),
          tools: list(agent["tools"]).map(text).filter(Boolean),
          handoffs: list(agent["handoffs"]).map((to) => text(to) || text(object(to)["to"])).filter(Boolean), // prettier-ignore
          runs: list(agent["runs"]).map(text).filter(Boolean),
        };
      }),
  };
}

/** `opened`: ids of the nodes whose teams are open; `teamOf`: those teams, as far as they are known. */
export function graphOf(
  team: unknown,
  { opened, teamOf }: { readonly opened: ReadonlySet<string>; readonly teamOf: (name: string) => unknown },
): TeamGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  addTeam(team, "", 0);
  return { nodes, edges };

  function addTeam(one: unknown, inside: string, depth: number): void {
    const shape = shapeOf(one);
    const at = (id: string): string => `${inside}${id}`;
    const within = inside === "" ? {} : { within: inside.slice(0, -1) };
    const path = (own: string) => (inside === "" ? { path: own } : {});
    const agentId = (name: string): string | undefined => {
      const index = shape.agents.findIndex((agent) => agent.name.toLowerCase() === name.toLowerCase());
      return index < 0 ? undefined : at(`agent:${index}`);
    };
    const known = new Set<string>();
    const once = (node: GraphNode): string => {
      if (!known.has(node.id)) nodes.push(node);
      known.add(node.id);
      return node.id;
    };
    const person = (): string => once({ id: at("person"), kind: "person", title: "People", icon: "🧑", note: "in the thread", ...within });
    const model = (name: string): string =>
      once({ id: at(`model:${name}`), kind: "model", title: name, icon: "", note: "model", ...within });
    const tool = (name: string): string => once({ id: at(`tool:${name}`), kind: "tool", title: name, icon: "", note: "tool", ...within });
    const target = (name: string): string | undefined => (name === "human" || name === "user" ? person() : agentId(name));
    const link = (kind: EdgeKind, from: string | undefined, to: string | undefined, label = "", own?: string): void => {
      if (from === undefined || to === undefined) return;
      edges.push({ id: `${kind}:${from}>${to}#${edges.length}`, kind, from, to, label, ...(own === undefined ? {} : path(own)) });
    };

    for (const [index, agent] of shape.agents.entries()) {
      const id = at(`agent:${index}`);
      const isOpen = agent.kind === "team" && opened.has(id) && depth < DEPTH_MAX;
      nodes.push({
        id,
        kind: "agent",
        title: agent.name || `agent ${index + 1}`,
        icon: agent.icon,
        note:
          agent.kind === "team"
            ? `team ${agent.team}`
            : agent.kind === "assistant"
              ? agent.description
              : `${agent.kind} · ${agent.description}`,
        ...(agent.kind === "team" && agent.team !== "" ? { team: agent.team, isOpen } : {}),
        ...within,
        ...path(`agents[${index}]`),
      });
      if (isOpen) addTeam(teamOf(agent.team), `${id}/`, depth + 1);
    }
    for (const [index, agent] of shape.agents.entries()) {
      const id = at(`agent:${index}`);
      if (agent.model !== "") link("thinks", id, model(agent.model));
      for (const name of agent.tools) link("uses", id, tool(name));
      for (const [nth, to] of agent.handoffs.entries()) link("handoff", id, target(to), "", `agents[${index}].handoffs[${nth}]`);
      for (const [nth, of] of agent.runs.entries()) link("runs", agentId(of), id, "runs", `agents[${index}].runs[${nth}]`);
    }
    addSpeakers(shape, { at, within, path: path("speakers"), agentId, target, link, model, once });
  }

  function addSpeakers(
    { policy, speakers, agents }: TeamShape,
    to: {
      readonly at: (id: string) => string;
      readonly within: { readonly within?: string };
      readonly path: { readonly path?: string };
      readonly agentId: (name: string) => string | undefined;
      readonly target: (name: string) => string | undefined;
      readonly link: (kind: EdgeKind, from: string | undefined, to: string | undefined, label?: string, path?: string) => void;
      readonly model: (name: string) => string;
      readonly once: (node: GraphNode) => string;
    },
  ): void {
    const { at, within, agentId, target, link } = to;
    const ids = agents.map((_, index) => at(`agent:${index}`));
    switch (policy) {
      case "graph": {
        for (const [index, one] of list(speakers["edges"]).entries()) {
          const edge = object(one);
          const labels = [
            text(edge["ifContains"]) && `if “${text(edge["ifContains"])}”`,
            text(edge["group"]) && `group ${text(edge["group"])}`,
            text(edge["join"]) === "any" && "any",
          ].filter(Boolean);
          link("next", agentId(text(edge["from"])), agentId(text(edge["to"])), labels.join(" · "), `speakers.edges[${index}]`);
        }
        const led = new Set(list(speakers["edges"]).map((one) => text(object(one)["to"])));
        const entries =
          text(speakers["entry"]) !== "" ? [text(speakers["entry"])] : agents.map(({ name }) => name).filter((name) => !led.has(name));
        const start = to.once({ id: at("start"), kind: "start", title: "Start", icon: "", note: "", ...within });
        for (const name of entries) link("next", start, agentId(name));
        return;
      }
      case "round-robin":
        for (const [index, id] of ids.entries()) if (ids.length > 1) link("next", id, ids[(index + 1) % ids.length]);
        return;
      case "selector":
      case "magentic": {
        const title = policy === "magentic" ? text(speakers["name"]) || "Lead" : "Selector";
        const note = policy === "magentic" ? "plans, and says who does what next" : "chooses who speaks next";
        const icon = text(speakers["icon"]);
        const leader = to.once({ id: at("leader"), kind: "leader", title, icon, note, ...within, ...to.path });
        if (text(speakers["model"]) !== "") link("thinks", leader, to.model(text(speakers["model"])));
        for (const id of ids) link("choice", leader, id);
        for (const [index, one] of list(speakers["rules"]).entries()) {
          const { after, when, next } = object(one);
          const contains = text(object(when)["contains"]);
          const label = object(when)["hasCode"] === true ? "if there is code" : contains && `if “${contains}”`;
          link("rule", target(text(after)), agentId(text(next)), label || "always", `speakers.rules[${index}]`);
        }
        return;
      }
      case "swarm": {
        const start = to.once({ id: at("start"), kind: "start", title: "Start", icon: "", note: "", ...within });
        link("next", start, ids[0]);
        return;
      }
      default:
        return;
    }
  }
}

/** Teams inside teams end by then. */
const DEPTH_MAX = 8;
