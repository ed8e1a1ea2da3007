import fc from "fast-check";
import { expect, test } from "vitest";
import { safeLine, safeMarkdown, safeMrkdwn, shorten } from "../../../src/slack/words/escape.ts";

/** What Slack would act on: its own tokens, written out. */
const LIVE =
  /<(?:@[A-Za-z0-9]|#[A-Za-z0-9]|!(?:channel|here|everyone|subteam|group|date))|<[a-z]+:[^<>|\n]*\||(?<![\w.@/-])@(?:channel|here|everyone|group)(?![\w-])/i;
/** As Markdown would read it. */
const decoded = (text: string) =>
  text
    .replaceAll(/&(?:lt|LT|#0*60|#[xX]0*3[cC]);?/g, "<")
    .replaceAll(/&(?:commat|#0*64|#[xX]0*40);?/g, "@")
    .replaceAll(/&(?:excl|#0*33|#[xX]0*21);?/g, "!")
    .replaceAll(/&(?:num|#0*35|#[xX]0*23);?/g, "#")
    .replaceAll(/\\+(?=[@#!<])/g, "");
const visible = (text: string) => text.replaceAll("\u200b", "");

test("a mention, a channel-wide call, a group and a disguised link lose their power and look as they did, in code too", () => {
  for (const text of [
    "<@U0MARIA> look",
    "<!channel> and <!here|here> and <!everyone>",
    "<!subteam^S123|@oncall>",
    "<#C0GENERAL|general>",
    "see <https://evil.example|https://bank.example>",
    "@channel! (@here) @everyone",
    "```\n<!channel> <@U1>\n```",
    "`<@U0MARIA>`",
    "&lt;!channel&gt; and &#60;@U1&#62; and &lt;&#33;here> and \\<!here> and <\\!here>",
  ]) {
    const safe = safeMarkdown(text);
    expect(decoded(safe)).not.toMatch(LIVE);
    expect(visible(safe)).toBe(text);
  }
});

test("what only looks like it is left as it is", () => {
  for (const text of [
    "if (a < b && c > d) {}",
    "a <- b",
    "<div>",
    "<!-- note -->",
    "<!DOCTYPE html>",
    "<https://example.com/a?b=c&d=e>",
    "mail me@here.example",
    "npm i @scope/pkg @here-app/x",
    "vector<int> x;",
    "#include <stdio.h>",
    "1 << 2",
  ]) {
    expect(safeMarkdown(text)).toBe(text);
  }
});

test("terminal escapes, controls and marks that turn text around are taken out; newlines and tabs stay", () => {
  expect(safeMarkdown("\u001b[31mred\u001b[0m \u001b]0;title\u0007a\u0000b\u0007\tc\r\nd\re")).toBe("red ab\tc\nd\ne");
  expect(safeMarkdown("user\u202Egnp.exe\u2066x\u2069")).toBe("usergnp.exex");
  expect(safeMarkdown("lone \ud800 half")).toBe("lone \ufffd half");
});

test("whatever is written, nothing that Slack acts on comes out, and making it safe twice changes nothing", () => {
  const pieces = fc.constantFrom(
    "<",
    ">",
    "@",
    "!",
    "#",
    "&lt;",
    "&#64;",
    "&excl;",
    "\\",
    "|",
    "here",
    "channel",
    "U0MARIA",
    "C1",
    "subteam^S1",
    "https://x",
    ":",
    " ",
    "\n",
    "`",
    "a",
    "\u001b[1m",
    "\u202e",
    "\u200b",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
      const text = parts.join("");
      const safe = safeMarkdown(text);
      expect(decoded(safe)).not.toMatch(LIVE);
      expect(safeMrkdwn(text)).not.toMatch(/[<>]/);
      expect(safeMarkdown(safe)).toBe(safe);
      expect(visible(safe).length).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2_000 },
  );
});

test("mrkdwn fields get Slack's three escapes, and a line is one line within its limit", () => {
  expect(safeMrkdwn("a < b & c > d")).toBe("a &lt; b &amp; c &gt; d");
  expect(safeLine("  one\n\ttwo  three ", 9)).toBe("one two…");
  expect(shorten("😀😀😀", 4)).toBe("😀…");
});
