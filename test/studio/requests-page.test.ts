import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { createRedactor } from "../../src/config/secrets.ts";
import { createParley } from "../../src/parley.ts";
import { createStudio, openLogs, ownersAccess, type Studio } from "../../src/studio/studio.ts";
import { folderWith } from "../config/team-files.ts";
import { type ModelServer, startModelServer } from "../models/servers/model-server.ts";
import { chatWire, responsesWire } from "../models/servers/wires.ts";
import { violationsIn } from "../support/browser/axe.ts";
import { chromiumPath } from "../support/browser/chromium.ts";
import { PICTURES, takePicture, useBrowser } from "../support/browser/open-page.ts";
import { HOSTILE } from "./stories.ts";
import { ADA } from "./studio.ts";

const THREAD = "T1/C1/1.1";
/** Words that are looked at in a picture are others. */
const ODD = PICTURES ? "Look at the upper meadow, too." : HOSTILE;
const fileFor = (url: string): string => `
models:
  smart: { provider: openai-compatible, baseUrl: "${url}/v1", model: smart }
  wide: { provider: openai, baseUrl: "${url}/v1", model: wide, api: responses }
teams:
  pair:
    description: Two who count.
    speakers: { policy: selector, model: smart }
    agents:
      - { name: Ana, description: Counts., model: smart, instructions: 'Count. ${ODD.replaceAll("'", "''").replaceAll(/[\u202E\u001B]/g, "")}' }
      - { name: Ben, description: Checks., model: wide, instructions: 'Key: sk-of-this-test.' }
    stop: { maxMessages: 5 }
sandbox: { executor: off }
`;

describe.skipIf(!chromiumPath())("requests, in the studio's page", () => {
  const browser = useBrowser();
  let server: ModelServer;
  let studio: Studio;
  let close: () => Promise<void>;
  const told: string[] = [];

  beforeAll(async () => {
    server = await startModelServer();
    let turn = 0;
    server.answer = (body) => {
      if (JSON.stringify(body).includes("json_schema"))
        return {
          body: chatWire.events({
            text: [`{"next":"${turn++ % 2 === 0 ? "Ana" : "Ben"}","reason":"it counts","instruction":"","progress":true}`],
          }),
        };
      const wire = body["model"] === "wide" ? responsesWire : chatWire;
      return { body: wire.events({ text: [`${turn}: ${ODD}`] }) };
    };
    const env = { OPENAI_API_KEY: "sk-of-this-test" };
    const dbPath = join(mkdtempSync(join(tmpdir(), "parley-studio-")), "log.db");
    const settings = loadSettings({ env, cwd: folderWith({ "parley.yml": fileFor(server.url) }) });
    const parley = await createParley({ settings, env, dbPath, log: () => undefined });
    const stopped = Promise.withResolvers<void>();
    parley.runner.follow((_thread, item) => item.type === "run.stopped" && stopped.resolve());
    await parley.start();
    await parley.runner.say({ thread: THREAD, workspace: "T1", person: ADA, text: `Count. ${ODD}`, id: "1", addressed: true });
    await stopped.promise;
    await parley.stop();
    const logs = await openLogs(dbPath, { own: new Map() });
    studio = await createStudio({
      logs,
      access: ownersAccess,
      port: 0,
      rebuilding: { redact: createRedactor(env) },
      log: (line) => told.push(line),
    });
    close = () => logs.close();
  });
  afterAll(async () => {
    await studio.close();
    await close();
    await server.close();
  });

  async function open({ dark = false, viewport = { width: 1280, height: 800 } } = {}): Promise<Page> {
    const page = await browser.open(studio.address(ADA), { viewport, colorScheme: dark ? "dark" : "light", timezoneId: "UTC" });
    await page.goto(`${studio.url}#/run/${encodeURIComponent(THREAD)}/1`);
    return page;
  }

  test("a request is looked at by keyboard alone: that it is what was sent, what is new in it, and the whole of it", async () => {
    const page = await open();
    const asked = server.requests.length;
    const all = page.getByRole("button", { name: /^Request behind event/ });
    await all.first().waitFor();
    await all.last().focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: /Request behind event/ });
    await dialog.getByText("Byte for byte what was sent").waitFor();
    const diff = dialog.getByRole("region", { name: "Difference to the time before" });
    await diff.getByText("added:").first().waitFor();
    expect(await diff.getByRole("button", { name: /lines alike/ }).count()).toBeGreaterThan(0);
    expect(await violationsIn(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Readable" }).press("Enter");
    await dialog.getByLabel("Request", { exact: true }).getByText("<script>alert(2)</script>").first().waitFor();
    // What somebody has written into the instructions is masked, too, and what is told of them is as it was sent.
    await dialog.getByLabel("Request", { exact: true }).getByText("Key: [redacted].").first().waitFor();
    await dialog.getByRole("button", { name: "As sent" }).press("Enter");
    expect(await dialog.innerText()).toContain('{"model":"');
    expect(await violationsIn(page)).toEqual([]);
    expect(await page.evaluate("document.body.innerText.includes('\\u202e') || document.body.innerText.includes('sk-of-this-test')")).toBe(
      false,
    );
    expect(await page.evaluate("document.querySelectorAll('dialog img, dialog a, dialog u, dialog script').length")).toBe(0);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.textContent")).toContain("Request behind event");
    expect(page.url()).toContain("#/run/");
    // The choice of who speaks is a call like others.
    await page
      .getByRole("button", { name: /^Request of the choice/ })
      .last()
      .press("Enter");
    await dialog.getByText("Byte for byte what was sent").waitFor();
    expect(server.requests.length).toBe(asked);
  });

  const SEEN = [
    ["desk-light", { dark: false }],
    ["phone-dark", { dark: true, viewport: { width: 375, height: 740 } }],
    ["desk-dark", { dark: true }],
    ["phone-light", { dark: false, viewport: { width: 375, height: 740 } }],
  ] as const;
  // Each size and each light once; for pictures all of them.
  const seen = SEEN.slice(0, PICTURES ? 4 : 2);
  test.each(seen)("nothing of it runs off the side or stands in anybody's way: %s", async (name, how) => {
    const page = await open(how);
    const button = page.getByRole("button", { name: /^Request behind event/ });
    await button.first().waitFor();
    await button.last().press("Enter");
    await page.getByRole("region", { name: "Difference to the time before" }).waitFor();
    expect([await violationsIn(page), await page.evaluate("document.documentElement.scrollWidth - innerWidth")]).toEqual([[], 0]);
    await takePicture(page, `studio-request-${name}.png`);
  });

  test("nothing went wrong in the studio meanwhile", () => {
    expect(told).toEqual([]);
  });
});
