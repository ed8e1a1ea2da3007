import { expect, test } from "vitest";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const KEYS = { ANTHROPIC_API_KEY: "k", GITHUB_TOKEN: "t0ken" };

test("the servers of a README can be pasted, as JSON", () => {
  const { tools, warnings } = load(
    {
      "parley.yml": `${SMALL}
mcpServers: {
  "brave search": { "command": "npx", "args": ["-y", "server-brave"], "env": { "REGION": "eu", "API_KEY": "\${GITHUB_TOKEN}" }, "autoApprove": ["search"] },
  "github": { "type": "http", "url": "https://api.example.com/mcp/", "headers": { "Authorization": "Bearer \${GITHUB_TOKEN}" } },
  "off": { "command": "x", "disabled": true }
}
`,
    },
    KEYS,
  );
  expect([...tools.keys()]).toEqual(["brave-search", "github"]);
  expect(tools.get("brave-search")).toMatchObject({ kind: "mcp", command: "npx", args: ["-y", "server-brave"], approval: "first-time" });
  expect(tools.get("github")).toMatchObject({ kind: "mcp", url: "https://api.example.com/mcp/" });
  expect(warnings).toEqual([]);
});

test("so can VS Code's file, with what it asks people for read from the environment, and those of other hosts", () => {
  const pasted = {
    inputs: [{ type: "promptString", id: "tracker-key", description: "Key", password: true }],
    servers: {
      tracker: { type: "http", url: "https://t.example/mcp?team=${env:TEAM}", headers: { "X-Api-Key": "${input:tracker-key}" } },
      files: { type: "stdio", command: "npx", args: ["fs", "${workspaceFolder}/docs", 8080], env: { DEBUG: true }, dev: { watch: "x" } },
    },
    context_servers: { zed: { source: "custom", command: ["uvx", "z"], args: ["--fast"], enabled: true } },
    mcp: { servers: { old: { command: "o", environment: { A: 1 } } } },
  };
  const lines = Object.entries(pasted).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const { tools, warnings } = load({ "parley.yml": `${SMALL}${lines.join("\n")}\n` }, { ...KEYS, TRACKER_KEY: "secret", TEAM: "a" });
  expect(warnings).toEqual([]);
  expect([...tools.keys()].toSorted()).toEqual(["files", "old", "tracker", "zed"]);
  expect(tools.get("tracker")).toMatchObject({ url: "https://t.example/mcp?team=${env:TEAM}", headers: { "X-Api-Key": "${TRACKER_KEY}" } });
  expect(tools.get("files")).toMatchObject({ args: ["fs", expect.stringMatching(/^\/.+\/docs$/), "8080"], env: { DEBUG: "true" } });
  expect(tools.get("zed")).toMatchObject({ command: "uvx", args: ["z", "--fast"] });
  expect(tools.get("old")).toMatchObject({ command: "o", env: { A: "1" } });
});

test("a key among arguments or in an address is refused, where it looks like one", () => {
  const said = (server: object) => mistakesOf({ "parley.yml": `${SMALL}mcpServers: ${JSON.stringify({ s: server })}\n` }).join("\n");
  for (const server of [
    { command: "npx", args: ["figma", "--figma-api-key=YOUR-KEY", "--stdio"] },
    { command: "npx", args: ["x", "--token", "abc123def456ghi789"] },
    { url: "https://s.example/mcp/?tavilyApiKey=<your-api-key>" },
  ])
    expect(said(server)).toMatch(/looks like a secret, and this file is no place for one/);
  for (const server of [
    { command: "npx", args: ["x", "--token", "${TOKEN}", "--sort-key", "name", "--verbose"] },
    { url: "https://s.example/mcp?key=name&tavilyApiKey=${TAVILY}" },
  ])
    expect(said(server)).not.toContain("looks like a secret");
  expect(said({ command: "x", envFile: ".env" })).toContain('unknown key "envFile"; name its variables in `env`');
});

test("none is lost because another's name is like its own, or has no letter that can be used", () => {
  const names = ["a b", "a-b", "a.b", "123", "日本"];
  const servers = Object.fromEntries(names.map((name) => [name, { command: name }]));
  const { tools } = load({ "parley.yml": `${SMALL}mcpServers: ${JSON.stringify(servers)}\n` }, KEYS);
  const commands = [...tools].map(([name, tool]) => [name, "command" in tool ? tool.command : ""]);
  expect(Object.fromEntries(commands)).toEqual({ "a-b-2": "a b", "a-b": "a-b", "a-b-3": "a.b", server: "123", "server-2": "日本" });
});

test("an entry of the file's own goes before a pasted one", () => {
  const file = `${SMALL}tools: { files: { kind: mcp, command: ours } }\nmcpServers: { "files": { "command": "theirs" } }\n`;
  expect(load({ "parley.yml": file }, KEYS).tools.get("files")).toMatchObject({ command: "ours" });
});

test("a mistake in what was pasted is told with its line; a key that stands in it is refused", () => {
  const file = `${SMALL}mcpServers:\n  good: { command: a }\n  bad: { command: a, urll: b }\n  key: { command: a, env: { API_TOKEN: abc } }\n`;
  const start = SMALL.split("\n").length;
  expect(mistakesOf({ "parley.yml": file })).toEqual([
    expect.stringMatching(new RegExp(`^parley\\.yml:${start + 2}: tools\\.bad\\.urll: unknown key "urll"`)),
    expect.stringMatching(
      new RegExp(`^parley\\.yml:${start + 3}: tools\\.key: "API_TOKEN" looks like a secret.*write "\\$\\{API_TOKEN\\}" here`),
    ),
  ]);
});
