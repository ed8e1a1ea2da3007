/** The conversation itself, for definitions that need more than `Conversation` has: what is recorded, how it is read, and the loop. */
export { converse } from "./engine/loop.ts";
export type { Delta, EventBody, Person, RunEvent, StopReason, Usage } from "./engine/events/events.ts";
export { HUMAN, isEvent } from "./engine/events/events.ts";
export type { Model, ModelDelta, ModelMessage, ModelReply, ModelRequest, ToolCall, ToolSpec } from "./engine/model.ts";
export type { Agent, SpeakerPolicy, Team, TerminationCondition } from "./engine/team.ts";
export type { Tool, ToolResult } from "./engine/tool.ts";
export type { Guard, GuardedPlace } from "./engine/guards/guard.ts";
export { all, any } from "./engine/limits/combined.ts";
export { when } from "./engine/limits/by-event.ts";
export { describe, finishedOrFailed, ownerOf } from "./engine/limits/termination.ts";
export { handoffTo } from "./engine/stops/handoff.ts";
export { maxMessages } from "./engine/stops/max-messages.ts";
export { maxTurns } from "./engine/stops/max-turns.ts";
export { minutes } from "./engine/stops/minutes.ts";
export { source } from "./engine/stops/source.ts";
export { stopMessage } from "./engine/stops/stop-message.ts";
export { textMention, type MentionPlace } from "./engine/stops/text-mention.ts";
export { tokens } from "./engine/stops/tokens.ts";
export { toolCalled } from "./engine/stops/tool-called.ts";
export { usd } from "./engine/stops/usd.ts";
export {
  currentRun,
  isWaiting,
  lastSpeaker,
  messagesOfRun,
  read,
  speakerOf,
  type Fold,
  type Transcript,
} from "./engine/reading/transcript.ts";
export { roundRobin } from "./engine/policies/round-robin.ts";
export { swarm } from "./engine/policies/swarm.ts";
export { graph, type Edge } from "./engine/policies/graph.ts";
export { assistant } from "./engine/agents/assistant.ts";
