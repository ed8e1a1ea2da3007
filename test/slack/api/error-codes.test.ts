import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { ERROR_CODES, type Reaction } from "../../../src/slack/api/error-codes.ts";
import { PROBES } from "../../../src/slack/probes/run-probes.ts";
import { RETRY_AFTER_MS } from "../../../src/slack/words/limits.ts";
import { idsOf, posting, type Posting } from "../posting.ts";
import { says, selects, started, stopped } from "../log.ts";

/** What Slack may answer, as the facts about the platform list it (docs.slack.dev), and what should follow. */
const FACTS: { readonly [reaction in Exclude<Reaction, "bug" | "doubt">]: readonly string[] } = {
  wait: ["ratelimited", "rate_limited", "message_limit_exceeded"],
  look: ["internal_error", "fatal_error", "service_unavailable", "request_timeout"],
  park: [
    "channel_not_found", "not_in_channel", "is_archived", "thread_not_found", "cannot_reply_to_message", "message_not_found",
    "restricted_action", "restricted_action_thread_locked", "restricted_action_read_only_channel",
    "restricted_action_non_threadable_channel", "restricted_action_thread_only_channel", "messages_tab_disabled", "ekm_access_denied",
  ],
  "do-without": ["missing_scope", "not_allowed_token_type", "no_permission", "not_authorized"],
  hold: ["invalid_auth", "token_revoked", "account_inactive", "team_access_not_granted"],
  split: ["msg_too_long", "msg_blocks_too_long", "msg_blocks_too_many"],
  strip: ["invalid_blocks", "invalid_blocks_format", "markdown_text_conflict", "block_mismatch"],
  anew: ["cant_update_message", "edit_window_closed", "streaming_state_conflict", "cant_delete_message", "update_failed"],
  fine: ["already_reacted", "no_reaction", "user_not_in_channel", "hash_conflict", "not_found"],
  say: [
    "storage_limit_reached", "file_uploads_disabled", "slack_connect_blocked_file_type", "slack_connect_canvas_sharing_blocked",
    "slack_connect_clip_sharing_blocked", "slack_connect_file_link_sharing_blocked", "slack_connect_file_upload_sharing_blocked",
    "slack_connect_lists_sharing_blocked",
  ],
}; // prettier-ignore

const codesOf = (reaction: Reaction): readonly string[] =>
  Object.entries(ERROR_CODES).flatMap(([code, known]) => (known.reaction === reaction ? [code] : []));

test.each(Object.entries(FACTS))("every error of the platform that calls for %s is in the table as such", (reaction, codes) => {
  for (const code of codes) expect({ code, reaction: ERROR_CODES[code]?.reaction }).toEqual({ code, reaction });
});

test("every row has a sentence or more for people, and says what to do or what Parley does", () => {
  for (const [code, { says: sentence }] of Object.entries(ERROR_CODES)) {
    expect({ code, sentence, isOne: /^[A-Z].{15,}\.$/.test(sentence) }).toEqual({ code, sentence, isOne: true });
    expect(sentence).not.toContain(code);
  }
});

let world: Posting | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});
const fail = (parley: Posting, method: string, code: string, times = 1) =>
  parley.slack.control.fault({ method, kind: "error", code, times });

/** A thread whose card is posted. */
async function begun(options = {}): Promise<{ readonly parley: Posting; readonly thread: string }> {
  const parley = (world = await posting(options));
  const thread = await parley.thread();
  await parley.record(thread, started());
  await parley.settle();
  return { parley, thread };
}

describe("wait", () => {
  test.each(codesOf("wait"))("after %s a turn is asked for again when the pause is over, and is there once", async (code) => {
    const { parley, thread } = await begun();
    fail(parley, "chat.postMessage", code, 2);
    const before = parley.clock.now();
    await parley.record(thread, says("Coder", "One."), says("Critic", "Two."));
    await parley.settle();
    expect(parley.lines(thread).slice(1)).toEqual(["Coder: One.", "Critic: Two."]);
    expect(parley.clock.now() - before).toBeGreaterThanOrEqual(2 * RETRY_AFTER_MS);
    expect(parley.problems).toEqual([]);
  });
});

