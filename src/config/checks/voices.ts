import { isOthersFace, voiceOf } from "../../lookalikes.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { Path, Report } from "./report.ts";

/**
 * Nobody on the team should have a name or a face with which they would pass for the app, its approvals or Slack. A warning: where messages are
 * posted such an agent is marked as one, or gets another face, and what has worked goes on working.
 */
export function checkVoices(team: TeamSettings, report: Report): void {
  for (const { name, path, voice } of voices(team))
    report("warning", path, `"${name}" reads like "${voice}"; it posts as "${name} (agent)" in Slack. Name the agent after what it does.`);
  for (const { icon, path } of faces(team))
    report("warning", path, `${icon} is ${WHOSE}; another is shown in Slack. Take one such as ":owl:", or leave it out.`);
}

/**
 * The same for a team that people make, who may want just that: a name with the app's or Slack's own in it and a face of theirs are refused. Names
 * that only speak of approvals are marked there, too.
 */
export function checkMadeVoices(team: TeamSettings, report: Report): void {
  for (const { name, path, voice } of voices(team))
    if (voice === "Parley" || voice === "Slack")
      report(
        "mistake",
        path,
        `"${name}" reads like "${voice}": people could take its words for the app's or Slack's own. Name the agent after what it does.`,
      );
  for (const { icon, path } of faces(team)) report("mistake", path, `${icon} is ${WHOSE}; take another, such as ":owl:", or leave it out.`);
}

const WHOSE = "a face of the app, of Slack, of one of its members, or the mark of a yes";

function voices({ agents, speakers }: TeamSettings): { readonly name: string; readonly path: Path; readonly voice: string }[] {
  const names: { readonly name: string; readonly path: Path }[] = agents.map(({ name }, index) => ({
    name,
    path: ["agents", index, "name"],
  }));
  if (speakers.policy === "magentic") names.push({ name: speakers.name, path: ["speakers", "name"] });
  return names.flatMap((one) => {
    const voice = voiceOf(one.name);
    return voice === undefined ? [] : [{ ...one, voice }];
  });
}

const faces = ({ agents }: TeamSettings): { readonly icon: string; readonly path: Path }[] =>
  agents.flatMap(({ icon }, index) => (icon !== undefined && isOthersFace(icon) ? [{ icon, path: ["agents", index, "icon"] }] : []));
