import { rich, line, text, raw, table, FORWARD, JO, stub, type MessageShape } from "./shape-parts.ts";

const forwarded = (more: object) => ({ ...FORWARD, text: "", fallback: "[no preview available]", ...more });
const shared = (message: object) => [{ team: "T0LOCAL", channel: "C0ENG", ts: "1795000000.000100", message }];
export const FORWARDS: readonly MessageShape[] = [
  { is: "a forward without a comment", message: { text: "", attachments: [FORWARD] }, reads: [`${JO}: Deploy 417 failed, exit 137`] },
  {
    is: "a forward with a comment",
    message: { text: "why?", attachments: [FORWARD] },
    reads: ["Maria: why?", `${JO}: Deploy 417 failed`],
    not: ["Posted in"],
  },
  {
    is: "a forward whose words stand in its blocks alone",
    message: { text: "", attachments: [forwarded({ message_blocks: shared({ blocks: [rich(line(text("only in blocks")))] }) })] },
    reads: [`${JO}: only in blocks`],
  },
  {
    is: "a forward of an app's message, whose words stand in an attachment of its own",
    message: {
      text: "",
      attachments: [forwarded({ message_blocks: shared({ blocks: [], attachments: [{ title: "DiskFull", text: "db-3 is full" }] }) })],
    },
    reads: [`${JO}: DiskFull\n| db-3 is full`],
  },
  {
    is: "a forward of a forward: each is its author's",
    message: {
      text: "",
      attachments: [
        {
          ...FORWARD,
          text: "see below",
          attachments: [{ ...FORWARD, author_name: "Kim", channel_id: "C0GENERAL", text: "it was the disk" }],
        },
      ],
    },
    reads: [`${JO}: see below`, '"Kim in #general, 2026-11-18 11:06 UTC, forwarded": it was the disk'],
  },
  {
    is: "a forward of a forward that has no words of its own",
    message: {
      text: "",
      attachments: [
        forwarded({ message_blocks: shared({ blocks: [], attachments: [{ ...FORWARD, author_name: "Kim", text: "it was the disk" }] }) }),
      ],
    },
    reads: ['"Kim in #engineering, 2026-11-18 11:06 UTC, forwarded": it was the disk'],
  },
  {
    is: "a forward of files alone",
    message: { text: "", attachments: [forwarded({ files: [stub({ name: "build.log" })] })] },
    reads: [`${JO}: (with build.log)`, "not readable for you: build.log: Slack does not give it to the app (file_not_found)"],
  },
  {
    is: "a forward whose files stand in the message that it carries",
    message: {
      text: "look",
      attachments: [forwarded({ message_blocks: shared({ blocks: [], files: [stub({ id: "F0STUB2", name: "trace.txt" })] }) })],
    },
    reads: ["(with trace.txt)", "not readable for you: trace.txt"],
  },
  {
    is: "a forward of a pasted table",
    message: {
      text: "",
      attachments: [forwarded({ message_blocks: shared({ blocks: [table([raw("item"), raw("sum")], [raw("A"), raw("99")])] }) })],
    },
    reads: [`${JO}: | item | sum |`, "| A | 99 |"],
  },
  {
    is: "a share that Slack calls a preview, where there is no link to preview",
    message: { text: "", attachments: [{ ...FORWARD, is_share: undefined }] },
    reads: ["Deploy 417 failed, exit 137"],
  },
  {
    is: "several forwards at once",
    message: { text: "compare", attachments: [FORWARD, { ...FORWARD, author_name: "Kim", text: "Deploy 418 was fine" }] },
    reads: [`${JO}: Deploy 417 failed`, "Deploy 418 was fine"],
  },
  {
    is: "a link whose preview Slack attaches",
    message: {
      text: "read <https://x.example/a>",
      attachments: [
        {
          from_url: "https://x.example/a",
          original_url: "https://x.example/a",
          service_name: "X",
          title: "Buy now",
          text: "an advertisement",
        },
      ],
    },
    reads: ["read https://x.example/a"],
    not: ["an advertisement"],
  },
];
