// The stick's line: a TCP port that the host opens as if it were serial, and the frames on it.
import { createServer } from "node:net";

const SOF = 0x01;
const APPLICATION_COMMAND = 0x04;
const BRIDGE_APPLICATION_COMMAND = 0xa8;
const SEND_DATA = 0x13;
const SEND_DATA_BRIDGE = 0xa9;

export const now = () => Number(process.hrtime.bigint());

export class Wire {
  /** `onHost` is told when a host comes and goes. */
  constructor(serial, onHost) {
    this.serial = serial;
    this.onHost = onHost;
    this.socket = undefined;
    this.server = undefined;
    this.port = 0;
    this.read = Buffer.alloc(0);
    this.queue = Promise.resolve();
    this.heardAt = new Map(); // node -> when the host's last frame for it was read
    this.waiting = []; // of node frames: {node, tell}
    void this.#pump();
  }

  get isPlugged() {
    return this.server !== undefined;
  }

  plug() {
    if (this.isPlugged) return Promise.resolve();
    this.server = createServer((socket) => this.#greet(socket));
    return new Promise((done, failed) => {
      this.server.once("error", failed);
      this.server.listen({ host: "127.0.0.1", port: this.port }, () => {
        this.port = this.server.address().port;
        done();
      });
    });
  }

  unplug() {
    this.server?.close();
    this.server = undefined;
    this.socket?.resetAndDestroy();
  }

  /** Give when the next frame from this node was written to the host; 0 when nobody is there. */
  written(node, bound) {
    if (!this.socket) return Promise.resolve(0);
    return new Promise((tell) => {
      const wish = { node, tell };
      this.waiting.push(wish);
      setTimeout(() => this.#settle(wish, 0), bound).unref();
    });
  }

  #settle(wish, at) {
    const place = this.waiting.indexOf(wish);
    if (place < 0) return;
    this.waiting.splice(place, 1);
    wish.tell(at);
  }

  async #pump() {
    for await (const { data } of this.serial.readable) {
      const bytes = typeof data === "number" ? Uint8Array.of(data) : data;
      this.socket?.write(bytes);
      const node = reporter(bytes);
      const wish = node && this.waiting.find((one) => one.node === node);
      if (wish) this.#settle(wish, this.socket ? now() : 0);
    }
  }

  #greet(socket) {
    if (this.socket) return socket.destroy(); // a serial port has one owner
    this.socket = socket;
    this.read = Buffer.alloc(0);
    socket.setNoDelay(true);
    this.onHost(true);
    socket.on("data", (data) => this.#take(data));
    socket.on("error", () => undefined); // it closes
    socket.on("close", () => {
      this.socket = undefined;
      for (const wish of [...this.waiting]) this.#settle(wish, 0);
      this.onHost(false);
    });
  }

  /** Cut what came into frames: the mock takes one at a time, and TCP knows no bounds. */
  #take(data) {
    const at = now();
    this.read = Buffer.concat([this.read, data]);
    while (this.read.length > 0) {
      const length = this.read[0] !== SOF ? 1 : this.read.length < 2 ? Infinity : this.read[1] + 2;
      if (length > this.read.length) return;
      const frame = this.read.subarray(0, length);
      this.read = this.read.subarray(length);
      const node = addressee(frame);
      if (node) this.heardAt.set(node, at);
      this.queue = this.queue.then(() => this.serial.writeAsync(frame));
    }
  }
}

/** The node whose command a frame to the host carries. */
function reporter(frame) {
  if (frame.length < 7 || frame[2] !== 0) return undefined;
  if (frame[3] === APPLICATION_COMMAND) return frame[5];
  return frame[3] === BRIDGE_APPLICATION_COMMAND ? frame[6] : undefined;
}

/** The node a frame from the host is for. */
export function addressee(frame) {
  if (frame.length < 7 || frame[2] !== 0) return undefined;
  if (frame[3] === SEND_DATA) return frame[4];
  return frame[3] === SEND_DATA_BRIDGE ? frame[5] : undefined;
}
