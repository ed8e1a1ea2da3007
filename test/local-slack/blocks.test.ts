import { expect, test } from "vitest";
import { client, open, refusal } from "./wire.ts";
import type { Workspace } from "../../local-slack/index.ts";

const section = (text: string): object => ({ type: "section", text: { type: "mrkdwn", text } });
const button = (extra: object = {}): object => ({ type: "button", text: { type: "plain_text", text: "Go" }, ...extra });

function poster(workspace: Workspace): (...blocks: unknown[]) => Promise<string> {
  return (...blocks) => refusal(client(workspace).apiCall("chat.postMessage", { channel: "C0GENERAL", text: "fallback", blocks }));
}

test("what fits Slack's limits is taken, one more is refused", async () => {
  const workspace = await open({ rateLimits: false });
  const post = poster(workspace);
  const fits: [string, object[], object[]][] = [
    ["section text", [section("x".repeat(3_000))], [section("x".repeat(3_001))]],
    [
      "header",
      [{ type: "header", text: { type: "plain_text", text: "x".repeat(150) } }],
      [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }],
    ],
    [
      "actions",
      [{ type: "actions", elements: Array.from({ length: 25 }, () => button()) }],
      [{ type: "actions", elements: Array.from({ length: 26 }, () => button()) }],
    ],
    [
      "context",
      [{ type: "context", elements: Array.from({ length: 10 }, () => ({ type: "mrkdwn", text: "x" })) }],
      [{ type: "context", elements: Array.from({ length: 11 }, () => ({ type: "mrkdwn", text: "x" })) }],
    ],
    [
      "button text",
      [{ type: "actions", elements: [button({ text: { type: "plain_text", text: "x".repeat(75) } })] }],
      [{ type: "actions", elements: [button({ text: { type: "plain_text", text: "x".repeat(76) } })] }],
    ],
    [
      "button value",
      [{ type: "actions", elements: [button({ value: "x".repeat(2_000) })] }],
      [{ type: "actions", elements: [button({ value: "x".repeat(2_001) })] }],
    ],
    ["block_id", [{ type: "divider", block_id: "x".repeat(255) }], [{ type: "divider", block_id: "x".repeat(256) }]],
    [
      "fields",
      [{ type: "section", fields: Array.from({ length: 10 }, () => ({ type: "mrkdwn", text: "x" })) }],
      [{ type: "section", fields: Array.from({ length: 11 }, () => ({ type: "mrkdwn", text: "x" })) }],
    ],
  ];
  for (const [what, fitting, tooMuch] of fits) {
    expect([what, await post(...fitting)]).toEqual([what, ""]);
    expect([what, await post(...tooMuch)]).toEqual([what, "invalid_blocks"]);
  }
});

test("a message takes fifty blocks and 12,000 characters of markdown in all", async () => {
  const workspace = await open({ rateLimits: false });
  const post = poster(workspace);
  const dividers = (count: number): object[] => Array.from({ length: count }, () => ({ type: "divider" }));
  expect(await post(...dividers(50))).toBe("");
  expect(await post(...dividers(51))).toBe("msg_blocks_too_many");
  expect(await post({ type: "markdown", text: "x".repeat(6_000) }, { type: "markdown", text: "x".repeat(6_000) })).toBe("");
  expect(await post({ type: "markdown", text: "x".repeat(6_000) }, { type: "markdown", text: "x".repeat(6_001) })).toBe(
    "msg_blocks_too_long",
  );
});

test("a message has one table, its cells are not empty and hold 10,000 characters in all", async () => {
  const workspace = await open({ rateLimits: false });
  const post = poster(workspace);
  const table = (...cells: string[]): object => ({ type: "table", rows: cells.map((text) => [{ type: "raw_text", text }]) });
  expect(await post(table("a", "b"))).toBe("");
  expect(await post(table("a"), table("b"))).toBe("invalid_blocks");
  expect(await post(table(""))).toBe("invalid_blocks");
  expect(await post(table("x".repeat(6_000), "x".repeat(4_001)))).toBe("invalid_blocks");
});

