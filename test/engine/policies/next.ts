import type { EventBody } from "../../../src/engine/events/events.ts";
import type { SpeakerPolicy } from "../../../src/engine/team.ts";
import { asked, logOf } from "../../support/facts.ts";
import { says } from "../../support/scripted.ts";

// A policy reads the log and names who is next: each test is a log and a name.

export const AGENTS = ["A", "B", "C"].map((name) => says(name));

export const next = (policy: SpeakerPolicy, ...facts: readonly EventBody[]) => policy(logOf(...facts), AGENTS).map(({ name }) => name);

export const task = asked("t");
