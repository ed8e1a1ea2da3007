import type { Clock } from "../../engine/clock.ts";
import type { Installation } from "../../store/installations.ts";
import type { TeamCards, TeamShelf } from "../../team-shelf.ts";
import type { TokenSource } from "../api/token-source.ts";
import type { Log } from "../api/web-client.ts";
import type { Inbox } from "../door/inbox.ts";
import { createSlack, type SlackSettings, type Tenant } from "../slack.ts";
import { type TenantPorts, tenantScoped } from "./tenant-scope.ts";

/** What all workspaces of an app share. */
export interface TenantParts
  extends TenantPorts, Pick<SlackSettings, "apiUrl" | "writeTimeoutMs" | "bots" | "allow" | "workflows" | "language" | "role"> {
  readonly teams: TeamCards;
  readonly shelf?: TeamShelf;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly paced?: (waitedMs: number) => void;
}

/** Opens one workspace with the token of its installation, on its own part of the store and the runner. */
export function openTenant(
  team: string,
  { id, bot, botUser, isOrg }: Installation,
  { get, insteadOf, refused }: Omit<TokenSource, "team">,
  parts: TenantParts,
): Promise<Tenant> {
  const { clock, log } = parts;
  return createSlack({
    ...tenantScoped(team, parts),
    botToken: { get, insteadOf, refused, team: isOrg ? team : undefined },
    tenancy: { me: { team, user: botUser, bot, ...(isOrg ? { enterprise: id } : {}) }, inbox: parts.inbox },
    teams: parts.teams,
    ...(parts.shelf ? { shelf: parts.shelf } : {}),
    ...(parts.bots ? { bots: parts.bots } : {}),
    ...(parts.allow ? { allow: parts.allow } : {}),
    workflows: parts.workflows ?? false,
    ...(parts.role ? { role: parts.role } : {}),
    ...(parts.paced ? { paced: parts.paced } : {}),
    ...(parts.language ? { language: parts.language } : {}),
    clock,
    log: (line) => log(line),
    ...(parts.apiUrl ? { apiUrl: parts.apiUrl } : {}),
    ...(parts.writeTimeoutMs === undefined ? {} : { writeTimeoutMs: parts.writeTimeoutMs }),
  });
}
