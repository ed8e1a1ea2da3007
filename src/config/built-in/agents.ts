import { assistant } from "../../engine/agents/assistant.ts";
import { coder } from "../../engine/agents/code/coder.ts";
import { codeRunner } from "../../engine/agents/code/code-runner.ts";
import type { RunCode } from "../../engine/agents/code/run-block.ts";
import type { Handoff } from "../../engine/agents/handoff.ts";
import { foreign } from "../../engine/agents/foreign.ts";
import { human } from "../../engine/agents/human.ts";
import { subTeam } from "../../engine/agents/sub-team.ts";
import { lookedAtFile, type GuardedFile } from "../../engine/guards/guard.ts";
import { guardedCode, guardedForeign, guardedTool } from "../../engine/guards/guarded.ts";
import type { Tool } from "../../engine/tool.ts";
import { memoryTools } from "../../tools/memory.ts";
import { instructionsFor, instructionsForVoice, ownPartFor, sharedInstructionsFor } from "../build/instructions.ts";
import type { Parts } from "../build/parts.ts";
import { sharersWith } from "../build/shared-prefix.ts";
import { answerOf, contextOf } from "../build/thinking.ts";
import { toolsOfKnowledge, withTools } from "../build/tools.ts";
import { checkInner, checkRuns } from "../checks/agents.ts";
import { defineAgent } from "../define/agent.ts";
import { codeRun } from "../sandbox/code-run.ts";
import { AGENTS, recallOf, type AssistantSettings, type CoderSettings } from "../schema/agents.ts";

export const agents = [
  defineAgent({
    name: "assistant",
    schema: AGENTS.assistant,
    isDefault: true,
    build: (settings, parts) => {
      // As it stands in the file, with what every agent has.
      const agent = settings as AssistantSettings;
      const { name, description } = agent;
      const recall = recallOf(agent);
      const memory = recall ? toolsOfMemory(parts).map((tool) => guardedTool(tool, name, parts.guards)) : [];
      const { team } = parts;
      const looksUp = toolsOfKnowledge(team.limits, parts).map((tool) => guardedTool(tool, name, parts.guards));
      const { hint } = parts.executor.capabilities;
      const sharers = sharersWith(agent, team);
      const handed = { name, model: agent.model, others: memory.length + looksUp.length + agent.handoffs.length };
      return withTools(handed, agent.tools, parts, (tools, missing, liveTools) =>
        assistant({
          name,
          description,
          ...(sharers.length > 0
            ? { instructions: sharedInstructionsFor(sharers, team, hint), ownPart: ownPartFor(agent, sharers, team, hint) }
            : { instructions: instructionsFor(agent, team, hint, missing) }),
          model: parts.modelNamed(agent.model),
          tools: [...memory, ...looksUp, ...tools],
          liveTools,
          recallsFirst: recall === "automatic",
          handoffs: agent.handoffs.map(handoffOf),
          toolRoundsMax: agent.toolRoundsMax,
          afterTools: agent.afterTools,
          context: contextOf(agent.context, parts),
          ...answerOf(name, agent.answer),
        }),
      );
    },
  }),
  defineAgent({
    name: "code-runner",
    schema: AGENTS["code-runner"],
    build: ({ name, description, runs, approval }, parts) =>
      codeRunner({
        name,
        description,
        runs,
        runners: parts.team.agents.flatMap((one) => (one.kind === "code-runner" ? [{ name: one.name, runs: one.runs }] : [])),
        languages: parts.executor.capabilities.languages,
        approval,
        run: runCode(name, parts),
      }),
    check: (agent, { team, path, report }) => checkRuns(agent, path, team, report),
  }),
  defineAgent({
    name: "coder",
    schema: AGENTS.coder,
    build: (settings, parts) => {
      const { name, description, model, approval, retriesMax, context } = settings;
      const { languages, hint } = parts.executor.capabilities;
      return coder({
        name,
        description,
        instructions: instructionsFor(settings as CoderSettings, parts.team, hint),
        model: parts.modelNamed(model),
        languages,
        approval,
        run: runCode(name, parts),
        retriesMax,
        context: contextOf(context, parts),
      });
    },
  }),
  defineAgent({
    name: "team",
    schema: AGENTS.team,
    build: ({ name, description, team, voice }, parts) =>
      subTeam({
        name,
        description,
        team: parts.teamInside(team, name),
        voice:
          voice === "members"
            ? voice
            : { model: parts.modelNamed(voice.model), instructions: instructionsForVoice(name, description, voice.instructions) },
      }),
    check: (agent, { path, around, report }) => checkInner(agent, path, around, report),
  }),
  defineAgent({ name: "human", schema: AGENTS.human, build: (settings) => human(settings) }),
  defineAgent({
    name: "a2a",
    schema: AGENTS.a2a,
    // Whoever may name an address there sends what is said in a thread to it.
    onlyInFile: true,
    build: (settings, parts) =>
      foreign({
        name: settings.name,
        description: settings.description,
        ask: guardedForeign(parts.foreign(settings), settings.name, parts.guards),
      }),
  }),
];

/** None where nothing is kept: a replay takes their results from the log. */
const toolsOfMemory = ({ notes, thread }: Parts): readonly Tool[] => (notes ? memoryTools({ ...notes, scope: notes.scopeOf(thread) }) : []);

function runCode(name: string, { runCode: inPlace, executor, keepFile, readFile, settings, guards }: Parts): RunCode {
  const passFile = (file: GuardedFile) => lookedAtFile(guards, file, { to: "tool", agent: name, tool: "sandbox" });
  const run = inPlace?.(name) ?? codeRun({ executor, timeoutMs: settings.sandbox.timeoutSeconds * 1000, keepFile, readFile, passFile });
  return guardedCode(run, name, guards);
}

function handoffOf(handoff: AssistantSettings["handoffs"][number]): string | Handoff {
  if (typeof handoff === "string") return handoff;
  const { to, tool, message } = handoff;
  return { to, ...(tool === undefined ? {} : { tool }), ...(message === undefined ? {} : { message }) };
}
