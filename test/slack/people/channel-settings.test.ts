import { afterEach, beforeEach, expect, test } from "vitest";
import { channelSettings, rulesAt, workspaceSettings } from "../../../src/slack/people/channel-settings.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

let told: string[];
let opened: ReturnType<typeof openSqlite>;
beforeEach(() => {
  told = [];
  opened = openSqlite({ path: ":memory:" });
});
afterEach(() => opened.store.close());

const ctx = () => ({ settings: opened.settings, me: { team: "T1" }, log: (line: string) => void told.push(line) });
const set = (name: string, value: unknown) =>
  opened.settings.put({
    name,
    value,
    revision: 0,
    decision: { workspace: "T1", person: { id: "U1", name: "Ada" }, deed: "set", subject: name, allowed: true },
  });

test("a channel has what was set for it, and nothing where nothing was", async () => {
  await set("channel/C1", { team: "research", quiet: true, code: "ask", allow: { approve: ["admins", "U0123ABCD"], guests: ["answer"] } });
  expect(await channelSettings(ctx(), "C1")).toEqual({
    team: "research",
    quiet: true,
    code: "ask",
    allow: { approve: ["admins", "U0123ABCD"], guests: ["answer"] },
  });
  expect(await channelSettings(ctx(), "C2")).toEqual({});
  expect(told).toEqual([]);
});

test.each([
  [7, {}, ["it is no object"]],
  [null, {}, ["it is no object"]],
  [{ code: "yes", team: "", quiet: true, later: 1 }, { quiet: true }, ["team", "code"]],
  [
    { allow: { stop: "me", approve: ["nobody"], steer: "starter", guests: ["editTeams"], __proto__: { start: "x" } } },
    { allow: { steer: "starter" } },
    ["allow.approve", "allow.stop", "allow.guests"],
  ],
  [{ allow: [] }, { allow: {} }, []],
])("of %j what can be read holds, and the operator is told of the rest", async (value, read, lines) => {
  await set("channel/C1", value);
  expect(await channelSettings(ctx(), "C1")).toEqual(read);
  expect(told.map((line) => line.replace("the setting channel/C1 is not as it should be and does not hold: ", ""))).toEqual(lines);
});

test("of the workspace's rules and the channel's, the stricter holds", async () => {
  await set("workspace", { code: "ask", tools: "auto", budget: 7 });
  await set("channel/C1", { code: "auto", tools: "off" });
  await set("channel/C2", { code: "off" });
  expect(await rulesAt("T1/C1/1.1", ctx())).toEqual({ code: "ask", tools: "off" });
  expect(await rulesAt("T1/C2/1.1", ctx())).toEqual({ code: "off", tools: "auto" });
  expect(await rulesAt("T1/C3/1.1", ctx())).toEqual({ code: "ask", tools: "auto" });
  // What is of a channel and not shown there goes by its rules too.
  expect(await rulesAt("T1/C1/studio/a", ctx())).toEqual({ code: "ask", tools: "off" });
  expect(await rulesAt("terminal-1", ctx())).toEqual({});
  expect(await workspaceSettings(ctx())).toEqual({ code: "ask", tools: "auto" });
});
