import { rich, line, text, mrkdwn, plain, raw, table, preview, type MessageShape } from "./shape-parts.ts";

export const TABLES: readonly MessageShape[] = [
  {
    is: "a pasted table",
    message: { text: "which row is wrong?", attachments: preview(table([raw("item"), raw("sum")], [raw("A"), raw("99")])) },
    reads: ["which row", "a table in the message: | item | sum |", "| A | 99 |"],
  },
  {
    is: "a table alone, in blocks",
    message: { text: "", blocks: [table([raw("k"), raw("v")], [raw("a"), raw("1")])] },
    reads: ["Maria: | k | v |", "| a | 1 |"],
  },
  {
    is: "a table with rich cells",
    message: {
      text: "sum?",
      attachments: preview(
        table(
          [rich(line(text("who", { bold: true }))), raw("where")],
          [
            rich(line({ type: "user", user_id: "U0JONAS" })),
            rich(line({ type: "link", url: "https://x.example/1", text: "page" }, text(" a|b"))),
          ],
        ),
      ),
    },
    reads: ["| who | where |", "| @Jonas | page (https://x.example/1) a\\|b |"],
  },
  {
    is: "a table with a list in a cell and an empty one",
    message: {
      text: "",
      blocks: [table([rich({ type: "rich_text_list", style: "bullet", elements: [line(text("one")), line(text("two"))] }), raw("")])],
    },
    reads: ["| • one • two |"],
  },
  {
    is: "a data table with a title and numbers",
    message: { text: "", blocks: [{ type: "data_table", caption: "Sales", rows: [[raw("q"), raw("sum")], [raw("Q1"), { type: "raw_number", value: 12.5 }]] }] }, // prettier-ignore
    reads: ["Sales", "| Q1 | 12.5 |"],
  },
  {
    is: "a chart",
    message: { text: "", blocks: [{ type: "data_visualization", title: "Load", chart: { type: "pie", segments: [{ label: "db-3", value: 97 }, { label: "db-4", value: 3 }] } }] }, // prettier-ignore
    reads: ["Load", "db-3: 97", "db-4: 3"],
    not: ["pie"],
  },
];

export const PEOPLE_AND_PLACES: readonly MessageShape[] = [
  ...[
    {
      type: "contact_card",
      contact: { user_id: "", real_name: "Zoë Lang", title: "Account manager", email: "zoe@example.com", phone: "+49 30 1234", id: "7f" },
    },
    { type: "contact", given: "Zoë Lang", role: "Account manager", emails: [{ address: "zoe@example.com", type: "work" }], phones: [{ number: "+49 30 1234" }], avatar_hash: "7f" }, // prettier-ignore
    { type: "shared_contact", data: { full_name: plain("Zoë Lang"), job: mrkdwn("Account manager"), ways: ["zoe@example.com", "+49 30 1234"], image_url: "https://x.example/7f.png" } }, // prettier-ignore
    { type: "person_card", card: { fields: [{ label: "Name", value: "Zoë Lang" }, { label: "Role", value: "Account manager" }, { label: "Mail", value: "zoe@example.com" }, { label: "Phone", value: "+49 30 1234" }] } }, // prettier-ignore
  ].map((contact, nth) => ({
    is: `a contact, of kind ${nth + 1}`,
    message: { text: nth % 2 === 0 ? "whom do I call?" : "", attachments: preview({ block_id: "c", ...contact }) },
    reads: ["Zoë Lang", "Account manager", "zoe@example.com", "+49 30 1234"],
    not: ["7f"],
  })),
  {
    is: "a contact that an attachment holds without blocks",
    message: {
      text: "",
      attachments: [{ id: 1, fallback: "[no preview available]", contact: { display: "Zoë Lang", tel: "+49 30 1234" } }],
    },
    reads: ["Zoë Lang", "+49 30 1234"],
  },
  {
    is: "a contact who is a member",
    message: { text: "", attachments: preview({ type: "contact_card", user: "U0JONAS" }) },
    reads: ["@Jonas"],
  },
  {
    is: "a canvas and a list",
    message: {
      text: "",
      subtype: "file_share",
      files: [
        {
          id: "F0CANVAS",
          mode: "quip",
          filetype: "quip",
          title: "Plan",
          name: "Plan",
          permalink: "https://local.slack.com/docs/T0LOCAL/F0CANVAS",
        },
        {
          id: "F0LIST",
          mode: "list",
          filetype: "list",
          title: "Bugs",
          name: "Bugs",
          permalink: "https://local.slack.com/lists/T0LOCAL/F0LIST",
        },
      ],
    },
    reads: [
      "the canvas Plan, https://local.slack.com/docs/T0LOCAL/F0CANVAS",
      "the list Bugs, https://local.slack.com/lists/T0LOCAL/F0LIST",
    ],
  },
  {
    is: "rich text that refers to a canvas, a file, a message and a workflow",
    message: {
      text: "",
      blocks: [
        rich(
          line(
            text("go by "),
            { type: "canvas", file_id: "F0CANVAS" },
            { type: "message_mention", channel_id: "C0GENERAL", message_ts: "1795000000.000100", title: "the plan" },
            { type: "workflow_mention", name: "Triage" },
            { type: "tag", text: "urgent" },
          ),
        ),
      ],
    },
    reads: ["go by", "canvas F0CANVAS", "the plan", "Triage", "urgent"],
  },
];
