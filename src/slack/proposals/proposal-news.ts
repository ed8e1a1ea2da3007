import type { Led } from "../../runner/leader.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import { lookOver } from "../../runner/look-over.ts";
import { proposalsIn, teamProposed } from "../../store/proposals/team-proposals.ts";
import { standingProposal } from "../../team-proposals.ts";
import { isUnsure } from "../api/api-errors.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { allowIn, whyRefused } from "../people/permission-check.ts";
import { conversationOf } from "../post/post-or-find.ts";
import { isPosted, postNoted } from "../post/post-once.ts";
import { withoutMarks } from "../words/escape.ts";
import { proposalBlocks, proposalText } from "./proposal-card.ts";

const RETRY_MS = 60_000;
const RETRY_MS_MAX = 3_600_000;
const TRIES_MAX = 24;
/** Of one workspace; as many as it can have teams. */
const TEAMS_MAX = 100;
/** Decisions that are read to say whose a team is. */
const DECISIONS_READ = 500;
/** Of those who have changed it, the last ones. */
const OWNERS_ASKED_MAX = 5;
const IN_SLACK = /^[UW][A-Z0-9]{2,20}$/;
/** As App Home and the studio name what they do to a team. */
const CHANGES = /^(create|edit|add|delete|import|take out) /;

/** Says, once and to one person, that a change of their team was found to help: the last of those who have changed it and still may. */
export function createProposalNews(ctx: HandlerContext): Led {
  const { settings, clock, log } = ctx;
  const workspace = ctx.me.team;
  const closing = new AbortController();
  const work = createKeyedWorker<undefined>({
    clock,
    begin: () => undefined,
    look: tell,
    onError: (team, error) => log(`nobody could be told of the proposal for ${team}; it is tried again`, error),
    retryDelayMs: RETRY_MS,
    retryDelayMsMax: RETRY_MS_MAX,
    triesMax: TRIES_MAX,
    keysMax: TEAMS_MAX,
  });
  let unfollow: () => void = () => undefined;

  function lookAtAll(): void {
    const look = async () => (await proposalsIn(settings, workspace)).forEach(({ team }) => work.poke(team));
    void lookOver(look, { clock, signal: closing.signal, problem: (error) => log("the proposals for teams could not be read", error) });
  }

  async function tell(team: string): Promise<Worked> {
    const { shelf } = ctx;
    const standing = shelf && (await standingProposal({ settings, shelf }, { workspace, team }));
    if (standing?.state !== "open") return { kind: "done" };
    const key = `slack/proposal/${workspace}/${team}/${standing.at}`;
    if (await isPosted(ctx.store, key)) return { kind: "done" };
    const owner = await ownerOf(team);
    if (owner === "unsaid") return { kind: "failed" };
    if (owner === undefined) {
      log(`a proposal for ${team} waits in the studio: nobody is known who has changed the team and still may`);
      return { kind: "done" };
    }
    const t = await ctx.languages.of(owner);
    const channel = await conversationOf(ctx, owner);
    const message = { key, id: `proposal/${standing.at}`, channel, text: withoutMarks(proposalText(t, team, standing)) };
    const posted = await postNoted(ctx, { ...message, blocks: proposalBlocks(t, team, standing) }, { blind: "leave" });
    if (posted.kind === "posted") return { kind: "done" };
    log(`${owner} could not be told of the proposal for ${team} (${posted.failure.code})`);
    return { kind: posted.kind === "unknown" || isUnsure(posted.failure) ? "failed" : "done" };
  }

  /** Whose it is: the last of those who have changed it and still may, else whom the table names. `unsaid`: Slack does not say now who somebody is. */
  async function ownerOf(team: string): Promise<string | undefined> {
    const decisions = await settings.decisions(workspace, { limit: DECISIONS_READ });
    const changed = decisions.filter(({ subject, deed, allowed }) => allowed && subject === `team/${team}` && CHANGES.test(deed));
    const named = [(await allowIn(ctx)).editTeams].flat();
    const people = [...changed.map(({ person }) => person.id), ...named].filter((one) => IN_SLACK.test(one));
    for (const user of [...new Set(people)].slice(0, OWNERS_ASKED_MAX)) {
      const affiliation = await ctx.people.affiliationOf({ user, teams: [workspace] });
      if (affiliation === "unsaid") return "unsaid";
      if (!(await whyRefused(ctx, "editTeams", { user, affiliation, startedBy: undefined }))) return user;
    }
    return undefined;
  }

  return {
    start() {
      unfollow = settings.follow((changed) => {
        if (changed.name === undefined) return lookAtAll();
        const team = changed.workspace === workspace ? teamProposed(changed.name) : undefined;
        if (team !== undefined) work.poke(team);
      });
      lookAtAll();
    },
    async close() {
      unfollow();
      closing.abort();
      await work.close();
    },
  };
}
