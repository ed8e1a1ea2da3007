import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

declare module "vitest" {
  export interface ProvidedContext {
    mcpServers: { readonly folder: string; readonly table: string };
  }
}

export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, "../.."),
    include: ["test/mcp/*.mcp.ts"],
    setupFiles: ["test/support/end-children.ts"],
    testTimeout: 120_000, // A browser, on a machine that does other things too.
    provide: { mcpServers: { folder: process.env["PARLEY_MCP_SERVERS"] ?? "", table: process.env["PARLEY_MCP_TABLE"] ?? "" } },
  },
});
