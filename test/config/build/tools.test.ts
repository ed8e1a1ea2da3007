import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { buildTeams } from "../../../src/config/build.ts";
import { createMcpServers, type McpServers } from "../../../src/config/mcp-servers.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { MARIA } from "../../support/scripted.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { play, stage } from "../play.ts";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const team = (tools: string, agent: string, stop = "maxTurns: 1") => `tools:
  ${tools}
teams:
  main:
    description: Main.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Asks., model: m, ${agent} }]
    stop: { ${stop} }
`;

const results = (log: Awaited<ReturnType<typeof play>>["log"]) =>
  log.events.flatMap((event) => (event.type === "tool.returned" ? [event.output] : event.type === "tool.failed" ? [event.error.kind] : []));

describe("web-fetch", () => {
  test("is held to hosts that are written as hosts", async () => {
    const at = (hosts: string) => mistakesOf({ "parley.yml": `${SMALL}tools: { web: { kind: web-fetch, hosts: ${hosts} } }\n` });
    expect(at("['https://example.org', 'example.org:8443', '*']").map((line) => line.replace(/^\S+ /, ""))).toEqual(
      [0, 1, 2].map(
        (index) =>
          `tools.web.hosts[${index}]: is no host alone; write example.org, or *.example.org for every name below it, without https://, a port or a path`,
      ),
    );
    expect(at("[]")[0]).toContain("name at least one host; leave `hosts` out to let it read every public one");
    const { log } = await play(team("web: { kind: web-fetch, hosts: [example.org] }", "tools: [web]"), {
      replies: 'replies: { Ana: [{ toolCalls: [{ name: web_fetch, args: { url: "https://example.com/" } }] }, Done.] }',
    });
    expect(log.events.find(({ type }) => type === "tool.failed")).toMatchObject({
      error: { message: expect.stringContaining("example.com is not one of the hosts that may be read: example.org") as string },
    });
  });

  const replies = 'replies: { Ana: [{ toolCalls: [{ name: web_fetch, args: { url: "http://127.0.0.1:1/" } }] }, Done.] }';

  test("is offered as web_fetch, and this machine is out of its reach", async () => {
    const { log, askedOf } = await play(team("web: { kind: web-fetch }", "tools: [web]"), { replies });
    expect(askedOf("Ana")[0]?.tools.map(({ name }) => name)).toEqual(["web_fetch"]);
    expect(log.events.find((event) => event.type === "tool.failed")).toBeDefined();
    expect(log.stopped()?.outcome).toBe("done");
  });

  test("with approval: always a person is asked first", async () => {
    const { log } = await play(team("web: { kind: web-fetch, approval: always }", "tools: [web]"), { replies });
    expect(log.events.at(-1)).toMatchObject({ type: "approval.requested", what: expect.stringContaining("web_fetch") as string });
  });

  test("a call of it can end the run, by the name in the file", async () => {
    const { log } = await play(team("web: { kind: web-fetch }", "tools: [web]", "any: [{ toolCalled: web }, { maxTurns: 9 }]"), {
      replies,
    });
    expect(log.stopped()?.reasons).toEqual([{ kind: "toolCalled", tool: "web_fetch" }]);
  });
});

describe("an agent or a team behind a tool", () => {
  test("an agent has one turn on the task, with tools of its own", async () => {
    const { log, said, askedOf } = await play(
      team(
        "expert: { kind: agent, description: Knows., agent: { model: m, instructions: Be exact., tools: [web] } }\n  web: { kind: web-fetch }",
        "tools: [expert]",
      ),
      { replies: "replies: { Ana: [{ toolCalls: [{ name: expert, args: { task: How many? } }] }, Three.], expert: [It is 3.] }" },
    );
    expect(results(log)).toEqual(["It is 3."]);
    expect(said).toEqual(["Ana: Three."]);
    expect(askedOf("expert")[0]).toMatchObject({ system: expect.stringMatching(/You are expert\.[^]*Be exact\./) as string });
    expect(askedOf("expert")[0]?.tools.map(({ name }) => name)).toEqual(["web_fetch"]);
  });

  test("a team talks by itself and gives back its last words", async () => {
    const { log } = await play(
      `${team("panel: { kind: agent, description: Thinks., team: inner }", "tools: [panel]")}
  inner:
    description: Inner.
    speakers: { policy: round-robin }
    agents: [{ name: Uno, description: One., model: m }, { name: Due, description: Two., model: m }]
    stop: { maxTurns: 2 }
`,
      { replies: "replies: { Ana: [{ toolCalls: [{ name: panel, args: { task: Think } }] }, Ok.], Uno: [one], Due: [two] }" },
    );
    expect(results(log)).toEqual(["two"]);
  });
});

