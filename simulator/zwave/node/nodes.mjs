// The nodes: Z-Wave JS's mock does their S2 and Supervision; what they are, and what they answer to
// an application's command, is decided by who started us, in bytes.
import {
  ECDHProfiles, KEXSchemes, MockNode, MockZWaveFrameType, SPANState, Security2CC, Security2CCKEXSet,
  Security2CCNonceGet, Security2CCNonceReport, Security2CCPublicKeyReport, SecurityManager2, SupervisionCC, SupervisionCCReport, bytesOf, commandOf, createDefaultMockNodeBehaviors,
  createMockZWaveRequestFrame, dskToString, keyPairFromRawECDHPrivateKey,
} from "./mock.mjs";
import { now } from "./wire.mjs";

const CONTROLLER = 1;
const BOOTSTRAP = "Security2_bootstrapState"; // the mock's own name for how far the keys are
const FINALIZING = 4;
const NONCE_MS = 3000;
const WRITTEN_MS = 4000;
const LISTENS_ON_MS = 1000; // after it said something, for the answer
const KEX_SET_MS = 1000; // between two echoes of it, while the host waits for a PIN
const CONFIRMED_MS = 1000; // then it is said once more, with keys agreed anew
const SETTLED_MS = 20; // a nonce report is used a moment after it came

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

/** Give the key pair and the DSK of a device's secret. */
export async function identity(secret) {
  const pair = await keyPairFromRawECDHPrivateKey(bytes(secret));
  return { pair, dsk: dskToString(pair.publicKey.slice(0, 16)) };
}

/** One device on the air. */
export class Node {
  static async create(controller, wire, parent, wish) {
    const node = new Node(wire, parent, wish);
    node.mock = await MockNode.create({ id: wish.node, controller, capabilities: capabilities(wish) });
    node.mock.ecdhKeyPair = (await identity(wish.secret)).pair;
    node.mock.defineBehavior(...createDefaultMockNodeBehaviors());
    node.mock.defineBehavior({ handleCC: (_, __, command) => node.#answer(command) });
    const receive = node.mock.onControllerFrame.bind(node.mock);
    node.mock.onControllerFrame = (frame) => node.#receive(frame, receive);
    await node.#hold(wish.keys ?? {});
    return node;
  }

  constructor(wire, parent, wish) {
    this.wire = wire;
    this.parent = parent;
    this.id = wish.node;
    this.sleepy = wish.sleepy;
    this.nodeInfo = wish.info;
    this.muted = false;
    this.awakeUntil = 0;
    this.session = 0;
    this.queue = Promise.resolve();
    this.heard = 0; // commands that were no nonces
    this.confirm = () => undefined;
  }

  get hears() {
    return !this.muted && (!this.sleepy || Date.now() < this.awakeUntil);
  }

  wake(ms) {
    this.awakeUntil = ms && Math.max(this.awakeUntil, Date.now() + ms);
  }

  /** A restarted host knows nothing of what was agreed, so nor may we. */
  forgetNonces() {
    this.mock.securityManagers.securityManager2?.deleteNonce(CONTROLLER);
  }

  /** Send bytes, in the order asked; give when they were on the host's line, 0 if never. */
  send(hex, { s2, sup }) {
    const session = sup ? (this.session = (this.session + 1) % 64) : undefined;
    return new Promise((tell, fail) => {
      // The next waits for the confirmation: both directions use up the same nonces.
      this.queue = this.queue.then(async () => {
        const heard = this.#confirmation(session);
        const at = await this.#send(hex, s2, session);
        tell(at);
        if (at === 0 || !sup || (await heard.within(CONFIRMED_MS))) return;
        this.forgetNonces();
        await this.#send(hex, s2, session);
        await heard.within(CONFIRMED_MS);
      }).catch(fail);
    });
  }

  /** Listen for the host's word that it understood. */
  #confirmation(session) {
    let tell;
    const heard = new Promise((done) => (tell = done));
    this.confirm = (id) => id === session && tell(true);
    return { within: (ms) => Promise.race([heard, pause(ms).then(() => false)]) };
  }

  async #send(hex, s2, session) {
    if (this.muted || !this.wire.socket) return 0;
    this.wake(LISTENS_ON_MS);
    let command = commandOf(hex);
    if (session !== undefined) command = SupervisionCC.encapsulate(command, session, false);
    if (s2) {
      if (!(await this.#synchronize())) return 0;
      command = Security2CC.encapsulate(command, this.id, this.mock.securityManagers);
    }
    const written = this.wire.written(this.id, WRITTEN_MS);
    await this.mock.sendToController(createMockZWaveRequestFrame(command, { ackRequested: false }));
    return written;
  }

  async #synchronize() {
    const manager = this.mock.securityManagers.securityManager2;
    if (manager.getSPANState(CONTROLLER).type === SPANState.SPAN) return true;
    const get = new Security2CCNonceGet({ nodeId: CONTROLLER });
    const reported = this.mock.expectControllerFrame(
      (frame) => frame.type === MockZWaveFrameType.Request
        && frame.payload instanceof Security2CCNonceReport,
      { timeout: NONCE_MS },
    ).then(() => true, () => false);
    await this.mock.sendToController(createMockZWaveRequestFrame(get, { ackRequested: false }));
    if (!(await reported)) return false;
    await pause(SETTLED_MS);
    return manager.getSPANState(CONTROLLER).type !== SPANState.None;
  }

  async #receive(frame, receive) {
    if (!this.hears) return;
    if (this.awakeUntil) this.wake(LISTENS_ON_MS);
    const before = this.mock.state.get(BOOTSTRAP);
    if (frame.payload && !(frame.payload instanceof Security2CCNonceReport)) this.heard += 1;
    await receive(frame);
    if (frame.payload instanceof Security2CCPublicKeyReport) void this.#insist();
    if (before?.stage === FINALIZING && !this.mock.state.has(BOOTSTRAP)) this.#secured(before.keys);
  }

