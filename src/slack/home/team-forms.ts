import type { ActionsBlock, KnownBlock, ModalView, SectionBlock } from "@slack/types";
import { button, context, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { boxField, menuField, numberField, textField, type Choice } from "../words/form-inputs.ts";
import { INPUT_CHARS_MAX } from "../words/limits.ts";
import type { AboutForm } from "../words/button-values.ts";
import { inTwo, plainStopWords, POLICIES, TEAM, teamJson, type AgentJson, type TeamJson } from "./team-json.ts";
import type { ShelvedTeam, TeamShelf } from "../../team-shelf.ts";

/** What a submission of one of these forms is called. */
export const FORMS = {
  create: "parley_home_create",
  edit: "parley_home_edit",
  agent: "parley_home_agent",
  yaml: "parley_home_yaml",
  remove: "parley_home_remove",
  me: "parley_home_me",
} as const;

/** Buttons and menus of App Home and its modals; the last word says what is to be done. */
export const homeAction = (verb: string): string => `parley.home.${verb}`;

/** Agents that one modal lists; a block and a button each, and more nobody reads. */
const AGENTS_SHOWN_MAX = 20;
const MISTAKES_SHOWN_MAX = 5;

/** One team with its agents, and what can be done with it. */
export function teamView(own: ShelvedTeam, may: { readonly edit: boolean }): ModalView {
  const team = teamJson(own.team);
  const canEdit = may.edit && !own.fromFile;
  const mistakes = own.mistakes.slice(0, MISTAKES_SHOWN_MAX).map(({ path, message }) => `• \`${safeMrkdwn(path)}\` ${safeMrkdwn(message)}`);
  return {
    ...modal("Team", undefined, { t: own.name }),
    callback_id: "parley_home_team",
    blocks: [
      section(`*${safeMrkdwn(own.name)}*\n${safeMrkdwn(shorten(team.description, 500))}`),
      context(
        [POLICIES[team.speakers.policy] ?? safeMrkdwn(team.speakers.policy), limitsLine(team), origin(own)].filter(Boolean).join(" · "),
      ),
      ...(mistakes.length > 0 ? [section([":warning: *It cannot be used as it is*", ...mistakes].join("\n"))] : []),
      buttonsOfTeam(own, canEdit),
      ...team.agents.slice(0, AGENTS_SHOWN_MAX).map((agent) => agentRow(own, agent, canEdit)),
    ],
  };
}

const origin = ({ fromFile }: ShelvedTeam): string => (fromFile ? "of the team file: duplicate it to change it" : "made here");

function limitsLine({ limits }: TeamJson): string {
  const known = Object.entries(limits ?? {}).filter(([, value]) => typeof value === "number");
  return known.map(([name, value]) => `${safeMrkdwn(name)} ${String(value)}`).join(", ");
}

function buttonsOfTeam(own: ShelvedTeam, canEdit: boolean): ActionsBlock {
  const value = { t: own.name };
  const usable = own.mistakes.length === 0;
  return {
    type: "actions",
    elements: [
      ...(usable ? [button("Run…", homeAction("run"), value, "primary")] : []),
      ...(canEdit ? [button("Edit…", homeAction("edit"), value), button("New agent…", homeAction("newAgent"), value)] : []),
      ...(canEdit ? [button("Edit as YAML…", homeAction("yaml"), value)] : []),
      button("Export YAML…", homeAction("export"), value),
    ],
  };
}

function agentRow(own: ShelvedTeam, agent: AgentJson, canEdit: boolean): SectionBlock {
  const face = agent.icon?.startsWith(":") ? `${safeMrkdwn(agent.icon)} ` : "";
  const about = [agent.kind, agent.model].filter((one) => one !== undefined).map((one) => `\`${safeMrkdwn(one)}\``);
  const words = `${face}*${safeMrkdwn(agent.name)}* ${about.join(" ")}\n${safeMrkdwn(shorten(agent.description, 300))}`;
  const accessory = button(canEdit ? "Edit…" : "Read…", homeAction("agent"), { t: own.name, n: agent.name });
  return { ...section(words), accessory };
}

/** A new team: a copy of another, under its own name. */
export const createForm = (shelf: TeamShelf, workspace: string, from: ShelvedTeam | undefined): ModalView => ({
  ...modal(from ? "Duplicate a team" : "New team", "Create", {}),
  callback_id: FORMS.create,
  blocks: [
    nameField(),
    textField({
      id: TEAM.description,
      label: "What is it for?",
      hint: "One line, for people who pick a team.",
      charsMax: 500,
      value: from && teamJson(from.team).description,
      optional: from !== undefined,
    }),
    ...menuField({
      id: TEAM.from,
      label: "Begin with the agents of",
      hint: "Change them afterwards: open the new team. Limits that are higher than a team made here may have are lowered.",
      options: shelf.list(workspace).map(({ name }) => ({ value: name })),
      chosen: from?.name,
    }),
    ...menuField({
      id: TEAM.policy,
      label: "Who speaks next?",
      optional: true,
      options: policies(),
      chosen: undefined,
      hint: "As in that team, where you choose nothing.",
    }),
  ],
});

const nameField = () =>
  textField({ id: TEAM.name, label: "Name", hint: "Letters, digits, - and _, as people write it: “research: …”", charsMax: 40 });

const policies = (): Choice[] => Object.entries(POLICIES).map(([value, label]) => ({ value, label }));

export function editForm(own: ShelvedTeam, shelf: TeamShelf): ModalView {
  const team = teamJson(own.team);
  const { policy, model } = team.speakers;
  const words = plainStopWords(team.stop);
  const isKnown = Object.hasOwn(POLICIES, policy);
  const { turns, minutes, tokens, usd } = team.limits ?? {};
  const { ceilings } = shelf;
  return {
    ...modal("Edit team", "Save", { t: own.name, revision: own.revision }),
    callback_id: FORMS.edit,
    blocks: [
      section(`*${safeMrkdwn(own.name)}*`),
      textField({ id: TEAM.description, label: "What is it for?", charsMax: 500, value: team.description }),
      ...menuField({
        id: TEAM.policy,
        label: "Who speaks next?",
        options: isKnown ? policies() : [{ value: policy, label: `${policy}, as its YAML says` }, ...policies()],
        chosen: policy,
      }),
      ...menuField({
        id: TEAM.model,
        label: "Model that chooses or leads",
        optional: true,
        options: shelf.models.map((value) => ({ value })),
        chosen: model,
        hint: "Only where a model chooses, or a leader leads.",
      }),
      textField({
        id: TEAM.agents,
        label: "Agents, in their order",
        multiline: true,
        value: team.agents.map(({ name }) => name).join("\n"),
        hint: "One a line. A line that you take out takes the agent out.",
      }),
      numberField({ id: TEAM.turns, label: "Turns, at most", optional: true, value: turns, hint: upTo(ceilings.turns) }),
      numberField({
        id: TEAM.minutes,
        label: "Minutes, at most",
        optional: true,
        decimal: true,
        value: minutes,
        hint: upTo(ceilings.minutes),
      }),
      numberField({ id: TEAM.tokens, label: "Tokens, at most", optional: true, value: tokens, hint: upTo(ceilings.tokens) }),
      numberField({ id: TEAM.usd, label: "Dollars, at most", optional: true, decimal: true, value: usd, hint: upTo(ceilings.usd) }),
      ...(words
        ? [
            textField({
              id: TEAM.stop,
              label: "Stop words",
              multiline: true,
              optional: true,
              value: words.join("\n"),
              hint: "One a line. A run is done when an agent says one of them.",
            }),
          ]
        : [context("When it is done, its YAML says.")]),
      boxField({ id: TEAM.quiet, label: "Quiet", text: "Show the card, the questions and the result alone", ticked: team.quiet === true }),
    ],
  };
}

const upTo = (ceiling: number): string => `Up to ${ceiling.toLocaleString("en-US")}.`;

/** The fields of a form for YAML. */
export const YAML = { text: "text", more: "more" } as const;

/** A team as text: one to bring in, or one to change. Too long for two fields, it is changed as a file, by export and import elsewhere. */
export function yamlForm(own: ShelvedTeam | undefined, text: string): ModalView {
  const parts = inTwo(text) ?? ["", ""];
  return {
    ...modal(own ? "Edit as YAML" : "Import a team", own ? "Save" : "Import", own ? { t: own.name, revision: own.revision } : {}),
    callback_id: FORMS.yaml,
    blocks: [
      section(
        own
          ? `*${safeMrkdwn(own.name)}* as a team file has it. Models, tools and the sandbox are set in the team file, on the machine.`
          : "One team, as an export or a team file has it: `teams:`, its name, and what it is. Models, tools and the sandbox are set in the team file, on the machine.",
      ),
      textField({ id: YAML.text, label: "YAML", multiline: true, value: parts[0] }),
      textField({
        id: YAML.more,
        label: "YAML, continued",
        multiline: true,
        optional: true,
        value: parts[1],
        hint: `Where it is longer than ${INPUT_CHARS_MAX} characters.`,
      }),
    ],
  };
}

export const removeForm = (own: ShelvedTeam): ModalView => ({
  ...modal("Delete a team", "Delete", { t: own.name, revision: own.revision }),
  callback_id: FORMS.remove,
  blocks: [
    section(
      `Delete *${safeMrkdwn(own.name)}*, with its ${teamJson(own.team).agents.length} agents? Runs under way go on with it. There is no way back but an export.`,
    ),
    textField({ id: TEAM.name, label: "Write its name to be sure", charsMax: 40 }),
  ],
});

/** A line or two, and nothing to do. */
export const noteView = (title: string, ...blocks: readonly KnownBlock[]): ModalView => ({
  ...modal(title, undefined, {}),
  callback_id: "parley_home_note",
  blocks: [...blocks],
});

export const modal = (title: string, submit: string | undefined, about: Partial<AboutForm>) => ({
  type: "modal" as const,
  title: plainText(title),
  ...(submit === undefined ? {} : { submit: plainText(submit) }),
  close: plainText(submit === undefined ? "Close" : "Cancel"),
  private_metadata: JSON.stringify(about),
});
