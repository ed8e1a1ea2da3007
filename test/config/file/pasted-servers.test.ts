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
