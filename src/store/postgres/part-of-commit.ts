/** What the parts of the statement of a commit have in common: each hangs on `moved`, the row of its thread, which has the columns id and workspace. */

/** How a value stands in the statement, of this type of Postgres'. */
export type Given = (value: unknown, type: string) => string;

/** The thread was found as it was to be, and the commit is made. */
export const DONE = "EXISTS (SELECT 1 FROM moved)";
