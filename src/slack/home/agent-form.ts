import type { KnownBlock, ModalView } from "@slack/types";
import type { Translator } from "../language/translator.ts";
import { button, context, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { menuField, menuOfSeveral, textField } from "../words/form-inputs.ts";
import { FORMS, homeAction, modal } from "./team-forms.ts";
import { AGENT, hasTools, inTwo, targetOf, teamJson, thinks, type AgentJson } from "./team-json.ts";
import type { ShelvedTeam, TeamShelf } from "../../team-shelf.ts";

/** An agent of a team to change, or to read; with no `name`, a new one, of `own` or of a team that is chosen. */
export function agentForm(
  t: Translator,
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
  if (own && agent && !at.canEdit) return agentReader(t, own, agent);
  const about = { ...(own ? { t: own.name, revision: own.revision } : {}), ...(agent ? { n: agent.name } : {}) };
  const isThinking = !agent || thinks(agent);
  const parts = inTwo(agent?.instructions ?? "");
  const others = team.agents.filter((one) => one !== agent).map((one) => one.name);
  const tools = [...new Set([...shelf.tools, ...(agent?.tools ?? [])])];
  return {
    ...modal(t, t(agent ? "teamForms.title.editAgent" : "teamForms.title.newAgent"), t("forms.submit.save"), about),
    callback_id: FORMS.agent,
    blocks: [
      ...(own
        ? [section(t("teamForms.text.ofTeam", { team: safeMrkdwn(own.name) }))]
        : menuField({ id: AGENT.team, label: t("forms.label.team"), options: at.teams.map((value) => ({ value })) })),
      textField({
        id: AGENT.name,
        label: t("teamForms.label.name"),
        hint: t("teamForms.hint.agentName"),
        charsMax: 40,
        value: agent?.name,
      }),
      textField({
        id: AGENT.icon,
        label: t("teamForms.label.face"),
        optional: true,
        hint: t("teamForms.hint.face"),
        charsMax: 500,
        value: agent?.icon,
      }),
      textField({
        id: AGENT.description,
        label: t("teamForms.label.whenToCall"),
        hint: t("teamForms.hint.whenToCall"),
        charsMax: 500,
        value: agent?.description,
      }),
      ...(agent
        ? []
        : menuField({
            id: AGENT.kind,
            label: t("teamForms.label.kind"),
            options: [
              { value: "assistant", label: t("teamForms.option.assistant") },
              ...(shelf.ceilings.code === "off" ? [] : [{ value: "coder", label: t("teamForms.option.coder") }]),
            ],
            chosen: "assistant",
          })),
      ...(isThinking
        ? menuField({
            id: AGENT.model,
            label: t("teamForms.label.agentModel"),
            options: shelf.models.map((value) => ({ value })),
            chosen: agent?.model ?? shelf.models[0],
          })
        : []),
      ...(isThinking && parts
        ? [
            textField({
              id: AGENT.instructions,
              label: t("teamForms.label.instructions"),
              optional: true,
              multiline: true,
              value: parts[0],
              hint: t("teamForms.hint.instructions"),
            }),
            textField({ id: AGENT.more, label: t("teamForms.label.moreInstructions"), optional: true, multiline: true, value: parts[1] }),
          ]
        : []),
      ...(isThinking && !parts ? [context(t("teamForms.text.instructionsTooLong"))] : []),
      ...(!agent || hasTools(agent)
        ? menuOfSeveral({
            id: AGENT.tools,
            label: t("teamForms.label.tools"),
            options: tools.map((value) => ({ value })),
            chosen: agent?.tools ?? [],
          })
        : []),
      ...(!agent || hasTools(agent)
        ? menuOfSeveral({
            id: AGENT.handoffs,
            label: t("teamForms.label.handoffs"),
            options: [...others.map((value) => ({ value })), { value: "human", label: t("teamForms.option.human") }],
            chosen: (agent?.handoffs ?? []).map(targetOf),
          })
        : []),
      ...(agent && own ? [removeAgent(t, own.name, agent.name)] : []),
    ],
  };
}

function removeAgent(t: Translator, team: string, agent: string): KnownBlock {
  const remove = button(t("teamForms.button.dropAgent"), homeAction("dropAgent"), { t: team, n: agent }, "danger");
  const confirm = {
    title: plainText(t("teamForms.sure.dropAgent")),
    text: plainText(t("teamForms.meaning.dropAgent")),
    confirm: plainText(t("teamForms.yes.dropAgent")),
    deny: plainText(t("teamForms.yes.keepAgent")),
    style: "danger" as const,
  };
  return { type: "actions", elements: [{ ...remove, confirm }] };
}

const agentReader = (t: Translator, own: ShelvedTeam, agent: AgentJson): ModalView => ({
  ...modal(t, t("teamForms.title.agent"), undefined, { t: own.name }),
  callback_id: "parley_home_reader",
  blocks: [
    section(
      `${t("teamForms.text.agentOf", { agent: safeMrkdwn(agent.name), team: safeMrkdwn(own.name) })}\n${safeMrkdwn(agent.description)}`,
    ),
    context([agent.kind ?? "assistant", agent.model ?? "", ...(agent.tools ?? [])].filter(Boolean).map(safeMrkdwn).join(" · ")),
    ...(agent.instructions ? [section(safeMrkdwn(shorten(agent.instructions, 2_500)))] : []),
  ],
});
