import type { RenderedCheck } from "../../src/sandbox/cases/expectations.ts";
import { safeMarkdown, safeMrkdwn } from "../../src/slack/words/escape.ts";
import { fenced } from "../../src/slack/render/turn-messages.ts";

/** As Slack would be given it: in a code block of Markdown, and in a field of mrkdwn. */
export const renderedDiffers: RenderedCheck = (rule, output) => {
  const markdown = fenced(safeMarkdown(output));
  const mrkdwn = safeMrkdwn(output);
  if (rule.noMentions && /<[!@#]/.test(markdown + mrkdwn)) return "a mention reaches Slack";
  const fence = /^`+/.exec(markdown)?.[0] ?? "";
  const inner = markdown.slice(fence.length, markdown.length - fence.length);
  if (rule.fenceIntact && (fence.length < 3 || inner.includes(fence))) return "the output closes its fence";
  const seen = mrkdwn.replaceAll("\u200b", "");
  const missing = rule.escaped?.find((wanted) => !seen.includes(wanted));
  return missing === undefined ? undefined : `the text for Slack does not hold ${missing}`;
};
