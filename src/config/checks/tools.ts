import { transferTool } from "../../engine/agents/handoff.ts";
import { KNOWLEDGE_TOOLS } from "../../engine/knowledge.ts";
import { MEMORY_TOOLS } from "../../engine/memory.ts";
import { targetOf, type AssistantSettings } from "../schema/agents.ts";
import type { AgentToolSettings } from "../schema/tools.ts";
import { calledAs, readToolRef } from "../tool-names.ts";
import { unknownEntry, type Path, type Report, type Surroundings } from "./report.ts";

/** What stands behind an agent tool is there. */
export function checkAgentTool(tool: Omit<AgentToolSettings, "kind">, around: Surroundings, report: Report): void {
  if (tool.team !== undefined && !around.teams.has(tool.team))
    report("mistake", ["team"], unknownEntry("team", tool.team, [...around.teams.keys()]));
  if (!tool.agent) return;
  checkThinker(tool.agent, ["agent"], around, report);
  const looksUp = [...around.teams.values()].some(({ knowledge }) => knowledge !== undefined);
  checkTools({ ...tool.agent, handoffs: [], memory: false, looksUp }, ["agent"], around, report);
}

/** The models behind an agent that thinks. */
export function checkThinker(
  agent: Pick<AssistantSettings, "model"> & Partial<Pick<AssistantSettings, "context">>,
  path: Path,
  around: Surroundings,
  report: Report,
): void {
  checkModel(agent.model, [...path, "model"], around, report);
  if (typeof agent.context === "object" && "summary" in agent.context)
    checkModel(agent.context.summary.model, [...path, "context", "summary", "model"], around, report);
}

export function checkModel(name: string, path: Path, { models }: Pick<Surroundings, "models">, report: Report): void {
  if (!models.has(name)) report("mistake", path, unknownEntry("model", name, [...models.keys()]));
}

/** Every tool that an agent names is there, and no two things it can call have the same name. */
export function checkTools(
  agent: Pick<AssistantSettings, "tools" | "handoffs" | "memory"> & { readonly looksUp?: boolean },
  path: Path,
  { tools }: Surroundings,
  report: Report,
): void {
  const calls = new Map<string, string>();
  const claim = (name: string, what: string, at: Path) => {
    const other = calls.get(name);
    if (other !== undefined) report("mistake", at, `${what} and ${other} would both be called "${name}"; rename one, or take one out.`);
    calls.set(name, what);
  };
  for (const [position, handoff] of agent.handoffs.entries()) {
    const own = typeof handoff === "string" ? undefined : handoff.tool;
    const to = targetOf(handoff);
    claim(own ?? transferTool(to), `the hand-over to "${to}"`, [...path, "handoffs", position]);
  }
  const servers = agent.tools.filter((ref) => tools.get(ref)?.kind === "mcp");
  for (const [position, ref] of agent.tools.entries()) {
    const at = [...path, "tools", position];
    const { key, member } = readToolRef(ref);
    const tool = tools.get(key);
    if (!tool) report("mistake", at, unknownEntry("tool", key, [...tools.keys()]));
    else if (member !== undefined && tool.kind !== "mcp")
      report("mistake", at, `"${key}" is one tool, not a server of several. Write "${key}".`);
    else if (member !== undefined && servers.includes(key))
      report("mistake", at, `all tools of "${key}" are listed already. Take one out.`);
    else claim(calledAs(ref, tools) ?? `${key}__…`, `the tool "${ref}"`, at);
  }
  if (agent.memory !== false)
    for (const name of Object.values(MEMORY_TOOLS)) claim(name, `"${name}" of the agent's memory`, [...path, "memory"]);
  if (agent.looksUp)
    for (const name of Object.values(KNOWLEDGE_TOOLS)) claim(name, `"${name}" of the team's knowledge`, [...path, "tools"]);
}
