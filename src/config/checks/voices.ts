import { isOthersFace, voiceOf } from "../../lookalikes.ts";
import type { TeamSettings } from "../schema.ts";
import type { Path, Report } from "./report.ts";

/** Nobody on the team has a name or a face with which they would pass for the app, its approvals or Slack. */
export function checkVoices(team: TeamSettings, report: Report): void {
  for (const [index, { name, icon }] of team.agents.entries()) {
    checkName(name, ["agents", index, "name"], report);
    if (icon !== undefined && isOthersFace(icon))
      report(
        "mistake",
        ["agents", index, "icon"],
        `${icon} is a face of the app, of Slack, of one of its members, or the mark of a yes; take another, such as ":owl:", or leave it out.`,
      );
  }
  if (team.speakers.policy === "magentic") checkName(team.speakers.name, ["speakers", "name"], report);
}

function checkName(name: string, path: Path, report: Report): void {
  const voice = voiceOf(name);
  if (voice !== undefined)
    report(
      "mistake",
      path,
      `"${name}" reads like "${voice}": people could take its words for the app's or Slack's own. Name the agent after what it does.`,
    );
}