  /** The mock says it once, and a host that has no PIN yet cannot read it: say it until it can. */
  async #insist() {
    const heard = this.heard;
    for (await pause(KEX_SET_MS); this.heard === heard && this.hears; await pause(KEX_SET_MS)) {
      this.forgetNonces();
      if (!(await this.#synchronize()) || this.heard !== heard) continue;
      const echo = new Security2CCKEXSet({
        nodeId: CONTROLLER, echo: true, permitCSA: false,
        selectedKEXScheme: KEXSchemes.KEXScheme1, selectedECDHProfile: ECDHProfiles.Curve25519,
        grantedKeys: [...this.mock.capabilities.securityClasses],
      });
      const sealed = Security2CC.encapsulate(echo, this.id, this.mock.securityManagers);
      this.wake(LISTENS_ON_MS + KEX_SET_MS);
      await this.mock.sendToController(
        createMockZWaveRequestFrame(sealed, { ackRequested: false }),
      );
    }
  }

  #secured(keys) {
    const told = [...keys].map(([level, key]) => [level, Buffer.from(key).toString("hex")]);
    this.parent.tell({ ev: "secured", node: this.id, keys: Object.fromEntries(told) });
  }

  async #answer(command) {
    if (command instanceof SupervisionCCReport) this.confirm(command.sessionId);
    const raw = bytesOf(command);
    if (!raw) return undefined;
    const at = this.wire.heardAt.get(this.id) ?? now();
    const s2 = command.isEncapsulatedWith(0x9f);
    const sup = command.isEncapsulatedWith(0x6c);
    const hex = Buffer.from(raw).toString("hex");
    const told = await this.parent.ask({ ev: "cc", node: this.id, hex, s2, sup, at });
    if (told.send) return { action: "sendCC", cc: commandOf(told.send) };
    return told.do ? { action: told.do } : undefined; // ok, fail, stop; else the mock's own answer
  }

  /** Have only these keys: a factory-new device knows none. */
  async #hold(keys) {
    if (!this.mock.capabilities.securityClasses.size) return;
    const manager = await SecurityManager2.create();
    this.mock.securityManagers.securityManager2 = manager;
    for (const [level, key] of Object.entries(keys)) {
      await manager.setKey(Number(level), bytes(key));
      this.mock.encodingContext.setSecurityClass(CONTROLLER, Number(level), true);
      this.mock.encodingContext.setSecurityClass(this.id, Number(level), true);
    }
  }
}

function capabilities(wish) {
  return {
    isListening: !wish.sleepy && !wish.beamed,
    isFrequentListening: wish.beamed ? "1000ms" : false,
    supportsSecurity: false,
    genericDeviceClass: wish.generic,
    specificDeviceClass: wish.specific,
    productType: wish.product,
    productId: wish.product,
    txDelay: wish.latency_ms,
    securityClasses: new Set(wish.security),
    commandClasses: wish.ccs.map(([ccId, version, secure]) => ({ ccId, version, secure })),
  };
}
