import type { ModalView } from "@slack/web-api";
import { readBack, shown } from "../../engine/reading/shown.ts";
import type { Translator } from "../language/translator.ts";
import { context, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { INPUT_CHARS_MAX } from "../words/limits.ts";
import type { Of } from "../render/log-reading.ts";
import { runModal, type About } from "./run-modals.ts";

/** The one block of these modals, as their submissions name it. */
export const FIELDS = { text: "text", element: "value" } as const;

/** The code, or the tool's arguments. */
export const editable = ({ what, tool }: Of<"approval.requested">): string =>
  tool !== undefined && what.startsWith(tool) ? what.slice(tool.length).trimStart() : what;

/** The same as its form shows it; nothing where it does not fit into one, or is not whole in the log. */
export function editForm(request: Of<"approval.requested">): string | undefined {
  const text = shown(editable(request));
  return text.length <= INPUT_CHARS_MAX ? text : undefined;
}

/** What a person has written there, as it is run: marks stand for what they name. `undefined` where it is what was asked for. */
export const editedTo = (request: Of<"approval.requested">, written: string): string | undefined =>
  written.trim() === shown(editable(request)).trim() ? undefined : readBack(written);

/** What will be run, to change it first. */
export const editModal = (t: Translator, about: About, request: Of<"approval.requested">, text: string): ModalView => ({
  ...runModal(t, "parley_edit", ["runForms.title.edit", "runForms.submit.edit"], about),
  blocks: [
    section(
      request.tool === undefined
        ? t("runForms.text.wantsToRun", { agent: safeMrkdwn(request.agent) })
        : t("runForms.text.wantsToCall", { agent: safeMrkdwn(request.agent), tool: safeMrkdwn(request.tool) }),
    ),
    ...(text === editable(request) ? [] : [context(`${t("notes.text.marks")} ${t("runForms.text.takenOut")}`)]),
    {
      type: "input",
      block_id: FIELDS.text,
      label: plainText(t(request.tool === undefined ? "runForms.label.code" : "runForms.label.arguments")),
      element: {
        type: "plain_text_input",
        action_id: FIELDS.element,
        multiline: true,
        max_length: INPUT_CHARS_MAX,
        ...(text === "" ? {} : { initial_value: text }),
      },
    },
  ],
});

/** A no, with words for the agents. */
export const denyModal = (t: Translator, about: About, request: Of<"approval.requested">): ModalView => ({
  ...runModal(t, "parley_deny", ["runForms.title.deny", "runForms.submit.deny"], about),
  blocks: [
    section(t("runForms.text.readsReason", { agent: safeMrkdwn(request.agent) })),
    {
      type: "input",
      block_id: FIELDS.text,
      label: plainText(t("runForms.label.whyNot")),
      optional: true,
      element: { type: "plain_text_input", action_id: FIELDS.element, multiline: true, max_length: INPUT_CHARS_MAX },
    },
  ],
});
