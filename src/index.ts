/**
 * What others build on: definitions of things that a team file can name, and a Parley of one's own in a program. `/engine` has the conversation itself,
 * `/store` what a store of one's own is made of, `/testing` what tests of one's own definitions need.
 */
export { z } from "zod";
export { defineAgent, type AgentContext, type AgentKind } from "./config/define/agent.ts";
export type { Conversation, Member, Said } from "./config/define/conversation.ts";
export { defineGuard, type GuardKind } from "./config/define/guard.ts";
export { defineModel, type ModelContext, type ModelProvider, type Reply } from "./config/define/model.ts";
export { definePolicy, type Policy } from "./config/define/policy.ts";
export { defineScorer, type ScorerKind } from "./config/define/scorer.ts";
export { defineStop, type Stop } from "./config/define/stop.ts";
export { defineStore, type OwnStore, type StoreKind } from "./store/own-store.ts";
export { defineTool, type ToolContext, type ToolFile, type ToolKind, type ToolOutput } from "./config/define/tool.ts";
export type { Definition, Scored, ScoredAnswer } from "./config/registry/definition.ts";
export { agentRef as agentName, modelRef as modelName } from "./config/schema/names.ts";
export { openParley, type OpenParley, type OpenSettings } from "./open-parley.ts";
export type { FileVerdict, Going, GuardedFile, Verdict } from "./engine/guards/guard.ts";
export type { ModelRequest } from "./engine/model.ts";
export type { RunEvent } from "./engine/events/events.ts";
