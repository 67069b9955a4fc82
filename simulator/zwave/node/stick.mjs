// The stick as a process: requests as JSON lines on stdin, answers and happenings on stdout.
// `node stick.mjs NODE_MODULES HOME_ID`. It ends when its stdin closes.
import { createInterface } from "node:readline";
import { createAndOpenMockedZWaveSerialPort } from "./mock.mjs";
import { Network } from "./network.mjs";
import { identity } from "./nodes.mjs";
import { Wire } from "./wire.mjs";

console.log = console.error; // stdout is for who started us

function fail(error) {
  process.stderr.write(`the stick failed: ${error?.stack ?? error}\n`);
  process.exit(1);
}

/** Who started us. */
class Parent {
  questions = 0;
  waiting = new Map();

  tell(message) {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  }

  ask(message) {
    const ask = ++this.questions;
    this.tell({ ...message, ask });
    return new Promise((answered) => this.waiting.set(ask, answered));
  }

  answered({ to, ...answer }) {
    this.waiting.get(to)?.(answer);
    this.waiting.delete(to);
  }
}

const parent = new Parent();
const { serial, port } = await createAndOpenMockedZWaveSerialPort();
const wire = new Wire(serial, (on) => {
  if (on) network.greet();
  parent.tell({ ev: "host", on });
});
const network = await Network.create(wire, port, serial, parent, parseInt(process.argv[3], 16));

const requests = {
  identity: async ({ secret }) => ({ dsk: (await identity(secret)).dsk }),
  admit: async (wish) => void (await network.admit(wish)),
  include: (wish) => network.include(wish),
  exclude: ({ node }) => network.exclude(node),
  send: async ({ node, hex, s2, sup }) => ({ at: await network.node(node).send(hex, { s2, sup }) }),
  mute: ({ node, on }) => void (network.node(node).muted = on),
  wake: ({ node, ms }) => network.node(node).wake(ms),
  info: ({ node, info }) => void (network.node(node).nodeInfo = info),
  jam: ({ on }) => void (network.jammed = on),
  noise: ({ dbm }) => void (network.noise = dbm),
  plug: async ({ port: wished }) => {
    wire.port ||= wished ?? 0;
    await wire.plug();
    return { port: wire.port };
  },
  unplug: () => {
    network.die();
    wire.unplug();
  },
};

async function carryOut({ id, op, ...wish }) {
  try {
    parent.tell({ re: id, ok: true, ...(await requests[op](wish)) });
  } catch (error) {
    parent.tell({ re: id, ok: false, error: error.message });
  }
}

process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const message = JSON.parse(line);
    if (message.to) parent.answered(message);
    else void carryOut(message);
  })
  .on("close", () => process.exit(0));
parent.tell({ ev: "ready" });
