import { request } from "node:http";
import { expect, test } from "vitest";
import { openDoor, type DoorSettings } from "../../src/serve/door.ts";

const TOKEN = "t".repeat(40);

/** What is answered to whoever comes by this name, in the header `host`. */
const asked = (url: string, headers: { readonly [name: string]: string }) =>
  new Promise<number | undefined>((resolve, reject) => {
    request(url, { headers }, (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });

async function opened(settings: Partial<DoorSettings>, check: (url: string, port: string) => Promise<void>) {
  const door = await openDoor({ host: "127.0.0.1", port: 0, hosts: [], token: undefined, ...settings }, (app) =>
    app.get("/", (c) => c.text("in")),
  );
  try {
    await check(door.url, new URL(door.url).port);
  } finally {
    await door.close();
  }
}

test("nobody comes in by a name that somebody else's DNS points here", () =>
  opened({ hosts: ["parley.example.com"] }, async (url, port) => {
    for (const host of ["localhost", `127.0.0.1:${port}`, `[::1]:${port}`, "Parley.Example.com", "parley.example.com:443"])
      expect({ host, status: await asked(url, { host }) }).toEqual({ host, status: 200 });
    for (const host of ["evil.example", `evil.example:${port}`, "localhost.evil.example", "localhost.", "0.0.0.0"])
      expect({ host, status: await asked(url, { host }) }).toEqual({ host, status: 403 });
    expect([400, 403]).toContain(await asked(url, { host: "127.0.0.1@evil.example" }));
  }));

test("beyond loopback one comes by the door's own address too, and by no address without the token", () =>
  opened({ host: "127.0.0.2", token: TOKEN }, async (url) => {
    expect(await asked(url, { authorization: `Bearer ${TOKEN}` })).toBe(200);
    for (const authorization of [`Bearer ${"x".repeat(40)}`, TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}x`])
      expect(await asked(url, { authorization })).toBe(401);
    expect(await asked(url, {})).toBe(401);
    expect(await asked(url, { authorization: `Bearer ${TOKEN}`, host: "evil.example" })).toBe(403);
    await expect(opened({ host: "127.0.0.2" }, async () => undefined)).rejects.toThrow("needs a token");
  }));
