/**
 * `npm run build`, and before `npm pack`: makes `dist`, which is the checkout, compiled, so that what is read beside the code is where the code
 * looks for it, and THIRD-PARTY-NOTICES.md.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { keepPublicTypes } from "./public-types.mjs";
import { noticesOf } from "./third-party-notices.mjs";

/** Beside the code: files and folders that it reads when it runs. */
const READ_AT_RUN_TIME = ["web/dist", "teams", "sandbox", "manifest.yml", "parley.yml"];

rmSync("dist", { recursive: true, force: true });
compile();
const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
keepPublicTypes(
  "dist",
  Object.values(exports).flatMap(({ types }) => (types ? [types.replace("./dist/", "")] : [])),
);
for (const path of READ_AT_RUN_TIME) cpSync(path, `dist/${path}`, { recursive: true });
// The build of a page names what went into it.
writeFileSync(
  "THIRD-PARTY-NOTICES.md",
  `${noticesOf(".")}\n# Built into the pages\n\n${readFileSync("web/dist/local-slack/licenses.md", "utf8")}`,
);

/** Declarations that cannot be written (TS4023 and its like, for what is exported and unnamed) matter only where others can see them. */
function compile() {
  const { status, stdout } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    encoding: "utf8",
  });
  const errors = stdout.split("\n").filter((line) => /error TS\d/.test(line) && !/error TS40\d\d:/.test(line));
  if (errors.length === 0 && (status === 0 || stdout !== "")) return;
  console.error(errors.join("\n") || stdout);
  process.exit(1);
}
