import { expect, test } from "vitest";
import { plainText } from "../../../src/slack/words/mrkdwn.ts";
import { readCarried, speaksTo, wordsIn, type Carrier } from "../../../src/slack/words/message-words.ts";

const naming = {
  bot: "U0PARLEY",
  nameOf: async (user: string) => (user === "U0JONAS" ? "Jonas" : user === "U0PARLEY" ? "parley" : user),
  channelNameOf: async (channel: string) => (channel === "C0ENG" ? "engineering" : undefined),
};
const rich = (...elements: object[]) => [{ type: "rich_text", elements }];
const line = (...elements: object[]) => ({ type: "rich_text_section", elements });
const text = (words: string, style?: object) => ({ type: "text", text: words, ...(style ? { style } : {}) });
const toBot = { type: "user", user_id: "U0PARLEY" };
const TABLE = {
  type: "table",
  rows: [
    [
      { type: "raw_text", text: "item" },
      { type: "rich_text", elements: [line(text("sum", { bold: true }))] },
    ],
    [
      { type: "raw_text", text: "A|B" },
      { type: "raw_number", value: 99 },
    ],
  ],
};
const by = (more: object): Carrier => ({ user: "U0MARIA", text: "", ...more });
const byApp = (more: object): Carrier => ({ bot_id: "B0ALERTS", text: "", ...more });
const own = async (message: Carrier) => plainText(wordsIn(message).own, naming);
const carried = async (message: Carrier) => readCarried(wordsIn(message), naming);

test("a person's rich text is read once, and where there is no text in its place", async () => {
  const blocks = rich(
    line(toBot, text(" a < b & "), text("x<y>", { code: true }), { type: "link", url: "https://x.example/?a=1&b=2", text: "page" }),
    { type: "rich_text_list", style: "ordered", elements: [line(text("one")), line({ type: "emoji", name: "wave" })] },
    { type: "rich_text_quote", elements: [text("said\nbefore")] },
    { type: "rich_text_preformatted", elements: [text("if (a && b) {}")] },
  );
  expect(await own(by({ text: "short", blocks }))).toBe("short");
  expect(await own(by({ blocks }))).toBe(
    "a < b & `x<y>`page (https://x.example/?a=1&b=2)\n1. one\n2. :wave:\n> said\n> before\n```\nif (a && b) {}\n```",
  );
});

test("a list in a quotation is one", async () => {
  const list = (border: number) =>
    rich({ type: "rich_text_list", style: "bullet", border, elements: [line(toBot, text(" fix it")), line(text("or not"))] });
  expect(await own(by({ blocks: list(1) }))).toBe("> • @parley fix it\n> • or not");
  expect(speaksTo(by({ text: "…", blocks: list(1) }), "U0PARLEY")).toBe(false);
  expect(speaksTo(by({ text: "…", blocks: list(0) }), "U0PARLEY")).toBe(true);
});

test("an empty cell keeps its place in a table", async () => {
  const cell = (words: string) => ({ type: "raw_text", text: words });
  const rows = [
    [cell("day"), cell("sum"), cell("who")],
    [null, {}, cell("Ann")],
    [cell("Mon"), cell(""), "Ben"],
    [{ type: "raw_text" }, 7],
  ];
  expect(await own(by({ blocks: [{ type: "table", rows }] }))).toBe("| day | sum | who |\n|  |  | Ann |\n| Mon |  | Ben |\n|  | 7 |");
});

