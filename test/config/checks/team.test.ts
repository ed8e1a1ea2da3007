import { describe, expect, test } from "vitest";
import { mistakes, warnings, agent, team } from "./one-team.ts";

describe("names", () => {
  const inner = (name: string, ...members: readonly string[]) =>
    `  ${name}:\n    description: Inner.\n    speakers: { policy: round-robin }\n    agents: [${members.join(", ")}]\n    stop: { maxTurns: 1 }\n`;
  const sub = (name: string, of: string) => `{ name: ${name}, description: Is ${name}., kind: team, team: ${of} }`;

  test("are unique over the teams inside, too", () => {
    expect(
      mistakes(team("policy: round-robin", [agent("Ana"), sub("Panel", "inner")]) + inner("inner", agent("ana"), agent("Ben"))),
    ).toEqual([
      'parley.yml:8: teams.main.agents[1].team: "ana" (of the team "inner") and "Ana" are the same name, upper and lower case aside; give each agent its own.',
    ]);
  });

  test("that read like the app, its approvals or Slack are warned of, by how they look; so are faces of theirs", () => {
    const called = (name: string) => warnings(team("policy: round-robin", [agent(name), agent("Ben")]));
    expect(called("ParIey")).toEqual([
      'teams.main.agents[0].name: "ParIey" reads like "Parley"; it posts as "ParIey (agent)" in Slack. Name the agent after what it does.',
    ]);
    for (const name of ["Slack helper", "Parley Approvals", "S-lack", "PAR1EY bot", "Approver"]) expect(called(name)).toHaveLength(1);
    expect(called("Security")).toEqual([]);
    for (const icon of [":slack:", ":white_check_mark:", "https://avatars.slack-edge.com/a.png"])
      expect(warnings(team("policy: round-robin", [agent("Ana", `, icon: "${icon}"`), agent("Ben")]))).toEqual([
        `teams.main.agents[0].icon: ${icon} is a face of the app, of Slack, of one of its members, or the mark of a yes; another is shown in Slack. Take one such as ":owl:", or leave it out.`,
      ]);
    expect(warnings(team("policy: magentic, model: m, name: Slack Lead", [agent("Ana"), agent("Ben")]))[0]).toContain(
      '"Slack Lead" reads like "Slack"',
    );
  });

  test("of a magentic leader are one of them", () => {
    expect(mistakes(team("policy: magentic, model: m, name: Ana", [agent("Ana"), agent("Ben")]))).toEqual([
      'parley.yml:5: teams.main.speakers.name: "Ana" and "Ana" are the same name, upper and lower case aside; give each agent its own.',
    ]);
  });

  test("of a team that is inside twice cannot be told apart", () => {
    expect(mistakes(team("policy: round-robin", [sub("One", "inner"), sub("Two", "inner")]) + inner("inner", agent("Ana")))).toEqual([
      'parley.yml:8: teams.main.agents[1].team: the team "inner" is in it twice, and nobody could tell its members apart. Take one out.',
    ]);
  });

  test("a team inside itself is refused, however far down, and behind a tool", () => {
    expect(mistakes(team("policy: round-robin", [sub("One", "inner")]) + inner("inner", sub("Two", "main")))).toEqual([
      'parley.yml:7: teams.main.agents[0].team: the team "main" is inside itself (main → inner → main). Take it out in one place.',
      'parley.yml:12: teams.inner.agents[0].team: the team "inner" is inside itself (inner → main → inner). Take it out in one place.',
    ]);
    const tool = "tools: { ask: { kind: agent, description: Asks., team: main } }\n";
    expect(mistakes(tool + team("policy: round-robin", [agent("Ana", ", tools: [ask]")]))).toEqual([
      'parley.yml:8: teams.main.agents[0].tools[0]: the team "main" is inside itself (main → ask → main). Take it out in one place.',
    ]);
    const tools =
      "tools: { a: { kind: agent, description: A., agent: { model: m, tools: [b] } }, b: { kind: agent, description: B., agent: { model: m, tools: [a] } } }\n";
    expect(mistakes(tools + team("policy: round-robin", [agent("Ana", ", tools: [a]")])).join("\n")).toContain(
      'the tool "a" is inside itself (main → a → b → a)',
    );
  });

  test("a hundred teams that hold each other twice are checked at once", () => {
    const nest = Array.from({ length: 99 }, (_, n) =>
      inner(`t${n}`, sub(`A${n}`, n < 98 ? `t${n + 1}` : "main"), sub(`B${n}`, n < 98 ? `t${n + 1}` : "main")),
    ).join("");
    expect(mistakes(team("policy: round-robin", [sub("One", "t0")]) + nest).join("\n")).toContain("is inside itself");
  });

  test("of teams that are not there are refused", () => {
    expect(mistakes(team("policy: round-robin", [sub("One", "mainn")]))).toEqual([
      'parley.yml:7: teams.main.agents[0].team: there is no team "mainn"; the file has main. Did you mean "main"?',
    ]);
  });
});