describe("look", () => {
  test.each(codesOf("look"))("after %s the thread is looked at, and a turn is there once, whether it had arrived or not", async (code) => {
    const { parley, thread } = await begun();
    parley.slack.control.fault({ method: "chat.postMessage", kind: "error_after", code });
    await parley.record(thread, says("Coder", "One."));
    await parley.settle();
    expect(parley.slack.control.calls("conversations.replies").length).toBeGreaterThan(0);
    fail(parley, "chat.postMessage", code);
    await parley.record(thread, says("Critic", "Two."));
    await parley.settle();
    expect(parley.lines(thread).slice(1)).toEqual(["Coder: One.", "Critic: Two."]);
    expect(parley.slack.control.calls("chat.postMessage").filter(({ ok }) => !ok)).toHaveLength(2);
    expect(parley.problems).toEqual([]);
  });
});

describe("hold", () => {
  test.each(codesOf("hold"))("after %s nothing is posted, the operator is told once, and the next start posts all of it", async (code) => {
    const { parley, thread } = await begun();
    fail(parley, "chat.postMessage", code);
    await parley.record(thread, says("Coder", "One."), says("Critic", "Two."));
    await parley.settle();
    expect(parley.lines(thread)).toHaveLength(1);
    expect(parley.problems).toEqual([{ kind: "auth", code }]);
    const again = (world = await parley.restart());
    await again.settle();
    expect(again.lines(thread).slice(1)).toEqual(["Coder: One.", "Critic: Two."]);
  });
});

describe("split", () => {
  const long = `${"word ".repeat(19)}end.\n\n`.repeat(90);

  test.each(codesOf("split"))("after %s a turn is posted in pieces, and as a file where the pieces are too long as well", async (code) => {
    const { parley, thread } = await begun();
    fail(parley, "chat.postMessage", code);
    await parley.record(thread, says("Coder", long));
    await parley.settle();
    expect(idsOf(parley.said(thread)).slice(1)).toEqual(["2.turn.0.p0", "2.turn.0.p1"]);
    fail(parley, "chat.postMessage", code, 2);
    await parley.record(thread, says("Coder", long));
    await parley.settle();
    expect(parley.lines(thread).slice(3)).toEqual(["app: [turn-3.md]"]);
    expect(parley.problems).toEqual([]);
  });

  test.each(codesOf("split"))(
    "after %s in a workspace without files the thread has the beginning, under the agent's name",
    async (code) => {
      const { parley, thread } = await begun();
      fail(parley, "chat.postMessage", code, 2);
      fail(parley, "files.getUploadURLExternal", "file_uploads_disabled");
      await parley.record(thread, says("Coder", long));
      await parley.settle();
      const [turn, ...more] = parley.said(thread).slice(1);
      expect(more).toEqual([]);
      expect(turn?.username).toBe("Coder");
      expect(JSON.stringify(turn?.blocks)).toContain("word word");
      expect(JSON.stringify(turn?.blocks)).toContain("turn-2.md (9 kB) could not be uploaded: Uploads are switched off in this workspace.");
    },
  );
});

describe("strip", () => {
  test.each(codesOf("strip"))("after %s a turn is posted as text under its name, once", async (code) => {
    const { parley, thread } = await begun();
    fail(parley, "chat.postMessage", code);
    await parley.record(thread, says("Coder", "See **this**."));
    await parley.settle();
    const [turn, ...more] = parley.said(thread).slice(1);
    expect(more).toEqual([]);
    expect({ username: turn?.username, text: turn?.text, blocks: turn?.blocks }).toEqual({
      username: "Coder",
      text: "See **this**.",
      blocks: [],
    });
    expect(parley.problems).toEqual([]);
  });
});

describe("anew", () => {
  test.each(codesOf("anew"))("after %s a card is posted anew below, once, and that one is edited from then on", async (code) => {
    const { parley, thread } = await begun();
    fail(parley, "chat.update", code);
    await parley.record(thread, selects("Coder"));
    await parley.settle();
    expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "1.card.0.anew"]);
    await parley.record(thread, says("Coder", "One."), stopped());
    await parley.settle();
    const cards = parley.said(thread).filter((message) => message.metadata?.event_payload["k"] === "card");
    expect(cards.map((card) => card.edited)).toEqual([false, true]);
    expect(JSON.stringify(cards[1]?.blocks)).not.toContain("parley.run.stop");
    expect(parley.problems).toEqual([]);
  });

  test.each(codesOf("anew"))("where every edit is refused with %s there is one new card, not one for each change", async (code) => {
    const { parley, thread } = await begun();
    fail(parley, "chat.update", code, 100);
    await parley.record(thread, selects("Coder"));
    await parley.settle();
    await parley.record(thread, says("Coder", "One."), selects("Critic"), says("Critic", "Two."), stopped());
    await parley.settle();
    expect(idsOf(parley.said(thread)).filter((id) => String(id).startsWith("1.card"))).toEqual(["1.card.0", "1.card.0.anew"]);
    expect(parley.lines(thread).filter((line) => /^(Coder|Critic)/.test(line))).toEqual(["Coder: One.", "Critic: Two."]);
    // No scope would help: the operator is not told to grant one.
    expect(parley.problems).toEqual([{ kind: "uneditable", thread, seq: 1, code }]);
  });
});

