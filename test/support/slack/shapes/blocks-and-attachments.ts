import { rich, line, text, mrkdwn, plain, section, FORWARD, JO, type MessageShape } from "./shape-parts.ts";

export const RICH: readonly MessageShape[] = [
  {
    is: "rich text with lists, a quotation and code, and no text",
    message: {
      text: "",
      blocks: [
        rich(
          line(text("Do ", { bold: true }), text("this")),
          { type: "rich_text_list", style: "ordered", indent: 0, elements: [line(text("first")), line(text("second"))] },
          { type: "rich_text_list", style: "bullet", indent: 1, elements: [line(text("inner"))] },
          { type: "rich_text_quote", elements: [text("she said\nso")] },
          { type: "rich_text_preformatted", border: 0, elements: [text("if (a < b && c) {}")] },
        ),
      ],
    },
    reads: ["Maria: Do this\n| 1. first\n| 2. second\n|   • inner\n| > she said\n| > so\n| ```\n| if (a < b && c) {}\n| ```"],
  },
  {
    is: "rich text with a date, a color, a group, an emoji and a broadcast",
    message: {
      text: "",
      blocks: [
        rich(
          line(
            { type: "date", timestamp: 1_900_000_000, format: "{date_short}" },
            text(" "),
            { type: "date", timestamp: 1_900_000_000, format: "{date}", fallback: "in March" },
            { type: "color", value: "#F405B3" },
            { type: "usergroup", usergroup_id: "S0TEAM" },
            { type: "broadcast", range: "here" },
            { type: "emoji", name: "tada", unicode: "1f389" },
          ),
        ),
      ],
    },
    reads: ["2030-03-17 17:46 UTC in March#F405B3@S0TEAM@here:tada:"],
  },
  {
    is: "a block of Markdown",
    message: { text: "", blocks: [{ type: "markdown", text: "**Bold** `a < b` & <div> for <@U0JONAS>" }] },
    reads: ["Maria: **Bold** `a < b` & <div> for @Jonas"],
  },
  {
    is: "a picture with its alternative text",
    message: {
      text: "",
      blocks: [{ type: "image", image_url: "https://x.example/a.png", alt_text: "a cat <3 a dog", title: plain("Pets") }],
    },
    reads: ["Pets", "a cat <3 a dog"],
    not: ["a.png"],
  },
  {
    is: "sections, fields and small print",
    message: {
      text: "This content can't be displayed.",
      blocks: [
        { type: "header", text: plain("Weekly") },
        { ...section("All is well?"), fields: [mrkdwn("*up:* 99%"), plain("no")] },
        { type: "context", elements: [{ type: "image", image_url: "https://x.example/i.png", alt_text: "logo" }, mrkdwn("by Kim")] },
        { type: "actions", elements: [{ type: "button", text: plain("Snooze"), action_id: "a", value: "snooze-1" }] },
      ],
    },
    reads: ["Weekly\n| All is well?\n| *up:* 99%\n| no\n", "by Kim"],
    not: ["can't be displayed", "Snooze"],
  },
  {
    is: "a block that is younger than this",
    message: { text: "", blocks: [{ type: "poll_card", question: plain("Ship it?"), options: [{ label: "Yes", votes: 2 }, { label: "No", votes: 1 }], image_url: "https://x.example/p.png" }] }, // prettier-ignore
    reads: ["Ship it?", "Yes", "No"],
    not: ["p.png"],
  },
  {
    is: "a reply that is shown in the channel too",
    message: { subtype: "thread_broadcast", text: "to all", root: { type: "message", text: "hm" } },
    reads: ["Maria: to all"],
  },
  {
    is: "a text that is cut, and the whole of it in rich text",
    message: { text: "Move it to Friday…", blocks: [rich(line(text("Move it to Friday, and tell Kim")))] },
    reads: ["Maria: Move it to Friday, and tell Kim"],
    not: ["Friday…"],
  },
  {
    is: "a call",
    message: { text: "", blocks: [{ type: "call", call_id: "R0CALL", call: { v1: { id: "R0CALL", name: "Standup", join_url: "https://call.example/1" } } }] }, // prettier-ignore
    reads: ["Standup", "https://call.example/1"],
    not: ["R0CALL"],
  },
  {
    is: "a file that a block shows",
    message: { text: "", blocks: [{ type: "file", source: "remote", external_id: "X1", file: { title: "Design.fig", permalink: "https://local.slack.com/files/X1" } }] }, // prettier-ignore
    reads: ["Design.fig"],
  },
  { is: "words about oneself", message: { subtype: "me_message", text: "waves" }, reads: ["Maria: waves"] },
  { is: "emoji and a forward", message: { text: ":point_down:", attachments: [FORWARD] }, reads: [":point_down:", `${JO}: Deploy 417`] },
];

/** Posted by an app in a person's name, or by hand with a person's token. */
export const ATTACHED: readonly MessageShape[] = [
  {
    is: "an attachment with a fallback alone",
    message: { text: "", attachments: [{ id: 1, color: "danger", fallback: "[FIRING] HighErrorRate" }] },
    reads: ["attached to the message: [FIRING] HighErrorRate"],
  },
  {
    is: "an attachment with blocks alone",
    message: {
      text: "",
      attachments: [
        { id: 1, color: "a30200", fallback: "[no preview available]", blocks: [section("*checkout* is slow"), { type: "divider" }] },
      ],
    },
    reads: ["attached to the message: *checkout* is slow"],
  },
  {
    is: "an attachment with fields alone",
    message: {
      text: "",
      attachments: [
        { id: 1, fallback: "[no preview available]", fields: [{ title: "host", value: "db-3", short: true }, { value: "no" }] },
      ],
    },
    reads: ["attached to the message: host: db-3\n| no"],
  },
  {
    is: "an attachment with all of its parts",
    message: {
      text: "see",
      attachments: [{ pretext: "Firing", author_name: "Grafana", title: "DiskFull", title_link: "https://x.example/d", text: "db-3 is full", fields: [{ title: "use", value: "97%" }], footer: "eu-1", ts: 1, fallback: "DiskFull" }], // prettier-ignore
    },
    reads: ["Firing\n| Grafana\n| DiskFull (https://x.example/d)\n| db-3 is full\n| use: 97%\n| eu-1"],
  },
];
