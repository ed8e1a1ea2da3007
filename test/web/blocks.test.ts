import type { ModalView, PlainTextOption } from "@slack/types";
import { describe, expect, test } from "vitest";
import { chromiumPath } from "../support/browser/chromium.ts";
import { GENERAL, TASK, useLocalPage } from "../support/browser/local-page.ts";

describe.skipIf(!chromiumPath())("what the app posts on the page", () => {
  const local = useLocalPage();

  test("agents have a name, a face and a colour each, and the one at work is thinking", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0MARIA", channel: GENERAL, text: TASK });
    const page = await local.open(`#${GENERAL}/${ts}`);
    for (const [username, icon_emoji] of [
      ["Coder", ":technologist:"],
      ["Critic", ":mag:"],
    ]) {
      await local.api("chat.postMessage", { channel: GENERAL, thread_ts: ts, text: `I am ${username}`, username, icon_emoji });
    }
    await local.api("assistant.threads.setStatus", { channel_id: GENERAL, thread_ts: ts, status: "is thinking…", username: "Critic" });
    await page.locator("#thread .status-line", { hasText: "Critic is thinking…" }).waitFor();
    const rows = page.locator("#thread .message", { hasText: "I am" });
    expect(await rows.locator(".author").allInnerTexts()).toEqual(["Coder", "Critic"]);
    expect(await rows.locator(".avatar").allInnerTexts()).toEqual(["🧑‍💻", "🔍"]);
    expect(await rows.locator(".badge").allInnerTexts()).toEqual(["APP", "APP"]);
    const colours = await page.evaluate<string[]>(
      "[...document.querySelectorAll('#thread .persona')].map((name) => getComputedStyle(name).color)",
    );
    expect(new Set(colours).size).toBe(2);
    await page.locator("#channel .replies", { hasText: "2 replies" }).waitFor();
  });

  test("an edited card keeps the keyboard on its button", async () => {
    const { ts } = await local.workspace.control.post({ user: "U0MARIA", channel: GENERAL, text: TASK });
    const card = (turn: number) => [
      {
        type: "plan",
        title: `Plan · turn ${turn}`,
        tasks: [{ type: "task_card", task_id: "1", title: "Write it", status: turn > 1 ? "complete" : "in_progress" }],
      },
      {
        type: "actions",
        block_id: "controls",
        elements: [{ type: "button", action_id: "pause", text: { type: "plain_text", text: "Pause" } }],
      },
    ];
    const posted = await local.api("chat.postMessage", { channel: GENERAL, thread_ts: ts, text: "Plan", blocks: card(1) });
    const page = await local.open(`#${GENERAL}/${ts}`);
    await page.getByRole("button", { name: "Pause" }).focus();
    await local.api("chat.update", { channel: GENERAL, ts: posted.ts, text: "Plan", blocks: card(2) });
    await page.getByText("Plan · turn 2").waitFor();
    await page.getByRole("img", { name: "done" }).waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Pause");
  });

  test("a modal is opened, filled in, corrected and sent by keyboard, and Escape closes the next", async () => {
    const app = await local.connectBot();
    const sent: unknown[] = [];
    app.action("steer", async ({ ack, body, client }) => {
      await ack();
      if ("trigger_id" in body) await client.views.open({ trigger_id: body.trigger_id, view: STEER });
    });
    app.view("steer", async ({ ack, view }) => {
      const note = view.state.values["note"]?.["text"]?.value ?? "";
      if (note.length < 5) return ack({ response_action: "errors", errors: { note: "Say a little more." } });
      sent.push(view.state.values);
      return ack();
    });
    app.view({ type: "view_closed", callback_id: "steer" }, async ({ ack }) => {
      await ack();
      sent.push("closed");
    });
    await local.api("chat.postMessage", { channel: GENERAL, text: "Steer", blocks: [{ type: "actions", elements: [STEER_BUTTON] }] });
    const page = await local.open();
    await page.getByRole("button", { name: "Steer…" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Steer the team" });
    await dialog.waitFor();
    await page.keyboard.type("log");
    for (const _ of ["select", "cancel", "send"]) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "Say a little more." }).waitFor();
    expect(sent).toEqual([]);
    // The error has taken the keyboard to its field; the focus stays inside, in both directions.
    await page.keyboard.type("arithmic axes");
    for (const _ of ["cross", "send"]) await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    expect(sent).toMatchObject([
      { note: { text: { value: "logarithmic axes" } }, who: { agent: { selected_option: { value: "Critic" } } } },
    ]);
    await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Steer…");
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => sent.at(-1)).toBe("closed");
    expect(local.workspace.control.modals("U0MARIA")).toEqual([]);
  });

  test("a dangerous button asks first, and nothing is sent when the answer is no", async () => {
    const app = await local.connectBot();
    const pressed: string[] = [];
    app.action("stop", async ({ ack }) => {
      pressed.push("stop");
      await ack();
    });
    const confirm = {
      title: { type: "plain_text", text: "Stop the run?" },
      text: { type: "mrkdwn", text: "It *ends*." },
      confirm: { type: "plain_text", text: "Stop it" },
      deny: { type: "plain_text", text: "Go on" },
    };
    await local.api("chat.postMessage", {
      channel: GENERAL,
      text: "Stop",
      blocks: [
        {
          type: "actions",
          elements: [{ type: "button", action_id: "stop", style: "danger", text: { type: "plain_text", text: "Stop" }, confirm }],
        },
      ],
    });
    const page = await local.open();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Stop it" }).click();
    await expect.poll(() => pressed).toEqual(["stop"]);
  });

  test("files are attached, previewed and enlarged", async () => {
    const page = await local.open("#C0RANDOM");
    const composer = page.getByRole("textbox", { name: "Message #random" });
    await composer.fill("look");
    await page.locator("#channel input[type=file]").setInputFiles([
      { name: "dot.png", mimeType: "image/png", buffer: DOT },
      { name: "table.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") },
    ]);
    await composer.press("Enter");
    // One message, with its words.
    const message = page.locator("#channel .message", { hasText: "look" });
    await message.getByRole("button", { name: "Enlarge dot.png" }).click();
    await page.getByRole("dialog", { name: "dot.png" }).waitFor();
    await page.keyboard.press("Escape");
    await message.getByRole("button", { name: "Preview table.csv" }).click();
    await expect.poll(() => message.locator(".file-preview code").innerText()).toBe("a,b\n1,2");
  });
});

const STEER_BUTTON = { type: "button", action_id: "steer", text: { type: "plain_text", text: "Steer…" } };
const critic: PlainTextOption = { text: { type: "plain_text", text: "Critic" }, value: "Critic" };
const STEER: ModalView = {
  type: "modal",
  callback_id: "steer",
  notify_on_close: true,
  title: { type: "plain_text", text: "Steer the team" },
  submit: { type: "plain_text", text: "Send" },
  blocks: [
    {
      type: "input",
      block_id: "note",
      label: { type: "plain_text", text: "Note" },
      element: { type: "plain_text_input", action_id: "text" },
    },
    {
      type: "input",
      block_id: "who",
      label: { type: "plain_text", text: "Next" },
      element: { type: "static_select", action_id: "agent", initial_option: critic, options: [critic] },
    },
  ],
};

/** A PNG of one pixel. */
const DOT = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
