import { html, raw } from "hono/html";
import type { Change } from "./baseline.ts";
import type { Report } from "./report.ts";
import { dollars, gridsOf, type Grid } from "./table.ts";

const STATES = { budget: "stopped at its budget", interrupted: "interrupted", unscored: "not all of it is scored" } as const;

/** The report as one page that needs nothing else: no script, nothing from elsewhere. Every word of it is escaped. */
export async function pageOf(report: Report, changes: readonly Change[] = []): Promise<string> {
  const { evaluation, cautions, results, state } = report;
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${evaluation.id}: an evaluation by Parley</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${evaluation.name} <small>${evaluation.id}</small></h1>
          <p>
            ${evaluation.cases} of ${evaluation.casesInAll} cases, ${evaluation.repeats} ${evaluation.repeats === 1 ? "run" : "runs"} of
            each, ${evaluation.at.slice(0, 10)}, seed ${evaluation.seed}${state === "ended" ? "" : `; ${STATES[state]}`}. Intervals are
            those of 95 %, over cases.
          </p>
          ${
            cautions.length > 0
              ? html`<ul class="cautions">
                  ${cautions.map((caution) => html`<li>${caution}</li>`)}
                </ul>`
              : ""
          }
          ${barsOf(report.teams)} ${gridsOf(report, changes).map((grid) => gridOf(grid))}
          <h2>Runs</h2>
          <div class="scroll" role="region" aria-label="Runs" tabindex="0">
            <table>
              <thead>
                <tr>
                  ${["case", "team", "run", "end", "why", "answer", "turns", "cost"].map((title) => html`<th scope="col">${title}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${results.map(
                  (one) =>
                    html`<tr class="${one.end}">
                      <td>${one.case}</td>
                      <td>${one.team}</td>
                      <td>${one.repeat}</td>
                      <td>${one.end}</td>
                      <td>
                        ${
                          one.verdicts
                            .filter(({ passed }) => !passed)
                            .map(({ scorer, why }) => `${scorer}: ${why}`)
                            .join("; ") || one.reason
                        }
                      </td>
                      <td class="answer">${one.answer}</td>
                      <td class="number">${one.turns}</td>
                      <td class="number">${one.priced ? dollars(one.usd) : "unknown"}</td>
                    </tr> `,
                )}
              </tbody>
            </table>
          </div>
        </main>
      </body>
    </html> `;
  return String(page);
}

const gridOf = ({ title, titles, rows }: Grid) =>
  html`<h2>${title}</h2>
    <div class="scroll" role="region" aria-label="${title}" tabindex="0">
      <table>
        <thead>
          <tr>
            ${titles.map((one) => html`<th scope="col">${one}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map((cell) => html`<td class="${NUMBER.test(cell) ? "number" : ""}">${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;

const NUMBER = /^[+−$]?\d/;

/** The shares as bars, above the table that says the same. */
const barsOf = (teams: Report["teams"]) =>
  html`<svg
    role="img"
    aria-label="The share that each team solved"
    viewBox="0 0 600 ${teams.length * ROW_PX}"
    width="100%"
    style="max-width:600px"
  >
    ${teams.map(({ team, solved: { value, low, high } }, index) => {
      const y = index * ROW_PX;
      const x = (share: number): number => BAR_X + share * BAR_PX;
      return html`<text x="0" y="${y + 16}" class="label">${team}</text
        ><rect x="${BAR_X}" y="${y + 4}" width="${value * BAR_PX}" height="14" class="bar"></rect
        ><line x1="${x(low)}" x2="${x(high)}" y1="${y + 11}" y2="${y + 11}" class="interval"></line>`;
    })}
  </svg>`;

const BAR_X = 180;
const BAR_PX = 400;
const ROW_PX = 26;

const STYLE = `:root{color-scheme:light dark;--fg:#1d1c1d;--bg:#fff;--line:#ddd;--bar:#1264a3;--soft:#5f5e5f}
@media(prefers-color-scheme:dark){:root{--fg:#e8e8e8;--bg:#1a1d21;--line:#3c3f43;--bar:#4fa3e0;--soft:#b3b3b3}}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif}main{max-width:1100px;margin:0 auto;padding:24px 16px}
h1 small{font-weight:400;color:var(--soft)}h2{margin-top:28px;font-size:18px}.cautions{padding:10px 30px;border-left:4px solid #b8860b}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:5px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
.number{text-align:right;white-space:nowrap}.answer{max-width:380px;white-space:pre-wrap;overflow-wrap:anywhere}tr.solved td:nth-child(4){font-weight:600}
svg .label{fill:var(--fg);font-size:13px}svg .bar{fill:var(--bar);opacity:.75}svg .interval{stroke:var(--fg);stroke-width:2}`;
