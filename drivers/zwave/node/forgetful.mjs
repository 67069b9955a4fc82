// What zwave-js writes down of a network, without the PINs that it hears: those of locks are the
// hub's to keep, sealed, and the first five digits of a device's key are on its label.
// In memory they stay, until the server ends.

// By command class (User Code, User Credential): the properties whose values never reach the disk.
const SECRET = {
  99: new Set(["userCode", "adminCode", "masterCode"]),
  131: new Set(["credential", "adminPinCode", "keyLockerEntry"]),
};
const NODE_KEY = /^node\.\d+\.dsk$/;
const EXPECTED = "controller.provisioningList";

function isSecret(key) {
  if (!key.startsWith("{")) return false;
  const { commandClass, property } = JSON.parse(key);
  return SECRET[commandClass]?.has(property) ?? false;
}

// A device that joined by SmartStart is known by its whole key, which stands in the list anyway.
const isExpected = (db, dsk) => JSON.stringify(db.get(EXPECTED) ?? "").includes(dsk);

function written(db, key, value) {
  if (isSecret(key)) return ""; // nothing at all would be taken for "as it is"
  if (NODE_KEY.test(key) && !isExpected(db, value)) return `00000${String(value).slice(5)}`;
  return value;
}

// The database of a driver's `host` option. JsonlDB is that of the tree.
export const forgetful = (JsonlDB) => ({
  createInstance(file, options) {
    const plain = options.serializer ?? ((_, value) => value);
    const serializer = (key, value) => written(db, key, plain(key, value));
    const db = new JsonlDB(file, { ...options, serializer });
    return db;
  },
});