describe("say", () => {
  test.each(codesOf("say"))(
    "after %s the thread says in the file's place what it was and why, and has the words of the turn",
    async (code) => {
      const { parley, thread } = await begun();
      fail(parley, "files.completeUploadExternal", code);
      await parley.record(thread, selects("Coder"), says("Coder", `${"word ".repeat(19)}end.\n\n`.repeat(400)));
      await parley.settle();
      expect(idsOf(parley.said(thread)).slice(1)).toEqual(["3.turn.0", "3.turn.1", "3.turn.2", "3.turn-file.0"]);
      const sentence = (ERROR_CODES[code]?.says ?? "").replace(/\.$/, "");
      expect(parley.said(thread).at(-1)?.text).toBe(`turn-1.md (40 kB) could not be uploaded: ${sentence}. It is kept in Parley's log.`);
      expect(parley.problems).toEqual([]);
    },
  );
});

describe("bug", () => {
  test.each(codesOf("bug"))("after %s in every form the operator and the thread are told; what follows goes on", async (code) => {
    const { parley, thread } = await begun();
    fail(parley, "chat.postMessage", code, 3);
    await parley.record(thread, says("Coder", "One."), says("Critic", "Two."));
    await parley.settle();
    expect(parley.lines(thread).slice(1)).toEqual([
      `app: A message of Coder could not be posted here (${code}). It is kept in Parley's log.`,
      "Critic: Two.",
    ]);
    expect(parley.problems).toEqual([{ kind: "gave-up", thread, seq: 2, code }]);
  });

  test("where even that is refused the operator is told once, and what follows goes on", async () => {
    const { parley, thread } = await begun();
    fail(parley, "chat.postMessage", "no_text", 4);
    await parley.record(thread, says("Coder", "One."), says("Critic", "Two."));
    await parley.settle();
    expect(parley.lines(thread).slice(1)).toEqual(["Critic: Two."]);
    expect(parley.problems).toHaveLength(1);
  });
});

describe("doubt", () => {
  test.each([1, 2])("after %i errors that Slack does not document, though the message is there, it stays the only one", async (times) => {
    const { parley, thread } = await begun();
    if (times > 1) fail(parley, "chat.postMessage", "something_new");
    parley.slack.control.fault({ method: "chat.postMessage", kind: "error_after", code: "something_new" });
    await parley.record(thread, says("Coder", "One."), says("Critic", "Two."));
    await parley.settle();
    expect(parley.lines(thread).slice(1)).toEqual(["Coder: One.", "Critic: Two."]);
    expect(parley.problems).toEqual([]);
  });

  test("a message that is refused so each time, and is not there, is tried in plainer forms, then told; what follows goes on", async () => {
    const { parley, thread } = await begun();
    fail(parley, "chat.postMessage", "something_new", 5);
    await parley.record(thread, says("Coder", "One."), says("Critic", "Two."));
    await parley.settle();
    expect(parley.lines(thread).slice(1)).toEqual([
      "app: A message of Coder could not be posted here (something_new). It is kept in Parley's log.",
      "Critic: Two.",
    ]);
    expect(parley.problems).toEqual([{ kind: "gave-up", thread, seq: 2, code: "something_new" }]);
  });
});

test("the page about Slack names every error and every check", async () => {
  const page = await readFile(new URL("../../../docs/slack.md", import.meta.url), "utf8");
  for (const code of Object.keys(ERROR_CODES)) expect(page).toContain(`\`${code}\``);
  for (const { name, asks } of PROBES) expect(page).toMatch(new RegExp(`\`${name}\` +\\| ${asks.replaceAll(/[?.]/g, "\\$&")}`));
});
