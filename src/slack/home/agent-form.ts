import type { KnownBlock, ModalView } from "@slack/types";
import { button, context, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { menuField, menuOfSeveral, textField } from "../words/form-inputs.ts";
import { FORMS, homeAction, modal } from "./team-forms.ts";
import { AGENT, hasTools, inTwo, targetOf, teamJson, thinks, type AgentJson } from "./team-json.ts";
import type { ShelvedTeam, TeamShelf } from "../../team-shelf.ts";

/** An agent of a team to change, or to read; with no `name`, a new one, of `own` or of a team that is chosen. */
export function agentForm(
  shelf: TeamShelf,
  at: {
    readonly own: ShelvedTeam | undefined;
    readonly name: string | undefined;
    readonly canEdit: boolean;
    readonly teams: readonly string[];
  },
): ModalView {
  const { own, name } = at;
  const team = teamJson(own?.team);
  const agent = team.agents.find((one) => one.name === name);
  if (own && agent && !at.canEdit) return agentReader(own, agent);
  const about = { ...(own ? { t: own.name, revision: own.revision } : {}), ...(agent ? { n: agent.name } : {}) };
  const isThinking = !agent || thinks(agent);
  const parts = inTwo(agent?.instructions ?? "");
  const others = team.agents.filter((one) => one !== agent).map((one) => one.name);
  const tools = [...new Set([...shelf.tools, ...(agent?.tools ?? [])])];
  return {
    ...modal(agent ? "Edit agent" : "New agent", "Save", about),
    callback_id: FORMS.agent,
    blocks: [
      ...(own
        ? [section(`Of the team *${safeMrkdwn(own.name)}*`)]
        : menuField({ id: AGENT.team, label: "Team", options: at.teams.map((value) => ({ value })) })),
      textField({ id: AGENT.name, label: "Name", hint: "How people and the other agents call it.", charsMax: 40, value: agent?.name }),
      textField({
        id: AGENT.icon,
        label: "Face",
        optional: true,
        hint: "An emoji such as :owl:, or the https address of a picture.",
        charsMax: 500,
        value: agent?.icon,
      }),
      textField({
        id: AGENT.description,
        label: "When to call on it",
        hint: "One line: the other agents and the selector read it.",
        charsMax: 500,
        value: agent?.description,
      }),
      ...(agent
        ? []
        : menuField({
            id: AGENT.kind,
            label: "What it does",
            options: [
              { value: "assistant", label: "Talks, and uses tools" },
              ...(shelf.ceilings.code === "off" ? [] : [{ value: "coder", label: "Writes code and runs it" }]),
            ],
            chosen: "assistant",
          })),
      ...(isThinking
        ? menuField({
            id: AGENT.model,
            label: "Model",
            options: shelf.models.map((value) => ({ value })),
            chosen: agent?.model ?? shelf.models[0],
          })
        : []),
      ...(isThinking && parts
        ? [
            textField({
              id: AGENT.instructions,
              label: "Instructions",
              optional: true,
              multiline: true,
              value: parts[0],
              hint: "Its part, in the second person.",
            }),
            textField({ id: AGENT.more, label: "Instructions, continued", optional: true, multiline: true, value: parts[1] }),
          ]
        : []),
      ...(isThinking && !parts
        ? [context("Its instructions are too long for this form; they stay as they are. Change them as YAML.")]
        : []),
      ...(!agent || hasTools(agent)
        ? menuOfSeveral({ id: AGENT.tools, label: "Tools", options: tools.map((value) => ({ value })), chosen: agent?.tools ?? [] })
        : []),
      ...(!agent || hasTools(agent)
        ? menuOfSeveral({
            id: AGENT.handoffs,
            label: "May hand over to",
            options: [...others.map((value) => ({ value })), { value: "human", label: "a person" }],
            chosen: (agent?.handoffs ?? []).map(targetOf),
          })
        : []),
      ...(agent && own ? [removeAgent(own.name, agent.name)] : []),
    ],
  };
}

function removeAgent(team: string, agent: string): KnownBlock {
  const remove = button("Take it out of the team", homeAction("dropAgent"), { t: team, n: agent }, "danger");
  const confirm = {
    title: plainText("Take it out?"),
    text: plainText("The agent and its instructions are deleted. Runs under way keep it."),
    confirm: plainText("Take it out"),
    deny: plainText("Keep it"),
    style: "danger" as const,
  };
  return { type: "actions", elements: [{ ...remove, confirm }] };
}

const agentReader = (own: ShelvedTeam, agent: AgentJson): ModalView => ({
  ...modal("Agent", undefined, { t: own.name }),
  callback_id: "parley_home_reader",
  blocks: [
    section(`*${safeMrkdwn(agent.name)}* of *${safeMrkdwn(own.name)}*\n${safeMrkdwn(agent.description)}`),
    context([agent.kind ?? "assistant", agent.model ?? "", ...(agent.tools ?? [])].filter(Boolean).map(safeMrkdwn).join(" · ")),
    ...(agent.instructions ? [section(safeMrkdwn(shorten(agent.instructions, 2_500)))] : []),
  ],
});
