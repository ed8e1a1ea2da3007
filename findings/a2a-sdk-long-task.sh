#!/usr/bin/env bash
# @a2a-js/sdk 1.3.0: each status update of a task costs more than the one before, so that a task twice as long costs four times as much.
#
# One would guess: an agent that tells of its progress ("reading page 3 of 40") pays for each line what a line costs.
# What happens: for every update the request handler loads the task from its store, adds the update's message to the task's history, and saves
# the task; the store of the SDK copies it whole at both. What was said so far is copied twice for each new line. A store of one's own that
# keeps the history short (the last 200 lines, say) makes the cost flat again.
#
# Seen, ms of processor time an update, lines of 200 characters: 1.2 in a task of 250 updates, 2.4 of 500, 4.6 of 1,000; behind a store that keeps
# 100 lines 0.7, 0.8 and 0.9. Fails when an update of 1,000 costs less than twice one of 250, or when the short history does not help.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @a2a-js/sdk@1.3.0 >/dev/null
cat >try.mjs <<'JS'
import { Role, TaskState } from "@a2a-js/sdk";
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore, ServerCallContext } from "@a2a-js/sdk/server";

const LINE = "page after page is read ".repeat(8);
const context = new ServerCallContext();
const now = () => new Date().toISOString();
const message = (role, value, ids = {}) => ({
  messageId: crypto.randomUUID(),
  role,
  parts: [{ content: { $case: "text", value }, metadata: undefined, filename: "", mediaType: "text/plain" }],
  taskId: "",
  contextId: "",
  metadata: {},
  extensions: [],
  referenceTaskIds: [],
  ...ids,
});

async function msAnUpdate(updates, store) {
  const agent = {
    async execute({ taskId, contextId, userMessage }, bus) {
      const ids = { taskId, contextId };
      const tell = (state, words) =>
        bus.publish(
          AgentEvent.statusUpdate({
            ...ids,
            metadata: {},
            status: { state, timestamp: now(), message: words && message(Role.ROLE_AGENT, words, ids) },
          }),
        );
      const status = { state: TaskState.TASK_STATE_SUBMITTED, timestamp: now(), message: undefined };
      bus.publish(AgentEvent.task({ id: taskId, contextId, status, artifacts: [], history: [userMessage], metadata: {} }));
      for (let update = 0; update < updates; update++) tell(TaskState.TASK_STATE_WORKING, LINE);
      tell(TaskState.TASK_STATE_COMPLETED);
    },
    async cancelTask() {},
  };
  const handler = new DefaultRequestHandler({ name: "reader", capabilities: {} }, store, agent);
  const before = process.cpuUsage();
  await handler.sendMessage({ message: message(Role.ROLE_USER, "Read it all.") }, context);
  return process.cpuUsage(before).user / 1_000 / updates;
}

const shortly = () => {
  const store = new InMemoryTaskStore();
  const save = store.save.bind(store);
  store.save = (task, given) => save({ ...task, history: task.history.slice(-100) }, given);
  return store;
};

await msAnUpdate(250, new InMemoryTaskStore()); // Compiles.
const whole = {};
const short = {};
for (const updates of [250, 500, 1_000]) {
  whole[updates] = await msAnUpdate(updates, new InMemoryTaskStore());
  short[updates] = await msAnUpdate(updates, shortly());
  console.log(`${updates} updates: ${whole[updates].toFixed(2)} ms each; with a short history ${short[updates].toFixed(2)} ms`);
}
const isAsBefore = whole[1_000] > 2 * whole[250] && short[1_000] < 2 * short[250];
console.log(isAsBefore ? "as before" : "not as before");
process.exit(isAsBefore ? 0 : 1);
JS
node try.mjs
