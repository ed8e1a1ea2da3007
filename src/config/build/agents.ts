import { assistant } from "../../engine/agents/assistant.ts";
import { coder } from "../../engine/agents/code/coder.ts";
import { codeRunner } from "../../engine/agents/code/code-runner.ts";
import type { RunCode } from "../../engine/agents/code/run-block.ts";
import type { Handoff } from "../../engine/agents/handoff.ts";
import { human } from "../../engine/agents/human.ts";
import { messageFilter, type HearingRule } from "../../engine/reading/message-filter.ts";
import { subTeam } from "../../engine/agents/sub-team.ts";
import type { Agent } from "../../engine/team.ts";
import type { Tool } from "../../engine/tool.ts";
import { memoryTools } from "../../tools/memory.ts";
import { codeRun } from "../sandbox/code-run.ts";
import { instructionsFor, instructionsForVoice } from "./instructions.ts";
import { recallOf, type AgentSettings, type AssistantSettings } from "../schema/agents.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { Parts } from "./parts.ts";
import { answerOf, contextOf } from "./thinking.ts";
import { withTools } from "./tools.ts";

export function buildAgent(agent: AgentSettings, team: TeamSettings, parts: Parts): Agent {
  const built = ofKind(agent, team, parts);
  return agent.hears ? messageFilter(built, agent.hears.map(hearingRule)) : built;
}

function ofKind(agent: AgentSettings, team: TeamSettings, parts: Parts): Agent {
  const { name, description } = agent;
  const { languages, hint } = parts.executor.capabilities;
  switch (agent.kind) {
    case "code-runner":
      return codeRunner({
        name,
        description,
        runs: agent.runs,
        runners: team.agents.flatMap((one) => (one.kind === "code-runner" ? [{ name: one.name, runs: one.runs }] : [])),
        languages,
        approval: agent.approval,
        run: runCode(name, parts),
      });
    case "coder":
      return coder({
        name,
        description,
        instructions: instructionsFor(agent, team, hint),
        model: parts.modelNamed(agent.model),
        languages,
        approval: agent.approval,
        run: runCode(name, parts),
        retriesMax: agent.retriesMax,
        context: contextOf(agent.context, parts),
      });
    case "team": {
      const { voice } = agent;
      return subTeam({
        name,
        description,
        team: parts.innerTeam(agent.team, name),
        voice:
          voice === "members"
            ? voice
            : { model: parts.modelNamed(voice.model), instructions: instructionsForVoice(name, description, voice.instructions) },
      });
    }
    case "human":
      return human(agent);
    case "assistant":
    case undefined: {
      const recall = recallOf(agent);
      const memory = recall ? toolsOfMemory(parts) : [];
      return withTools(agent.tools, parts, (tools, missing) =>
        assistant({
          name,
          description,
          instructions: instructionsFor(agent, team, hint, missing),
          model: parts.modelNamed(agent.model),
          tools: [...memory, ...tools],
          recallsFirst: recall === "automatic",
          handoffs: agent.handoffs.map(handoffOf),
          toolRoundsMax: agent.toolRoundsMax,
          afterTools: agent.afterTools,
          context: contextOf(agent.context, parts),
          ...answerOf(name, agent.answer),
        }),
      );
    }
  }
}

/** None where nothing is kept: a replay takes their results from the log. */
const toolsOfMemory = ({ notes, thread }: Parts): readonly Tool[] =>
  notes ? memoryTools({ memory: notes.memory, scope: notes.scopeOf(thread), thread }) : [];

function runCode(agent: string, { runCode: inPlace, executor, thread, keepFile, readFile, posted, settings }: Parts): RunCode {
  return inPlace?.(agent) ?? codeRun({ executor, thread, timeoutMs: settings.sandbox.timeoutSeconds * 1000, keepFile, readFile, posted });
}

function hearingRule({ from, first, last }: NonNullable<AgentSettings["hears"]>[number]): HearingRule {
  if (first !== undefined) return { from, take: { which: "first", count: first } };
  return last === undefined ? { from } : { from, take: { which: "last", count: last } };
}

function handoffOf(handoff: AssistantSettings["handoffs"][number]): string | Handoff {
  if (typeof handoff === "string") return handoff;
  const { to, tool, message } = handoff;
  return { to, ...(tool === undefined ? {} : { tool }), ...(message === undefined ? {} : { message }) };
}
