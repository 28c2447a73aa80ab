// The ways of travelling that the Spaces contract does not use, on a golden file of the generator.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createClient, type Client, type GetLegRequest } from "../../lockstep/tests/accepted/travel/index.js";
import { json, testServer } from "./server.js";

const server = testServer();
const client = (token?: string): Client => createClient({ baseUrl: server.baseUrl, ...(token ? { token } : {}) });
const leg: GetLegRequest = { path: { "trip-id": "t", leg: 1 }, query: { deep: true } };

test("query arrays repeat their name, or are joined by commas", async () => {
  await client().getLeg({ ...leg, query: { tag: ["a,b", "c d"], sort: ["date", "-date"], deep: false } });
  assert.equal(server.seen.url, "/trips/t/legs/1?tag=a%2Cb&tag=c%20d&sort=date,-date&deep=false");
});

test("empty query arrays are left out", async () => {
  await client().getLeg({ ...leg, query: { tag: [], sort: [], deep: true } });
  assert.equal(server.seen.url, "/trips/t/legs/1?deep=true");
});

test("a joined item is encoded, the comma between items is not", async () => {
  const sort = ["a,b", "c"] as unknown as readonly "date"[];
  await client().getLeg({ ...leg, query: { sort, deep: true } });
  assert.equal(server.seen.url, "/trips/t/legs/1?sort=a%2Cb,c&deep=true");
});

test("headers and cookies", async () => {
  await client().getLeg({ ...leg, headers: { xTraceId: "1" }, cookies: { theme: "a;b" } });
  assert.equal(server.seen.headers["x-trace-id"], "1");
  assert.equal(server.seen.headers.cookie, "theme=a%3Bb");
});

test("headers of an answer are read as their types", async () => {
  server.answer = (response) => json(response, 200, { from: "here" }, { "X-Count": "3", "X-Final": "false", "X-Sort": "date" });
  const result = await client().getLeg(leg);
  assert(result.status === 200);
  assert.deepEqual(result.headers, { xCount: 3, xFinal: false, xSort: "date" });
});

test("an exact status wins over its class, and the class over default", async () => {
  for (const [status, expected] of [[404, 404], [409, "4XX"], [500, "default"]] as const) {
    server.answer = (response) => json(response, status, { code: "x" });
    const result = await client().getLeg(leg);
    assert.equal(result.status, expected);
    assert.equal(result.response.status, status);
    assert.equal(result.body.code, "x");
  }
});

test("a merge patch keeps null and leaves out what is absent", async () => {
  await client().patchLeg({ path: leg.path, body: { to: null } });
  assert.equal(server.seen.headers["content-type"], "application/merge-patch+json");
  assert.equal(server.seen.body, '{"to":null}');
});

test("an optional token is sent if there is one", async () => {
  await client().patchLeg({ path: leg.path, body: {} });
  assert.equal(server.seen.headers.authorization, undefined);
  await client("secret").patchLeg({ path: leg.path, body: {} });
  assert.equal(server.seen.headers.authorization, "Bearer secret");
});

test("text travels as it is", async () => {
  server.answer = (response) => response.writeHead(200, { "Content-Type": "Text/Plain; charset=utf-8" }).end("“yes”");
  const result = await client().addNote({ body: '"quoted"' });
  assert.equal(server.seen.headers["content-type"], "text/plain");
  assert.equal(server.seen.body, '"quoted"');
  assert(result.status === 200);
  assert.equal(result.body, "“yes”");
});

test("bytes travel as they are", async () => {
  server.answer = (response) =>
    response.writeHead(200, { "Content-Type": "application/octet-stream" }).end(Buffer.from([0, 255]));
  const result = await client().addPhoto({ body: new Blob(["bytes"], { type: "image/png" }) });
  assert.equal(server.seen.headers["content-type"], "application/octet-stream");
  assert.equal(server.seen.body, "bytes");
  assert(result.status === 200);
  assert.deepEqual(new Uint8Array(await result.body.arrayBuffer()), Uint8Array.of(0, 255));
});
