// After `tsc`: the page of the local workspace is served as it is written, and the guest of the WebAssembly sandbox is run by Deno.
import { cpSync } from "node:fs";

cpSync("src/workspace/page", "dist/workspace/page", { recursive: true });
