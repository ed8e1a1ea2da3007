import { randomUUID } from "node:crypto";
import { Role, TaskState, type Message, type Part, type Task } from "@a2a-js/sdk";
import { AgentEvent, type AgentExecutor, type ExecutionEventBus, type RequestContext } from "@a2a-js/sdk/server";
import type { Clock } from "../../engine/clock.ts";
import type { Person } from "../../engine/events/events.ts";
import { NotHeard, type Conversations, type ServedTeam, type Standing } from "../conversations.ts";
import { followed } from "../progress.ts";

/** Who speaks by A2A is a program; for whom, it does not say. */
const PERSON: Person = { id: "a2a", name: "A2A client" };

const NOBODY_TO_ASK = "The program that has begun this run cannot show it to a person";
/** Contexts that a task can go on in, and tasks that wait for an answer; the oldest is forgotten. */
const CONTEXTS_MAX = 500;
const WAITING_MAX = 500;

/** What a task waits for, or whether it is under way. */
interface Tasked {
  readonly conversation: string;
  readonly running?: AbortController;
  /** Seq of the question that is answered next. */
  readonly question?: number;
}

export interface TeamExecutor extends AgentExecutor {
  /** Whether this task is under way: it takes no further message then. */
  isAtWork(taskId: string): boolean;
  /** Whether it waits for an answer. */
  waits(taskId: string): boolean;
}

/**
 * A team as the agent behind a card: a task is a run, and a context is a conversation in which one follows the other. The task's status tells of each
 * turn, the answer is its artifact, and a question makes it wait for input. What needs a person's yes is refused: another agent's is none.
 */
export function teamExecutor(
  team: ServedTeam,
  conversations: Conversations,
  { clock, log }: { readonly clock: Pick<Clock, "now">; readonly log: (problem: string) => void },
): TeamExecutor {
  const now = () => clock.now();
  const contexts = new Map<string, string>();
  const tasks = new Map<string, Tasked>();

  function conversationOf(contextId: string): string {
    const conversation = contexts.get(contextId) ?? conversations.begin();
    contexts.delete(contextId);
    contexts.set(contextId, conversation);
    const [oldest] = contexts.keys();
    if (oldest !== undefined && contexts.size > CONTEXTS_MAX) contexts.delete(oldest);
    return conversation;
  }

  function forgetWaiting(): void {
    const waiting = [...tasks].filter(([, { running }]) => running === undefined);
    for (const [task] of waiting.slice(0, Math.max(waiting.length - WAITING_MAX, 0))) tasks.delete(task);
  }

  return {
    async execute(context, bus) {
      const { taskId, contextId, userMessage, task } = context;
      const conversation = conversationOf(contextId);
      const question = tasks.get(taskId)?.question;
      const running = new AbortController();
      tasks.set(taskId, { conversation, running });
      const told = tellOf(context, bus, now);
      bus.publish(AgentEvent.task(task ?? newTask(context, now())));
      try {
        const text = textOf(userMessage);
        if (text === "") throw new NotHeard("There is no text in this message; teams read text alone.");
        told.status(TaskState.TASK_STATE_WORKING);
        let step = conversations.say(
          { conversation, team: team.name, person: PERSON, text, ...(question === undefined ? {} : { answers: question }) },
          running.signal,
        );
        for (;;) {
          const standing = await followed(step, (line) => told.status(TaskState.TASK_STATE_WORKING, line));
          if (standing.kind === "wants a yes") {
            const no = { call: standing.call, approved: false, person: PERSON, reason: NOBODY_TO_ASK };
            step = conversations.approve(conversation, no, running.signal);
            continue;
          }
          tasks.delete(taskId);
          if (standing.kind === "asks") {
            tasks.set(taskId, { conversation, question: standing.seq });
            forgetWaiting();
            const choices = standing.options.length > 0 ? `\n${standing.options.map((option) => `- ${option}`).join("\n")}` : "";
            told.status(TaskState.TASK_STATE_INPUT_REQUIRED, `${standing.text}${choices}`);
          } else told.end(standing);
          return;
        }
      } catch (error) {
        tasks.delete(taskId);
        if (error instanceof NotHeard) return told.status(TaskState.TASK_STATE_REJECTED, error.message);
        // Here, as the SDK would print it whole, with what must not be seen.
        log(`A task for ${team.name} has failed: ${error instanceof Error ? error.message : String(error)}`);
        told.status(TaskState.TASK_STATE_FAILED, "The team failed; the log of its server says why.");
      }
    },
    isAtWork: (taskId) => tasks.get(taskId)?.running !== undefined,
    waits: (taskId) => tasks.get(taskId)?.question !== undefined,
    async cancelTask(taskId, bus) {
      const tasked = tasks.get(taskId);
      if (tasked?.running) return tasked.running.abort(); // Its own end tells of it.
      tasks.delete(taskId);
      if (tasked) await conversations.stop(tasked.conversation, PERSON);
      // Of a task that is forgotten too: whoever cancels it waits for this.
      const contextId = [...contexts].find(([, conversation]) => conversation === tasked?.conversation)?.[0] ?? "";
      bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status: { state: TaskState.TASK_STATE_CANCELED, timestamp: new Date(now()).toISOString(), message: undefined }, metadata: {} })); // prettier-ignore
    },
  };
}

