// Asks the registry whether what Parley ships with has known holes. Fails on a high or critical one. A registry that cannot be asked is said
// so, and is no failure, unless PARLEY_REQUIRE names "audit".
import { spawnSync } from "node:child_process";

const FAILS = ["high", "critical"];
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const { stdout, stderr } = spawnSync(npm, ["audit", "--omit=dev", "--json"], { encoding: "utf8", shell: process.platform === "win32" });
const report = parse(stdout);

if (!report?.vulnerabilities) {
  const refusal = /npm warn audit (.+)/.exec(stderr)?.[1];
  const why = report?.error?.summary || report?.message || refusal || "no answer that can be read";
  const isRequired = (process.env.PARLEY_REQUIRE ?? "").split(",").includes("audit");
  console.log(`dependencies were NOT audited: the registry could not be asked (${String(why).split("\n")[0].slice(0, 200)})`);
  process.exit(isRequired ? 1 : 0);
}
const found = Object.values(report.vulnerabilities);
for (const { name, severity, range, fixAvailable } of found)
  console.log(`${severity}: ${name} ${range}${fixAvailable ? "; npm audit fix mends it" : ""}`);
const bad = found.filter(({ severity }) => FAILS.includes(severity));
console.log(`dependencies audited: ${found.length} known holes, ${bad.length} of them high or critical`);
process.exit(bad.length > 0 ? 1 : 0);

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
