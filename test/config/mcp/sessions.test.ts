import { afterEach, expect, test } from "vitest";
import { createMcpServers, type McpServers } from "../../../src/config/mcp-servers.ts";
import type { ToolSettings } from "../../../src/config/schema/tools.ts";
import { fakeClock, until } from "../../../src/store/contracts/fake-clock.ts";
import { inside, turnIn, type Turn } from "../../../src/engine/turn.ts";
import { outputOf } from "../../contracts/tool.ts";
import { lineServer } from "../../fixtures/mcp-lines.ts";
import { MARIA } from "../../support/scripted.ts";

const open: McpServers[] = [];
afterEach(() => Promise.all(open.splice(0).map((servers) => servers.close())));
const never = new AbortController().signal;

type Own = Pick<Partial<Extract<ToolSettings, { kind: "mcp" }>>, "share" | "sessionsMax" | "idleMinutes">;

function started(own: Own = {}, workspaceOf?: (thread: string) => string, names: readonly string[] = ["keep", "look"]) {
  const { command, args } = lineServer({ tools: names });
  const clock = fakeClock();
  const settings: ToolSettings = {
    kind: "mcp",
    command,
    args: [...args],
    approval: "never",
    startTimeoutSeconds: 10,
    callTimeoutSeconds: 10,
    ...own,
  };
  const servers = createMcpServers(new Map<string, ToolSettings>([["s", settings]]), {
    env: { PATH: process.env.PATH },
    clock,
    log: () => undefined,
    ...(workspaceOf ? { workspaceOf } : {}),
  });
  open.push(servers);
  const call = async (tool: string, args: object, { thread = "t", agent = "A", run = "r" }) => {
    const { tools, missing } = await servers.tools(["s"], never, { thread, agent, run });
    const found = tools.find(({ name }) => name === `s__${tool}`);
    if (!found) throw new Error(missing.join());
    const origin = { run, agent, call: "1", askedBy: { id: "U1", name: "Ann" } };
    return found.run(args, turnIn({ id: thread, transcript: { events: [] } }, never), origin);
  };
  return { call, clock, servers };
}

const one = { thread: "t1", agent: "A", run: "r1" };
test.each([
  [
    undefined,
    {
      same: [
        { ...one, agent: "B" },
        { ...one, run: "r2" },
      ],
      other: [{ ...one, thread: "t2" }],
    },
  ],
  [
    "agent",
    {
      same: [{ ...one, run: "r2" }],
      other: [
        { ...one, agent: "B" },
        { ...one, thread: "t2" },
      ],
    },
  ],
  [
    "run",
    {
      same: [{ ...one, agent: "B" }],
      other: [
        { ...one, run: "r2" },
        { ...one, thread: "t2" },
      ],
    },
  ],
  ["workspace", { same: [{ ...one, thread: "t2" }], other: [{ ...one, thread: "other workspace" }] }],
] as const)("with share: %s what is kept is found by those who share, and by nobody else", async (share, { same, other }) => {
  const { call } = started(share ? { share } : {}, (thread) => (thread.startsWith("other") ? "T2" : "T1"));
  await call("keep", { what: "the payroll" }, one);
  for (const whose of same) expect(outputOf(await call("look", {}, whose))).toBe("the payroll");
  for (const whose of other) expect(outputOf(await call("look", {}, whose))).toBe("nothing");
});

test("with share: run a team inside a run works in the session of that run", async () => {
  const { servers } = started({ share: "run" });
  const outer = [{ type: "run.started", run: "r1", team: "t", startedBy: MARIA, seq: 1, at: "2026-01-01T00:00:00.000Z" }] as const;
  const turn = turnIn({ id: "t", transcript: { events: [...outer] } }, never);
  const within = inside(turn, { events: [{ ...outer[0], run: "r1/A/1" }] });
  const call = async (name: string, args: object, where: Turn, run: string) => {
    const { tools } = await servers.tools(["s"], never, { thread: "t", agent: "A", run: "r1" });
    const origin = { run, agent: "A", call: "1", askedBy: MARIA };
    return outputOf((await tools.find((tool) => tool.name === name)?.run(args, where, origin)) ?? { kind: "returned", output: "" });
  };
  await call("s__keep", { what: "the plan" }, turn, "r1");
  expect(await call("s__look", {}, within, "r1/A/1")).toBe("the plan");
});

test("the session that was used longest ago makes room, and one that is idle is ended", async () => {
  const { call, clock } = started({ sessionsMax: 2, idleMinutes: 1 });
  for (const thread of ["t1", "t2"]) await call("keep", { what: thread }, { thread });
  expect(outputOf(await call("look", {}, { thread: "t1" }))).toBe("t1");
  expect(outputOf(await call("look", {}, { thread: "t3" }))).toBe("nothing");
  expect(outputOf(await call("look", {}, { thread: "t1" }))).toBe("t1");
  expect(outputOf(await call("look", {}, { thread: "t2" }))).toBe("nothing");
  await call("keep", { what: "again" }, { thread: "t2" });
  await until(() => clock.sleepers > 0);
  await clock.advance(61_000);
  await clock.advance(61_000);
  expect(outputOf(await call("look", {}, { thread: "t2" }))).toBe("nothing");
});

test("a call in a session that is at work everywhere fails with the setting that helps", async () => {
  const { call } = started({ sessionsMax: 1 });
  const first = call("look", {}, { thread: "t1" });
  await expect(call("look", {}, { thread: "t2" })).rejects.toThrow(
    "has 1 sessions at work, as many as it may. Try again later; in the team file, raise its sessionsMax or set `share: workspace`.",
  );
  expect(outputOf(await first)).toBe("nothing");
});

test("a tool that the file names is the one of that name on the server, whatever others are called", async () => {
  const { servers } = started({}, undefined, ["get_user", "get.user", "größe", "grüße"]);
  const ran = async (ref: string) => {
    const { tools, missing } = await servers.tools([ref], never);
    return tools[0] ? outputOf(await tools[0].run({}, turnIn({ id: "t", transcript: { events: [] } }, never))) : missing;
  };
  for (const name of ["get_user", "get.user", "größe", "grüße"]) expect(await ran(`s/${name}`)).toBe(`${name} ran`);
});
