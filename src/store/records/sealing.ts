/** What an installation's tokens are sealed about: in the row of another one they do not open, and moved to another store they do. */
export const aboutInstallation = (id: string): string => `installation ${id}`;
