import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/clock.ts";
import type { Body } from "./payloads.ts";
import { slackErrorCode, type Log } from "./web.ts";

/** People of other workspaces of one's own organisation (Enterprise Grid): no guests, though their team is another one. */
export interface Colleagues {
  /** The body with the team of such a person put as the bot's own, so that nobody behind the door has to know of organisations. Never rejects. */
  atHome(body: Body): Promise<Body>;
  forget(user: string): void;
}

const KEPT_MS = 24 * 3_600_000;
/** A no may be a Slack in trouble. */
const NO_KEPT_MS = 10 * 60_000;
const KEPT_MAX = 10_000;

/** `enterprise`: as auth.test has it; absent outside of an organisation, where everybody of another team is a guest. */
export function createColleagues(parts: {
  readonly read: WebClient;
  readonly me: { readonly team: string; readonly enterprise?: string };
  readonly clock: Clock;
  readonly log: Log;
}): Colleagues {
  const { read, me, clock, log } = parts;
  const known = new Map<string, { readonly is: boolean; readonly until: number }>();

  async function isColleague(user: string): Promise<boolean> {
    const entry = known.get(user);
    if (entry && entry.until > clock.now()) return entry.is;
    const is = await ask(user);
    known.delete(user);
    known.set(user, { is, until: clock.now() + (is ? KEPT_MS : NO_KEPT_MS) });
    if (known.size > KEPT_MAX) known.delete(known.keys().next().value ?? "");
    return is;
  }

  async function ask(user: string): Promise<boolean> {
    try {
      const { user: found } = await read.users.info({ user });
      const of = found?.enterprise_user;
      // A guest of one workspace of the organisation is a guest in the others.
      if (found?.is_stranger || found?.is_restricted || found?.is_ultra_restricted) return false;
      return of?.enterprise_id === me.enterprise || of?.teams?.includes(me.team) === true;
    } catch (error) {
      log(`nobody could say whether ${user} is of this organisation (${slackErrorCode(error) ?? "no answer"}): taken for a guest`);
      return false;
    }
  }

  return {
    async atHome(body) {
      if (me.enterprise === undefined) return body;
      const found = personIn(body);
      if (!found || found.teams.every((team) => team === me.team) || !(await isColleague(found.user))) return body;
      return found.moved(me.team);
    },
    forget: (user) => void known.delete(user),
  };
}

/** Who acts, the teams that the body names for them, and the body with another team in their place. */
function personIn(
  body: Body,
): { readonly user: string; readonly teams: readonly string[]; readonly moved: (team: string) => Body } | undefined {
  const whole: Json = body;
  const { event, user } = whole;
  if (isJson(event)) return inFields(event, event["user"], ["user_team", "source_team", "team"], (moved) => ({ ...whole, event: moved }));
  if (isJson(user)) return inFields(user, user["id"], ["team_id"], (moved) => ({ ...whole, user: moved }));
  return inFields(whole, whole["user_id"], ["team_id"], (moved) => moved);
}

function inFields(at: Json, user: unknown, fields: readonly string[], put: (moved: Json) => Json) {
  const named = fields.filter((field) => typeof at[field] === "string");
  if (typeof user !== "string" || named.length === 0) return undefined;
  return {
    user,
    teams: named.map((field) => String(at[field])),
    moved: (team: string) => put({ ...at, ...Object.fromEntries(named.map((field) => [field, team])) }) as Body,
  };
}

interface Json {
  readonly [field: string]: unknown;
}
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