describe("an MCP server", () => {
  const PROGRAM = join(import.meta.dirname, "../../fixtures/mcp-stdio.ts");
  const server = (...args: readonly string[]) => `kind: mcp, command: ${JSON.stringify(process.execPath)}, args: ${JSON.stringify(args)}`;
  const open: McpServers[] = [];
  afterAll(() => Promise.all(open.map((servers) => servers.close())));

  function serversOf(teamFile: string): McpServers {
    const servers = createMcpServers(stageSettings(teamFile).tools, { env: process.env, clock: systemClock, log: () => undefined });
    open.push(servers);
    return servers;
  }
  const stageSettings = (teamFile: string) =>
    load({ "parley.yml": `models: { m: { provider: replay, file: r.yml } }\n${teamFile}`, "r.yml": "replies: {}" });

  test("is started when its agent speaks, and its tools are the agent's, all of them or one", async () => {
    const all = team(`fixture: { ${server(PROGRAM)}, approval: never }`, "tools: [fixture]");
    const { log, askedOf } = await play(all, {
      servers: serversOf(all),
      replies: "replies: { Ana: [{ toolCalls: [{ name: fixture__echo, args: { text: hello } }] }, Done.] }",
    });
    expect(askedOf("Ana")[0]?.tools.length).toBeGreaterThan(1);
    expect(results(log)[0]).toContain("hello");

    const one = team(`fixture: { ${server(PROGRAM)} }`, "tools: [fixture/echo]");
    const asking = await play(one, {
      servers: serversOf(one),
      replies: "replies: { Ana: [{ toolCalls: [{ name: fixture__echo, args: { text: hello } }] }, Done.] }",
    });
    expect(asking.askedOf("Ana")[0]?.tools.map(({ name }) => name)).toEqual(["fixture__echo"]);
    // The approval of a server is first-time where the file does not say otherwise.
    const asked = asking.log.events.at(-1);
    expect(asked?.type).toBe("approval.requested");
    asking.log.record({
      type: "approval.given",
      call: asked?.type === "approval.requested" ? asked.call : "",
      approved: true,
      person: MARIA,
    });
    await asking.log.run(asking.teams.build("main", "t"));
    expect(results(asking.log)[0]).toContain("hello");
  });

  test("that cannot be had does not end the run: the agent is told and goes on", async () => {
    const broken = team(`fixture: { ${server(PROGRAM, "broken")} }`, "tools: [fixture]");
    const { said, askedOf } = await play(broken, { servers: serversOf(broken), replies: "replies: { Ana: [I go on.] }" });
    expect(said).toEqual(["Ana: I go on."]);
    expect(askedOf("Ana")[0]?.system).toContain('The tools of "fixture" cannot be had now:');
  });

  test("in a program that starts no servers is a mistake of the file, told before anybody talks", () => {
    expect(() => stage(team(`fixture: { ${server(PROGRAM)} }`, "tools: [fixture]"))).toThrow(
      "parley.yml: tools.fixture: this program starts no MCP servers; take the server out.",
    );
    expect(() =>
      buildTeams(stageSettings(team("web: { kind: web-fetch }", "tools: [web]")), {
        createModel: () => ({ name: "m", call: () => Promise.reject(new Error("not called")) as never }),
        executor: fakeExecutor(() => ran("")),
        keepFile: async () => "",
      }),
    ).not.toThrow();
  });

  test.each([undefined, "", "  "])(
    "without the variables that it wants (%j) is a warning, and its folder is looked for beside the file",
    (blank) => {
      const { warnings, tools } = load(
        { "parley.yml": `${SMALL}tools: { files: { kind: mcp, command: server, env: [FILES_KEY], cwd: data } }\n` },
        { ANTHROPIC_API_KEY: "k", ...(blank === undefined ? {} : { FILES_KEY: blank }) },
      );
      expect(warnings.map(({ message }) => message)).toEqual(["is not set: put FILES_KEY into the environment or into .env."]);
      expect(tools.get("files")).toMatchObject({ cwd: expect.stringMatching(/^\/.*\/data$/) as string });
    },
  );
});

test.each([
  ["{ kind: mcp }", "name either the `command` that starts the server or the `url` where it answers"],
  ["{ kind: mcp, command: a, url: 'http://b' }", "name either the `command`"],
  ["{ kind: mcp, url: 'http://b', args: [c] }", "belong to a `command`"],
  ["{ kind: mcp, command: a, headersEnv: { Authorization: KEY } }", "`headers` and `headersEnv` belong to a `url`"],
  [
    "{ kind: mcp, command: a, env: { API_KEY: abc } }",
    '"API_KEY" looks like a secret, and this file is no place for one: put it into the environment or into .env, and write "${API_KEY}" here.',
  ],
  ["{ kind: mcp, command: a, env: [not-a-name] }", "the NAME of an environment variable"],
  ["{ kind: agent, description: x }", "name either an `agent` or a `team`"],
  ["{ kind: agent, description: x, team: pairs }", 'there is no team "pairs"; the file has pair. Did you mean "pair"?'],
  ["{ kind: agent, description: x, agent: { model: n } }", 'there is no model "n"'],
  ["{ kind: agent, description: x, agent: { model: m, tools: [nix] } }", 'there is no tool "nix"'],
  ["{ kind: web-fech }", '"web-fech" is not known here; did you mean "web-fetch"?'],
])("the tool %s is refused", (tool, message) => {
  expect(mistakesOf({ "parley.yml": `${SMALL}tools:\n  t: ${tool}\n` }).join("\n")).toContain(message);
});
