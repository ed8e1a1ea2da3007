import { readBody, type Body } from "../words/envelope.ts";
import type { Profile, Unsaid } from "./profile-cache.ts";

/**
 * What somebody is to the workspace: a full `member`; a `colleague`, a full member of another workspace of its organisation (Enterprise Grid);
 * a `guest`, whom Slack restricts to some channels; `external`, from another organisation over Slack Connect, or of a home that nobody knows.
 * `unsaid`: at home here, but Slack does not say just now whether as a guest.
 */
export type Affiliation = "member" | "colleague" | "guest" | "external" | "unsaid";

/** Who acts. */
export interface Actor {
  readonly user: string;
  readonly affiliation: Affiliation;
}

/** Full members of this house, wherever in it. */
export const isOurs = (affiliation: Affiliation): boolean => affiliation === "member" || affiliation === "colleague";

/** Of whom, and what was said with their deed of where they are at home. */
export interface Named {
  readonly user: string;
  readonly teams: readonly string[];
}

/** What a person is, by Slack's word on them and what came with their deed. `enterprise`: as auth.test has it; absent outside of an organisation. */
export function affiliationIn(
  me: { readonly team: string; readonly enterprise?: string },
  { teams }: Named,
  found: Profile | Unsaid,
): Affiliation {
  const ours: readonly string[] = [me.team, ...(me.enterprise === undefined ? [] : [me.enterprise])];
  if ("unsaid" in found) {
    const isKnown = teams.length > 0 && teams.every((team) => ours.includes(team));
    if (!isKnown || found.unsaid === "nobody") return "external";
    if (found.unsaid === "trouble") return "unsaid";
    return teams.includes(me.team) ? "member" : "colleague";
  }
  const homes = [...ours, found.team_id, ...(found.enterprise_user?.teams ?? [])];
  if (!isOfHouse(me, ours, found) || teams.some((team) => !homes.includes(team))) return "external";
  const isHere = found.team_id === me.team || found.enterprise_user?.teams?.includes(me.team) === true;
  // A guest of another workspace of the organisation was let into that one alone.
  if (found.is_restricted || found.is_ultra_restricted) return isHere ? "guest" : "external";
  return isHere ? "member" : "colleague";
}

/** Workspace and organisation are both compared. */
function isOfHouse(me: { readonly team: string; readonly enterprise?: string }, ours: readonly string[], found: Profile): boolean {
  const { team_id: team = "", enterprise_user: of } = found;
  if (found.is_stranger || found.deleted) return false;
  const org = of?.enterprise_id;
  if (me.enterprise !== undefined && org !== undefined && org !== "" && org !== me.enterprise) return false;
  return ours.includes(team) || (me.enterprise !== undefined && org === me.enterprise) || of?.teams?.includes(me.team) === true;
}

interface LooksUp {
  affiliationOf(named: Named, waitMs?: number): Promise<Affiliation>;
}

/** Who acts in what Slack tells, and what they are here; `undefined` where no person acts. */
export async function actorIn(people: LooksUp, raw: unknown, waitMs?: number): Promise<Actor | undefined> {
  const body = readBody(raw);
  const named = body && namedIn(body);
  return named && { user: named.user, affiliation: await people.affiliationOf(named, waitMs) };
}

/** Who acts, and the homes that it names for them. */
function namedIn(body: Body): Named | undefined {
  const whole: Json = body;
  const { event, user } = whole;
  if (isJson(event)) return ofEvent(whole, event);
  if (isJson(user)) return named(user["id"], user["team_id"]);
  return named(whole["user_id"], whole["team_id"]);
}

function ofEvent(whole: Json, event: Json): Named | undefined {
  const inner = [event["message"], event["previous_message"]].find(isJson);
  const opened = isJson(event["assistant_thread"]) ? event["assistant_thread"]["user_id"] : undefined;
  const user = [event["user"], inner?.["user"], opened].find(isSaid);
  // A channel that is not shared has people of this house alone in it.
  const around = whole["is_ext_shared_channel"] === true ? undefined : whole["team_id"];
  const home = [event["user_team"], event["source_team"], event["team"], around].find(isSaid);
  return named(user, home);
}

const named = (user: unknown, team: unknown): Named | undefined => (isSaid(user) ? { user, teams: isSaid(team) ? [team] : [] } : undefined);

/** An empty word says as little as none. */
const isSaid = (one: unknown): one is string => typeof one === "string" && one !== "";

interface Json {
  readonly [field: string]: unknown;
}
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
