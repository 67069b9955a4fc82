// Runs zwave-js and its server for one hub. `serve.mjs TREE`: TREE holds node_modules.
//
// The first line on stdin is what to do, as JSON: so no key stands in a file or an argument of ours.
// When stdin ends, the hub is gone, and so are we. On stdout, lines of JSON are for the hub:
// {"ready": PORT} once clients may come, {"failed": SENTENCE} before we end; others are for the log.
// Clients must know the token, which is the path of the address: what else runs on this machine,
// a web page in a browser too, reaches the port and gets nothing.
import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { forgetful } from "./forgetful.mjs";

const HOST = "127.0.0.1";
const END_MILLISECONDS = 1_500;
// What the server says of a message that it refused: whoever sent it is told, with the reason.
const ANSWERED = new Set(["Message error", "Z-Wave error"]);

const tree = process.argv[2];

function bring(name) {
  const folder = join(tree, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return import(pathToFileURL(join(folder, about.exports["."].import)).href);
}

let driver;
let server;
let ending = false;

const tell = (said) => process.stdout.write(JSON.stringify(said) + "\n");

function fail(error) {
  if (ending) return;
  tell({ failed: String(error?.message ?? error) });
  end(1);
}

async function end(status) {
  if (ending) return;
  ending = true;
  try {
    await Promise.race([server?.destroy().then(() => driver.destroy()), passed(END_MILLISECONDS)]);
    // A driver that ends amid a command waits for a stick it hears no more, and keeps what it knows.
    await Promise.race([driver?.closeDatabases(), passed(END_MILLISECONDS)]);
  } finally {
    process.exit(status);
  }
}

const passed = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const asBytes = (keys) =>
  Object.fromEntries(Object.entries(keys).map(([name, hex]) => [name, Buffer.from(hex, "hex")]));

function knows(request, token) {
  const said = Buffer.from(request.url ?? "");
  const right = Buffer.from(`/${token}`);
  return said.length === right.length && timingSafeEqual(said, right);
}

function listen(ZwavejsServer, wish) {
  server = new ZwavejsServer(driver, {
    port: wish.server_port,
    host: HOST,
    enableDNSServiceDiscovery: false,
    logger: {
      debug: () => {},
      info: () => {},
      warn: (text) => console.log(`[warn] ${text}`),
      error: (text) => ANSWERED.has(text) || console.log(`[error] ${text?.message ?? text}`),
    },
  });
  server.defaultPort = 0; // what it takes for port 0
  server.on("error", fail);
  server.on("listening", () => {
    server.wsServer.shouldHandle = (request) => knows(request, wish.token);
    tell({ ready: server.server.address().port });
  });
  server.start(true).catch(fail);
}

async function serve(wish) {
  const { Driver, ZWaveErrorCodes } = await bring("zwave-js");
  const { ZwavejsServer } = await bring("@zwave-js/server");
  const { JsonlDB } = await bring("@alcalzone/jsonl-db");
  const { securityKeys, securityKeysLongRange, ...options } = wish.options;
  driver = new Driver(wish.port, {
    ...options,
    host: { db: forgetful(JsonlDB) },
    securityKeys: asBytes(securityKeys),
    securityKeysLongRange: asBytes(securityKeysLongRange),
  });
  driver.on("error", (error) => {
    if (error.code === ZWaveErrorCodes.Driver_Failed) fail(error);
    else console.log(`[error] ${error.message}`);
  });
  // It would try for seconds to open the port again, and keep its loss to itself meanwhile.
  driver.handleSerialPortClosedUnexpectedly = async () => fail("the stick is gone");
  driver.once("driver ready", () => listen(ZwavejsServer, wish));
  await driver.start();
}

process.on("SIGTERM", () => end(0));
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => serve(JSON.parse(line)).catch(fail));
lines.once("close", () => end(0));
