/**
 * What the names of workspaces begin with that are set apart: where several processes have a database open, their turns are taken by whoever serves such a
 * workspace by its name, and by nobody who serves all. An evaluation's runs are to be had by the process that pays for them and waits for them.
 */
export const APART = "evaluation:";

export const isApart = (workspace: string): boolean => workspace.startsWith(APART);