describe("descriptions", () => {
  const two = (one: string, other: string) =>
    warnings(
      team("policy: round-robin", [`{ name: Ana, description: ${one}, model: m }`, `{ name: Ben, description: ${other}, model: m }`]),
    );

  test("that are almost the same are a warning", () => {
    expect(two("Answers every question about bills of customers.", "Answers every question about the bills of customers!")).toEqual([
      'teams.main.agents[1].description: "Ben" and "Ana" have almost the same description; say when to call on which.',
    ]);
    expect(two("Answers questions about bills.", "Answers questions about parcels.")).toEqual([]);
  });
});

describe("tools and hand-overs", () => {
  const withTools = (tools: string, more: string, stop?: string) =>
    mistakes(`tools: { ${tools} }\n${team("policy: round-robin", [agent("Ana", more), agent("Ben")], stop)}`);
  const WEB = "web: { kind: web-fetch }";
  const FILES = "files: { kind: mcp, command: files }";

  test.each([
    [WEB, ", tools: [wep]", 'there is no tool "wep"; the file has web. Did you mean "web"?'],
    [WEB, ", tools: [web/get]", '"web" is one tool, not a server of several. Write "web".'],
    [WEB, ", tools: [web, web]", 'the tool "web" and the tool "web" would both be called "web_fetch"'],
    [`${WEB}, www: { kind: web-fetch }`, ", tools: [web, www]", 'the tool "www" and the tool "web" would both be called "web_fetch"'],
    [
      WEB,
      ", tools: [web], handoffs: [{ to: Ben, tool: web_fetch }]",
      'the tool "web" and the hand-over to "Ben" would both be called "web_fetch"',
    ],
    [
      "transfer_to_ben: { kind: agent, description: x, agent: { model: m } }",
      ", tools: [transfer_to_ben], handoffs: [Ben]",
      'would both be called "transfer_to_ben"',
    ],
    [FILES, ", tools: [files, files/read]", 'all tools of "files" are listed already'],
    [FILES, ", tools: [files/read, files/read]", 'would both be called "files__read"'],
  ])("{ %s } with %s is refused", (tools, more, message) => {
    expect(withTools(tools, more).join("\n")).toContain(message);
  });

  test.each([
    ["source: Dan", 'waits for words of "Dan"'],
    ["source: [Ana, Dan]", 'waits for words of "Dan"'],
    ["toolCalled: web", 'is never reached: no agent can call "web"; there are files, files__…'],
    ["toolCalled: files", '"files" is a server; name one of its tools, as files/tool.'],
    ["stopMessage: false", "expected true"],
  ])("stop: { %s } is refused", (stop, message) => {
    const found = withTools(`${WEB}, ${FILES}`, ", tools: [files]", `stop: { ${stop} }`).join("\n");
    expect(found).toContain(message.replace(", files__…", "").replace("expected true", "known here; known: true"));
  });

  test.each(["maxMessages: 1", "maxMessages: { count: 1 }"])("stop: { %s } is warned of: the task alone reaches it", (stop) => {
    const found = warnings(team("policy: round-robin", [agent("Ana"), agent("Ben")], `stop: { ${stop} }`));
    expect(found.join("\n")).toContain("is reached by the task itself");
    const both = `stop: { all: [{ ${stop} }, { textMention: DONE }] }`;
    expect(warnings(team("policy: round-robin", [agent("Ana"), agent("Ben")], both)).join("\n")).not.toContain("by the task itself");
  });

  test.each(["source: [Ana, Ben]", "toolCalled: files/read", "toolCalled: transfer_to_ben", "maxMessages: { count: 9, events: true }"])(
    "stop: { %s } is taken",
    (stop) => {
      expect(withTools(FILES, ", tools: [files], handoffs: [Ben]", `stop: { ${stop} }`)).toEqual([]);
    },
  );
});

describe("what an agent hears and runs", () => {
  test.each([
    [agent("Cy", ", hears: [{ from: Anna }]"), '"Cy" hears "Anna"; the team has Ana, Ben, user. Did you mean "Ana"?'],
    [agent("Cy", ", hears: [{ from: Cy }]"), '"Cy" always knows its own words'],
    [agent("Cy", ", hears: [{ from: Ana }, { from: Ana, last: 1 }]"), '"Ana" is listed twice'],
    [agent("Cy", ", hears: [{ from: Ana, first: 1, last: 1 }]"), "take the first or the last messages, not both"],
    [agent("Cy", ", hears: []"), "leave `hears` out to hear everybody"],
    [
      "{ name: Cy, description: x, kind: code-runner, runs: [Ana], hears: [{ from: Ben }] }",
      '"Cy" runs the code of "Ana" and does not hear it',
    ],
    ["{ name: Cy, description: x, kind: coder, model: n }", 'there is no model "n"'],
    ["{ name: Cy, description: x, model: m, context: { summary: { model: n, tokensMax: 900 } } }", 'there is no model "n"'],
    ["{ name: Cy, description: x, model: m, answer: { type: object, properties: { a: { type: text } } } }", '"text" is not known here'],
    [
      "{ name: Cy, description: x, model: m, answer: { type: object, properties: { a: { type: string } }, required: [] } }",
      "every property is required",
    ],
    ["{ name: Cy, description: x, kind: human, model: m }", 'unknown key "model"'],
  ])("%s is refused", (one, message) => {
    expect(mistakes(team("policy: round-robin", [agent("Ana"), agent("Ben"), one])).join("\n")).toContain(message);
  });
});
