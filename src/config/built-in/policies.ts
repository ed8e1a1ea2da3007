import { ledger } from "../../engine/agents/leaders/ledger.ts";
import { selector } from "../../engine/agents/leaders/selector.ts";
import { graph, type Edge } from "../../engine/policies/graph.ts";
import { roundRobin } from "../../engine/policies/round-robin.ts";
import { candidatesByRule, nextByRule } from "../../engine/policies/selector-rules.ts";
import { swarm } from "../../engine/policies/swarm.ts";
import { checkGraph } from "../checks/graph.ts";
import { namesOf } from "../checks/report.ts";
import { checkSelector, checkSwarm } from "../checks/speakers.ts";
import { checkThinker } from "../checks/tools.ts";
import { definePolicy } from "../define/policy.ts";
import { POLICIES, type GraphSpeakers } from "../schema/speakers.ts";

export const policies = [
  definePolicy({ name: "round-robin", schema: POLICIES["round-robin"], build: () => roundRobin }),
  definePolicy({
    name: "selector",
    schema: POLICIES.selector,
    endsByItself: true,
    build: ({ model, allowRepeats, attempts, stallsMax, mayAskHuman, historyMessages, prompt, rules, candidates }, parts) =>
      parts.led(
        selector({
          model: model === undefined ? parts.anyModel() : parts.model(model),
          agents: parts.agents,
          allowRepeats,
          attempts,
          stallsMax,
          mayAskHuman: mayAskHuman ?? parts.mayAskHuman,
          historyMessagesMax: historyMessages,
          rule: nextByRule(rules, parts.languages),
          candidates: candidatesByRule(candidates),
          ...(prompt === undefined ? {} : { prompt }),
          ...(parts.within === undefined ? {} : { within: parts.within }),
        }),
      ),
    check: (speakers, { team, around, report }) => checkSelector(speakers, team, around, report),
  }),
  definePolicy({
    name: "swarm",
    schema: POLICIES.swarm,
    keepsFloor: true,
    build: () => swarm,
    check: (_speakers, { team, report }) => checkSwarm(team, report),
  }),
  definePolicy({
    name: "graph",
    schema: POLICIES.graph,
    endsByItself: true,
    build: ({ edges, entry }, { agents }) =>
      graph(
        edges.map(edgeOf),
        agents.map(({ name }) => name),
        entry,
      ),
    check: (speakers, { team, report }) => checkGraph(speakers, namesOf(team), report),
  }),
  definePolicy({
    name: "magentic",
    schema: POLICIES.magentic,
    endsByItself: true,
    build: ({ name, model, attempts, stallsMax, replansMax, reviewPlan, mayAskHuman, context }, parts) =>
      parts.led(
        ledger({
          name,
          model: parts.model(model),
          agents: parts.agents,
          attempts,
          stallsMax,
          replansMax,
          reviewPlan,
          mayAskHuman: mayAskHuman ?? parts.mayAskHuman,
          context: parts.context(context),
        }),
      ),
    check: (speakers, { path, around, report }) => checkThinker(speakers, path, around, report),
  }),
];

const edgeOf = ({ from, to, ifContains, group, join }: GraphSpeakers["edges"][number]): Edge => ({
  from,
  to,
  join,
  ...(ifContains === undefined ? {} : { ifContains }),
  ...(group === undefined ? {} : { group }),
});
