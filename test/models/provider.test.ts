import { modelContract, type ToldReply } from "../contracts/model.ts";
import { providerContract } from "../contracts/model-provider.ts";
import { systemClock } from "../../src/engine/clock.ts";
import { type ServerAnswer, startModelServer } from "./servers/model-server.ts";
import { alikeWires, modelOn, type Wire, wires } from "./servers/wires.ts";

for (const wire of [...wires, ...alikeWires]) {
  modelContract(wire.name, async () => {
    const server = await startModelServer();
    return {
      model: modelOn(wire, server.url, systemClock),
      will: (...replies) => server.will(...replies.map((reply) => onWire(wire, reply))),
      close: () => server.close(),
    };
  });
  providerContract(wire);
}

function onWire(wire: Wire, reply: ToldReply): ServerAnswer {
  if ("fails" in reply) return { status: wire.errors[reply.fails].status, body: [JSON.stringify(wire.errors[reply.fails].body)] };
  if ("hangs" in reply) {
    const events = wire.events({ text: [reply.hangs] });
    return { body: events.slice(0, events.findIndex((event) => event.includes(reply.hangs)) + 1), ends: "hang" };
  }
  return { body: wire.events(reply) };
}
