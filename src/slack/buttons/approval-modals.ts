import type { ModalView } from "@slack/web-api";
import { MARKS_EXPLAINED, readBack, shown } from "../../engine/reading/shown.ts";
import { context, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { INPUT_CHARS_MAX } from "../words/limits.ts";
import type { Of } from "../render/log-reading.ts";
import type { About } from "./run-modals.ts";

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
export const editModal = (about: About, request: Of<"approval.requested">, text: string): ModalView => ({
  ...modal("parley_edit", "Change and run", "Run once", about),
  blocks: [
    section(
      request.tool === undefined
        ? `What *${safeMrkdwn(request.agent)}* wants to run. The agents are told what you change.`
        : `What *${safeMrkdwn(request.agent)}* wants to call \`${safeMrkdwn(request.tool)}\` with, as JSON. The agents are told what you change.`,
    ),
    ...(text === editable(request) ? [] : [context(`${MARKS_EXPLAINED} What you take out is taken out of what runs.`)]),
    {
      type: "input",
      block_id: FIELDS.text,
      label: plainText(request.tool === undefined ? "Code" : "Arguments"),
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
export const denyModal = (about: About, request: Of<"approval.requested">): ModalView => ({
  ...modal("parley_deny", "Deny", "Deny", about),
  blocks: [
    section(`*${safeMrkdwn(request.agent)}* reads your reason and goes on without.`),
    {
      type: "input",
      block_id: FIELDS.text,
      label: plainText("Why not?"),
      optional: true,
      element: { type: "plain_text_input", action_id: FIELDS.element, multiline: true, max_length: INPUT_CHARS_MAX },
    },
  ],
});

const modal = (callback: string, title: string, submit: string, about: About) =>
  ({
    type: "modal",
    callback_id: callback,
    title: plainText(title),
    submit: plainText(submit),
    close: plainText("Cancel"),
    private_metadata: JSON.stringify(about),
  }) as const;
