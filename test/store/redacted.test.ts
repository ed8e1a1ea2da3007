import { expect, test } from "vitest";
import { redactAll, redacted } from "../../src/store/redacted.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";

const redact = (text: string) => text.replaceAll("s3cret", "[redacted]");

test("what is recorded, received and noted goes in without the secret, and is read and told so", async () => {
  const { store: plain } = openSqlite({ path: ":memory:" });
  const store = redacted(plain, redact);
  const told: string[] = [];
  store.follow(({ events }) => void told.push(JSON.stringify(events)));
  const error = { kind: "bad_key", message: "key s3cret is wrong" };
  const committed = await store.commit({
    thread: "t",
    workspace: "w",
    afterSeq: 0,
    at: "2026-11-23T12:00:00.000Z",
    events: [
      { type: "turn.failed", agent: "Ana", error },
      {
        type: "tool.called",
        agent: "Ana",
        call: "c",
        tool: "t",
        args: '{"k":"s3cret"}',
        others: [{ call: "d", tool: "t", args: "s3cret" }],
      },
    ],
    posts: [],
    wake: "none",
  });
  await store.receive({ id: "e", at: "2026-11-23T12:00:00.000Z", body: '{"text":"s3cret"}' });
  await store.putNote("n", '"s3cret"');
  const seen = JSON.stringify([committed, told, await store.load("t", 0), await plain.unhandled(9), await plain.note("n")]);
  expect(seen).not.toContain("s3cret");
  expect(seen.match(/\[redacted\]/g)).toHaveLength(11);
  await store.close();
});

test("what a model gave along with its calls is left out whole where it would be changed: it would be worth nothing", async () => {
  const { store: plain } = openSqlite({ path: ":memory:" });
  const store = redacted(plain, redact);
  const called = (thought: string) => ({
    type: "tool.called" as const,
    agent: "Ana",
    call: "c",
    tool: "t",
    args: "s3cret",
    kept: { by: "us", what: { message: { content: [{ type: "thinking", thinking: thought, signature: "c2ln" }] } } },
    model: "m",
  });
  const commit = { workspace: "w", afterSeq: 0, at: "2026-11-23T12:00:00.000Z", posts: [], wake: "none" } as const;
  await store.commit({ ...commit, thread: "t", events: [called("Hm.")] });
  await store.commit({ ...commit, thread: "u", events: [called("It is s3cret.")] });
  const [[whole], [without]] = [await store.load("t", 0), await store.load("u", 0)];
  expect(whole).toMatchObject({ ...called("Hm."), args: "[redacted]" });
  expect(Object.keys(whole ?? {}).slice(0, 7)).toEqual(Object.keys(called("")));
  expect(without).toMatchObject({ args: "[redacted]", model: "m" });
  expect(without).not.toHaveProperty("kept");
  await store.close();
});

test("what is no text stays as it is", () => {
  const value = { a: 1, b: [true, null, "s3cret", { c: undefined, s3cret: 2 }] };
  expect(redactAll(value, redact)).toEqual({ a: 1, b: [true, null, "[redacted]", { c: undefined, s3cret: 2 }] });
});
