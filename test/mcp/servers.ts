import { CHROMIUM } from "../support/report/requirements.ts";

/** Where a server is tried: a folder with files, and the address of a page. */
export interface Place {
  readonly folder: string;
  readonly page: string;
}

interface Call {
  readonly tool: string;
  readonly args?: object;
  /** In what it says. */
  readonly gives: RegExp;
  /** A picture that models see. */
  readonly picture?: true;
}

/** A server that others have written. */
export interface OthersServer {
  readonly from: "npm" | "PyPI";
  readonly package: string;
  readonly version: string;
  /** Of its programs the one that is the server, where the package has several. */
  readonly program?: string;
  readonly args?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly calls: readonly Call[];
}

/** Of a server of a service without an account, or without a network: it is called, and says in its own words why not. */
const SAYS_NO = /fetch failed|ENOTFOUND|\b40[0-9]\b|unauthori[sz]ed|forbidden|invalid/i;
const NO_KEY = "none";

/** Pinned: what is tried, how it is started, and what is called. `{…}` is filled in from the place. */
export const SERVERS = ({ folder, page }: Place): readonly OthersServer[] => [
  npm("@modelcontextprotocol/server-everything", "2026.8.31", {
    calls: [
      { tool: "echo", args: { message: "hello" }, gives: /hello/ },
      { tool: "get-tiny-image", gives: /image/, picture: true },
    ],
  }),
  npm("@modelcontextprotocol/server-filesystem", "2026.8.31", {
    args: [folder],
    calls: [
      { tool: "read_text_file", args: { path: `${folder}/note.txt` }, gives: /remember the milk/ },
      { tool: "read_media_file", args: { path: `${folder}/picture.png` }, gives: /image/, picture: true },
    ],
  }),
  npm("@modelcontextprotocol/server-memory", "2026.8.31", {
    env: { MEMORY_FILE_PATH: `${folder}/memory.jsonl` },
    calls: [
      { tool: "create_entities", args: { entities: [{ name: "Milk", entityType: "food", observations: ["is out"] }] }, gives: /Milk/ },
      { tool: "search_nodes", args: { query: "milk" }, gives: /is out/ },
    ],
  }),
  npm("@modelcontextprotocol/server-sequential-thinking", "2026.8.31", {
    calls: [
      {
        tool: "sequentialthinking",
        args: { thought: "Milk first.", nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
        gives: /"thoughtNumber": 1/,
      },
    ],
  }),
  npm("@modelcontextprotocol/server-puppeteer", "2025.5.12", {
    env: {
      ALLOW_DANGEROUS: "true",
      PUPPETEER_LAUNCH_OPTIONS: JSON.stringify({ headless: true, executablePath: CHROMIUM, args: ["--no-sandbox"] }),
    },
    calls: [
      { tool: "puppeteer_navigate", args: { url: page }, gives: /Navigated/ },
      { tool: "puppeteer_screenshot", args: { name: "shop" }, gives: /image/, picture: true },
    ],
  }),
  npm("@modelcontextprotocol/server-github", "2025.4.8", {
    calls: [{ tool: "get_issue", args: { owner: "o", repo: "r", issue_number: "no number" }, gives: /Invalid|expected/i }],
  }),
  npm("@playwright/mcp", "0.0.83", {
    args: ["--headless", "--isolated", "--no-sandbox", "--executable-path", CHROMIUM],
    calls: [
      { tool: "browser_navigate", args: { url: page }, gives: /Shop/ },
      { tool: "browser_take_screenshot", gives: /image/, picture: true },
    ],
  }),
  npm("chrome-devtools-mcp", "1.11.0", {
    program: "chrome-devtools-mcp",
    args: [
      "--headless",
      "--isolated",
      "--no-usage-statistics",
      "--no-page-id-routing",
      "--chromeArg=--no-sandbox",
      `--executablePath=${CHROMIUM}`,
    ],
    calls: [
      { tool: "new_page", args: { url: page }, gives: /127\.0\.0\.1/ },
      { tool: "take_screenshot", gives: /image/, picture: true },
    ],
  }),
  npm("@executeautomation/playwright-mcp-server", "1.0.12", {
    calls: [{ tool: "playwright_get", args: { url: page }, gives: /Milk is out/ }],
  }),
  npm("@wonderwhy-er/desktop-commander", "0.2.52", {
    program: "desktop-commander",
    env: { HOME: `${folder}/home` },
    calls: [
      { tool: "read_file", args: { path: `${folder}/note.txt` }, gives: /remember the milk/ },
      { tool: "read_file", args: { path: `${folder}/picture.png` }, gives: /image/, picture: true },
    ],
  }),
  npm("@cyanheads/git-mcp-server", "2.15.3", {
    env: { LOGS_DIR: `${folder}/logs` },
    calls: [
      { tool: "git_init", args: { path: `${folder}/repository` }, gives: /repository/ },
      { tool: "git_status", args: { path: `${folder}/repository` }, gives: /branch|clean/i },
    ],
  }),
  npm("mcp-server-code-runner", "0.1.8", {
    calls: [{ tool: "run-code", args: { code: "console.log(6 * 7)", languageId: "javascript" }, gives: /42/ }],
  }),
  npm("@eslint/mcp", "0.3.13", {
    calls: [{ tool: "lint-files", args: { filePaths: [`${folder}/script.js`] }, gives: /no-var/ }],
  }),
  npm("mongodb-mcp-server", "3.0.4", {
    args: ["--telemetry", "disabled"],
    calls: [{ tool: "list-connections", gives: /no active connections/ }],
  }),
  npm("@hubspot/mcp-server", "0.4.0", {
    env: { PRIVATE_APP_ACCESS_TOKEN: NO_KEY },
    calls: [{ tool: "hubspot-generate-feedback-link", gives: /https:/ }],
  }),
  npm("@notionhq/notion-mcp-server", "2.5.2", { calls: [{ tool: "API-get-self", gives: SAYS_NO }] }),
  npm("@zereight/mcp-gitlab", "2.1.64", {
    program: "mcp-gitlab",
    env: { GITLAB_PERSONAL_ACCESS_TOKEN: NO_KEY },
    calls: [{ tool: "list_branches", args: { project_id: "1" }, gives: SAYS_NO }],
  }),
  npm("firecrawl-mcp", "3.26.0", {
    env: { FIRECRAWL_API_KEY: NO_KEY },
    calls: [{ tool: "firecrawl_find_tools", args: { query: "crawl" }, gives: SAYS_NO }],
  }),
  npm("tavily-mcp", "0.2.22", {
    env: { TAVILY_API_KEY: NO_KEY },
    calls: [{ tool: "tavily_search", args: { query: "milk" }, gives: SAYS_NO }],
  }),
  npm("exa-mcp-server", "3.4.1", {
    env: { EXA_API_KEY: NO_KEY },
    calls: [{ tool: "web_search_exa", args: { query: "milk" }, gives: SAYS_NO }],
  }),
  npm("@upstash/context7-mcp", "4.1.1", {
    calls: [{ tool: "resolve-library-id", args: { query: "milk", libraryName: "react" }, gives: SAYS_NO }],
  }),
  npm("@brave/brave-search-mcp-server", "2.1.4", {
    env: { BRAVE_API_KEY: NO_KEY },
    calls: [{ tool: "brave_web_search", args: { query: "milk" }, gives: SAYS_NO }],
  }),
  npm("airtable-mcp-server", "1.14.0", { env: { AIRTABLE_API_KEY: NO_KEY }, calls: [{ tool: "list_bases", gives: SAYS_NO }] }),
  npm("mcp-server-kubernetes", "4.1.7", { calls: [{ tool: "ping", gives: /no output/ }] }),
  npm("figma-developer-mcp", "0.13.2", {
    args: ["--stdio"],
    env: { FIGMA_API_KEY: NO_KEY, FRAMELINK_TELEMETRY: "off" },
    calls: [{ tool: "get_figma_data", args: { fileKey: "abc" }, gives: SAYS_NO }],
  }),
  pypi("mcp-server-time", "2026.10.19", {
    calls: [{ tool: "convert_time", args: { source_timezone: "UTC", target_timezone: "Asia/Tokyo", time: "12:00" }, gives: /21:00/ }],
  }),
  pypi("mcp-server-git", "2026.10.19", {
    calls: [{ tool: "git_status", args: { repo_path: `${folder}/repository` }, gives: /branch/ }],
  }),
];

type Own = Omit<OthersServer, "from" | "package" | "version">;
const npm = (name: string, version: string, own: Own): OthersServer => ({ from: "npm", package: name, version, ...own });
const pypi = (name: string, version: string, own: Own): OthersServer => ({ from: "PyPI", package: name, version, ...own });
