/** Slack's own go down some twenty levels; what goes deeper than this cannot even be written down as JSON. */
export const ENVELOPE_LEVELS_MAX = 200;
