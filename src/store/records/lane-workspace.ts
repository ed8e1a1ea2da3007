/** The first part of a lane's name. */
export const laneWorkspace = (lane: string): string => lane.slice(0, Math.max(0, lane.indexOf("/")));
