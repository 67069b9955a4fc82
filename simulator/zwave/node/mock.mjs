// The parts of Z-Wave JS's own mock that the stick is built from, out of the tree given on the
// command line: this file lies outside of it, so they are asked for by that folder.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "of-this-folder.js"));

const cc = require("@zwave-js/cc");
const core = require("@zwave-js/core");
const serial = require("@zwave-js/serial");
const testing = require("@zwave-js/testing");
const { createAndOpenMockedZWaveSerialPort } = require("@zwave-js/serial/mock");
const { createDefaultMockControllerBehaviors, createDefaultMockNodeBehaviors } =
  require("zwave-js/Testing");

export const { CommandClass, Security2CC, Security2CCNonceGet, Security2CCNonceReport } = cc;
export const { ECDHProfiles, KEXSchemes, Security2CCKEXSet, Security2CCPublicKeyReport } = cc;
export const { SupervisionCC, SupervisionCCReport } = cc;
export const { SPANState, SecurityManager2, dskToString, keyPairFromRawECDHPrivateKey } = core;
export const { FunctionType } = serial;
export const { MockController, MockNode, MockZWaveFrameType } = testing;
export const { createMockZWaveRequestFrame, getDefaultSupportedFunctionTypes } = testing;
export {
  createAndOpenMockedZWaveSerialPort, createDefaultMockControllerBehaviors,
  createDefaultMockNodeBehaviors,
};

const rawOf = new WeakMap();
const parse = CommandClass.parse;

/** Keep the bytes of every command beside what Z-Wave JS reads in them: ours are judged by bytes. */
CommandClass.parse = async function (data, context) {
  let command;
  try {
    command = await parse.call(this, data, context);
  } catch (error) {
    // Z-Wave JS never hears this command and cannot read it. The device may all the same.
    command = new CommandClass({
      nodeId: context.sourceNodeId, ccId: data[0], ccCommand: data[1], payload: data.subarray(2),
    });
  }
  rawOf.set(command, Uint8Array.from(data));
  return command;
};

/** Give the bytes in which a command came. */
export const bytesOf = (command) => rawOf.get(command);

/** Make a command of bytes, to be sent to the controller. */
export function commandOf(hex) {
  const bytes = Buffer.from(hex, "hex");
  return new CommandClass({
    nodeId: 1, ccId: bytes[0], ccCommand: bytes[1], payload: bytes.subarray(2),
  });
}
