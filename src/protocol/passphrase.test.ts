import assert from "node:assert/strict";
import { argon2Sync } from "node:crypto";
import { test } from "node:test";
import { keyOfSeed, passphraseKey, provesPassphrase } from "./passphrase.ts";

test("argon2id is the one of RFC 9106, as the reference implementation's vectors have it", () => {
  const vectors = [
    [65_536, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"],
    [256, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"],
  ] as const;
  for (const [memory, expected] of vectors) {
    const parameters = {
      message: "password",
      nonce: Buffer.from("somesalt"),
      parallelism: 1,
      tagLength: 32,
      memory,
      passes: 2,
    };
    assert.equal(argon2Sync("argon2id", parameters).toString("hex"), expected);
  }
});

test("the key of a seed is that of RFC 8032, section 7.1, test 1", () => {
  const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
  assert.equal(keyOfSeed(seed).publicKey, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
});

test("a proof holds for its passphrase, salt, nonce and operation only", async () => {
  const salt = "00".repeat(16);
  const nonce = "ab".repeat(24);
  const key = await passphraseKey("correct horse", salt);
  const proof = key.prove(nonce, "shutdown");
  const proves = (about: object, publicKey = key.publicKey) =>
    provesPassphrase(publicKey, { nonce, op: "shutdown", proof, ...about });
  assert.equal(proves({}), true);
  assert.equal(proves({ op: "shutdown2" }), false);
  assert.equal(proves({ nonce: "cd".repeat(24) }), false);
  assert.equal(proves({ proof: proof.replace(/^../, "00") }), false);
  for (const wrong of ["", "zz", proof.slice(2), `${proof}00`]) assert.equal(proves({ proof: wrong }), false);
  assert.equal(proves({}, (await passphraseKey("correct horse ", salt)).publicKey), false);
  assert.equal(proves({}, (await passphraseKey("correct horse", "01".repeat(16))).publicKey), false);
});