/** Tells of one task. */
function tellOf({ taskId, contextId }: RequestContext, bus: ExecutionEventBus, now: () => number) {
  const status = (state: TaskState, text?: string): void => {
    const message = text === undefined ? undefined : messageOf(text, { taskId, contextId });
    bus.publish(
      AgentEvent.statusUpdate({ taskId, contextId, status: { state, timestamp: new Date(now()).toISOString(), message }, metadata: {} }),
    );
  };
  const answer = (text: string): void => {
    const artifact = { artifactId: randomUUID(), name: "answer", description: "", parts: [partOf(text)], metadata: {}, extensions: [] };
    bus.publish(AgentEvent.artifactUpdate({ taskId, contextId, artifact, append: false, lastChunk: true, metadata: {} }));
  };
  return {
    status,
    end({ outcome, reason, answer: words }: Extract<Standing, { kind: "ended" }>): void {
      if (words !== undefined) answer(words);
      status(ENDS[outcome], outcome === "done" ? undefined : `The run did not come to its end (${outcome}): ${reason}.`);
    },
  };
}

const ENDS = {
  done: TaskState.TASK_STATE_COMPLETED,
  limit: TaskState.TASK_STATE_FAILED,
  stopped: TaskState.TASK_STATE_CANCELED,
  failed: TaskState.TASK_STATE_FAILED,
} as const;

const newTask = ({ taskId, contextId, userMessage }: RequestContext, nowMs: number): Task => ({
  id: taskId,
  contextId,
  status: { state: TaskState.TASK_STATE_SUBMITTED, timestamp: new Date(nowMs).toISOString(), message: undefined },
  artifacts: [],
  history: [userMessage],
  metadata: {},
});

const partOf = (text: string): Part => ({
  content: { $case: "text", value: text },
  metadata: undefined,
  filename: "",
  mediaType: "text/plain",
});

const messageOf = (text: string, { taskId, contextId }: { readonly taskId: string; readonly contextId: string }): Message => ({
  messageId: randomUUID(),
  role: Role.ROLE_AGENT,
  parts: [partOf(text)],
  taskId,
  contextId,
  metadata: {},
  extensions: [],
  referenceTaskIds: [],
});

const textOf = ({ parts }: Message): string =>
  parts
    .flatMap(({ content }) =>
      content?.$case === "text" ? [content.value] : content?.$case === "data" ? [JSON.stringify(content.value)] : [],
    )
    .join("\n")
    .trim();