test("a block is refused where it does not belong", async () => {
  const workspace = await open({ rateLimits: false });
  const post = poster(workspace);
  expect(await post({ type: "alert", text: { type: "plain_text", text: "careful" } })).toBe("invalid_blocks");
  expect(await post({ type: "container", child_blocks: [section("inside")] })).toBe("");
  expect(await post({ type: "container", child_blocks: [{ type: "markdown", text: "inside" }] })).toBe("invalid_blocks");
  const home = (block: object): Promise<string> =>
    refusal(client(workspace).apiCall("views.publish", { user_id: "U0MARIA", view: { type: "home", blocks: [block] } }));
  expect(await home({ type: "container", child_blocks: [section("inside")] })).toBe("invalid_arguments");
  expect(await home({ type: "card", title: { type: "mrkdwn", text: "a run" } })).toBe("");
});

test("a refusal points at what is wrong", async () => {
  const workspace = await open({ rateLimits: false });
  const slack = client(workspace);
  const blocks = [section("fine"), { type: "section", text: { type: "mrkdwn", txt: "typo" } }, { type: "sektion" }];
  await expect(slack.apiCall("chat.postMessage", { channel: "C0GENERAL", text: "x", blocks })).rejects.toMatchObject({
    data: {
      error: "invalid_blocks",
      errors: [
        "missing required field: text [json-pointer:/blocks/1/text]",
        "invalid additional property: txt [json-pointer:/blocks/1/text]",
        "unsupported type: sektion [json-pointer:/blocks/2/type]",
      ],
    },
  });
  const post = poster(workspace);
  expect(await post({ type: "divider", block_id: "a" }, { type: "divider", block_id: "a" })).toBe("invalid_blocks");
  expect(await post({ type: "actions", elements: [button({ action_id: "a" }), button({ action_id: "a" })] })).toBe("invalid_blocks");
  expect(await refusal(slack.apiCall("chat.postMessage", { channel: "C0GENERAL", text: "x", blocks: "[{" }))).toBe("invalid_blocks_format");
  expect(await post("not a block", null, 7)).toBe("invalid_blocks");
});

test("the blocks of a whole agent's turn and of a code run are taken", async () => {
  const workspace = await open({ rateLimits: false });
  const post = poster(workspace);
  const preformatted = { type: "rich_text_preformatted", elements: [{ type: "text", text: "42\n" }] };
  expect(
    await post({ type: "markdown", text: "# Answer\n- one" }, { type: "context", elements: [{ type: "mrkdwn", text: "#5 · why me" }] }),
  ).toBe("");
  expect(
    await post({
      type: "container",
      title: { type: "plain_text", text: "Run 3 · python · exit 0" },
      is_collapsible: true,
      default_collapsed: true,
      width: "full",
      child_blocks: [
        { type: "rich_text", elements: [preformatted] },
        {
          type: "actions",
          elements: [
            button({
              style: "danger",
              confirm: {
                title: { type: "plain_text", text: "Sure?" },
                text: { type: "mrkdwn", text: "Really" },
                confirm: { type: "plain_text", text: "Yes" },
                deny: { type: "plain_text", text: "No" },
              },
            }),
          ],
        },
      ],
    }),
  ).toBe("");
  expect(
    await post(
      { ...section("task"), accessory: { type: "overflow", options: [{ text: { type: "plain_text", text: "Budget" }, value: "budget" }] } },
      {
        type: "context_actions",
        elements: [
          {
            type: "feedback_buttons",
            action_id: "f",
            positive_button: { text: { type: "plain_text", text: "Good" }, value: "1" },
            negative_button: { text: { type: "plain_text", text: "Bad" }, value: "0" },
          },
        ],
      },
    ),
  ).toBe("");
});
