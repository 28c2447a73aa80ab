// How the client encodes requests and reads answers, against a server on this machine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { createClient, type Client, type ClientOptions, type Problem } from "../src/index.js";
import { json, testServer } from "./server.js";

const server = testServer();
const client = (options: Partial<ClientOptions> = {}): Client => createClient({ baseUrl: server.baseUrl, ...options });
const spaceId = "01981c1e-5f00-7000-8000-000000000001";
const problem: Problem = { type: "/problems/x", title: "X", status: 404, code: "x", requestId: "1" };

test("a JSON body, its media type and the documented headers of the answer", async () => {
  server.answer = (response) => json(response, 201, { spaceId }, { ETag: '"1"', Location: "/api/spaces/1", "X-Other": "x" });
  const result = await client({ token: "secret" }).createSpace({ body: { name: "Engine" } });
  assert.equal(server.seen.method, "POST");
  assert.equal(server.seen.url, "/api/spaces");
  assert.equal(server.seen.headers["content-type"], "application/json");
  assert.equal(server.seen.headers.authorization, "Bearer secret");
  assert.deepEqual(JSON.parse(server.seen.body), { name: "Engine" });
  assert(result.status === 201);
  assert.equal(result.body.spaceId, spaceId);
  assert.deepEqual(result.headers, { etag: '"1"', location: "/api/spaces/1" });
  assert.equal(result.response.headers.get("X-Other"), "x");
});

test("path parameters are encoded as one segment", async () => {
  await client({ baseUrl: `${server.baseUrl}/` }).getSpace({ path: { spaceId: "a/b ?#é" } });
  assert.equal(server.seen.url, "/api/spaces/a%2Fb%20%3F%23%C3%A9");
});

test("path parameters that would change the path are refused", async () => {
  for (const value of ["", ".", ".."]) {
    await assert.rejects(client().deleteSpace({ path: { spaceId: value } }), TypeError);
  }
});

test("query parameters are encoded, and absent ones left out", async () => {
  await client().listSpaces({ query: { limit: 5, cursor: "a&b=c+ü" } });
  assert.equal(server.seen.url, "/api/spaces?limit=5&cursor=a%26b%3Dc%2B%C3%BC");
  await client().listSpaces({ query: {} });
  assert.equal(server.seen.url, "/api/spaces");
});

test("header parameters travel under the contract's names", async () => {
  await client({ headers: { "X-Request-ID": "r1", "X-App": "a" } }).getSpace(
    { path: { spaceId }, headers: { ifNoneMatch: '"7"' } },
    { headers: { "X-App": "b" } },
  );
  assert.equal(server.seen.headers["if-none-match"], '"7"');
  assert.equal(server.seen.headers["x-request-id"], "r1");
  assert.equal(server.seen.headers["x-app"], "b");
});

test("no body, no media type", async () => {
  server.answer = (response) => response.writeHead(204).end();
  const result = await client().logout();
  assert.equal(server.seen.headers["content-type"], undefined);
  assert.equal(server.seen.body, "");
  assert(result.status === 204);
  assert.equal(result.body, undefined);
});

test("the token may be a function, and is asked for only where one is taken", async () => {
  let asked = 0;
  const spaces = client({ token: () => Promise.resolve(`t${++asked}`) });
  await spaces.refreshTokens({ body: { refreshToken: "r" } });
  assert.equal(server.seen.headers.authorization, undefined);
  await spaces.getMe();
  assert.equal(server.seen.headers.authorization, "Bearer t1");
  assert.equal(asked, 1);
});

test("a client without a token calls without one", async () => {
  await client({ token: () => undefined }).getMe();
  assert.equal(server.seen.headers.authorization, undefined);
});

test("problems are bodies, and numeric headers numbers", async () => {
  server.answer = (response) => json(response, 503, { ...problem, status: 503 }, { "Retry-After": "30" });
  const result = await client().getMe();
  assert(result.status === 503);
  assert.equal(result.body.code, "x");
  assert.equal(result.headers.retryAfter, 30);
});

test("304 has headers and no body", async () => {
  server.answer = (response) => response.writeHead(304, { ETag: '"7"' }).end();
  const result = await client().getProfile({ headers: { ifNoneMatch: '"7"' } });
  assert(result.status === 304);
  assert.equal(result.headers.etag, '"7"');
});

test("an undocumented status is unexpected, with its body unread", async () => {
  server.answer = (response) => json(response, 418, { tea: true });
  const result = await client().getMe();
  assert(result.status === "unexpected");
  assert.equal(result.response.status, 418);
  assert.deepEqual(await result.response.json(), { tea: true });
});

test("a documented status in another media type is unexpected", async () => {
  server.answer = (response) => response.writeHead(503, { "Content-Type": "text/html" }).end("<h1>Bad gateway</h1>");
  const result = await client().getMe();
  assert(result.status === "unexpected");
  assert.equal(await result.response.text(), "<h1>Bad gateway</h1>");
});

test("a body that is not what it says rejects", async () => {
  server.answer = (response) => response.writeHead(200, { "Content-Type": "application/json" }).end("{");
  await assert.rejects(client().getMe(), SyntaxError);
});

test("network errors reject", async () => {
  server.answer = (response) => response.destroy();
  await assert.rejects(client().getMe(), TypeError);
});

test("a signal aborts the call", async () => {
  const abort = new AbortController();
  server.answer = () => abort.abort();
  await assert.rejects(client().getMe({}, { signal: abort.signal }), { name: "AbortError" });
});

test("another fetch can be used", async () => {
  const urls: string[] = [];
  const fake: typeof fetch = (url) => {
    urls.push(String(url));
    return Promise.resolve(Response.json({ status: "alive" }));
  };
  const result = await createClient({ baseUrl: "", fetch: fake }).getLiveness();
  assert(result.status === 200);
  assert.equal(result.body.status, "alive");
  assert.deepEqual(urls, ["/health/live"]);
});

test("the example of the README is the one that is compiled", () => {
  const example = readFileSync("test/readme.ts", "utf8").replace("../src/index.js", "@lockstep/spaces-types");
  assert(readFileSync("README.md", "utf8").includes(example));
});
