// The stick's controller: who is in its network, who may come in or has to go, and its noise.
import {
  FunctionType, MockController, createDefaultMockControllerBehaviors,
  getDefaultSupportedFunctionTypes,
} from "./mock.mjs";
import { Node } from "./nodes.mjs";
import { addressee } from "./wire.mjs";

const CONTROLLER = 1;
const REQUEST = 0;
const RESPONSE = 1;
const SOF = 1;
const STOP = 5;
const MODE = 0x0f; // of the byte that also has the flags high power and network wide
const ADDED = { found: 2, slave: 3, protocolDone: 5 };
const REMOVED = { found: 2, slave: 3, done: 6 };
const NO_ACK_MS = 900;
const NO_ACK = 1;
const FAILED = 2;
const IDLE = 0;
const POWER_UP = 5;
const LISTENING = 0x80;
const QUIET_DBM = -98;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Network {
  static async create(wire, port, serial, parent, homeId) {
    const network = new Network(wire, parent);
    const more = ["SoftReset", "GetBackgroundRSSI", "RemoveFailedNode", "IsFailedNode"];
    network.mock = await MockController.create({
      homeId, ownNodeId: CONTROLLER, mockPort: port, serial,
      capabilities: {
        supportedFunctionTypes: [
          ...getDefaultSupportedFunctionTypes(), ...more.map((name) => FunctionType[name]),
        ],
      },
    });
    network.mock.defineBehavior(...createDefaultMockControllerBehaviors());
    network.mock.defineBehavior({ onHostData: (_, frame) => network.#intercept(frame) });
    network.mock.defineBehavior({ onNodeFrame: () => network.jammed }); // nobody hears it
    // A host that is gone acknowledges nothing, and that is no fault of ours.
    const acknowledged = network.mock.expectHostACK.bind(network.mock);
    network.mock.expectHostACK = (...wish) => acknowledged(...wish).catch(() => undefined);
    return network;
  }

  constructor(wire, parent) {
    this.wire = wire;
    this.parent = parent;
    this.nodes = new Map();
    this.jammed = false;
    this.noise = [QUIET_DBM, QUIET_DBM, QUIET_DBM];
    this.boots = this.greeted = 0; // times it was plugged in, and of the last that a host knows
    this.mode = undefined; // {adding | removing: true, callback}
  }

  /** The power is gone: what was under way never ends. */
  die() {
    this.boots += 1;
  }

  /** What a host finds that has just opened the port. */
  greet() {
    if (this.greeted !== this.boots) void this.#tellBoot();
    this.greeted = this.boots;
    for (const node of this.nodes.values()) node.forgetNonces();
    this.mock.state.set("communicationState", IDLE);
    this.mock.nodePendingInclusion = undefined;
    this.#enter(undefined);
  }

  /** Put a node into the network without its inclusion. */
  async admit(wish) {
    const node = await Node.create(this.mock, this.wire, this.parent, wish);
    this.nodes.set(node.id, node);
    this.mock.addNode(node.mock);
    return node;
  }

  node(id) {
    const node = this.nodes.get(id);
    if (!node) throw new Error(`node ${id} is in no network`);
    return node;
  }

  /** A device asks to be included; what is wrong with that is thrown. */
  async include(wish) {
    const callback = this.#callback("adding", "the network is closed: nobody includes devices");
    const node = await Node.create(this.mock, this.wire, this.parent, wish);
    node.wake(wish.sleepy ? 60_000 : 0);
    this.mock.nodePendingInclusion = { id: node.id }; // so that the host's Stop says who came
    const about = [node.id, 3 + wish.info.length, 4, wish.generic, wish.specific, ...wish.info];
    await this.#report(FunctionType.AddNodeToNetwork, callback, ADDED.found, [0, 0]);
    await this.#report(FunctionType.AddNodeToNetwork, callback, ADDED.slave, about);
    this.nodes.set(node.id, node);
    this.mock.addNode(node.mock);
    await this.#report(FunctionType.AddNodeToNetwork, callback, ADDED.protocolDone, [node.id, 0]);
  }

  /** A device asks to be excluded. */
  async exclude(id) {
    const callback = this.#callback("removing", "nobody excludes devices");
    const { genericDeviceClass: generic, specificDeviceClass: specific } =
      this.node(id).mock.capabilities;
    const about = [id, 3, 4, generic, specific];
    await this.#report(FunctionType.RemoveNodeFromNetwork, callback, REMOVED.found, [0, 0]);
    await this.#report(FunctionType.RemoveNodeFromNetwork, callback, REMOVED.slave, about);
    await this.#report(FunctionType.RemoveNodeFromNetwork, callback, REMOVED.done, about);
    this.#remove(id);
    this.#enter(undefined);
  }

  #remove(id) {
    this.mock.removeNode({ id });
    this.nodes.delete(id);
  }

  #callback(mode, refusal) {
    if (!this.wire.socket || !this.mode?.[mode] || this.jammed) throw new Error(refusal);
    return this.mode.callback;
  }

  #enter(mode) {
    this.mode = mode;
    this.mock.state.set("inclusionState", mode ? (mode.adding ? 1 : 2) : IDLE);
    this.parent.tell({ ev: "mode", adding: !!mode?.adding, removing: !!mode?.removing });
  }

  /**
   * Take the host's frames that the mock has no answer to, or a wrong one; give whether it was.
   * Nothing is waited for here: the host's next byte, which may be an ACK for us, would wait too.
   */
  #intercept(frame) {
    if (frame[0] !== SOF || frame[2] !== REQUEST) return false;
    switch (frame[3]) {
      case FunctionType.AddNodeToNetwork:
        return this.#followMode("adding", frame);
      case FunctionType.RemoveNodeFromNetwork:
        return this.#followMode("removing", frame);
      case FunctionType.GetBackgroundRSSI:
        void this.#reply(frame, this.noise.map((dbm) => dbm & 0xff));
        return true;
      case FunctionType.IsFailedNode:
        void this.#reply(frame, [this.nodes.get(frame[4])?.hears ? 0 : 1]);
        return true;
      case FunctionType.RemoveFailedNode:
        void this.#removeFailed(frame);
        return true;
      case FunctionType.SendData:
      case FunctionType.SendDataBridge:
        if (this.nodes.get(addressee(frame))?.hears && !this.jammed) return false;
        void this.#refuse(frame);
        return true;
      case FunctionType.RequestNodeInfo:
        void this.#tellNodeInfo(frame);
        return true;
      default:
        return false;
    }
  }

  #followMode(mode, frame) {
    if ((frame[4] & MODE) >= STOP) { // or listening for SmartStart, which is no open door
      setImmediate(() => this.parent.tell({ ev: "mode", adding: false, removing: false }));
      this.mode = undefined;
    } else {
      this.mode = { [mode]: true, callback: frame[5] };
      this.parent.tell({ ev: "mode", adding: mode === "adding", removing: mode === "removing" });
    }
    return false; // the mock says that it is ready, or done
  }

  async #removeFailed(frame) {
    const [id, callback] = [frame[4], frame[5]];
    const node = this.nodes.get(id);
    if (node?.hears) return void (await this.#reply(frame, [0x08])); // it is no failed node
    await this.#reply(frame, [0]);
    this.#remove(id);
    this.parent.tell({ ev: "removed", node: id });
    await this.#say(REQUEST, frame[3], [callback, 1]);
  }

  /** Nobody acknowledges where nobody hears, and nothing is sent where the air is full. */
  async #refuse(frame) {
    const boot = this.boots;
    await this.#reply(frame, [1]);
    await pause(NO_ACK_MS);
    if (boot !== this.boots) return;
    const callback = frame[frame.length - 2];
    const ticks = this.jammed ? 0 : NO_ACK_MS / 10;
    const report = [callback, this.jammed ? FAILED : NO_ACK, ticks >> 8, ticks & 0xff];
    await this.#say(REQUEST, frame[3], [...report, ...new Array(17).fill(0)]);
  }

  async #tellNodeInfo(frame) {
    const node = this.nodes.get(frame[4]);
    const { genericDeviceClass: generic, specificDeviceClass: specific } =
      node?.mock.capabilities ?? {};
    const hears = node?.hears && !this.jammed;
    await this.#reply(frame, [1]);
    await pause(hears ? 2 * node.mock.capabilities.txDelay : NO_ACK_MS);
    const about = hears ? [4, generic, specific, ...node.nodeInfo] : [];
    const said = [hears ? 0x84 : 0x81, hears ? node.id : 0, about.length, ...about];
    await this.#say(REQUEST, FunctionType.ApplicationUpdateRequest, said);
  }

  /** Say that it was started anew, as sticks do: a host that waits for an answer waits in vain. */
  #tellBoot() {
    const [generic, specific] = [0x02, 0x07]; // a static controller
    const about = [POWER_UP, 0, LISTENING, generic, specific, 0, 0];
    return this.#say(REQUEST, FunctionType.SerialAPIStarted, about);
  }

  #reply(frame, payload) {
    this.mock.ackHostMessage();
    return this.#say(RESPONSE, frame[3], payload);
  }

  #report(kind, callback, status, payload) {
    return this.#say(REQUEST, kind, [callback, status, ...payload]);
  }

  #say(type, kind, payload) {
    const body = [payload.length + 3, type, kind, ...payload];
    const checksum = body.reduce((sum, byte) => sum ^ byte, 0xff);
    return this.mock.sendToHost(Uint8Array.from([SOF, ...body, checksum]));
  }
}
