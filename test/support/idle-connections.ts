/**
 * For every HTTP server of a test: it never closes a connection because nothing comes over it. Node's closes them after 5 s; on a loaded
 * machine a client sends its next request just then, and fails although nothing is wrong.
 */
export const IDLE_STAYS = { keepAliveTimeout: 0 } as const;
