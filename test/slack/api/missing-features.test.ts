import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import { createFeatureWatch, missingFeatures, missingFeatureBlocks } from "../../../src/slack/api/missing-features.ts";
import { loadTranslator, type Translator } from "../../../src/slack/language/translator.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { createWorkspace } from "../../../local-slack/index.ts";

const GENERAL = "C0GENERAL";
const [en, de] = await Promise.all([loadTranslator("en"), loadTranslator("de")]);

/** A local Slack, and one start of Parley after the other on the same database. */
async function world() {
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  const directory = await mkdtemp(join(tmpdir(), "parley-featureWatch-"));
  const { store } = openSqlite({ path: join(directory, "parley.db"), ...systemClock });
  onTestFinished(async () => {
    await store.close();
    await slack.close();
    await rm(directory, { recursive: true, force: true });
  });
  async function start() {
    const featureWatch = createFeatureWatch({ store, log: (problem) => expect.unreachable(problem) });
    const { write } = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, onCalled: (called) => featureWatch.onCalled(called) });
    await write.auth.test();
    return {
      write,
      async missing(t: Translator = en) {
        await featureWatch.settled();
        return missingFeatures(t, store, slack.teamId);
      },
    };
  }
  return { control: slack.control, store, start };
}

const failing = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);

test("where nothing is missing, nothing is said", async () => {
  const { start } = await world();
  const parley = await start();
  await parley.write.chat.postMessage({ channel: GENERAL, text: "hello", username: "Ada" });
  expect(await parley.missing()).toEqual([]);
  expect(missingFeatureBlocks(en, [])).toEqual([]);
});

test("scopes that are missing at the start are said before anything fails, until a start finds them granted", async () => {
  const { control, start } = await world();
  control.withoutScope("chat:write.customize");
  control.withoutScope("users:read");
  const missing = await (await start()).missing();
  expect(missing).toEqual([
    "*Faces*: Turns come under the app's own face, with the agent's name in bold. Slack says missing_scope (chat:write.customize). " +
      "The app lacks a scope. Put manifest.yml into the app (App Manifest) and install it again.",
    "*Names*: People are called by their ids. Slack says missing_scope (users:read). " +
      "The app lacks a scope. Put manifest.yml into the app (App Manifest) and install it again.",
  ]);
  expect(missingFeatureBlocks(en, missing)).toHaveLength(3);
  expect((await (await start()).missing(de))[1]).toBe(
    "*Namen*: Personen werden mit ihrer ID genannt. Slack sagt missing_scope (users:read). " +
      "Der App fehlt eine Berechtigung. Setze manifest.yml in die App ein (App Manifest) und installiere sie neu.",
  );
  control.reset();
  expect(await (await start()).missing()).toEqual([]);
});

test("a method that is not to be had is said once, also after a restart, until it works", async () => {
  const { control, start } = await world();
  const first = await start();
  control.fault({ method: "reactions.add", kind: "error", code: "unknown_method", times: 2 });
  const { ts } = await control.post({ user: "U0MARIA", channel: GENERAL, text: "hello" });
  for (let time = 0; time < 2; time++) await failing(first.write.reactions.add({ channel: GENERAL, timestamp: ts, name: "eyes" }));
  expect(await first.missing()).toEqual([expect.stringMatching(/^\*Reactions\*: .*Slack says unknown_method\./)]);
  const second = await start();
  expect(await second.missing()).toHaveLength(1);
  await second.write.reactions.add({ channel: GENERAL, timestamp: ts, name: "eyes" });
  expect(await second.missing()).toEqual([]);
});

test("blocks that are refused are named by their types, fewer and fewer as others are taken", async () => {
  const { control, start } = await world();
  const parley = await start();
  const section = { type: "section" as const, text: { type: "mrkdwn" as const, text: "words" } };
  const divider = { type: "divider" as const };
  control.fault({ method: "chat.postMessage", kind: "error", code: "invalid_blocks" });
  await failing(parley.write.chat.postMessage({ channel: GENERAL, text: "a", blocks: [section, divider] }));
  expect(await parley.missing()).toEqual([expect.stringContaining("Slack says invalid_blocks (section, divider).")]);
  await parley.write.chat.postMessage({ channel: GENERAL, text: "a", blocks: [section] });
  expect(await parley.missing()).toEqual([expect.stringContaining("Slack says invalid_blocks (divider).")]);
  await parley.write.chat.postMessage({ channel: GENERAL, text: "a", blocks: [divider] });
  expect(await parley.missing()).toEqual([]);
});

test("a policy against files is said, and so are faces that are refused for another reason than a scope", async () => {
  const { control, start } = await world();
  const parley = await start();
  control.fault({ method: "files.getUploadURLExternal", kind: "error", code: "file_uploads_disabled" });
  control.fault({ method: "chat.postMessage", kind: "error", code: "not_allowed_token_type" });
  await failing(parley.write.files.getUploadURLExternal({ filename: "a.md", length: 3 }));
  await failing(parley.write.chat.postMessage({ channel: GENERAL, text: "a", username: "Ada" }));
  expect(await parley.missing()).toEqual([
    expect.stringMatching(/^\*Faces\*: .*not_allowed_token_type/),
    expect.stringMatching(/^\*Files\*: .*file_uploads_disabled/),
  ]);
});

test("outages, closed channels and refused tokens are no featureWatch", async () => {
  const { control, start } = await world();
  const parley = await start();
  const codes = ["internal_error", "not_in_channel", "token_revoked", "msg_too_long", "something_new", "no_permission"];
  for (const code of codes) {
    control.fault({ method: "chat.postMessage", kind: "error", code });
    await failing(parley.write.chat.postMessage({ channel: GENERAL, text: "a", username: "Ada" }));
  }
  control.fault({ method: "chat.postMessage", kind: "ratelimited" });
  await failing(parley.write.chat.postMessage({ channel: GENERAL, text: "a", username: "Ada" }));
  expect(await parley.missing()).toEqual([]);
});

test("what one process finds missing the other takes away when it works there again", async () => {
  const { control, start } = await world();
  const [first, second] = [await start(), await start()];
  const added = (parley: typeof first) => failing(parley.write.reactions.add({ channel: GENERAL, timestamp: "1.1", name: "eyes" }));
  control.fault({ method: "reactions.add", kind: "error", code: "not_allowed_token_type" });
  await added(first);
  expect(await first.missing()).toEqual([expect.stringContaining("*Reactions*")]);
  const { ts } = await control.post({ user: "U0MARIA", channel: GENERAL, text: "hello" });
  await second.missing();
  await second.write.reactions.add({ channel: GENERAL, timestamp: ts, name: "eyes" });
  expect(await second.missing()).toEqual([]);
  // And the one that found it has nothing more to take away, or to say.
  await first.write.reactions.remove({ channel: GENERAL, timestamp: ts, name: "eyes" });
  expect(await first.missing()).toEqual([]);
});
