import { BaseEdge, getSmoothStepPath, type Edge, type EdgeProps } from "@xyflow/react";

/** A line that goes back up. */
export type Back = Edge<{ readonly side: number }, "back">;

/** It goes by the side of the drawing, where it crosses nobody, and its words can be read. */
export function BackEdge({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, label, markerEnd }: EdgeProps<Back>) {
  const ends = { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition };
  const [path, labelX, labelY] = getSmoothStepPath({ ...ends, borderRadius: 8, ...(data ? { centerX: data.side } : {}) });
  return <BaseEdge path={path} labelX={labelX} labelY={labelY} label={label} {...(markerEnd === undefined ? {} : { markerEnd })} />;
}
