import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { GENERAL, MARIA, openJourney, PAIR } from "../../support/journey.ts";
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
