import { afterEach, beforeEach, expect, test } from "vitest";
import type { HandlerContext } from "../../../src/slack/commands/handler-context.ts";
import { createPace } from "../../../src/slack/post/pace.ts";
import { createLanguages } from "../../../src/slack/language/whose-language.ts";
import { postOnce } from "../../../src/slack/post/post-once.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { fastClock } from "../../support/journey.ts";
import { GENERAL, MARIA } from "../heard.ts";

let slack: Workspace;
let store: Store;
/** The same database, as another process has it. */
let beside: () => Store;
beforeEach(async () => {
  slack = await createWorkspace({ port: 0, rateLimits: false });
  const opened = openSqlite({ path: ":memory:" });
  ({ store } = opened);
  beside = () => opened.beside().store;
});
afterEach(async () => {
  await store.close();
  await slack.close();
});

/** What a process has; `dies`: as soon as it wants to note where the message is. */
function ctx({ dies = false, problems = [] as string[] } = {}): HandlerContext {
  const clock = fastClock();
  const putNote = async (key: string, value: string) => {
    if (dies && /^\d/.test(value)) throw new Error("killed");
    await store.putNote(key, value);
  };
  return {
    store: { ...store, note: (key: string) => store.note(key), putNote },
    web: createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, writeTimeoutMs: 500 }),
    pace: createPace(clock),
    me: { team: slack.teamId, user: slack.botUserId },
    clock,
    languages: createLanguages({ localeOf: async () => undefined }),
    log: (problem: string) => void problems.push(problem),
  } as unknown as HandlerContext;
}

const words = { key: "task/V1", user: MARIA, channel: GENERAL, text: "<@U0MARIA> asks:\nfind a name" };
const posted = (root?: string) =>
  (root ? slack.control.thread(GENERAL, root).slice(1) : slack.control.channel(GENERAL)).map(({ ts }) => ts);

test.each(["in the channel", "in a thread"])(
  "a process that is killed between the post and its note leaves one message, which the next one finds: %s",
  async (where) => {
    const root = where === "in a thread" ? (await slack.control.post({ user: MARIA, channel: GENERAL, text: "a root" })).ts : undefined;
    const message = { ...words, ...(root ? { threadTs: root } : {}) };
    await expect(postOnce(ctx({ dies: true }), message)).rejects.toThrow("killed");
    const before = posted(root);
    for (let others = 0; others < 5; others++)
      await slack.control.post({ user: MARIA, channel: GENERAL, text: "more", ...(root ? { threadTs: root } : {}) });
    const found = await postOnce(ctx(), message);
    expect(before).toEqual([found]);
    expect(await postOnce(ctx(), message)).toBe(found);
    expect(posted(root)).toHaveLength(6);
  },
);

test("two processes that are given the same words at the same moment post them once, and both know where", async () => {
  const other = beside();
  const [one, two] = await Promise.all([postOnce(ctx(), words), postOnce({ ...ctx(), store: other }, words)]);
  await other.close();
  expect(posted()).toEqual([one]);
  expect(two).toBe(one);
});

test("a process that is killed before the post leaves nothing, and the next one posts", async () => {
  slack.control.fault({ method: "chat.postMessage", kind: "reset", times: 3 });
  await store.putNote("slack/task/V1", `trying ${Date.now()}`);
  slack.control.reset();
  const ts = await postOnce(ctx(), words);
  expect(posted()).toEqual([ts]);
});

test("where the channel's history may not be read, the words are said rather than lost, and the operator knows that they may be there twice", async () => {
  await expect(postOnce(ctx({ dies: true }), words)).rejects.toThrow("killed");
  slack.control.withoutScope("channels:history");
  const problems: string[] = [];
  await postOnce(ctx({ problems }), words);
  expect(posted()).toHaveLength(2);
  expect(problems).toContainEqual(expect.stringContaining("may be there twice"));
});

test("what Slack refuses is told to the person in their own messages, and tried again when they try again", async () => {
  const closed = slack.control.addChannel("closed", { botIsMember: false });
  expect(await postOnce(ctx(), { ...words, channel: closed })).toBeUndefined();
  expect(slack.control.channel("D0MARIA").map(({ text }) => text)).toEqual([expect.stringContaining("/invite @parley")]);
});

test("a process that was taken for gone on the way posts nothing, and tells nobody that it could not", async () => {
  const taken: Store = { ...store, exclusively: (_key, job) => job(AbortSignal.abort()) };
  await expect(postOnce({ ...ctx(), store: taken }, words)).rejects.toThrow(/left to another process/);
  expect([...posted(), ...slack.control.channel("D0MARIA")]).toEqual([]);
});
