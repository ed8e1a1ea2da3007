import { z } from "zod";

/** From which installation of the app a body of Slack's comes, and where in it. Slack has signed all of it. */
export interface Origin {
  /** Of the workspace; absent where Slack says only the organisation. */
  readonly team: string | undefined;
  readonly org: string | undefined;
  /** The organisation has the app for all of its workspaces. */
  readonly isOrgWide: boolean;
  readonly channel: string | undefined;
}

/**
 * Of an event, the authorization says through whom it came; its `team_id` may be that of a guest's workspace, or of where a shared channel
 * is at home. Of commands, presses and the rest, it is the workspace of the app's view, or where the person did it.
 */
export function originOf(body: unknown): Origin {
  const found = Shape.parse(body);
  const [through] = found.authorizations ?? [];
  const org = through ? through.enterprise_id : (found.enterprise_id ?? found.enterprise?.id);
  const isOrgWide = through ? through.is_enterprise_install : found.is_enterprise_install;
  const teams = through
    ? [through.team_id, ...(isOrgWide ? [found.context_team_id, found.team_id] : [])]
    : [found.view?.app_installed_team_id, found.team?.id, found.team_id, found.user?.team_id];
  return {
    // Where it is the organisation's own, Slack puts its id in the place of a workspace's.
    team: teams.find((team) => team !== undefined && team !== org && !team.startsWith("E")),
    org,
    isOrgWide,
    channel: channelOf(found),
  };
}

const id = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .optional()
  .catch(undefined);
const withId = z.object({ id, team_id: id }).optional().catch(undefined);
/** It is a word in the bodies that come as forms. */
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")]).catch(false);

const Shape = z
  .object({
    team_id: id,
    context_team_id: id,
    enterprise_id: id,
    is_enterprise_install: flag,
    authorizations: z
      .array(z.object({ enterprise_id: id, team_id: id, is_enterprise_install: flag }))
      .optional()
      .catch(undefined),
    team: withId,
    enterprise: withId,
    user: withId,
    channel: withId,
    channel_id: id,
    container: z.object({ channel_id: id }).optional().catch(undefined),
    event: z.object({ channel: id }).optional().catch(undefined),
    view: z
      .object({
        app_installed_team_id: id,
        private_metadata: z.string().optional().catch(undefined),
        state: z
          .object({ values: z.record(z.string(), z.record(z.string(), z.object({ selected_conversation: id }).catch({}))) })
          .optional()
          .catch(undefined),
      })
      .optional()
      .catch(undefined),
  })
  .catch({ is_enterprise_install: false });

/** Also of a modal in which one is chosen, or which is about a thread of one. */
function channelOf({ event, channel, channel_id, container, view }: z.output<typeof Shape>): string | undefined {
  const chosen = Object.values(view?.state?.values ?? {}).flatMap((block) => Object.values(block).map((one) => one.selected_conversation));
  const [, about] = /"?([TE][A-Z0-9]{1,30})\/([A-Z0-9]{1,30})\/\d/.exec(view?.private_metadata ?? "")?.slice(1) ?? [];
  return (
    event?.channel ?? container?.channel_id ?? channel?.id ?? channel_id ?? chosen.find((one) => one !== undefined) ?? (about || undefined)
  );
}
