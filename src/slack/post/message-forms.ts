import type { TeamCard } from "../../team-shelf.ts";
import type { KnownBlock } from "@slack/types";
import type { Post } from "../../store/store.ts";
import type { CallFailure } from "../api/api-errors.ts";
import { codeIn } from "../language/code-words.ts";
import type { Translator } from "../language/translator.ts";
import { context, markdown, section, type RenderedFile, type RenderedMessage } from "../words/blocks.ts";
import { knownCode } from "../api/error-codes.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { MARKDOWN_CHARS_MAX, OUTPUT_CHARS_SHOWN } from "../words/limits.ts";
import { faceInText, persona, type Persona } from "../render/personas.ts";
import { splitMarkdown } from "../words/split-markdown.ts";

/** The forms in which one message is tried. Slack's refusals lead from one to the next, never back, so that trying ends. */
export interface Form {
  /** As it was meant, in blocks that every Slack has, in pieces of half the size, as a file, or as text alone. */
  readonly shape: "whole" | "simple" | "pieces" | "file" | "plain";
  readonly personas: boolean;
  /** Said instead of a file that could not be uploaded. */
  readonly notice: RenderedMessage | undefined;
}

export const FIRST_FORM: Form = { shape: "whole", personas: true, notice: undefined };

/** All that was to be said in one message, small print and buttons too. */
export const isAsMeant = ({ shape, notice }: Form): boolean => notice === undefined && (shape === "whole" || shape === "simple");

/** The form to try after a refusal; `undefined` when there is none left. Waiting and looking are not forms, and are decided before. */
export function nextForm(
  form: Form,
  failure: CallFailure,
  tried: { readonly message: RenderedMessage; readonly withPersona: boolean },
): Form | undefined {
  if (failure.kind === "blocks" && tried.message.fallback && form.shape === "whole") return { ...form, shape: "simple" };
  if (failure.kind === "too-long" && tried.message.markdown !== undefined) {
    if (form.shape === "whole" || form.shape === "simple") return { ...form, shape: "pieces" };
    if (form.shape === "pieces") return { ...form, shape: "file" };
  }
  if ((failure.kind === "refused" || failure.kind === "undocumented") && tried.withPersona) return { ...form, personas: false };
  return form.shape === "plain" ? undefined : { ...form, shape: "plain" };
}

/** The messages that a form makes of one; more than one for pieces alone. */
export function shaped(message: RenderedMessage, shape: Form["shape"]): readonly RenderedMessage[] {
  if (shape === "plain") return [{ ...message, blocks: [] }];
  if (shape === "simple") return [{ ...message, blocks: message.fallback ?? message.blocks }];
  if (shape !== "pieces" || message.markdown === undefined) return [message];
  const { parts } = splitMarkdown(message.markdown, { charsMax: MARKDOWN_CHARS_MAX / 2, partsMax: PIECES_MAX });
  const others = (message.fallback ?? message.blocks).filter((block) => block.type !== "markdown");
  return parts.map((text, index) => ({
    ...message,
    markdown: text,
    plain: text,
    blocks: [markdown(text), ...(index === parts.length - 1 ? others : [])],
  }));
}

/** Halves, and what closing and reopening fences adds. */
const PIECES_MAX = 4;

/**
 * Text, blocks and face as chat.postMessage takes them. Without a persona the speaker's name stands above the words, and in front of the text;
 * with one Slack says it itself, in notifications and to screen readers, and once is enough.
 */
export function contentOf(
  message: RenderedMessage,
  about: { readonly withPersona: boolean; readonly team: TeamCard; readonly isMember: (name: string) => boolean },
): { readonly text: string; readonly blocks?: KnownBlock[] } & Partial<Persona> {
  const { speaker } = message;
  const { withPersona, team } = about;
  const own = speaker === undefined ? undefined : persona(speaker, team, about.isMember);
  const face = withPersona && own ? own : {};
  const name = withPersona || speaker === undefined || !own ? undefined : `${faceInText(speaker, team)}*${safeMrkdwn(own.username)}*`;
  if (message.blocks.length === 0) return { ...face, text: name ? `${name}\n${message.plain}` : message.plain };
  const text = own === undefined || withPersona ? message.text : `${safeMrkdwn(own.username)}: ${message.text}`;
  return { ...face, text, blocks: [...(name ? [section(name)] : []), ...message.blocks] };
}

/** A file has no persona. */
const withSpeaker = ({ speaker, text }: RenderedMessage): string => (speaker === undefined ? text : `${safeMrkdwn(speaker)}: ${text}`);

/** A turn that Slack finds too long even in pieces. */
export const asFile = (message: RenderedMessage, post: Post): RenderedFile => ({
  kind: "file",
  name: `turn-${post.seq}.md`,
  alt: withSpeaker(message),
  comment: withSpeaker(message),
  content: { text: message.markdown ?? message.plain },
});

/** Slack takes the message in no form: that something is missing here is said in words that give no cause for a refusal. */
export function lastForm(t: Translator, refused: RenderedFile | RenderedMessage, code: string): Form {
  const values = { code: safeMrkdwn(code) };
  const text =
    refused.kind === "message" && refused.speaker !== undefined
      ? t("lines.text.turnUnposted", { ...values, agent: safeMrkdwn(refused.speaker) })
      : t("lines.text.unposted", values);
  return { shape: "plain", personas: false, notice: { kind: "message", text, plain: text, blocks: [] } };
}

/** What cannot be uploaded is at least named; of a message that was to be a file, the beginning is said. */
export function noticeOf(
  t: Translator,
  { file, code, message }: { readonly file: RenderedFile; readonly code: string; readonly message: RenderedMessage | undefined },
): RenderedMessage {
  const bytes = "text" in file.content ? Buffer.byteLength(file.content.text) : file.content.bytes;
  const why = isKnown(code) ? t(`lines.text.whyNot.${code}`) : whyOf(t, code);
  const text = t("lines.text.notUploaded", { file: `${safeMrkdwn(file.name)} (${t.size(bytes)})`, why });
  if (!message) return { kind: "message", text, plain: text, blocks: [context(text)] };
  const head = splitMarkdown(message.markdown ?? message.plain, { charsMax: OUTPUT_CHARS_SHOWN, partsMax: 1 }).parts[0] ?? "";
  const { markdown: _, ...rest } = message;
  return { ...rest, plain: `${safeMrkdwn(head)}\n…\n${text}`, blocks: [markdown(head), context(text)] };
}

/** As a clause, in mrkdwn: what Slack means by it, or the code itself where nobody could tell. */
function whyOf(t: Translator, code: string): string {
  const { reaction } = knownCode(code);
  return reaction === "bug" || reaction === "doubt" ? safeMrkdwn(code) : codeIn(t, code).replace(/\.$/, "");
}

/** Of which the catalogue has a clause for people. */
const KNOWN = ["missing_scope", "unknown_method", "content_gone", "empty"] as const;
const isKnown = (code: string): code is (typeof KNOWN)[number] => (KNOWN as readonly string[]).includes(code);
