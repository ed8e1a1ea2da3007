import { expect, test } from "vitest";
import { mentionIn, plainText } from "../../../src/slack/words/mrkdwn.ts";

const naming = {
  bot: "U0PARLEY",
  nameOf: async (user: string) => ({ U0JONAS: "Jonas", U0PARLEY: "parley", U0ODD: "R&amp;D <x>" })[user] ?? user,
  channelNameOf: async (channel: string) => (channel === "C0GENERAL" ? "general" : undefined),
};

test.each([
  ["is `&amp;lt;b&amp;gt;` the same as `&lt;b&gt;` &amp;amp; so?", "is `&lt;b&gt;` the same as `<b>` &amp; so?"],
  ["<https://x.example/a?b=1&amp;c=2|the page>, <mailto:a@x.example|a@x.example>", "the page (https://x.example/a?b=1&c=2), a@x.example"],
  ["<https://x.example/?q=&amp;lt;|a &amp;lt; b>", "a &lt; b (https://x.example/?q=&lt;)"],
  ["in <#C0GENERAL|>, <#C0GENERAL>, <#C0OTHER|ops> and <#C0SECRET|>", "in #general, #general, #ops and #C0SECRET"],
  ["due <!date^1900000000^{date_short}|Mar 17, 2030> for <!subteam^S0TEAM|@ops> and <!subteam^S0X>", "due Mar 17, 2030 for @ops and @S0X"],
  ["<!here> <!channel|channel> <!everyone|@everyone>", "@here @channel @everyone"],
  ["run `npm i <https://x.example|x.example>`", "run `npm i https://x.example`"],
  ["<@U0PARLEY>, ask <@U0JONAS|jo> &lt;@U0JONAS&gt;", "ask @Jonas <@U0JONAS>"],
  ["see <http://readme.md|readme.md>, `cat <http://main.py|main.py>`", "see readme.md, `cat main.py`"],
  ["due <!date^1900000000^{date}>", "due 2030-03-17 17:46 UTC"],
  ["<!date^1900000000^{date_short} at {time}^https://x.example|Mar 17>", "Mar 17"],
  ["<https://x.example/?q=%7Ca&amp;lt;b|a|b>", "a|b (https://x.example/?q=%7Ca&lt;b)"],
  ["a &lt;b&gt; c &amp;nbsp; d &quot;e&quot;, if a &lt; b &amp;&amp; c &gt; d", "a <b> c &nbsp; d &quot;e&quot;, if a < b && c > d"],
  ["```\ncurl <https://x.example/a?b=1&amp;c=2>\n```", "```\ncurl https://x.example/a?b=1&c=2\n```"],
  ["&lt;!here&gt; <> ~old~ `<@U0JONAS>`", "<!here> <> ~old~ `@Jonas`"],
  ["<@U0ODD> is a name", "@R&amp;D <x> is a name"],
  ["*<@U0PARLEY>* hello", "hello"],
  ["*<@U0PARLEY>*: *research:* x", "*research:* x"],
  ["_*<@U0PARLEY>*_ hello", "hello"],
  ["*<@U0PARLEY> research: x*", "*research: x*"],
  ["hello *<@U0PARLEY>* there", "hello there"],
  ["*hello <@U0PARLEY>*", "*hello*"],
  ["&gt; it is red\n<@U0PARLEY> why?", "> it is red\nwhy?"],
  ["a <@U0PARLEY> *b*", "a *b*"],
  ["<@U0PARLEY> *b*", "*b*"],
  // It is told of, and not spoken to.
  ["<@U0PARLEY>'s plan, <@U0PARLEY>’s and <@U0PARLEY>' x", "@parley's plan, @parley’s and' x"],
  ["<@U0PARLEY> 'quick' b, <@U0PARLEY>, ’twas", "'quick' b, ’twas"],
  ["<@U0PARLEY><@U0JONAS> b", "@Jonas b"],
  ["<@U0PARLEY> what does `<@U0PARLEY> fix it` do?", "what does `@parley fix it` do?"],
])("%j is read as %j", async (mrkdwn, text) => {
  expect(await plainText(mrkdwn, naming)).toBe(text);
});

test.each([
  ["<@U0PARLEY> fix it", "spoken"],
  ["look, <@U0PARLEY|parley>!", "spoken"],
  ["&gt; it is red\n<@U0PARLEY> why?", "spoken"],
  ["`a` <@U0PARLEY> `b`", "spoken"],
  ["see `<@U0PARLEY> x`, <@U0PARLEY>", "spoken"],
  ["an open ` and <@U0PARLEY>\nanother `", "spoken"],
  ["we write `<@U0PARLEY> fix it`", "shown"],
  ["```\nfirst\n<@U0PARLEY> fix it\n```", "shown"],
  ["&gt; <@U0PARLEY> fix it\nnot I", "shown"],
  ["&gt;&gt;&gt; a\nb <@U0PARLEY>", "shown"],
  ["``<@U0PARLEY> fix``", "shown"],
  ["he wrote\n&gt; &gt; <@U0PARLEY> x\n&gt; y", "shown"],
  ["~<@U0PARLEY>~ *<@U0PARLEY>* x", "spoken"],
  ["&lt;@U0PARLEY&gt;", "none"],
  ["<@U0JONAS>", "none"],
])("in %j the bot is %s", (mrkdwn, kind) => {
  expect(mentionIn(mrkdwn, "U0PARLEY")).toBe(kind);
});
