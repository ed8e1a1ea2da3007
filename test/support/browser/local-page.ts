import { App } from "@slack/bolt";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { PATIENCE_MS } from "../patience.ts";
import { launchChromium } from "./chromium.ts";

export const GENERAL = "C0GENERAL";
export const TASK = "@parley plot a damped wave";

export interface LocalPage {
  readonly workspace: Workspace;
  /** Opens a tab of its own browser profile; `watch` may look at the page before anything is loaded. */
  open(
    path?: string,
    options?: { readonly width?: number; readonly height?: number; readonly watch?: (page: Page) => void },
  ): Promise<Page>;
  /** Ends the local Slack, and starts an empty one at the same address. */
  restart(whileDown: () => Promise<void>): Promise<void>;
  /** The bot, as the real one connects: an unmodified Bolt app over Socket Mode. */
  connectBot(): Promise<App>;
  /** A Web API call as the bot makes it; it needs no socket. */
  api(method: string, args: object): Promise<{ readonly ts: string }>;
}

/** One browser for a test file, one local Slack for each test; all closed behind it. */
export function useLocalPage(): LocalPage {
  let browser: Browser;
  let workspace: Workspace;
  const opened: Page[] = [];
  const apps: App[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
  });
  const start = (port: number): Promise<Workspace> =>
    createWorkspace({
      port,
      rateLimits: false,
      notice: "This Slack is simulated; the bot is the real one.",
      suggestions: [
        { title: "Plot a wave", text: TASK },
        { title: "Compare", text: "@parley compare two databases" },
      ],
    });

  beforeEach(async () => {
    workspace = await start(0);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    await Promise.all(apps.splice(0).map((app) => app.stop()));
    await workspace.close();
  });

  return {
    get workspace() {
      return workspace;
    },
    open: async (path = "", { width = 1280, height = 800, watch } = {}) => {
      const context = await browser.newContext({ viewport: { width, height } });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      opened.push(page);
      watch?.(page);
      await page.goto(workspace.url + path);
      await page.locator("body.ready").waitFor();
      return page;
    },
    restart: async (whileDown) => {
      const { port } = new URL(workspace.url);
      await workspace.close();
      await whileDown();
      workspace = await start(Number(port));
    },
    connectBot: async () => {
      const app = new App({
        token: workspace.botToken,
        appToken: workspace.appToken,
        socketMode: true,
        clientOptions: { slackApiUrl: workspace.apiUrl },
      });
      apps.push(app);
      await app.start();
      await workspace.control.until(() => workspace.control.connected());
      return app;
    },
    api: async (method, args) => {
      const response = await fetch(workspace.apiUrl + method, {
        method: "POST",
        headers: { authorization: `Bearer ${workspace.botToken}`, "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify(args),
      });
      const body = (await response.json()) as { readonly ts: string; readonly error?: string };
      expect(body.error).toBeUndefined();
      return body;
    },
  };
}
