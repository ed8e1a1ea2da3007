import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSettings } from "../src/config/load.ts";
import { createParley, type Parley, type RunEvent } from "../src/parley.ts";
import { folderWith } from "./config/team-files.ts";
import { type ModelServer, startModelServer } from "./models/servers/model-server.ts";
import { chatWire } from "./models/servers/wires.ts";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqEAAJOgP/7wQXWwAAAABJRU5ErkJggg==",
  "base64",
);

let server: ModelServer;
let parley: Parley | undefined;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(async () => {
  await parley?.stop();
  await server.close();
});

test("an image that a person posts is shown to an agent whose model sees, and the model that stands in for a failed one sees it too", async () => {
  const model = (name: string, more: string) =>
    `  ${name}: { provider: openai-compatible, baseUrl: "${server.url}/v1", model: ${name}, images: true${more} }\n`;
  const file = `models:\n${model("smart", ", fallback: [fast]")}${model("fast", "")}sandbox: { executor: off }
teams:
  solo:
    description: One who looks.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Looks., model: smart }]
    stop: { maxMessages: 2 }
`;
  const error = { message: "You exceeded your current quota.", type: "insufficient_quota", code: "insufficient_quota" };
  server.will({ status: 429, body: [JSON.stringify({ error })] }, { body: chatWire.events({ text: ["A dot."] }) });
  const started = await createParley({
    settings: loadSettings({ env: {}, cwd: folderWith({ "parley.yml": file }) }),
    env: {},
    dbPath: ":memory:",
    log: () => undefined,
  });
  parley = started;
  const hash = await started.store.putFile(PNG);
  const stopped = new Promise<void>((resolve) => {
    started.runner.follow((_thread, item) => item.type === "run.stopped" && resolve());
  });
  await started.start();
  const heard = await started.runner.say({
    thread: "T/C/1",
    workspace: "T",
    person: { id: "U1", name: "Maria" },
    text: "",
    id: "1",
    addressed: true,
    files: [{ hash, name: "dot.png", mediaType: "image/png", bytes: PNG.length }],
  });
  expect(heard.kind).toBe("started");
  await stopped;
  const { events } = await started.runner.read("T/C/1");
  expect(events.find((event: RunEvent) => event.type === "message.posted" && "agent" in event)).toMatchObject({
    text: "A dot.",
    model: "fast",
    notices: [expect.stringContaining("no credit left") as string],
  });
  const asked = server.requests.map(({ body }) => [body.model as string, JSON.stringify(body).includes(PNG.toString("base64"))]);
  expect(asked).toEqual([["smart", true], ["fast", true]]); // prettier-ignore
});
