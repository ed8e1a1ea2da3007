import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { GENERAL, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { defineGuard } from "../../../src/index.ts";
import { wordsOf } from "../../support/slack/thread.ts";
import { chatBody } from "../../models/servers/wire-chat.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

/** One pixel. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

/** A model's server that keeps what it is sent, and says that it is done. */
async function openEye(images: boolean) {
  const seen: string[] = [];
  const server = createServer(IDLE_STAYS, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      seen.push(Buffer.concat(parts).toString());
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(chatBody({ text: ["A plum. DONE"], usage: { input: 10, output: 2, cached: 0, reasoning: 0 } }).join(""));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { seen, model: { provider: "openai-compatible", baseUrl: `http://127.0.0.1:${port}/v1`, model: "eye", images } };
}

test.each([true, false])("an image that a person posts reaches an agent whose model takes images (%s), and no other", async (images) => {
  const { seen, model } = await openEye(images);
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: model } } });
  const files = [{ name: "plum.png", content: PNG }];
  const { ts } = await journey.slack.control.post({ user: MARIA, channel: GENERAL, text: "@parley what is this?", files });
  await journey.thread(GENERAL, ts).ended();
  expect(seen).toHaveLength(1);
  expect(seen[0]).toContain("Attached: plum.png (image/png, ");
  expect(seen[0]?.includes(`data:image/png;base64,${PNG.toString("base64")}`)).toBe(images);
  if (!images) expect(seen[0]).toContain("plum.png");
});

test("an image that a guard replaces reaches a model's server as it was replaced, and one that it stops reaches none", async () => {
  const { seen, model } = await openEye(true);
  const other = Buffer.concat([PNG, Buffer.alloc(3)]);
  const eyes = defineGuard({
    name: "eyes",
    look: () => undefined,
    lookAtFile: ({ name }) => (name === "face.png" ? { stop: "it shows somebody." } : { file: { content: other } }),
  });
  const data = { ...PAIR, models: { scripted: model }, guards: [{ guard: "eyes", at: ["model"] }] };
  const journey = await openJourney({ file: loadSettings({ env: {}, cwd: tmpdir(), data, definitions: [eyes] }) });
  const post = async (name: string) => {
    const files = [{ name, content: PNG }];
    const { ts } = await journey.slack.control.post({ user: MARIA, channel: GENERAL, text: "@parley what is this?", files });
    return wordsOf(await journey.thread(GENERAL, ts).ended());
  };
  await post("plum.png");
  expect(seen).toHaveLength(1);
  expect(seen[0]).toContain(other.toString("base64"));
  expect(seen[0]).not.toContain(`${PNG.toString("base64")}"`);
  expect(await post("face.png")).toContain('The guard "eyes" stopped the file face.png on its way to the model of Ana: it shows somebody.');
  expect(seen).toHaveLength(1);
});

test("a picture that a server's tool gives stands under the turn, and is kept by its hash", async () => {
  const args = [createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/dist/index.js")];
  const [agent] = PAIR.teams.pair.agents;
  const journey = await openJourney({
    file: {
      ...PAIR,
      tools: { s: { kind: "mcp", command: process.execPath, args, approval: "never" } },
      teams: { pair: { ...PAIR.teams.pair, agents: [{ ...agent, tools: ["s/get-tiny-image"] }] } },
    },
    replies: { Ana: [{ toolCalls: [{ name: "s__get-tiny-image", args: {} }] }, "There it is. DONE"] },
  });
  const thread = await journey.mention("@parley show me the logo");
  await thread.ended();
  const { slack } = journey;
  const files = slack.control.thread(GENERAL, thread.ts).flatMap((message) => message.files);
  expect(files).toEqual([
    expect.objectContaining({ name: expect.stringMatching(/^get-tiny-image-\w{6}-1\.png$/) as string, mimetype: "image/png" }),
  ]);
  expect(JSON.stringify(await thread.log())).not.toContain("iVBORw0KGgo");
});
