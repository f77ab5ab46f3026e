import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { parseCheckpoint, parseNote, parseVkey, signCheckpoint, signedBy, splitNotes, vkeyOf } from "./note.ts";

describe("signed notes", () => {
  // The example of Go's golang.org/x/mod/sumdb/note, where the format comes from.
  const vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
  const note = `${text}\n\u2014 PeterNeumann ${signature}\n`;

  it("verifies the example of the format's authors", () => {
    assert.equal(parseNote(note).text, text);
    assert.equal(signedBy(parseNote(note), parseVkey(vkey)), true);
    assert.equal(signedBy(parseNote(note.replace("think", "drink")), parseVkey(vkey)), false);
  });

  it("refuses what is no note and no key", () => {
    for (const bad of ["", "text\n", `${text}\n\u2014 PeterNeumann\n`, note.slice(0, -1), note.replace("\u2014", "-")])
      assert.throws(() => parseNote(bad), /not a signed note/);
    for (const bad of ["", "a+b", vkey.replace("c74f20a3", "c74f20a4"), vkey.slice(0, -4)])
      assert.throws(() => parseVkey(bad), /not a verifier key/);
  });
});

describe("checkpoints", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const vkey = vkeyOf("signalbox/test", publicKey);
  const checkpoint = { origin: "signalbox/test", size: 12, root: "ab".repeat(32), nextKey: undefined };

  it("come back as they were signed, hand-overs too", () => {
    for (const each of [checkpoint, { ...checkpoint, nextKey: vkey }]) {
      const note = parseNote(signCheckpoint(each, privateKey, vkey));
      assert.equal(signedBy(note, parseVkey(vkey)), true);
      assert.deepEqual(parseCheckpoint(note.text), each);
    }
  });

  it("are found in a file, also after one that a power cut tore", () => {
    const first = signCheckpoint(checkpoint, privateKey, vkey);
    const second = signCheckpoint({ ...checkpoint, size: 13 }, privateKey, vkey);
    assert.deepEqual(splitNotes(`${first}\n${second}\n`), [first, second]);
    for (let cut = 1; cut < first.length; cut += 1)
      assert.deepEqual(splitNotes(`${first.slice(0, cut)}\n\n${second}\n`).at(-1), second);
    assert.deepEqual(splitNotes(""), []);
  });
});
