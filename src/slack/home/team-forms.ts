import type { ActionsBlock, KnownBlock, ModalView, SectionBlock } from "@slack/types";
import type { Translator } from "../language/translator.ts";
import { button, context, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { boxField, menuField, numberField, textField, type Choice } from "../words/form-inputs.ts";
import { INPUT_CHARS_MAX } from "../words/limits.ts";
import type { AboutForm } from "../words/button-values.ts";
import { inTwo, isKnownPolicy, plainStopWords, POLICIES, TEAM, teamJson, type AgentJson, type TeamJson } from "./team-json.ts";
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
export function teamView(t: Translator, own: ShelvedTeam, may: { readonly edit: boolean }): ModalView {
  const team = teamJson(own.team);
  const canEdit = may.edit && !own.fromFile;
  const mistakes = own.mistakes.slice(0, MISTAKES_SHOWN_MAX).map(({ path, message }) => `• \`${safeMrkdwn(path)}\` ${safeMrkdwn(message)}`);
  return {
    ...modal(t, t("teamForms.title.team"), undefined, { t: own.name }),
    callback_id: "parley_home_team",
    blocks: [
      section(`*${safeMrkdwn(own.name)}*\n${safeMrkdwn(shorten(team.description, 500))}`),
      context([policyIn(t, team.speakers.policy), limitsLine(team), origin(t, own)].filter(Boolean).join(" · ")),
      ...(mistakes.length > 0 ? [section([t("teamForms.text.unusable"), ...mistakes].join("\n"))] : []),
      buttonsOfTeam(t, own, canEdit),
      ...team.agents.slice(0, AGENTS_SHOWN_MAX).map((agent) => agentRow(t, own, agent, canEdit)),
    ],
  };
}

const origin = (t: Translator, { fromFile }: ShelvedTeam): string => t(fromFile ? "teamForms.text.fromFile" : "home.text.madeHere");

const policyIn = (t: Translator, policy: string): string =>
  isKnownPolicy(policy) ? t(`teamForms.option.policy.${policy}`) : safeMrkdwn(policy);

function limitsLine({ limits }: TeamJson): string {
  const known = Object.entries(limits ?? {}).filter(([, value]) => typeof value === "number");
  return known.map(([name, value]) => `${safeMrkdwn(name)} ${String(value)}`).join(", ");
}

function buttonsOfTeam(t: Translator, own: ShelvedTeam, canEdit: boolean): ActionsBlock {
  const value = { t: own.name };
  const usable = own.mistakes.length === 0;
  return {
    type: "actions",
    elements: [
      ...(usable ? [button(t("home.option.run"), homeAction("run"), value, "primary")] : []),
      ...(canEdit
        ? [button(t("teamForms.button.edit"), homeAction("edit"), value), button(t("home.button.newAgent"), homeAction("newAgent"), value)]
        : []),
      ...(canEdit ? [button(t("teamForms.button.yaml"), homeAction("yaml"), value)] : []),
      button(t("home.option.export"), homeAction("export"), value),
    ],
  };
}

function agentRow(t: Translator, own: ShelvedTeam, agent: AgentJson, canEdit: boolean): SectionBlock {
  const face = agent.icon?.startsWith(":") ? `${safeMrkdwn(agent.icon)} ` : "";
  const about = [agent.kind, agent.model].filter((one) => one !== undefined).map((one) => `\`${safeMrkdwn(one)}\``);
  const words = `${face}*${safeMrkdwn(agent.name)}* ${about.join(" ")}\n${safeMrkdwn(shorten(agent.description, 300))}`;
  const accessory = button(t(canEdit ? "teamForms.button.edit" : "teamForms.button.read"), homeAction("agent"), {
    t: own.name,
    n: agent.name,
  });
  return { ...section(words), accessory };
}

/** A new team: a copy of another, under its own name. */
export const createForm = (t: Translator, shelf: TeamShelf, workspace: string, from: ShelvedTeam | undefined): ModalView => ({
  ...modal(t, t(from ? "teamForms.title.duplicate" : "teamForms.title.newTeam"), t("teamForms.submit.create"), {}),
  callback_id: FORMS.create,
  blocks: [
    nameField(t),
    textField({
      id: TEAM.description,
      label: t("teamForms.label.purpose"),
      hint: t("teamForms.hint.purpose"),
      charsMax: 500,
      value: from && teamJson(from.team).description,
      optional: from !== undefined,
    }),
    ...menuField({
      id: TEAM.from,
      label: t("teamForms.label.from"),
      hint: t("teamForms.hint.from"),
      options: shelf.list(workspace).map(({ name }) => ({ value: name })),
      chosen: from?.name,
    }),
    ...menuField({
      id: TEAM.policy,
      label: t("teamForms.label.policy"),
      optional: true,
      options: policies(t),
      chosen: undefined,
      hint: t("teamForms.hint.policy"),
    }),
  ],
});

const nameField = (t: Translator) =>
  textField({ id: TEAM.name, label: t("teamForms.label.name"), hint: t("teamForms.hint.teamName"), charsMax: 40 });

const policies = (t: Translator): Choice[] => POLICIES.map((value) => ({ value, label: t(`teamForms.option.policy.${value}`) }));

export function editForm(t: Translator, own: ShelvedTeam, shelf: TeamShelf): ModalView {
  const team = teamJson(own.team);
  const { policy, model } = team.speakers;
  const words = plainStopWords(team.stop);
  const isKnown = isKnownPolicy(policy);
  const { turns, minutes, tokens, usd } = team.limits ?? {};
  const { ceilings } = shelf;
  return {
    ...modal(t, t("teamForms.title.editTeam"), t("forms.submit.save"), { t: own.name, revision: own.revision }),
    callback_id: FORMS.edit,
    blocks: [
      section(`*${safeMrkdwn(own.name)}*`),
      textField({ id: TEAM.description, label: t("teamForms.label.purpose"), charsMax: 500, value: team.description }),
      ...menuField({
        id: TEAM.policy,
        label: t("teamForms.label.policy"),
        options: isKnown ? policies(t) : [{ value: policy, label: t("teamForms.option.asYaml", { policy }) }, ...policies(t)],
        chosen: policy,
      }),
      ...menuField({
        id: TEAM.model,
        label: t("teamForms.label.model"),
        optional: true,
        options: shelf.models.map((value) => ({ value })),
        chosen: model,
        hint: t("teamForms.hint.model"),
      }),
      textField({
        id: TEAM.agents,
        label: t("teamForms.label.agents"),
        multiline: true,
        value: team.agents.map(({ name }) => name).join("\n"),
        hint: t("teamForms.hint.agents"),
      }),
      numberField({ id: TEAM.turns, label: t("teamForms.label.turns"), optional: true, value: turns, hint: upTo(t, ceilings.turns) }),
      numberField({
        id: TEAM.minutes,
        label: t("teamForms.label.minutes"),
        optional: true,
        decimal: true,
        value: minutes,
        hint: upTo(t, ceilings.minutes),
      }),
      numberField({ id: TEAM.tokens, label: t("teamForms.label.tokens"), optional: true, value: tokens, hint: upTo(t, ceilings.tokens) }),
      numberField({
        id: TEAM.usd,
        label: t("teamForms.label.usd"),
        optional: true,
        decimal: true,
        value: usd,
        hint: upTo(t, ceilings.usd),
      }),
      ...(words
        ? [
            textField({
              id: TEAM.stop,
              label: t("teamForms.label.stop"),
              multiline: true,
              optional: true,
              value: words.join("\n"),
              hint: t("teamForms.hint.stop"),
            }),
          ]
        : [context(t("teamForms.text.stopInYaml"))]),
      boxField({ id: TEAM.quiet, label: t("teamForms.label.quiet"), text: t("teamForms.option.quiet"), ticked: team.quiet === true }),
    ],
  };
}

const upTo = (t: Translator, ceiling: number): string => t("teamForms.hint.upTo", { most: t.number(ceiling) });

/** The fields of a form for YAML. */
export const YAML = { text: "text", more: "more" } as const;

/** A team as text: one to bring in, or one to change. Too long for two fields, it is changed as a file, by export and import elsewhere. */
export function yamlForm(t: Translator, own: ShelvedTeam | undefined, text: string): ModalView {
  const parts = inTwo(text) ?? ["", ""];
  return {
    ...modal(
      t,
      t(own ? "teamForms.title.yaml" : "teamForms.title.import"),
      t(own ? "forms.submit.save" : "teamForms.submit.import"),
      own ? { t: own.name, revision: own.revision } : {},
    ),
    callback_id: FORMS.yaml,
    blocks: [
      section(own ? t("teamForms.text.yaml", { team: safeMrkdwn(own.name) }) : t("teamForms.text.import")),
      textField({ id: YAML.text, label: t("teamForms.label.yaml"), multiline: true, value: parts[0] }),
      textField({
        id: YAML.more,
        label: t("teamForms.label.moreYaml"),
        multiline: true,
        optional: true,
        value: parts[1],
        hint: t("teamForms.hint.moreYaml", { count: t.number(INPUT_CHARS_MAX) }),
      }),
    ],
  };
}

export const removeForm = (t: Translator, own: ShelvedTeam): ModalView => ({
  ...modal(t, t("teamForms.title.delete"), t("teamForms.submit.delete"), { t: own.name, revision: own.revision }),
  callback_id: FORMS.remove,
  blocks: [
    section(t("teamForms.text.delete", { team: safeMrkdwn(own.name), count: teamJson(own.team).agents.length })),
    textField({ id: TEAM.name, label: t("teamForms.label.sure"), charsMax: 40 }),
  ],
});

/** A line or two, and nothing to do. */
export const noteView = (t: Translator, title: string, ...blocks: readonly KnownBlock[]): ModalView => ({
  ...modal(t, title, undefined, {}),
  callback_id: "parley_home_note",
  blocks: [...blocks],
});

export const modal = (t: Translator, title: string, submit: string | undefined, about: Partial<AboutForm>) => ({
  type: "modal" as const,
  title: plainText(title),
  ...(submit === undefined ? {} : { submit: plainText(submit) }),
  close: plainText(t(submit === undefined ? "forms.submit.close" : "forms.submit.cancel")),
  private_metadata: JSON.stringify(about),
});
