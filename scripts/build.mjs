/**
 * `npm run build`, and before `npm pack`: makes `dist`, which is the program as a few files, what is read beside the code where the code looks
 * for it, and the types that others compile against; and THIRD-PARTY-NOTICES.md.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { buildProgram } from "./build-program.mjs";
import { keepPublicTypes } from "./public-types.mjs";
import { noticesOf } from "./third-party-notices.mjs";

await buildProgram("dist");
writeTypes();
const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
keepPublicTypes(
  "dist",
  Object.values(exports).flatMap(({ types }) => (types ? [types.replace("./dist/", "")] : [])),
);
// The build of a page names what went into it.
writeFileSync(
  "THIRD-PARTY-NOTICES.md",
  `${noticesOf(".")}\n# Built into the pages\n\n${["local-slack", "studio"].map((page) => readFileSync(`web/dist/${page}/licenses.md`, "utf8")).join("\n")}`,
);

/** Declarations that cannot be written (TS4023 and its like, for what is exported and unnamed) matter only where others can see them. */
function writeTypes() {
  const { status, stdout } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    encoding: "utf8",
  });
  const errors = stdout.split("\n").filter((line) => /error TS\d/.test(line) && !/error TS40\d\d:/.test(line));
  if (errors.length === 0 && (status === 0 || stdout !== "")) return;
  console.error(errors.join("\n") || stdout);
  process.exit(1);
}
