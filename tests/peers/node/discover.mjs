// Probes the group as the npm package does, and prints host and port of each device that answers.
import { createRequire } from "node:module";

const { Discovery } = createRequire(process.argv[2] + "/")("onvif");
Discovery.on("error", (error) => process.stderr.write(`${error}\n`));
Discovery.probe({ timeout: 3000, resolve: true }, (error, found) => {
  if (error) throw error;
  process.stdout.write(JSON.stringify(found.map((one) => `${one.hostname}:${one.port}`)) + "\n");
});
