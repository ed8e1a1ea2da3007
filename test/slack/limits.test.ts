import { expect, test } from "vitest";
import type { ApiCall } from "../../src/workspace/workspace.ts";
import { overLimits } from "../support/slack-limits.ts";

/** Each journey holds all that it sent against the table; here is seen that the table is held. */
const call = (method: string, args: object): ApiCall => ({ method, args: { text: "x", ...args }, at: 0, ok: true });
const long = (chars: number) => "x".repeat(chars);
const plain = (chars: number) => ({ type: "plain_text", text: long(chars) });

test.each<readonly [string, ApiCall]>([
  ["text is 4001", call("chat.update", { text: long(4_001) })],
  ["has no text for notifications", call("chat.postMessage", { text: "" })],
  ["username is 81", call("chat.postMessage", { username: long(81) })],
  ["metadata is", call("chat.postMessage", { metadata: { event_type: "e", event_payload: { o: long(2_048) } } })],
  ["blocks is 51", call("chat.postMessage", { blocks: Array.from({ length: 51 }, () => ({ type: "divider" })) })],
  ["a section's text is 3001", call("chat.postMessage", { blocks: [{ type: "section", text: plain(3_001) }] })],
  ["a context's text is 2001", call("chat.postMessage", { blocks: [{ type: "context", elements: [plain(2_001)] }] })],
  [
    "markdown in all is 12001",
    call("chat.postMessage", {
      blocks: [
        { type: "markdown", text: long(6_000) },
        { type: "markdown", text: long(6_001) },
      ],
    }),
  ],
  ["a button's text is 76", call("chat.postMessage", { blocks: [{ type: "actions", elements: [{ type: "button", text: plain(76) }] }] })],
  [
    "a button's value is 2001",
    call("chat.postMessage", { blocks: [{ type: "actions", elements: [{ type: "button", text: plain(1), value: long(2_001) }] }] }),
  ],
  [
    "elements of actions is 26",
    call("chat.postMessage", { blocks: [{ type: "actions", elements: Array.from({ length: 26 }, () => ({})) }] }),
  ],
  [
    "a container's blocks is 11",
    call("chat.postMessage", { blocks: [{ type: "container", title: plain(1), child_blocks: Array.from({ length: 11 }, () => ({})) }] }),
  ],
  ["tables is 2", call("chat.postMessage", { blocks: [{ type: "table" }, { type: "table" }] })],
  ["title is 25", call("views.open", { view: { type: "modal", title: plain(25), blocks: [] } })],
  [
    "an option's label is 76",
    call("views.open", { view: { blocks: [{ type: "input", element: { options: [{ text: plain(76), value: "v" }] } }] } }),
  ],
  ["loading_messages is 11", call("assistant.threads.setStatus", { loading_messages: Array.from({ length: 11 }, () => "x") })],
])("a payload over a limit is found: %s", (found, payload) => {
  expect(overLimits(payload)).toEqual([expect.stringContaining(found)]);
});

test("a payload within the limits is not complained about", () => {
  expect(
    overLimits(
      call("chat.postMessage", {
        blocks: [
          { type: "markdown", text: long(11_500) },
          { type: "context", elements: [plain(200)] },
        ],
      }),
    ),
  ).toEqual([]);
});
