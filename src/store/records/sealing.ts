/** What an installation's tokens are sealed about: in the row of another one they do not open, and moved to another store they do. */
export const aboutInstallation = (id: string): string => `installation ${id}`;
/** The same for a login of somebody's for a server. */
export const aboutLogin = ({
  workspace,
  server,
  owner,
}: {
  readonly workspace: string;
  readonly server: string;
  readonly owner: string;
}): string => `login ${JSON.stringify([workspace, server, owner])}`;