test("an app's words are read in whatever of text, blocks and attachments they stand, and once", async () => {
  const section = {
    type: "section",
    text: { type: "mrkdwn", text: "*Disk* of db-4 is full" },
    fields: [{ type: "plain_text", text: "a < b" }],
  };
  const blocks = [{ type: "header", text: { type: "plain_text", text: "Alert" } }, section, { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Silence" } }] }]; // prettier-ignore
  expect(await own(byApp({ blocks }))).toBe("Alert\n*Disk* of db-4 is full\na < b");
  expect(await own(byApp({ text: "Alert", blocks }))).toBe("Alert\n*Disk* of db-4 is full\na < b");
  expect(await own(byApp({ blocks: [{ type: "newer", child_blocks: [section] }] }))).toContain("db-4");
  const alert = { pretext: "Firing", title: "DiskFull", title_link: "https://x.example", text: "db-3 is full", fields: [{ title: "use", value: "97%" }], footer: "Grafana", fallback: "DiskFull" }; // prettier-ignore
  expect(await carried(byApp({ attachments: [alert] }))).toEqual([
    { source: "attached to the message", text: "Firing\nDiskFull (https://x.example)\ndb-3 is full\nuse: 97%\nGrafana" },
  ]);
  expect(await carried(byApp({ attachments: [{ fallback: "only this" }, { fallback: "[no preview available]" }] }))).toEqual([
    { source: "attached to the message", text: "only this" },
  ]);
});

test("what stands in text and blocks alike is read once, and a short answer among others is not taken for said", async () => {
  const sections = ["Is the disk full? Yes or no?", "no"].map((words) => ({ type: "section", text: { type: "mrkdwn", text: words } }));
  expect(await own(byApp({ text: "Is the disk full?", blocks: sections }))).toBe("Is the disk full? Yes or no?\nno");
  expect(await own(byApp({ text: "Disk: is the disk full? Yes or no? no", blocks: sections }))).toBe(
    "Disk: is the disk full? Yes or no? no",
  );
  const fields = [{ title: "host", value: "db" }, { value: "db" }];
  expect((await carried(byApp({ attachments: [{ text: "db is down", fields }] })))[0]?.text).toBe("db is down\nhost: db\ndb");
});

test("what is forwarded is its author's, with its files, and a table is a table", async () => {
  const share = { is_share: true, is_msg_unfurl: true, author_id: "U0JONAS", channel_id: "C0ENG", ts: "1795000000.000100", from_url: "https://x.example" }; // prettier-ignore
  const file = { id: "F1", name: "log.txt", url_private: "https://files.slack.com/a" };
  const words = by({ attachments: [{ ...share, text: "step 7 fails, <@U0PARLEY>", files: [file] }] });
  expect(await carried(words)).toEqual([
    { source: "Jonas in #engineering, 2026-11-18 11:06 UTC, forwarded", text: "step 7 fails, @parley\n(with log.txt)" },
  ]);
  expect(wordsIn(words).files).toEqual([expect.objectContaining(file)]);
  const blocks = rich(line(text("in blocks")));
  expect(await carried(by({ attachments: [{ ...share, message_blocks: [{ message: { blocks } }], fallback: "Jo: …" }] }))).toEqual([
    expect.objectContaining({ text: "in blocks" }),
  ]);
  expect(await carried(by({ attachments: [{ fallback: "[no preview available]", blocks: [TABLE] }] }))).toEqual([
    { source: "a table in the message", text: "| item | sum |\n| A\\|B | 99 |" },
  ]);
});

test("a forward that says nothing is none, whatever Slack writes around it", async () => {
  const bare = { is_share: true, is_msg_unfurl: true, author_name: "Jo", channel_id: "C0ENG", ts: "1795000000.000100", msg_subtype: "bot_message", footer: "Posted in #engineering", from_url: "https://x.example", fallback: "[no preview available]" }; // prettier-ignore
  expect(await carried(by({ attachments: [bare] }))).toEqual([]);
});

test("previews are not read; what is too much is cut, with a word about it", async () => {
  const previews = [
    { is_msg_unfurl: true, text: "a" },
    { from_url: "https://x.example", text: "b" },
    { is_app_unfurl: true, text: "c" },
  ];
  expect(await carried(by({ text: "see <https://x.example>", attachments: previews }))).toEqual([]);
  const [long, , ...rest] = await carried(byApp({ attachments: Array.from({ length: 25 }, () => ({ text: "x".repeat(20_000) })) }));
  expect(long?.text).toHaveLength(20_000);
  expect(rest.at(0)?.text).toBe("\n(cut here: 20000 more characters were not read)");
  expect(rest.at(-1)).toEqual({ text: "(5 more that came along with the message were not read: at most 20 are.)" });
});

test.each([
  ["a mention in rich text", by({ text: "x", blocks: rich(line(toBot)) }), true],
  ["one in code beside one that is none", by({ blocks: rich(line(text("<@U0PARLEY>", { code: true }), toBot)) }), true],
  ["one in inline code", by({ text: "<@U0PARLEY>", blocks: rich(line(text("<@U0PARLEY> fix", { code: true }))) }), false],
  ["a person in code", by({ text: "<@U0PARLEY>", blocks: rich(line({ ...toBot, style: { code: true } })) }), false],
  ["one in a code block", by({ text: "<@U0PARLEY>", blocks: rich({ type: "rich_text_preformatted", elements: [toBot] }) }), false],
  [
    "one in a quotation",
    by({ type: "app_mention", text: "<@U0PARLEY>", blocks: rich({ type: "rich_text_quote", elements: [toBot] }) }),
    false,
  ],
  ["Slack's own word for it", by({ type: "app_mention", text: "look" }), true],
  ["one in what is forwarded", by({ text: "look", attachments: [{ is_share: true, text: "<@U0PARLEY> fix" }] }), false],
  ["one in an app's section", byApp({ blocks: [{ type: "section", text: { type: "mrkdwn", text: "<@U0PARLEY> look" } }] }), true],
  ["one in a list", by({ text: "x", blocks: rich({ type: "rich_text_list", style: "bullet", elements: [line(toBot)] }) }), true],
  [
    "one in code in a list",
    by({ text: "x <@U0PARLEY>", blocks: rich({ type: "rich_text_list", elements: [line(text("<@U0PARLEY> fix", { code: true }))] }) }),
    false,
  ],
  ["one below a quotation", by({ text: "x", blocks: rich({ type: "rich_text_quote", elements: [toBot] }, line(toBot)) }), true],
  [
    "one as the name of a link",
    by({ text: "x", blocks: rich(line({ type: "link", url: "https://x.example", text: "<@U0PARLEY>" })) }),
    false,
  ],
  ["one in a table", by({ text: "x", blocks: [{ type: "table", rows: [rich(line(toBot))] }] }), true],
  [
    "one in code in a table",
    by({ text: "x", blocks: [{ type: "table", rows: [rich(line({ ...toBot, style: { code: true } }))] }] }),
    false,
  ],
  ["one in an app's field", byApp({ attachments: [{ fields: [{ title: "to", value: "<@U0PARLEY> look" }] }] }), true],
  ["one in an app's fallback, where nothing else is", byApp({ attachments: [{ fallback: "<@U0PARLEY> look" }] }), true],
  ["one in an app's Markdown", byApp({ blocks: [{ type: "markdown", text: "<@U0PARLEY> **look**" }] }), true],
  ["one in an app's small print", byApp({ blocks: [{ type: "context", elements: [{ type: "mrkdwn", text: "cc <@U0PARLEY>" }] }] }), true],
  ["one in code in an app's attachment", byApp({ attachments: [{ blocks: rich(line({ ...toBot, style: { code: true } })) }] }), false],
  ["one in the preview of what an app links to", byApp({ text: "<https://x.example>", attachments: [{ from_url: "https://x.example", text: "<@U0PARLEY> fix" }] }), false], // prettier-ignore
  ["one in what an app's attachment forwards", byApp({ attachments: [{ text: "a", attachments: [{ is_share: true, text: "<@U0PARLEY> fix" }] }] }), false], // prettier-ignore
  ["one in an app's attachment", byApp({ attachments: [{ text: "<@U0PARLEY> look" }] }), true],
])("%s", (_name, message, speaks) => {
  expect(speaksTo(message, "U0PARLEY")).toBe(speaks);
});

test("whatever stands in blocks and attachments, nothing is thrown", async () => {
  const odd = [null, 1, "a", [], {}, { type: 7, text: 8, elements: "x" }, { type: "rich_text", elements: [{ type: "rich_text_list", indent: -1e9, elements: [null] }] }, { type: "table", rows: [null, {}, [null, 3]] }]; // prettier-ignore
  const message = byApp({
    blocks: odd,
    attachments: [...odd, { is_share: true, files: [7], fields: [1], blocks: odd, message_blocks: odd, ts: {} }],
  });
  expect(typeof (await own(message))).toBe("string");
  expect(Array.isArray(await carried(message))).toBe(true);
  expect(speaksTo(message, "U0PARLEY")).toBe(false);
});
