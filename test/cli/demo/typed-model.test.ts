import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectTyped } from "../../../src/cli/demo/typed-model.ts";

const at = { env: {}, cwd: resolve(import.meta.dirname, "../../.."), file: "parley.yml" };

/** A server that lists one model, and asks for a key where one is given. */
async function server(key = ""): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const listening = createServer((request, response) => {
    asked.push(request);
    const isIn = key === "" || request.headers.authorization === `Bearer ${key}`;
    response.writeHead(isIn ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(isIn ? { data: [{ id: "tiny-1" }] } : { error: "no" }));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void listening.close());
  await once(listening, "listening");
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v1`, asked };
}

test("a key opens the models of its provider, and stands in the settings' own environment alone", async () => {
  const connected = await connectTyped({ key: "sk-ant-0123456789", baseUrl: "" }, at);
  if (typeof connected === "string") throw new Error(connected);
  expect([...connected.settings.models.values()].map(({ provider }) => provider)).toEqual(["anthropic", "anthropic"]);
  expect(connected.env["ANTHROPIC_API_KEY"]).toBe("sk-ant-0123456789");
  expect(process.env["ANTHROPIC_API_KEY"] ?? "").not.toBe("sk-ant-0123456789");
  expect(connected.said).not.toContain("sk-ant");
  const other = await connectTyped({ key: "sk-0123456789", baseUrl: "" }, at);
  expect(typeof other === "string" ? other : [...other.settings.models.values()].map(({ provider }) => provider)).toEqual([
    "openai",
    "openai",
  ]);
});

test("an address connects the first model that the server lists, with the key that it asks for", async () => {
  const { url, asked } = await server("secret-key-1");
  const connected = await connectTyped({ key: "secret-key-1", baseUrl: `${url}/` }, at);
  if (typeof connected === "string") throw new Error(connected);
  expect([...connected.settings.models.values()]).toMatchObject([
    { provider: "openai-compatible", model: "tiny-1", baseUrl: url },
    { provider: "openai-compatible", model: "tiny-1", baseUrl: url },
  ]);
  expect(connected.said).toBe(`tiny-1, on the server at ${new URL(url).host}`);
  expect(asked.map((request) => request.url)).toEqual(["/v1/models"]);
  expect(await connectTyped({ key: "wrong-key-1", baseUrl: url }, at)).toMatch(/No model was found: .*is the key right/);
});

test("what is no key and no address is said, without saying it again", async () => {
  expect(await connectTyped({ key: "two words", baseUrl: "" }, at)).toMatch(/^That is no key/);
  for (const baseUrl of ["127.0.0.1:11434", "file:///etc/passwd", "http://me:secret@127.0.0.1/v1"])
    expect(await connectTyped({ key: "", baseUrl }, at)).toMatch(/^That is no address of a model server/);
  expect(await connectTyped({ key: "", baseUrl: "http://127.0.0.1:9/v1" }, at)).toMatch(/did not answer with a list of them/);
});
