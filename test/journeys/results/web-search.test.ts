import { expect, onTestFinished, test } from "vitest";
import { openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { FOUND, startEngine } from "../../tools/search/engines.ts";

const [team] = Object.values(PAIR.teams);

test("an agent searches the web, and the answer has under it the pages that it names; the key is nowhere", async () => {
  const engine = await startEngine();
  onTestFinished(() => engine.close());
  engine.answers({ json: FOUND.brave });
  const desk = await openModelDesk();
  const ana = { name: "Ana", icon: ":owl:", description: "Knows.", model: "scripted", tools: ["search"] };
  const journey = await openJourney({
    env: { BRAVE_API_KEY: "brave-key-of-ours-1" },
    file: {
      ...PAIR,
      models: { scripted: desk.model },
      tools: { search: { kind: "web-search", provider: "brave", url: engine.url } },
      teams: { pair: { ...team, agents: [ana] } },
    },
  });
  const thread = await journey.mention("@parley when do pears ripen?");
  (await desk.asked("Ana")).call("web_search", { query: "pears ripen" });
  const asked = await desk.asked("Ana");
  expect(asked.read).toContain("They ripen off the tree");
  expect(asked.read).toContain("data written by others");
  asked.answer("Off the tree, [as growers say](https://pears.example/ripen). DONE");
  await thread.ended();
  const turn = JSON.stringify(thread.ofKind("turn")[0]?.blocks);
  expect(turn).toContain("Sources: <https://pears.example/ripen|Pears &amp; how they ripen>");
  expect(turn).not.toContain("sorts.example");
  expect(engine.asked[0]?.headers["x-subscription-token"]).toBe("brave-key-of-ours-1");
  expect(JSON.stringify(await thread.log()) + thread.text() + asked.read).not.toContain("brave-key-of-ours-1");
});
