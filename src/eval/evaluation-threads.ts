import { APART, isApart } from "../store/records/apart.ts";

/** In which thread a run of a case is had first, all of them counted from 1. */
export const threadOf = (id: string, place: { readonly case: number; readonly team: number; readonly repeat: number }): string =>
  `${BEGIN}${id}-${place.case}-${place.team}-${place.repeat}`;

/** In which thread a judge is asked first about the answers of two teams; `scorer`: its place in the file. */
export const pairThreadOf = (
  id: string,
  place: { readonly case: number; readonly team: number; readonly other: number; readonly repeat: number; readonly scorer: number },
): string => `${BEGIN}${id}-${place.case}-${place.team}v${place.other}-${place.repeat}-judge${place.scorer}`;

const BEGIN = "eval-";

/** Whether a thread is an evaluation's: it is worked on only by whoever goes on with that one, within its budget. */
export const isOfEvaluation = (thread: string): boolean => thread.startsWith(BEGIN);

/**
 * Whose threads an evaluation's are: they wait for no person, and nothing of them is posted anywhere. Each has its own, so that whoever goes on with one
 * works on no run of another.
 */
export const workspaceOf = (evaluation: string): string => `${APART}${evaluation}`;

/** Whether a workspace is an evaluation's, in which no person is. */
export const isWorkspaceOfEvaluation = (workspace: string): boolean => isApart(workspace);
