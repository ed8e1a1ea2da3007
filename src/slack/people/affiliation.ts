import { withinMs, type Clock } from "../../engine/clock.ts";
import { readBody, type Body } from "../words/envelope.ts";
import type { Profile, Profiles } from "./profiles.ts";

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

export interface Affiliations {
  /**
   * Slack's word on the person, and what came with their deed: both must say that they are of this house. Never rejects. `waitMs`: after so
   * long Slack has not said; without, it is waited for as long as a read may take.
   */
  of(named: Named, waitMs?: number): Promise<Affiliation>;
}

/** `enterprise`: as auth.test has it; absent outside of an organisation. */
export function createAffiliations(parts: {
  readonly profiles: Pick<Profiles, "of">;
  readonly me: { readonly team: string; readonly enterprise?: string };
  readonly clock: Clock;
}): Affiliations {
  const { profiles, me, clock } = parts;
  const ours: readonly string[] = [me.team, ...(me.enterprise === undefined ? [] : [me.enterprise])];

  /** Workspace and organisation are both compared. */
  function isOfOurs(found: Profile): boolean {
    const { team_id: team = "", enterprise_user: of } = found;
    if (found.is_stranger || found.deleted) return false;
    const org = of?.enterprise_id;
    if (me.enterprise !== undefined && org !== undefined && org !== "" && org !== me.enterprise) return false;
    return ours.includes(team) || (me.enterprise !== undefined && org === me.enterprise) || of?.teams?.includes(me.team) === true;
  }

  return {
    async of({ user, teams }, waitMs) {
      const asked = profiles.of(user);
      const found = waitMs === undefined ? await asked : ((await withinMs(clock, waitMs, asked)) ?? ({ unsaid: "trouble" } as const));
      if ("unsaid" in found) {
        const isKnown = teams.length > 0 && teams.every((team) => ours.includes(team));
        if (!isKnown || found.unsaid === "nobody") return "external";
        if (found.unsaid === "trouble") return "unsaid";
        return teams.includes(me.team) ? "member" : "colleague";
      }
      const homes = [...ours, found.team_id, ...(found.enterprise_user?.teams ?? [])];
      if (!isOfOurs(found) || teams.some((team) => !homes.includes(team))) return "external";
      const isHere = found.team_id === me.team || found.enterprise_user?.teams?.includes(me.team) === true;
      // A guest of another workspace of the organisation was let into that one alone.
      if (found.is_restricted || found.is_ultra_restricted) return isHere ? "guest" : "external";
      return isHere ? "member" : "colleague";
    },
  };
}

/** Who acts in what Slack tells, and what they are here; `undefined` where no person acts. */
export async function actorIn(affiliations: Affiliations, raw: unknown, waitMs?: number): Promise<Actor | undefined> {
  const body = readBody(raw);
  const named = body && namedIn(body);
  return named && { user: named.user, affiliation: await affiliations.of(named, waitMs) };
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
  const user = [event["user"], inner?.["user"], opened].find((one) => typeof one === "string");
  // A channel that is not shared has people of this house alone in it.
  const around = whole["is_ext_shared_channel"] === true ? undefined : whole["team_id"];
  const home = [event["user_team"], event["source_team"], event["team"], around].find((one) => typeof one === "string");
  return named(user, home);
}

const named = (user: unknown, team: unknown): Named | undefined =>
  typeof user === "string" ? { user, teams: typeof team === "string" ? [team] : [] } : undefined;

interface Json {
  readonly [field: string]: unknown;
}
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
