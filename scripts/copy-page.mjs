// After `tsc`: the page of the local Slack is served as it is written.
import { cpSync } from "node:fs";

cpSync("local-slack/page", "dist/local-slack/page", { recursive: true });
