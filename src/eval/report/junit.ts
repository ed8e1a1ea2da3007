import type { Report } from "./report.ts";

/** As JUnit's XML, which CI servers show: a suite for each team, a test for each run of a case. */
export function junitOf({ evaluation, teams, results }: Report): string {
  const suites = teams.map(({ team }) => {
    const own = results.filter((result) => result.team === team);
    const failures = own.filter(({ end }) => end === "wrong" || end === "limit" || end === "asked").length;
    const errors = own.filter(({ end }) => end === "failed").length;
    const tests = own.map(({ case: name, repeat, end, ms, reason, verdicts, thread }) => {
      const why = [
        ...verdicts.filter(({ passed }) => !passed).map((verdict) => `${verdict.scorer}: ${verdict.why}`),
        `the run ended: ${reason}`,
      ].join("\n");
      const trouble =
        end === "solved"
          ? ""
          : `<${end === "failed" ? "error" : "failure"} message="${attribute(end)}">${text(`${why}\nparley export ${thread}`)}</${end === "failed" ? "error" : "failure"}>`;
      return `    <testcase classname="${attribute(team)}" name="${attribute(`${name} (${repeat})`)}" time="${(ms / 1_000).toFixed(3)}">${trouble}</testcase>`;
    });
    return `  <testsuite name="${attribute(team)}" tests="${own.length}" failures="${failures}" errors="${errors}" time="${(own.reduce((sum, { ms }) => sum + ms, 0) / 1_000).toFixed(3)}">\n${tests.join("\n")}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${attribute(evaluation.id)}">\n${suites.join("\n")}\n</testsuites>\n`;
}

/** What XML 1.0 has no way to write is left out. */
// oxlint-disable-next-line no-control-regex
const writable = (words: string): string => words.toWellFormed().replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");

const text = (words: string): string => writable(words).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const attribute = (words: string): string =>
  text(words)
    .replaceAll('"', "&quot;")
    .replaceAll(/[\t\n\r]/g, " ");
