// An ONVIF client that is not ours: asked in JSON lines on stdin, answers in JSON lines on stdout.
// Each event that it pulls is a line too. It ends when its stdin closes.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { Cam } = require("onvif");
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const promised = (thing, name, ...words) =>
  new Promise((done, failed) =>
    thing[name](...words, (error, answer) => (error ? failed(error) : done(answer))),
  );
let camera;

const acts = {
  async connect({ host, port, user, password }) {
    camera = new Cam({ hostname: host, port, username: user, password, autoconnect: false, timeout: 10000 });
    await promised(camera, "connect");
    return { information: await promised(camera, "getDeviceInformation"), uri: Object.keys(camera.uri) };
  },
  async profiles() {
    return camera.profiles.map((one) => one.$.token);
  },
  async stream({ profile }) {
    return (await promised(camera, "getStreamUri", { protocol: "RTSP", profileToken: profile })).uri;
  },
  async snapshot({ profile }) {
    return (await promised(camera, "getSnapshotUri", { profileToken: profile })).uri;
  },
  async time() {
    return (await promised(camera, "getSystemDateAndTime")).getTime();
  },
  async events() {
    camera.on("event", (message) => say({ event: message }));
    camera.on("eventsError", (error) => say({ eventsError: String(error) }));
    return null;
  },
  async presets() {
    return promised(camera, "getPresets", {});
  },
  async aim({ preset }) {
    await promised(camera, "gotoPreset", { preset });
    return null;
  },
  async infrared() {
    return (await promised(camera, "getImagingSettings", {})).irCutFilter;
  },
  async unsubscribe() {
    await promised(camera, "unsubscribe");
    return null;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  try {
    say({ id: wish.id, answer: await acts[wish.do](wish) });
  } catch (error) {
    say({ id: wish.id, error: String(error.message ?? error) });
  }
}
process.exit(0);
