import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Parts } from "../../../src/config/build/parts.ts";
import { withTools } from "../../../src/config/build/tools.ts";
import { createMcpServers, type McpServers } from "../../../src/config/mcp-servers.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { outside, type Turn } from "../../../src/engine/turn.ts";
import { play } from "../play.ts";
import { load, SMALL } from "../team-files.ts";
import { lineServer } from "../../fixtures/mcp-lines.ts";

const open: McpServers[] = [];
afterEach(() => Promise.all(open.splice(0).map((servers) => servers.close())));

const never = new AbortController().signal;

const team = (tools: string, refs: string, more = "") => `tools:
${tools}
teams:
  main:
    description: Main.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Asks., model: m, tools: [${refs}], toolRoundsMax: 20 ${more} }]
    stop: { maxTurns: 1 }
`;

/** A team whose agent calls these tools one after the other, on servers like these. */
async function played(
  servers: { readonly [name: string]: Parameters<typeof lineServer>[0] },
  refs: string,
  calls: readonly { readonly name: string; readonly args?: object }[],
) {
  const tools = Object.entries(servers).map(([name, server]) => {
    const { command, args } = lineServer(server);
    return `  ${name}: { kind: mcp, command: ${JSON.stringify(command)}, args: ${JSON.stringify(args)}, approval: never }`;
  });
  const file = team(tools.join("\n"), refs);
  const settings = load({ "parley.yml": `models: { m: { provider: replay, file: r.yml } }\n${file}`, "r.yml": "replies: {}" });
  const started = createMcpServers(settings.tools, { env: process.env, clock: systemClock, log: () => undefined });
  open.push(started);
  const replies = JSON.stringify({ replies: { Ana: [...calls.map(({ name, args = {} }) => ({ toolCalls: [{ name, args }] })), "Done."] } });
  const { log, askedOf } = await play(file, { servers: started, replies });
  const results = log.events.flatMap((event) =>
    event.type === "tool.returned" ? [event.output] : event.type === "tool.failed" ? [event.error.message] : [],
  );
  return { results, offered: askedOf("Ana").map(({ tools: offered }) => offered.map(({ name }) => name)) };
}

const names = (prefix: string, count: number): readonly string[] => [`${prefix}*${count}`];

test("more tools than a request holds are found by a search, and can then be called", async () => {
  const { results, offered } = await played({ a: { tools: names("a", 100) }, b: { tools: [...names("b", 69), "send_invoice"] } }, "a, b", [
    { name: "find_tools", args: { query: "send an invoice" } },
    { name: "b__send_invoice" },
  ]);
  expect(results[0]).toContain("- b__send_invoice: send_invoice");
  expect(results[1]).toBe("send_invoice ran");
  for (const list of offered) expect(list.length).toBeLessThanOrEqual(128);
  expect(offered[0]).toContain("find_tools");
  expect(offered[0]).not.toContain("b__send_invoice");
  expect(offered[1]).toContain("b__send_invoice");
});

test("what the team file names is there, however many tools its server has", async () => {
  const { results, offered } = await played({ a: { tools: names("a", 200) }, b: { tools: names("b", 300) } }, "a, b/b299", [
    { name: "b__b299" },
  ]);
  expect(results).toEqual(["b299 ran"]);
  expect(offered[0]?.[0]).toBe("b__b299");
});

test("a tool that comes in the middle of a turn can be called in it", async () => {
  const { results, offered } = await played({ s: { tools: ["enable"], more: ["query"] } }, "s", [
    { name: "s__enable" },
    { name: "s__query" },
  ]);
  expect(results).toEqual(["enable ran", "query ran"]);
  expect(offered.map((list) => list.length)).toEqual([1, 2, 2]);
});

test("a server that goes in the middle of a turn keeps its tools in it, and a call says what has become of it", async () => {
  const dead = join(mkdtempSync(join(tmpdir(), "parley-dead-")), "dead");
  const { results, offered } = await played({ s: { tools: ["die", "query"], dead } }, "s", [{ name: "s__die" }, { name: "s__query" }]);
  expect(results[0]).toContain('The MCP server "s" was lost during "die"');
  expect(results[1]).toMatch(/tried again in 1 s\..*the licence has run out/);
  expect(offered.map((list) => list.length)).toEqual([2, 2, 2]);
});

test("turns side by side of one agent each keep to the servers that were there when they began", async () => {
  const asked: (readonly string[])[] = [];
  let isAway = true;
  const servers: Pick<McpServers, "tools"> = {
    tools: async (refs) => {
      asked.push(refs);
      return { tools: [], missing: [], away: isAway ? refs.filter((ref) => ref === "b") : [] };
    },
  };
  const settings = load({
    "parley.yml": `${SMALL}tools: { a: { kind: mcp, command: a }, b: { kind: mcp, command: b } }\n`,
  });
  const agent = withTools(
    { name: "Ana", model: [...settings.models.keys()][0] ?? "", others: 0 },
    ["a", "b"],
    { settings, servers, guards: [] } as unknown as Parts,
    (_tools, _missing, live) => {
      return {
        name: "Ana",
        description: "",
        async *turn(turn: Turn) {
          yield { type: "activity", agent: "Ana", doing: "waits" };
          await live?.(turn);
        },
      };
    },
  );
  const begun = async () => {
    const turn = agent.turn(outside(never));
    await turn.next();
    await turn.next();
    return turn;
  };
  const first = await begun();
  isAway = false;
  const second = await begun();
  for (const turn of [first, second]) await turn.next();
  expect(asked).toEqual([["a", "b"], ["a", "b"], ["a"], ["a", "b"]]);
});

test("names that are put together to the same are told apart", async () => {
  const { results, offered } = await played({ a: { tools: ["b__c"] }, a__b: { tools: ["c"] } }, "a, a__b", [
    { name: "a__b__c" },
    { name: "a__b__c_2" },
  ]);
  expect(offered[0]).toEqual(["a__b__c", "a__b__c_2"]);
  expect(results).toEqual(["b__c ran", "c ran"]);
});
